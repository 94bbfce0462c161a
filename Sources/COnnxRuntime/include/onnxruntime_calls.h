// The calls of ONNX Runtime's C API that TOM makes, on a library that is loaded at run time: nothing of it is linked.
//
// The API is a table of function pointers that is kept for ever once a version of it has shipped. Everything here
// belongs to its first version: 102 entries, the same in every ONNX Runtime since 1.0.
// See: onnxruntime_c_api.h, struct OrtApi, "Version 1"; struct OrtApiBase.
#ifndef TOM_ONNXRUNTIME_CALLS_H
#define TOM_ONNXRUNTIME_CALLS_H

#include <stddef.h>
#include <stdint.h>

typedef const void *const *OnnxTable;
typedef struct OnnxStatus OnnxStatus;
typedef struct OnnxEnvironment OnnxEnvironment;
typedef struct OnnxSession OnnxSession;
typedef struct OnnxMemory OnnxMemory;
typedef struct OnnxValue OnnxValue;

// ONNXTensorElementDataType
enum { ONNX_ELEMENT_FLOAT = 1, ONNX_ELEMENT_INT64 = 7 };

// One input or output of a model, as its file declares it.
typedef struct {
    char name[64];
    // An ONNXTensorElementDataType; 0 when it is no tensor.
    int32_t element;
    // At most 8; the sizes beyond are left out. -1 is a size that is open.
    size_t rank;
    int64_t sizes[8];
} OnnxPort;

// The table of `OrtGetApiBase`, whose address `entry` is, and the library's version; NULL where it has no version 1.
OnnxTable onnx_table(void *entry, const char **version);

// All of these return NULL on success; else a status whose text `onnx_take_message` gives.
// Nothing is logged, and telemetry, where a build has any, is off.
OnnxStatus *onnx_make_environment(OnnxTable api, OnnxEnvironment **result);
OnnxStatus *onnx_make_memory(OnnxTable api, OnnxMemory **result);
// One thread a run, all graph optimisations. `bytes` are not needed afterwards.
OnnxStatus *onnx_make_session(
    OnnxTable api, const OnnxEnvironment *environment, const void *bytes, size_t count, OnnxSession **result);
OnnxStatus *onnx_count_ports(OnnxTable api, const OnnxSession *session, size_t *inputs, size_t *outputs);
OnnxStatus *onnx_describe_port(
    OnnxTable api, const OnnxSession *session, int is_output, size_t index, OnnxPort *port);
// A tensor over memory of the caller's, which has to outlive it.
OnnxStatus *onnx_make_tensor(
    OnnxTable api, const OnnxMemory *memory, void *data, size_t bytes, const int64_t *sizes, size_t rank,
    int32_t element, OnnxValue **result);
// Runs the model; results are written into the memory of `outputs`. May be called from several threads at once.
OnnxStatus *onnx_run(
    OnnxTable api, OnnxSession *session, const char *const *input_names, const OnnxValue *const *inputs,
    size_t input_count, const char *const *output_names, size_t output_count, OnnxValue **outputs);

// Copies the status's text, cut to `size`, and frees the status.
void onnx_take_message(OnnxTable api, OnnxStatus *status, char *text, size_t size);
void onnx_free_value(OnnxTable api, OnnxValue *value);
void onnx_free_session(OnnxTable api, OnnxSession *session);

#endif
