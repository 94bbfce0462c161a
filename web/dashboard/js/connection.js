import { CallSocket } from './call-socket.js';
import { ReplyStream } from './reply-stream.js';
import { RoundTrip } from './round-trip.js';

/** @typedef {import('./types.js').ServerEvent} ServerEvent */
/**
 * @typedef {object} ConnectionListener
 * @property {() => void} opened
 * @property {(event: ServerEvent) => void} event every event of the server except `pong`
 * @property {(audio: import('./types.js').ReplyAudio) => void} audio to be played
 * @property {(ms: number) => void} roundTrip
 * @property {(result: {opened: boolean, code: number}) => void} closed
 */

const GOODBYE_MS = 2000; // how long a side that has said its last word waits for the other to close

/**
 * One attempt at a call: its socket, the replies on it and its round trip. After `detach` it tells the page
 * nothing but the log.
 */
export class Connection {
  /**
   * @param {{callId: string, token: string, framing: import('./types.js').Framing}} options
   * @param {import('./emitter.js').Emitter<import('./call.js').CallEvents>} log where everything sent and received is told
   * @param {ConnectionListener} listener
   */
  constructor(options, log, listener) {
    this.log = log;
    /** @type {ConnectionListener | null} */
    this.listener = listener;
    this.replies = new ReplyStream();
    this.roundTrip = new RoundTrip((message) => this.socket.send(message));
    this.socket = new CallSocket(options, {
      opened: () => this.onOpen(),
      event: (event) => this.onEvent(event),
      unreadable: (text) => log.emit('page', { type: 'problem', unreadable: text.slice(0, 200) }),
      audio: (pcm) => this.onAudio('binary', pcm.byteLength, this.replies.binary(pcm)),
      sent: (message) => log.emit('sent', message),
      sentAudio: (bytes) => log.emit('audio', { direction: 'out', type: 'audio_chunk', bytes }),
      congested: (dropping) => log.emit('page', { type: 'problem', microphoneAudioDropped: dropping }),
      closed: (result) => this.onClosed(result),
    });
  }

  onOpen() {
    if (this.listener === null) return this.hangUp();
    this.listener.opened();
    this.roundTrip.start();
  }

  /** @param {ServerEvent} event */
  onEvent(event) {
    this.log.emit('received', event);
    const audio = this.replies.event(event);
    if (event.type === 'tts_audio') return this.onAudio(event.type, audio?.pcm.byteLength ?? 0, audio);
    if (event.type === 'stopped') setTimeout(() => this.socket.close(), GOODBYE_MS);
    if (event.type !== 'pong') return this.listener?.event(event);
    const ms = this.roundTrip.answered(event.id);
    if (ms !== null) this.listener?.roundTrip(ms);
  }

  /** @param {string} type @param {number} bytes @param {import('./types.js').ReplyAudio | null} audio */
  onAudio(type, bytes, audio) {
    this.log.emit('audio', { direction: 'in', type, bytes });
    if (audio !== null) this.listener?.audio(audio);
  }

  /** @param {{opened: boolean, code: number}} result */
  onClosed(result) {
    this.roundTrip.stop();
    this.log.emit('page', { type: 'closed', code: result.code });
    const { listener } = this;
    this.listener = null;
    listener?.closed(result);
  }

  /** @param {import('./types.js').ClientMessage} message @returns {boolean} whether it was sent */
  send(message) {
    return this.socket.send(message);
  }

  /** Ends the call from this side; the server's `stopped` is still logged. */
  hangUp() {
    this.detach();
    if (this.send({ type: 'stop', reason: 'caller hung up' })) setTimeout(() => this.socket.close(), GOODBYE_MS);
    else this.socket.close();
  }

  detach() {
    this.roundTrip.stop();
    this.listener = null;
  }
}
