public enum AgentFiles {}
