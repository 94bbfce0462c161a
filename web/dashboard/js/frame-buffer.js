const CAPACITY_FRAMES = 250; // 5 s: more than a slow handshake takes, and less than the server's rate limit per second
const JOINED_FRAMES = 25; // 500 ms a message, so that the backlog costs few messages; the protocol allows 1 s

/** Microphone audio that waits for the socket, so that the first word is not lost. Full, it drops the oldest. */
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
