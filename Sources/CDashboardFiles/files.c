#include "CDashboardFiles.h"

// The compiler reads the files itself (C23 `#embed`, clang 19 and later) and tracks them, so that a changed file rebuilds
// this one in a fraction of a second. SwiftPM's `.embedInCode` makes array literals of them, which take 12 to 22 s to compile.
#pragma clang diagnostic ignored "-Wc23-extensions"

// A file is added in both lists below; a test compares them with the folder.

static const unsigned char css_base_css[] = {
#embed "../../web/dashboard/css/base.css"
};
static const unsigned char css_layout_css[] = {
#embed "../../web/dashboard/css/layout.css"
};
static const unsigned char css_panels_css[] = {
#embed "../../web/dashboard/css/panels.css"
};
static const unsigned char favicon_svg[] = {
#embed "../../web/dashboard/favicon.svg"
};
static const unsigned char index_html[] = {
#embed "../../web/dashboard/index.html"
};
static const unsigned char js_activity_js[] = {
#embed "../../web/dashboard/js/activity.js"
};
static const unsigned char js_call_audio_js[] = {
#embed "../../web/dashboard/js/call-audio.js"
};
static const unsigned char js_call_control_js[] = {
#embed "../../web/dashboard/js/call-control.js"
};
static const unsigned char js_call_info_js[] = {
#embed "../../web/dashboard/js/call-info.js"
};
static const unsigned char js_call_list_js[] = {
#embed "../../web/dashboard/js/call-list.js"
};
static const unsigned char js_call_options_js[] = {
#embed "../../web/dashboard/js/call-options.js"
};
static const unsigned char js_call_socket_js[] = {
#embed "../../web/dashboard/js/call-socket.js"
};
static const unsigned char js_call_js[] = {
#embed "../../web/dashboard/js/call.js"
};
static const unsigned char js_capture_worklet_js[] = {
#embed "../../web/dashboard/js/capture-worklet.js"
};
static const unsigned char js_connection_js[] = {
#embed "../../web/dashboard/js/connection.js"
};
static const unsigned char js_emitter_js[] = {
#embed "../../web/dashboard/js/emitter.js"
};
static const unsigned char js_event_log_js[] = {
#embed "../../web/dashboard/js/event-log.js"
};
static const unsigned char js_frame_buffer_js[] = {
#embed "../../web/dashboard/js/frame-buffer.js"
};
static const unsigned char js_frame_packer_js[] = {
#embed "../../web/dashboard/js/frame-packer.js"
};
static const unsigned char js_i18n_de_js[] = {
#embed "../../web/dashboard/js/i18n-de.js"
};
static const unsigned char js_i18n_en_js[] = {
#embed "../../web/dashboard/js/i18n-en.js"
};
static const unsigned char js_i18n_js[] = {
#embed "../../web/dashboard/js/i18n.js"
};
static const unsigned char js_keypad_js[] = {
#embed "../../web/dashboard/js/keypad.js"
};
static const unsigned char js_latency_model_js[] = {
#embed "../../web/dashboard/js/latency-model.js"
};
static const unsigned char js_level_view_js[] = {
#embed "../../web/dashboard/js/level-view.js"
};
static const unsigned char js_live_calls_js[] = {
#embed "../../web/dashboard/js/live-calls.js"
};
static const unsigned char js_log_model_js[] = {
#embed "../../web/dashboard/js/log-model.js"
};
static const unsigned char js_main_js[] = {
#embed "../../web/dashboard/js/main.js"
};
static const unsigned char js_microphone_select_js[] = {
#embed "../../web/dashboard/js/microphone-select.js"
};
static const unsigned char js_microphone_js[] = {
#embed "../../web/dashboard/js/microphone.js"
};
static const unsigned char js_notice_view_js[] = {
#embed "../../web/dashboard/js/notice-view.js"
};
static const unsigned char js_panel_js[] = {
#embed "../../web/dashboard/js/panel.js"
};
static const unsigned char js_play_queue_js[] = {
#embed "../../web/dashboard/js/play-queue.js"
};
static const unsigned char js_playback_worklet_js[] = {
#embed "../../web/dashboard/js/playback-worklet.js"
};
static const unsigned char js_preflight_js[] = {
#embed "../../web/dashboard/js/preflight.js"
};
static const unsigned char js_protocol_js[] = {
#embed "../../web/dashboard/js/protocol.js"
};
static const unsigned char js_reconnect_js[] = {
#embed "../../web/dashboard/js/reconnect.js"
};
static const unsigned char js_reply_stream_js[] = {
#embed "../../web/dashboard/js/reply-stream.js"
};
static const unsigned char js_resampler_js[] = {
#embed "../../web/dashboard/js/resampler.js"
};
static const unsigned char js_round_trip_js[] = {
#embed "../../web/dashboard/js/round-trip.js"
};
static const unsigned char js_speaker_js[] = {
#embed "../../web/dashboard/js/speaker.js"
};
static const unsigned char js_status_view_js[] = {
#embed "../../web/dashboard/js/status-view.js"
};
static const unsigned char js_text_turn_js[] = {
#embed "../../web/dashboard/js/text-turn.js"
};
static const unsigned char js_timeout_js[] = {
#embed "../../web/dashboard/js/timeout.js"
};
static const unsigned char js_transcript_model_js[] = {
#embed "../../web/dashboard/js/transcript-model.js"
};
static const unsigned char js_transcript_view_js[] = {
#embed "../../web/dashboard/js/transcript-view.js"
};
static const unsigned char js_types_js[] = {
#embed "../../web/dashboard/js/types.js"
};
static const unsigned char js_waterfall_view_js[] = {
#embed "../../web/dashboard/js/waterfall-view.js"
};

