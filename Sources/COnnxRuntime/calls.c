#include "onnxruntime_calls.h"

#include <string.h>

// Places in the table of version 1.
enum {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    DISABLE_TELEMETRY_EVENTS = 6,
    CREATE_SESSION_FROM_ARRAY = 8,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_SESSION_GRAPH_OPTIMIZATION_LEVEL = 23,
    SET_INTRA_OP_NUM_THREADS = 24,
    SET_INTER_OP_NUM_THREADS = 25,
    SESSION_GET_INPUT_COUNT = 30,
    SESSION_GET_OUTPUT_COUNT = 31,
    SESSION_GET_INPUT_TYPE_INFO = 33,
    SESSION_GET_OUTPUT_TYPE_INFO = 34,
    SESSION_GET_INPUT_NAME = 36,
    SESSION_GET_OUTPUT_NAME = 37,
    CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE = 49,
    CAST_TYPE_INFO_TO_TENSOR_INFO = 55,
    GET_TENSOR_ELEMENT_TYPE = 60,
    GET_DIMENSIONS_COUNT = 61,
    GET_DIMENSIONS = 62,
    CREATE_CPU_MEMORY_INFO = 69,
    ALLOCATOR_FREE = 76,
    GET_ALLOCATOR_WITH_DEFAULT_OPTIONS = 78,
    RELEASE_STATUS = 93,
    RELEASE_SESSION = 95,
    RELEASE_VALUE = 96,
    RELEASE_TYPE_INFO = 98,
    RELEASE_SESSION_OPTIONS = 100,
};

enum { API_VERSION = 1, LOG_FATAL_ONLY = 4, OPTIMIZE_ALL = 99, ARENA_ALLOCATOR = 1, MEMORY_DEFAULT = 0 };

typedef struct Options Options;
typedef struct TypeInfo TypeInfo;
typedef struct ShapeInfo ShapeInfo;
typedef struct Allocator Allocator;

// The entry at a place of the table, as a function of the given type.
#define ENTRY(place, type) ((type)(uintptr_t)api[place])
// Goes on only when the call succeeded.
#define TRY(call) \
    do { \
        if ((status = (call)) != NULL) goto done; \
    } while (0)

OnnxTable onnx_table(void *entry, const char **version) {
    struct Base {
        OnnxTable (*get_api)(uint32_t);
        const char *(*get_version)(void);
    };
    const struct Base *base = ((const struct Base *(*)(void))(uintptr_t)entry)();
    if (base == NULL) return NULL;
    *version = base->get_version();
    return base->get_api(API_VERSION);
}

OnnxStatus *onnx_make_environment(OnnxTable api, OnnxEnvironment **result) {
    OnnxStatus *status =
        ENTRY(CREATE_ENV, OnnxStatus *(*)(int, const char *, OnnxEnvironment **))(LOG_FATAL_ONLY, "tom", result);
    if (status != NULL) return status;
    return ENTRY(DISABLE_TELEMETRY_EVENTS, OnnxStatus *(*)(const OnnxEnvironment *))(*result);
}

OnnxStatus *onnx_make_memory(OnnxTable api, OnnxMemory **result) {
    return ENTRY(CREATE_CPU_MEMORY_INFO, OnnxStatus *(*)(int, int, OnnxMemory **))(
        ARENA_ALLOCATOR, MEMORY_DEFAULT, result);
}

OnnxStatus *onnx_make_session(
    OnnxTable api, const OnnxEnvironment *environment, const void *bytes, size_t count, OnnxSession **result) {
    OnnxStatus *status = NULL;
    Options *options = NULL;
    TRY(ENTRY(CREATE_SESSION_OPTIONS, OnnxStatus *(*)(Options **))(&options));
    TRY(ENTRY(SET_SESSION_GRAPH_OPTIMIZATION_LEVEL, OnnxStatus *(*)(Options *, int))(options, OPTIMIZE_ALL));
    TRY(ENTRY(SET_INTRA_OP_NUM_THREADS, OnnxStatus *(*)(Options *, int))(options, 1));
    TRY(ENTRY(SET_INTER_OP_NUM_THREADS, OnnxStatus *(*)(Options *, int))(options, 1));
    TRY(ENTRY(CREATE_SESSION_FROM_ARRAY,
        OnnxStatus *(*)(const OnnxEnvironment *, const void *, size_t, const Options *, OnnxSession **))(
        environment, bytes, count, options, result));
done:
    if (options != NULL) ENTRY(RELEASE_SESSION_OPTIONS, void (*)(Options *))(options);
    return status;
}

