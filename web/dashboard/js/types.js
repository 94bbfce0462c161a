/**
 * Types shared by the dashboard's modules. The wire types follow protocol tom.v1 (docs/protocol.md).
 *
 * @typedef {{codec: string, sample_rate: number}} AudioFormat
 * @typedef {'json' | 'binary'} Framing
 * @typedef {{endpointing_ms?: number | null, stt_ms?: number | null, llm_first_token_ms?: number | null,
 *   tts_first_audio_ms?: number | null, e2e_ms?: number | null}} Latency
 *
 * @typedef {{type: 'connected', ts: number, call_id: string, protocol: string,
 *   audio: {input: AudioFormat, output: AudioFormat, framing: Framing},
 *   engines: {stt: string, llm: string, tts: string}}} ConnectedEvent
 * @typedef {{type: 'speech_started' | 'speech_stopped', ts: number, audio_ms: number}} SpeechEvent
 * @typedef {{type: 'stt_partial' | 'stt_final', ts: number, text: string, turn_id: string,
 *   language?: string, confidence?: number}} TranscriptEvent
 * @typedef {{type: 'llm_token', ts: number, text: string, turn_id: string, response_id: string}} TokenEvent
 * @typedef {{type: 'tool_call', ts: number, turn_id: string, name: string,
 *   status: 'started' | 'done' | 'failed'}} ToolCallEvent
 * @typedef {{type: 'tts_audio', ts: number, codec: string, sample_rate: number, bytes: string, seq: number,
 *   turn_id: string, response_id: string}} ReplyAudioEvent
 * @typedef {{type: 'tts_start', ts: number, response_id: string, turn_id: string}} ReplyStartEvent
 * @typedef {{type: 'tts_end', ts: number, response_id: string}} ReplyEndEvent
 * @typedef {{type: 'barge_in', ts: number, response_id: string, heard_ms: number, heard_text: string}} BargeInEvent
 * @typedef {{type: 'turn_end', ts: number, turn_id: string, response_id: string,
 *   status: 'completed' | 'interrupted' | 'failed', latency?: Latency}} TurnEndEvent
 * @typedef {{type: 'heartbeat', ts: number}} HeartbeatEvent
 * @typedef {{type: 'pong', ts?: number, id?: string | number}} PongEvent
 * @typedef {{type: 'notice', ts: number, code: string, message: string}} NoticeEvent
 * @typedef {{type: 'stopped', ts: number, reason?: string}} StoppedEvent
 * @typedef {{type: 'error', ts: number, code: string, message: string, hint?: string, fatal: boolean,
 *   ref?: string}} ErrorEvent
 *
 * @typedef {ConnectedEvent | SpeechEvent | TranscriptEvent | TokenEvent | ToolCallEvent | ReplyAudioEvent
 *   | ReplyStartEvent | ReplyEndEvent | BargeInEvent | TurnEndEvent | HeartbeatEvent | PongEvent | NoticeEvent
 *   | StoppedEvent | ErrorEvent} ServerEvent
 *
 * @typedef {{type: 'start', framing: Framing, metadata?: Record<string, string>}
 *   | {type: 'audio_chunk', data: string, format: 'pcm16_16k', seq: number}
 *   | {type: 'barge_in', ts: number, played_ms: number}
 *   | {type: 'playback', response_id: string, played_ms: number}
 *   | {type: 'text', text: string}
 *   | {type: 'dtmf', digit: string}
 *   | {type: 'ping', ts: number, id: string}
 *   | {type: 'stop', reason?: string}} ClientMessage
 *
 * One reply chunk on its way to the loudspeaker: PCM16 little endian, mono.
 * @typedef {{responseId: string, sampleRate: number, pcm: ArrayBuffer}} ReplyAudio
 *
 * What the caller is told when something is wrong. `key` names the words in the dictionary.
 * @typedef {{key: import('./i18n.js').Key, kind: 'error' | 'warning' | 'info',
 *   params?: Record<string, string | number>, detail?: string,
 *   action?: 'retry' | 'withoutMicrophone' | 'token'}} Notice
 *
 * @typedef {'idle' | 'preparing' | 'connecting' | 'live' | 'reconnecting'} Phase
 * @typedef {'listening' | 'hearing' | 'thinking' | 'speaking'} Activity
 * @typedef {{phase: Phase, activity: Activity, callId: string, startedAt: number | null, muted: boolean,
 *   microphone: boolean, attempt: number, retryInSeconds: number, roundTripMs: number | null,
 *   engines: {stt: string, llm: string, tts: string} | null, framing: Framing}} CallState
 *
 * @typedef {{framing: Framing, token: string, callId: string, deviceId: string, microphone: boolean}} CallOptions
 */

export {};
