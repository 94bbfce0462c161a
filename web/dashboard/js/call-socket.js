import { FrameBuffer, Pace } from './frame-buffer.js';
import { parseEvent, streamURL, subprotocols, toBase64 } from './protocol.js';

/** @typedef {import('./types.js').ClientMessage} ClientMessage */
/** @typedef {import('./types.js').ServerEvent} ServerEvent */
/**
 * @typedef {object} SocketListener
 * @property {() => void} opened
 * @property {(event: ServerEvent) => void} event
 * @property {(text: string) => void} unreadable a text message that is no event of the protocol
 * @property {(pcm: ArrayBuffer) => void} audio a binary frame
 * @property {(message: ClientMessage) => void} sent
 * @property {(bytes: number) => void} sentAudio
 * @property {(dropping: boolean) => void} congested microphone audio is dropped because the network is too slow
 * @property {(result: {opened: boolean, code: number}) => void} closed
 */

const CONGESTION_BYTES = 96 * 1024; // about 3 s of audio waiting in the browser; later speech is worth more than stale
// A page that was held up by a long task gets its microphone's frames in a heap. The server ends calls that send more
// than 120 messages a second, so what goes beyond this pace waits for the next frame and goes with it in one message.
const PACE = 75;
const HEAP = 40;

/** One WebSocket carrying one call. */
export class CallSocket {
  /**
   * @param {{callId: string, token: string, framing: import('./types.js').Framing}} options
   * @param {SocketListener} listener
   */
  constructor(options, listener) {
    this.framing = options.framing;
    this.listener = listener;
    this.buffer = new FrameBuffer();
    this.pace = new Pace(PACE, HEAP);
    this.opened = false;
    this.dropping = false;
    this.sequence = 0;
    this.socket = new WebSocket(streamURL(location, options.callId), subprotocols(options.token));
    this.socket.binaryType = 'arraybuffer';
    this.socket.onopen = () => this.onOpen();
    this.socket.onmessage = (message) => this.onMessage(message.data);
    this.socket.onclose = (event) => listener.closed({ opened: this.opened, code: event.code });
  }

  onOpen() {
    this.opened = true;
    this.send({ type: 'start', framing: this.framing, metadata: { client: 'dashboard' } });
    this.transmitBuffer();
    this.listener.opened();
  }

  /** @param {string | ArrayBuffer} data */
  onMessage(data) {
    if (typeof data !== 'string') {
      this.listener.audio(data);
      return;
    }
    const event = parseEvent(data);
    if (event === null) this.listener.unreadable(data);
    else this.listener.event(event);
  }

  /** @param {ClientMessage} message @returns {boolean} whether it was sent */
  send(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    this.listener.sent(message);
    return true;
  }

  /**
   * Sends microphone audio, or keeps it until the socket is open.
   * @param {ArrayBuffer} pcm 16 kHz PCM16 LE mono
   */
  sendAudio(pcm) {
    const state = this.socket.readyState;
    if (state === WebSocket.CONNECTING) this.buffer.push(pcm);
    if (state !== WebSocket.OPEN) return;
    const congested = this.socket.bufferedAmount > CONGESTION_BYTES;
    if (congested !== this.dropping) this.listener.congested(congested);
    this.dropping = congested;
    if (congested) return;
    this.buffer.push(pcm);
    if (this.pace.allows(performance.now())) this.transmitBuffer();
  }

  transmitBuffer() {
    for (const pcm of this.buffer.drain()) this.transmit(pcm);
  }

  /** @param {ArrayBuffer} pcm */
  transmit(pcm) {
    if (this.framing === 'binary') {
      this.socket.send(pcm);
    } else {
      const data = toBase64(pcm);
      /** @type {ClientMessage} */
      const message = { type: 'audio_chunk', data, format: 'pcm16_16k', seq: this.sequence++ };
      this.socket.send(JSON.stringify(message));
    }
    this.listener.sentAudio(pcm.byteLength);
  }

  close() {
    this.socket.close(1000);
  }
}
