import TomEngines
