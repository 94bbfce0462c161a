// Compares the layouts that TOM declares (Sources/CSherpaOnnx) with those of the header a release of sherpa-onnx carries:
//
//   cc -fsyntax-only -I Sources/CSherpaOnnx/include -I SITE_PACKAGES/sherpa_onnx/include layout.c

#include "CSherpaOnnx.h"
#include <stddef.h>

#include "sherpa-onnx/c-api/c-api.h"

#define SIZE(ours, theirs) _Static_assert(sizeof(struct ours) == sizeof(theirs), "size of " #theirs)
#define SAME(ours, member, theirs, path) \
    _Static_assert(offsetof(struct ours, member) == offsetof(theirs, path), "place of " #path)

SIZE(tom_sherpa_online_config, SherpaOnnxOnlineRecognizerConfig);
SAME(tom_sherpa_online_config, features.sample_rate, SherpaOnnxOnlineRecognizerConfig, feat_config.sample_rate);
SAME(tom_sherpa_online_config, features.dimension, SherpaOnnxOnlineRecognizerConfig, feat_config.feature_dim);
SAME(tom_sherpa_online_config, transducer_encoder, SherpaOnnxOnlineRecognizerConfig, model_config.transducer.encoder);
SAME(tom_sherpa_online_config, transducer_decoder, SherpaOnnxOnlineRecognizerConfig, model_config.transducer.decoder);
SAME(tom_sherpa_online_config, transducer_joiner, SherpaOnnxOnlineRecognizerConfig, model_config.transducer.joiner);
SAME(tom_sherpa_online_config, zipformer2_ctc, SherpaOnnxOnlineRecognizerConfig, model_config.zipformer2_ctc.model);
SAME(tom_sherpa_online_config, tokens, SherpaOnnxOnlineRecognizerConfig, model_config.tokens);
SAME(tom_sherpa_online_config, num_threads, SherpaOnnxOnlineRecognizerConfig, model_config.num_threads);
SAME(tom_sherpa_online_config, provider, SherpaOnnxOnlineRecognizerConfig, model_config.provider);
SAME(tom_sherpa_online_config, debug, SherpaOnnxOnlineRecognizerConfig, model_config.debug);
SAME(tom_sherpa_online_config, model_type, SherpaOnnxOnlineRecognizerConfig, model_config.model_type);
SAME(tom_sherpa_online_config, decoding_method, SherpaOnnxOnlineRecognizerConfig, decoding_method);
SAME(tom_sherpa_online_config, max_active_paths, SherpaOnnxOnlineRecognizerConfig, max_active_paths);
SAME(tom_sherpa_online_config, enable_endpoint, SherpaOnnxOnlineRecognizerConfig, enable_endpoint);

SIZE(tom_sherpa_offline_config, SherpaOnnxOfflineRecognizerConfig);
SAME(tom_sherpa_offline_config, features.sample_rate, SherpaOnnxOfflineRecognizerConfig, feat_config.sample_rate);
SAME(tom_sherpa_offline_config, features.dimension, SherpaOnnxOfflineRecognizerConfig, feat_config.feature_dim);
SAME(tom_sherpa_offline_config, whisper_encoder, SherpaOnnxOfflineRecognizerConfig, model_config.whisper.encoder);
SAME(tom_sherpa_offline_config, whisper_decoder, SherpaOnnxOfflineRecognizerConfig, model_config.whisper.decoder);
SAME(tom_sherpa_offline_config, whisper_language, SherpaOnnxOfflineRecognizerConfig, model_config.whisper.language);
SAME(tom_sherpa_offline_config, whisper_task, SherpaOnnxOfflineRecognizerConfig, model_config.whisper.task);
SAME(tom_sherpa_offline_config, whisper_tail_paddings, SherpaOnnxOfflineRecognizerConfig, model_config.whisper.tail_paddings);
SAME(tom_sherpa_offline_config, tokens, SherpaOnnxOfflineRecognizerConfig, model_config.tokens);
SAME(tom_sherpa_offline_config, num_threads, SherpaOnnxOfflineRecognizerConfig, model_config.num_threads);
SAME(tom_sherpa_offline_config, debug, SherpaOnnxOfflineRecognizerConfig, model_config.debug);
SAME(tom_sherpa_offline_config, provider, SherpaOnnxOfflineRecognizerConfig, model_config.provider);
SAME(tom_sherpa_offline_config, model_type, SherpaOnnxOfflineRecognizerConfig, model_config.model_type);
SAME(tom_sherpa_offline_config, moonshine_preprocessor, SherpaOnnxOfflineRecognizerConfig, model_config.moonshine.preprocessor);
SAME(tom_sherpa_offline_config, moonshine_encoder, SherpaOnnxOfflineRecognizerConfig, model_config.moonshine.encoder);
SAME(tom_sherpa_offline_config, moonshine_uncached_decoder, SherpaOnnxOfflineRecognizerConfig, model_config.moonshine.uncached_decoder);
SAME(tom_sherpa_offline_config, moonshine_cached_decoder, SherpaOnnxOfflineRecognizerConfig, model_config.moonshine.cached_decoder);
SAME(tom_sherpa_offline_config, moonshine_merged_decoder, SherpaOnnxOfflineRecognizerConfig, model_config.moonshine.merged_decoder);
SAME(tom_sherpa_offline_config, decoding_method, SherpaOnnxOfflineRecognizerConfig, decoding_method);
SAME(tom_sherpa_offline_config, max_active_paths, SherpaOnnxOfflineRecognizerConfig, max_active_paths);

SIZE(tom_sherpa_voice_config, SherpaOnnxOfflineTtsConfig);
SAME(tom_sherpa_voice_config, vits_model, SherpaOnnxOfflineTtsConfig, model.vits.model);
SAME(tom_sherpa_voice_config, vits_lexicon, SherpaOnnxOfflineTtsConfig, model.vits.lexicon);
SAME(tom_sherpa_voice_config, vits_tokens, SherpaOnnxOfflineTtsConfig, model.vits.tokens);
SAME(tom_sherpa_voice_config, vits_noise_scale, SherpaOnnxOfflineTtsConfig, model.vits.noise_scale);
SAME(tom_sherpa_voice_config, vits_noise_scale_w, SherpaOnnxOfflineTtsConfig, model.vits.noise_scale_w);
SAME(tom_sherpa_voice_config, vits_length_scale, SherpaOnnxOfflineTtsConfig, model.vits.length_scale);
SAME(tom_sherpa_voice_config, num_threads, SherpaOnnxOfflineTtsConfig, model.num_threads);
SAME(tom_sherpa_voice_config, debug, SherpaOnnxOfflineTtsConfig, model.debug);
SAME(tom_sherpa_voice_config, provider, SherpaOnnxOfflineTtsConfig, model.provider);
SAME(tom_sherpa_voice_config, kokoro_model, SherpaOnnxOfflineTtsConfig, model.kokoro.model);
SAME(tom_sherpa_voice_config, kokoro_voices, SherpaOnnxOfflineTtsConfig, model.kokoro.voices);
SAME(tom_sherpa_voice_config, kokoro_tokens, SherpaOnnxOfflineTtsConfig, model.kokoro.tokens);
SAME(tom_sherpa_voice_config, kokoro_length_scale, SherpaOnnxOfflineTtsConfig, model.kokoro.length_scale);
SAME(tom_sherpa_voice_config, kokoro_lexicon, SherpaOnnxOfflineTtsConfig, model.kokoro.lexicon);
SAME(tom_sherpa_voice_config, max_num_sentences, SherpaOnnxOfflineTtsConfig, max_num_sentences);
SAME(tom_sherpa_voice_config, silence_scale, SherpaOnnxOfflineTtsConfig, silence_scale);

SIZE(tom_sherpa_generation, SherpaOnnxGenerationConfig);
SAME(tom_sherpa_generation, silence_scale, SherpaOnnxGenerationConfig, silence_scale);
SAME(tom_sherpa_generation, speed, SherpaOnnxGenerationConfig, speed);
SAME(tom_sherpa_generation, speaker, SherpaOnnxGenerationConfig, sid);
SAME(tom_sherpa_generation, phonemes, SherpaOnnxGenerationConfig, phoneme_codepoints);
SAME(tom_sherpa_generation, phoneme_counts, SherpaOnnxGenerationConfig, phoneme_codepoints_lens);
SAME(tom_sherpa_generation, sentences, SherpaOnnxGenerationConfig, phoneme_codepoints_num_sentences);

SIZE(tom_sherpa_vad_config, SherpaOnnxVadModelConfig);
SAME(tom_sherpa_vad_config, silero.model, SherpaOnnxVadModelConfig, silero_vad.model);
SAME(tom_sherpa_vad_config, silero.threshold, SherpaOnnxVadModelConfig, silero_vad.threshold);
SAME(tom_sherpa_vad_config, silero.min_silence, SherpaOnnxVadModelConfig, silero_vad.min_silence_duration);
SAME(tom_sherpa_vad_config, silero.min_speech, SherpaOnnxVadModelConfig, silero_vad.min_speech_duration);
SAME(tom_sherpa_vad_config, silero.window, SherpaOnnxVadModelConfig, silero_vad.window_size);
SAME(tom_sherpa_vad_config, silero.max_speech, SherpaOnnxVadModelConfig, silero_vad.max_speech_duration);
SAME(tom_sherpa_vad_config, ten.model, SherpaOnnxVadModelConfig, ten_vad.model);
SAME(tom_sherpa_vad_config, ten.threshold, SherpaOnnxVadModelConfig, ten_vad.threshold);
SAME(tom_sherpa_vad_config, ten.min_silence, SherpaOnnxVadModelConfig, ten_vad.min_silence_duration);
SAME(tom_sherpa_vad_config, ten.min_speech, SherpaOnnxVadModelConfig, ten_vad.min_speech_duration);
SAME(tom_sherpa_vad_config, ten.window, SherpaOnnxVadModelConfig, ten_vad.window_size);
SAME(tom_sherpa_vad_config, ten.max_speech, SherpaOnnxVadModelConfig, ten_vad.max_speech_duration);
SAME(tom_sherpa_vad_config, sample_rate, SherpaOnnxVadModelConfig, sample_rate);
SAME(tom_sherpa_vad_config, num_threads, SherpaOnnxVadModelConfig, num_threads);
SAME(tom_sherpa_vad_config, provider, SherpaOnnxVadModelConfig, provider);
SAME(tom_sherpa_vad_config, debug, SherpaOnnxVadModelConfig, debug);

SIZE(tom_sherpa_audio, SherpaOnnxGeneratedAudio);
SAME(tom_sherpa_audio, samples, SherpaOnnxGeneratedAudio, samples);
SAME(tom_sherpa_audio, count, SherpaOnnxGeneratedAudio, n);
SAME(tom_sherpa_audio, sample_rate, SherpaOnnxGeneratedAudio, sample_rate);

// Both results begin with the text.
SAME(tom_sherpa_result, text, SherpaOnnxOnlineRecognizerResult, text);
SAME(tom_sherpa_result, text, SherpaOnnxOfflineRecognizerResult, text);
