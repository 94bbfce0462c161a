// A library that is sherpa-onnx by name, of a release whose layouts TOM does not know.
const char *SherpaOnnxGetVersionStr(void);
const char *SherpaOnnxGetVersionStr(void) { return "1.13.0"; }
