import { fromBase64 } from './protocol.js';

const REMEMBERED = 32;

/** Finds the reply audio in what the server sends, in either framing, and leaves out what a barge-in has ended. */
export class ReplyStream {
  constructor() {
    this.sampleRate = 16000;
    this.binaryId = '';
    /** @type {string[]} */
    this.ended = [];
  }

  /**
   * @param {import('./types.js').ServerEvent} event
   * @returns {import('./types.js').ReplyAudio | null} audio to play
   */
  event(event) {
    switch (event.type) {
      case 'connected':
        this.sampleRate = event.audio?.output?.sample_rate ?? this.sampleRate;
        return null;
      case 'tts_start':
        this.binaryId = event.response_id;
        return null;
      case 'tts_end':
        this.binaryId = '';
        return null;
      case 'barge_in':
        this.end(event.response_id);
        return null;
      case 'tts_audio': {
        const pcm = fromBase64(event.bytes);
        return pcm === null ? null : this.audio(event.response_id, event.sample_rate ?? this.sampleRate, pcm);
      }
      default:
        return null;
    }
  }

  /** @param {ArrayBuffer} pcm a binary frame; without a `tts_start` before it, it belongs to no reply */
  binary(pcm) {
    return this.binaryId === '' ? null : this.audio(this.binaryId, this.sampleRate, pcm);
  }

  /** @param {string} responseId @param {number} sampleRate @param {ArrayBuffer} pcm */
  audio(responseId, sampleRate, pcm) {
    if (this.ended.includes(responseId) || pcm.byteLength < 2) return null;
    return { responseId, sampleRate, pcm };
  }

  /**
   * Late audio of this response is ignored from now on.
   * @param {string} responseId
   */
  end(responseId) {
    this.ended.push(responseId);
    if (this.ended.length > REMEMBERED) this.ended.shift();
  }
}
