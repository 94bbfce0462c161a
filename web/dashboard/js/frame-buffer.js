const CAPACITY_FRAMES = 250; // 5 s: more than a slow handshake takes, and less than the server's rate limit per second
const JOINED_FRAMES = 25; // 500 ms a message, so that the backlog costs few messages; the protocol allows 1 s

/** Microphone audio that waits for the socket or for its turn, so that no word is lost. Full, it drops the oldest. */
export class FrameBuffer {
  constructor() {
    /** @type {ArrayBuffer[]} */
    this.frames = [];
    this.dropped = 0;
  }

  /** @param {ArrayBuffer} frame */
  push(frame) {
    this.frames.push(frame);
    if (this.frames.length > CAPACITY_FRAMES) {
      this.frames.shift();
      this.dropped++;
    }
  }

  /**
   * Empties the buffer.
   * @returns {ArrayBuffer[]} its audio in order, joined to larger messages
   */
  drain() {
    /** @type {ArrayBuffer[]} */
    const messages = [];
    for (let at = 0; at < this.frames.length; at += JOINED_FRAMES) {
      const group = this.frames.slice(at, at + JOINED_FRAMES);
      const joined = new Uint8Array(group.reduce((sum, frame) => sum + frame.byteLength, 0));
      let offset = 0;
      for (const frame of group) {
        joined.set(new Uint8Array(frame), offset);
        offset += frame.byteLength;
      }
      messages.push(joined.buffer);
    }
    this.frames = [];
    return messages;
  }
}

/** An allowance of messages: so many a second, and no more than `atOnce` in a heap. */
export class Pace {
  /** @param {number} perSecond @param {number} atOnce */
  constructor(perSecond, atOnce) {
    this.perSecond = perSecond;
    this.atOnce = atOnce;
    this.allowance = atOnce;
    this.last = 0;
  }

  /** @param {number} now in ms, never less than before @returns {boolean} whether a message may go now */
  allows(now) {
    this.allowance = Math.min(this.atOnce, this.allowance + ((now - this.last) * this.perSecond) / 1000);
    this.last = now;
    if (this.allowance < 1) return false;
    this.allowance--;
    return true;
  }
}
