import { nextActivity } from './activity.js';
import { CallAudio } from './call-audio.js';
import { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { askWhyRefused } from './preflight.js';
import { freshCallId, tokenCallId } from './protocol.js';
import { afterClose, afterRefusal, refusalNotice } from './reconnect.js';

/** @typedef {import('./types.js').CallState} CallState */
/** @typedef {import('./types.js').Notice} Notice */
/** @typedef {import('./types.js').ServerEvent} ServerEvent */
/**
 * @typedef {{state: CallState, received: ServerEvent, sent: import('./types.js').ClientMessage,
 *   audio: {direction: 'in' | 'out', type: string, bytes: number}, notice: Notice | null,
 *   page: {type: string} & Record<string, unknown>, microphoneLevel: number, speakerLevel: number,
 *   moment: 'started' | 'lost' | 'ended'}} CallEvents
 */

const SILENCE = new ArrayBuffer(640);

/** One user's call: opens the audio, holds the socket, reconnects, and tells the page what happens. */
export class Call {
  constructor() {
    /** @type {Emitter<CallEvents>} */
    this.events = new Emitter();
    this.audio = new CallAudio({
      frame: (frame) => this.onFrame(frame),
      played: (report) => this.onPlayed(report),
      switched: (notice, microphone) => this.onMicrophone(notice, microphone),
    });
    this.speaker = this.audio.speaker;
    /** @type {import('./types.js').CallOptions} */
    this.options = { framing: 'binary', token: '', callId: '', deviceId: '', microphone: true };
    /** @type {Connection | null} */
    this.connection = null;
    this.serial = 0; // grows with every start and end, so that what is late is recognised
    this.timer = 0;
    this.fatal = '';
    this.stopReason = '';
    /** @type {CallState} */
    this.state = {
      phase: 'idle', activity: 'listening', callId: '', startedAt: null, muted: false, microphone: true, attempt: 0,
      retryInSeconds: 0, roundTripMs: null, engines: null, framing: 'binary',
    };
  }

  /** @param {Partial<CallState>} changes */
  update(changes) {
    this.state = { ...this.state, ...changes };
    this.events.emit('state', this.state);
  }

  /**
   * Calls TOM; to be called from a click, for the browser lets sound start from there.
   * @param {import('./types.js').CallOptions} options
   */
  async start(options) {
    if (this.state.phase !== 'idle') return;
    const serial = ++this.serial;
    this.options = options;
    this.events.emit('notice', null);
    if (!isSecureContext) return this.events.emit('notice', { key: 'problem.insecure', kind: 'error' });
    this.update({
      phase: 'preparing', activity: 'listening', callId: '', startedAt: null, muted: false, roundTripMs: null,
      microphone: options.microphone, attempt: 0, engines: null, framing: options.framing,
    });
    const notice = await this.audio.open(options.microphone, options.deviceId);
    if (serial !== this.serial) return;
    if (notice !== null) return this.finish(notice);
    this.update({ phase: 'connecting' });
    this.connect(serial);
  }

  /** @param {number} serial */
  connect(serial) {
    const { token, framing } = this.options;
    const wished = this.state.attempt === 0 ? this.options.callId : '';
    const callId = tokenCallId(token) ?? (wished === '' ? freshCallId() : wished);
    this.fatal = '';
    this.stopReason = '';
    this.update({ callId });
    this.connection = new Connection({ callId, token, framing }, this.events, {
      opened: () => this.onOpen(),
      event: (event) => this.onEvent(event),
      audio: (audio) => this.speaker.play(audio),
      roundTrip: (roundTripMs) => this.update({ roundTripMs }),
      closed: ({ opened, code }) => this.onClosed(serial, opened, code),
    });
  }

  onOpen() {
    this.update({ phase: 'live', startedAt: Date.now() });
    this.events.emit('notice', null);
    this.events.emit('moment', 'started');
  }

  /** @param {ServerEvent} event */
  onEvent(event) {
    switch (event.type) {
      case 'connected':
        return this.update({
          attempt: 0, engines: event.engines ?? null, framing: event.audio?.framing ?? this.state.framing,
        });
      case 'speech_started':
        return this.signal('speechStarted');
      case 'speech_stopped':
        return this.signal('speechStopped');
      case 'barge_in':
        return this.speaker.drop(event.response_id);
      case 'turn_end':
        return this.signal('turnEnded');
      case 'notice':
        return this.events.emit('notice', {
          key: 'problem.degraded', kind: 'warning', params: { message: event.message },
        });
      case 'error':
        return this.onErrorEvent(event);
      case 'stopped':
        this.stopReason = event.reason ?? '';
    }
  }

  /** @param {import('./types.js').ErrorEvent} event */
  onErrorEvent({ message, hint, fatal }) {
    const words = hint ? `${message} ${hint}` : message;
    if (fatal) this.fatal = words;
    else this.events.emit('notice', { key: 'problem.event', kind: 'warning', params: { message: words } });
  }

  /** @param {import('./play-queue.js').PlayReport} report */
  onPlayed(report) {
    if (report.type === 'overflow') return this.events.emit('page', { type: 'problem', replyAudioRefused: report.responseId });
    this.events.emit('speakerLevel', report.level);
    this.connection?.send({ type: 'playback', response_id: report.responseId, played_ms: Math.round(report.playedMs) });
    if (this.state.phase === 'live') this.signal(report.type === 'progress' ? 'playing' : 'silent');
  }

  /** @param {import('./frame-packer.js').Frame} frame */
  onFrame(frame) {
    this.events.emit('microphoneLevel', this.state.muted ? 0 : frame.rms);
    this.connection?.socket.sendAudio(this.state.muted ? SILENCE : frame.pcm);
  }

  /** @param {import('./activity.js').Signal} signal */
  signal(signal) {
    const activity = nextActivity(this.state.activity, signal, this.speaker.playing);
    if (activity !== this.state.activity) this.update({ activity });
  }

  /** @param {number} serial @param {boolean} opened @param {number} code */
  async onClosed(serial, opened, code) {
    this.connection = null;
    if (opened && code === 1000) return this.finish(null);
    const hadToken = this.options.token !== '';
    if (opened) {
      this.events.emit('moment', 'lost');
      this.speaker.drop(this.speaker.currentId);
      return this.decide(serial, afterClose(code, this.state.attempt, hadToken, this.stopReason));
    }
    const refusal = await askWhyRefused(this.state.callId, this.options.token);
    if (serial !== this.serial) return;
    if (this.state.phase !== 'reconnecting') return this.finish(refusalNotice(refusal, hadToken));
    this.decide(serial, afterRefusal(refusal, this.state.attempt));
  }

  /** @param {number} serial @param {import('./reconnect.js').Decision} decision */
  decide(serial, { retry, delayMs, notice }) {
    const explained = this.fatal === '' ? notice : { ...notice, detail: this.fatal };
    if (!retry) return this.finish(explained);
    this.events.emit('notice', explained);
    this.update({
      phase: 'reconnecting', attempt: this.state.attempt + 1, retryInSeconds: Math.ceil(delayMs / 1000),
      activity: 'listening', roundTripMs: null,
    });
    this.timer = setTimeout(() => serial === this.serial && this.connect(serial), delayMs);
  }

  /** @param {Notice} notice @param {boolean} microphone whether there is one */
  onMicrophone(notice, microphone) {
    this.update({ microphone });
    if (!microphone) this.events.emit('microphoneLevel', 0);
    this.events.emit('notice', notice);
  }

  /**
   * Changes the microphone of a running call.
   * @param {string} deviceId
   * @param {boolean} wanted false for none
   */
  async selectMicrophone(deviceId, wanted) {
    if (this.state.phase === 'idle') return;
    const serial = this.serial;
    const notice = await this.audio.open(wanted, deviceId);
    if (serial !== this.serial) return;
    if (notice !== null) return this.events.emit('notice', { ...notice, action: undefined });
    this.update({ microphone: wanted });
    if (!wanted) this.events.emit('microphoneLevel', 0);
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.update({ muted });
  }

  /** Stops the reply that sounds now. */
  interrupt() {
    const { currentId, playedMs } = this.speaker;
    if (!this.speaker.playing) return;
    this.connection?.send({ type: 'barge_in', ts: Date.now(), played_ms: Math.round(playedMs) });
    this.connection?.replies.end(currentId);
    this.speaker.drop(currentId);
  }

  /** @param {string} text @returns {boolean} whether it was sent */
  sendText(text) {
    const sent = this.connection?.send({ type: 'text', text }) ?? false;
    if (sent) this.signal('sent');
    return sent;
  }

  /** @param {string} digit one of 0-9 * # A-D @returns {boolean} whether it was sent */
  sendDigit(digit) {
    return this.connection?.send({ type: 'dtmf', digit }) ?? false;
  }

  hangUp() {
    this.connection?.hangUp();
    this.speaker.drop(this.speaker.currentId);
    this.finish(null);
  }

  /** @param {Notice | null} notice why the call is over, when nobody ended it */
  finish(notice) {
    if (this.state.phase === 'idle') return;
    const wasLive = this.state.startedAt !== null;
    this.serial++;
    this.connection?.detach();
    this.connection = null;
    clearTimeout(this.timer);
    this.audio.close();
    this.events.emit('microphoneLevel', 0);
    this.update({ phase: 'idle', startedAt: null, attempt: 0, activity: 'listening' });
    if (wasLive) this.events.emit('moment', 'ended');
    if (notice !== null) this.events.emit('notice', notice);
  }
}