#define ENTRY(path, name) { path, name, sizeof name }

static const struct tom_dashboard_file files[] = {
    ENTRY("/css/base.css", css_base_css),
    ENTRY("/css/layout.css", css_layout_css),
    ENTRY("/css/panels.css", css_panels_css),
    ENTRY("/favicon.svg", favicon_svg),
    ENTRY("/index.html", index_html),
    ENTRY("/js/activity.js", js_activity_js),
    ENTRY("/js/call-audio.js", js_call_audio_js),
    ENTRY("/js/call-control.js", js_call_control_js),
    ENTRY("/js/call-info.js", js_call_info_js),
    ENTRY("/js/call-list.js", js_call_list_js),
    ENTRY("/js/call-options.js", js_call_options_js),
    ENTRY("/js/call-socket.js", js_call_socket_js),
    ENTRY("/js/call.js", js_call_js),
    ENTRY("/js/capture-worklet.js", js_capture_worklet_js),
    ENTRY("/js/connection.js", js_connection_js),
    ENTRY("/js/emitter.js", js_emitter_js),
    ENTRY("/js/event-log.js", js_event_log_js),
    ENTRY("/js/frame-buffer.js", js_frame_buffer_js),
    ENTRY("/js/frame-packer.js", js_frame_packer_js),
    ENTRY("/js/i18n-de.js", js_i18n_de_js),
    ENTRY("/js/i18n-en.js", js_i18n_en_js),
    ENTRY("/js/i18n.js", js_i18n_js),
    ENTRY("/js/keypad.js", js_keypad_js),
    ENTRY("/js/latency-model.js", js_latency_model_js),
    ENTRY("/js/level-view.js", js_level_view_js),
    ENTRY("/js/live-calls.js", js_live_calls_js),
    ENTRY("/js/log-model.js", js_log_model_js),
    ENTRY("/js/main.js", js_main_js),
    ENTRY("/js/microphone-select.js", js_microphone_select_js),
    ENTRY("/js/microphone.js", js_microphone_js),
    ENTRY("/js/notice-view.js", js_notice_view_js),
    ENTRY("/js/panel.js", js_panel_js),
    ENTRY("/js/play-queue.js", js_play_queue_js),
    ENTRY("/js/playback-worklet.js", js_playback_worklet_js),
    ENTRY("/js/preflight.js", js_preflight_js),
    ENTRY("/js/protocol.js", js_protocol_js),
    ENTRY("/js/reconnect.js", js_reconnect_js),
    ENTRY("/js/reply-stream.js", js_reply_stream_js),
    ENTRY("/js/resampler.js", js_resampler_js),
    ENTRY("/js/round-trip.js", js_round_trip_js),
    ENTRY("/js/speaker.js", js_speaker_js),
    ENTRY("/js/status-view.js", js_status_view_js),
    ENTRY("/js/text-turn.js", js_text_turn_js),
    ENTRY("/js/timeout.js", js_timeout_js),
    ENTRY("/js/transcript-model.js", js_transcript_model_js),
    ENTRY("/js/transcript-view.js", js_transcript_view_js),
    ENTRY("/js/types.js", js_types_js),
    ENTRY("/js/waterfall-view.js", js_waterfall_view_js),
};

size_t tom_dashboard_file_count(void) { return sizeof files / sizeof files[0]; }

const struct tom_dashboard_file *tom_dashboard_file_at(size_t index) {
    return index < tom_dashboard_file_count() ? &files[index] : NULL;
}