OnnxStatus *onnx_count_ports(OnnxTable api, const OnnxSession *session, size_t *inputs, size_t *outputs) {
    OnnxStatus *status =
        ENTRY(SESSION_GET_INPUT_COUNT, OnnxStatus *(*)(const OnnxSession *, size_t *))(session, inputs);
    if (status != NULL) return status;
    return ENTRY(SESSION_GET_OUTPUT_COUNT, OnnxStatus *(*)(const OnnxSession *, size_t *))(session, outputs);
}

static OnnxStatus *describe_shape(OnnxTable api, const ShapeInfo *shape, OnnxPort *port) {
    OnnxStatus *status = NULL;
    int element = 0;
    size_t rank = 0;
    TRY(ENTRY(GET_TENSOR_ELEMENT_TYPE, OnnxStatus *(*)(const ShapeInfo *, int *))(shape, &element));
    TRY(ENTRY(GET_DIMENSIONS_COUNT, OnnxStatus *(*)(const ShapeInfo *, size_t *))(shape, &rank));
    port->element = element;
    port->rank = rank;
    const size_t kept = rank < 8 ? rank : 8;
    TRY(ENTRY(GET_DIMENSIONS, OnnxStatus *(*)(const ShapeInfo *, int64_t *, size_t))(shape, port->sizes, kept));
done:
    return status;
}

OnnxStatus *onnx_describe_port(
    OnnxTable api, const OnnxSession *session, int is_output, size_t index, OnnxPort *port) {
    OnnxStatus *status = NULL;
    Allocator *allocator = NULL;
    TypeInfo *type = NULL;
    const ShapeInfo *shape = NULL;
    char *name = NULL;
    memset(port, 0, sizeof *port);
    TRY(ENTRY(GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, OnnxStatus *(*)(Allocator **))(&allocator));
    TRY(ENTRY(is_output ? SESSION_GET_OUTPUT_NAME : SESSION_GET_INPUT_NAME,
        OnnxStatus *(*)(const OnnxSession *, size_t, Allocator *, char **))(session, index, allocator, &name));
    // A longer name is none that TOM knows, cut or not.
    strncpy(port->name, name, sizeof port->name - 1);
    TRY(ENTRY(is_output ? SESSION_GET_OUTPUT_TYPE_INFO : SESSION_GET_INPUT_TYPE_INFO,
        OnnxStatus *(*)(const OnnxSession *, size_t, TypeInfo **))(session, index, &type));
    TRY(ENTRY(CAST_TYPE_INFO_TO_TENSOR_INFO, OnnxStatus *(*)(const TypeInfo *, const ShapeInfo **))(type, &shape));
    if (shape != NULL) status = describe_shape(api, shape, port);
done:
    if (name != NULL) {
        OnnxStatus *freeing = ENTRY(ALLOCATOR_FREE, OnnxStatus *(*)(Allocator *, void *))(allocator, name);
        if (freeing != NULL) ENTRY(RELEASE_STATUS, void (*)(OnnxStatus *))(freeing);
    }
    if (type != NULL) ENTRY(RELEASE_TYPE_INFO, void (*)(TypeInfo *))(type);
    return status;
}

OnnxStatus *onnx_make_tensor(
    OnnxTable api, const OnnxMemory *memory, void *data, size_t bytes, const int64_t *sizes, size_t rank,
    int32_t element, OnnxValue **result) {
    return ENTRY(CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE,
        OnnxStatus *(*)(const OnnxMemory *, void *, size_t, const int64_t *, size_t, int, OnnxValue **))(
        memory, data, bytes, sizes, rank, element, result);
}

OnnxStatus *onnx_run(
    OnnxTable api, OnnxSession *session, const char *const *input_names, const OnnxValue *const *inputs,
    size_t input_count, const char *const *output_names, size_t output_count, OnnxValue **outputs) {
    return ENTRY(RUN,
        OnnxStatus *(*)(OnnxSession *, const void *, const char *const *, const OnnxValue *const *, size_t,
            const char *const *, size_t, OnnxValue **))(
        session, NULL, input_names, inputs, input_count, output_names, output_count, outputs);
}

void onnx_take_message(OnnxTable api, OnnxStatus *status, char *text, size_t size) {
    const char *message = ENTRY(GET_ERROR_MESSAGE, const char *(*)(const OnnxStatus *))(status);
    strncpy(text, message == NULL ? "" : message, size - 1);
    text[size - 1] = 0;
    ENTRY(RELEASE_STATUS, void (*)(OnnxStatus *))(status);
}

void onnx_free_value(OnnxTable api, OnnxValue *value) { ENTRY(RELEASE_VALUE, void (*)(OnnxValue *))(value); }

void onnx_free_session(OnnxTable api, OnnxSession *session) {
    ENTRY(RELEASE_SESSION, void (*)(OnnxSession *))(session);
}
