import { Microphone, microphoneNotice } from './microphone.js';
import { Speaker } from './speaker.js';

/** @typedef {import('./types.js').Notice} Notice */
/**
 * @typedef {object} AudioListener
 * @property {(frame: import('./frame-packer.js').Frame) => void} frame 20 ms from the microphone
 * @property {(report: import('./play-queue.js').PlayReport) => void} played
 * @property {(notice: Notice, microphone: boolean) => void} switched another microphone, or none, is in use
 */

/** Microphone and loudspeaker of one page. */
export class CallAudio {
  /** @param {AudioListener} listener */
  constructor(listener) {
    this.listener = listener;
    this.speaker = new Speaker(listener.played);
    this.microphone = new Microphone(listener.frame, () => this.replaceLost());
    this.serial = 0; // grows with every close, so that what was asked for before is not opened after it
  }

  /**
   * Opens the loudspeaker and, if wanted, a microphone.
   * @param {boolean} wanted
   * @param {string} deviceId empty for the system's default
   * @returns {Promise<Notice | null>} what went wrong
   */
  async open(wanted, deviceId) {
    const serial = this.serial;
    /** @type {AudioContext} */
    let context;
    try {
      context = await this.speaker.open();
    } catch (error) {
      // The worklets come from the server: what looks like broken audio can be a server that has gone.
      const network = error instanceof DOMException && error.name === 'AbortError';
      if (network) return { key: 'problem.unreachable', kind: 'error', action: 'retry' };
      return { key: 'problem.audio', kind: 'error', detail: String(error) };
    }
    if (serial !== this.serial || !wanted) {
      this.microphone.close();
      return null;
    }
    try {
      await this.microphone.open(context, deviceId);
      return null;
    } catch (error) {
      return microphoneNotice(error);
    }
  }

  /** The microphone in use was unplugged: go on with another, or without. */
  async replaceLost() {
    const serial = this.serial;
    const notice = await this.open(true, '');
    if (serial !== this.serial) return;
    if (notice === null) {
      const params = { name: this.microphone.label };
      this.listener.switched({ key: 'microphone.switched', kind: 'info', params }, true);
    } else {
      this.microphone.close();
      this.listener.switched({ key: 'problem.microphoneLost', kind: 'warning' }, false);
    }
  }

  /** Frees the microphone at once and lets the loudspeaker finish what is queued. */
  close() {
    this.serial++;
    this.microphone.close();
    this.speaker.rest();
  }
}
