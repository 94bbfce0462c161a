// What TOM needs of the C interface of sherpa-onnx 2.0.0 and 2.0.1 (Apache-2.0, NOTICE): the layout of the structures it
// fills in or reads, and the types of the functions it looks up at run time. Nothing is linked.
//
// Members that TOM leaves at zero are pooled as `zero_*`. Tests/Sherpa/layout.c compares every offset with the header
// that a release carries.

#ifndef TOM_CSHERPAONNX_H
#define TOM_CSHERPAONNX_H

#include <stdint.h>

struct tom_sherpa_features {
    int32_t sample_rate;
    int32_t dimension;
};

// A recogniser that takes audio as it comes.
struct tom_sherpa_online_config {
    struct tom_sherpa_features features;
    const char *transducer_encoder;
    const char *transducer_decoder;
    const char *transducer_joiner;
    const char *zero_paraformer[2];
    const char *zipformer2_ctc;
    const char *tokens;
    int32_t num_threads;
    const char *provider;
    int32_t debug;
    const char *model_type;
    const char *zero_units[2];
    const char *zero_tokens_buffer;
    int32_t zero_tokens_buffer_size;
    const char *zero_ctc[2];
    const char *decoding_method;
    int32_t max_active_paths;
    int32_t enable_endpoint;
    float zero_rules[3];
    const char *zero_hotwords_file;
    float zero_hotwords_score;
    const char *zero_graph;
    int32_t zero_graph_active;
    const char *zero_rule_files[2];
    float zero_blank_penalty;
    const char *zero_hotwords_buffer;
    int32_t zero_hotwords_buffer_size;
    const char *zero_homophones[3];
};

// A recogniser that takes whole utterances.
struct tom_sherpa_offline_config {
    struct tom_sherpa_features features;
    const char *zero_transducer[3];
    const char *zero_paraformer;
    const char *zero_nemo;
    const char *whisper_encoder;
    const char *whisper_decoder;
    const char *whisper_language;
    const char *whisper_task;
    int32_t whisper_tail_paddings;
    int32_t zero_whisper_timestamps[2];
    const char *zero_tdnn;
    const char *tokens;
    int32_t num_threads;
    int32_t debug;
    const char *provider;
    const char *model_type;
    const char *zero_units[2];
    const char *zero_telespeech;
    const char *zero_sense_voice[3];
    const char *moonshine_preprocessor;
    const char *moonshine_encoder;
    const char *moonshine_uncached_decoder;
    const char *moonshine_cached_decoder;
    const char *moonshine_merged_decoder;
    const char *zero_other_models[36];
    const char *zero_language_model;
    float zero_language_model_scale;
    const char *decoding_method;
    int32_t max_active_paths;
    const char *zero_hotwords_file;
    float zero_hotwords_score;
    const char *zero_rule_files[2];
    float zero_blank_penalty;
    const char *zero_homophones[3];
    const char *zero_graph;
    int32_t zero_graph_active;
};

struct tom_sherpa_voice_config {
    const char *vits_model;
    const char *vits_lexicon;
    const char *vits_tokens;
    const char *zero_vits_data_dir;
    float vits_noise_scale;
    float vits_noise_scale_w;
    float vits_length_scale;
    const char *zero_vits_dict_dir;
    int32_t num_threads;
    int32_t debug;
    const char *provider;
    const char *zero_matcha[7];
    const char *kokoro_model;
    const char *kokoro_voices;
    const char *kokoro_tokens;
    const char *zero_kokoro_data_dir;
    float kokoro_length_scale;
    const char *zero_kokoro_dict_dir;
    const char *kokoro_lexicon;
    const char *zero_kokoro_language;
    const char *zero_other_models[29];
    const char *zero_rule_fsts;
    int32_t max_num_sentences;
    const char *zero_rule_fars;
    float silence_scale;
};

struct tom_sherpa_generation {
    float silence_scale;
    float speed;
    int32_t speaker;
    const float *zero_reference_audio;
    int32_t zero_reference_numbers[2];
    const char *zero_reference_text;
    int32_t zero_steps;
    const char *zero_extra;
    // All sentences one after the other; NULL to speak the text.
    const int32_t *phonemes;
    const int32_t *phoneme_counts;
    int32_t sentences;
    const char *const *zero_tokens;
    const int32_t *zero_token_counts;
    int32_t zero_token_sentences;
};

struct tom_sherpa_vad_model {
    const char *model;
    float threshold;
    float min_silence;
    float min_speech;
    int32_t window;
    float max_speech;
};

// Voice activity: the one of the two models that has a path.
struct tom_sherpa_vad_config {
    struct tom_sherpa_vad_model silero;
    int32_t sample_rate;
    int32_t num_threads;
    const char *provider;
    int32_t debug;
    struct tom_sherpa_vad_model ten;
};

// Both kinds of results begin with the text.
struct tom_sherpa_result {
    const char *text;
};

struct tom_sherpa_audio {
    const float *samples;
    int32_t count;
    int32_t sample_rate;
};

typedef const char *(*tom_sherpa_version_f)(void);

typedef const void *(*tom_sherpa_online_create_f)(const struct tom_sherpa_online_config *);
typedef const void *(*tom_sherpa_offline_create_f)(const struct tom_sherpa_offline_config *);
typedef void (*tom_sherpa_offline_set_config_f)(const void *recognizer, const struct tom_sherpa_offline_config *);
typedef const void *(*tom_sherpa_voice_create_f)(const struct tom_sherpa_voice_config *);

typedef void (*tom_sherpa_destroy_f)(const void *);
typedef const void *(*tom_sherpa_stream_create_f)(const void *recognizer);
typedef void (*tom_sherpa_accept_f)(const void *stream, int32_t sample_rate, const float *samples, int32_t count);
typedef void (*tom_sherpa_input_finished_f)(const void *stream);
typedef int32_t (*tom_sherpa_ready_f)(const void *recognizer, const void *stream);
typedef void (*tom_sherpa_decode_many_f)(const void *recognizer, const void **streams, int32_t count);
typedef void (*tom_sherpa_decode_one_f)(const void *recognizer, const void *stream);
typedef const struct tom_sherpa_result *(*tom_sherpa_online_result_f)(const void *recognizer, const void *stream);
typedef const struct tom_sherpa_result *(*tom_sherpa_offline_result_f)(const void *stream);
typedef void (*tom_sherpa_result_destroy_f)(const struct tom_sherpa_result *);

typedef int32_t (*tom_sherpa_number_f)(const void *voice);
// Returns 0 to stop.
typedef int32_t (*tom_sherpa_progress_f)(const float *samples, int32_t count, float progress, void *argument);
typedef const struct tom_sherpa_audio *(*tom_sherpa_generate_f)(
    const void *voice, const char *text, const struct tom_sherpa_generation *, tom_sherpa_progress_f, void *argument);
typedef void (*tom_sherpa_audio_destroy_f)(const struct tom_sherpa_audio *);

typedef const void *(*tom_sherpa_vad_create_f)(const struct tom_sherpa_vad_config *, float buffer_seconds);
typedef void (*tom_sherpa_vad_accept_f)(const void *vad, const float *samples, int32_t count);
typedef int32_t (*tom_sherpa_vad_flag_f)(const void *vad);
typedef void (*tom_sherpa_vad_action_f)(const void *vad);

// A file in memory that is the same for this process whatever becomes of others: its descriptor, or -1.
int tom_sherpa_memory_file(void);

// The file that the loader took `address` from, or NULL.
const char *tom_sherpa_file_of(const void *address);

#endif
