import { Resampler } from './resampler.js';

/** Rate of the audio TOM receives, in Hz. */
export const CALL_RATE = 16000;
/** Samples of one 20 ms frame at `CALL_RATE`. */
export const FRAME_SAMPLES = 320;

/**
 * @typedef {{pcm: ArrayBuffer, rms: number, peak: number}} Frame 20 ms of PCM16 LE and its level (1 = full scale)
 */

/** Turns microphone blocks of any rate and channel count into 20 ms PCM16 frames at 16 kHz. */
export class FramePacker {
  /** @param {number} inputRate in Hz @param {(frame: Frame) => void} onFrame called for each full frame */
  constructor(inputRate, onFrame) {
    this.onFrame = onFrame;
    this.resampler = new Resampler(inputRate, CALL_RATE);
    this.mono = new Float32Array(128);
    this.converted = new Float32Array(this.resampler.outputBound(128));
    this.frame = new Int16Array(FRAME_SAMPLES);
    this.filled = 0;
    this.energy = 0;
    this.peak = 0;
  }

  /** @param {Float32Array[]} channels equally long; none means silence from a stopped source and is ignored */
  push(channels) {
    if (channels.length === 0 || channels[0].length === 0) return;
    const count = channels[0].length;
    if (this.mono.length !== count) {
      this.mono = new Float32Array(count);
      this.converted = new Float32Array(this.resampler.outputBound(count));
    }
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      this.mono[i] = sum / channels.length;
    }
    const written = this.resampler.process(this.mono, this.converted);
    for (let i = 0; i < written; i++) this.append(this.converted[i]);
  }

  /** @param {number} sample -1 to 1; louder is clipped */
  append(sample) {
    const clipped = Math.max(-1, Math.min(1, sample));
    this.frame[this.filled++] = Math.round(clipped * 32767);
    this.energy += clipped * clipped;
    this.peak = Math.max(this.peak, Math.abs(clipped));
    if (this.filled < FRAME_SAMPLES) return;
    const { frame, peak } = this;
    const rms = Math.sqrt(this.energy / FRAME_SAMPLES);
    this.frame = new Int16Array(FRAME_SAMPLES);
    this.filled = 0;
    this.energy = 0;
    this.peak = 0;
    this.onFrame({ pcm: frame.buffer, rms, peak });
  }
}
