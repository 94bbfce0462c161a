import { Resampler } from './resampler.js';

/** @typedef {{responseId: string, samples: Float32Array, offset: number}} Chunk */
/**
 * @typedef {{type: 'progress' | 'drained' | 'dropped', responseId: string, playedMs: number, level: number}
 *   | {type: 'overflow', responseId: string}} PlayReport
 */

const PRIME_MS = 60; // audio gathered before the first sound, so that network jitter makes no gap
const REPORT_MS = 100;
const CAPACITY_MS = 5000; // the server is at most 500 ms ahead; more than this is refused and reported
const FADE_MS = 5; // a cut without a fade clicks

/** Reply audio between the socket and the loudspeaker: converts, queues, counts what was played, drops on barge-in. */
export class PlayQueue {
  /** @param {number} outputRate of the audio context in Hz @param {(report: PlayReport) => void} onReport */
  constructor(outputRate, onReport) {
    this.outputRate = outputRate;
    this.onReport = onReport;
    /** @type {Chunk[]} */
    this.chunks = [];
    this.queued = 0;
    /** @type {Resampler | null} */
    this.resampler = null;
    this.streamId = '';
    this.playing = false;
    this.waited = 0;
    this.currentId = '';
    this.open = false; // whether the current response has played anything since its last 'drained'
    this.played = 0;
    this.sinceReport = 0;
    this.energy = 0;
    this.last = 0;
    this.fade = 0;
  }

  /** @param {number} ms */
  samples(ms) {
    return Math.round((ms * this.outputRate) / 1000);
  }

  /** @param {import('./types.js').ReplyAudio} audio */
  push({ responseId, sampleRate, pcm }) {
    if (this.queued >= this.samples(CAPACITY_MS)) {
      this.onReport({ type: 'overflow', responseId });
      return;
    }
    if (this.resampler === null || this.resampler.inputRate !== sampleRate) {
      this.resampler = new Resampler(sampleRate, this.outputRate);
    } else if (this.streamId !== responseId) {
      this.resampler.reset();
    }
    this.streamId = responseId;
    const view = new DataView(pcm);
    const input = new Float32Array(pcm.byteLength >> 1);
    for (let i = 0; i < input.length; i++) input[i] = view.getInt16(2 * i, true) / 32768;
    const output = new Float32Array(this.resampler.outputBound(input.length));
    const written = this.resampler.process(input, output);
    this.chunks.push({ responseId, samples: output.subarray(0, written), offset: 0 });
    this.queued += written;
  }

  /**
   * Drops what is queued of one response, at once; what sounds right now is faded out.
   * @param {string} responseId
   */
  drop(responseId) {
    this.chunks = this.chunks.filter((chunk) => chunk.responseId !== responseId);
    this.queued = this.chunks.reduce((sum, chunk) => sum + chunk.samples.length - chunk.offset, 0);
    if (this.currentId === responseId) {
      this.fade = this.playing ? this.samples(FADE_MS) : 0;
      this.finish('dropped');
    }
  }

  /**
   * Fills one block of output.
   * @param {Float32Array} output
   */
  pull(output) {
    output.fill(0);
    let at = 0;
    if (!this.ready(output.length)) {
      this.fadeOut(output);
      return;
    }
    while (at < output.length && this.chunks.length > 0) {
      const chunk = this.chunks[0];
      this.begin(chunk.responseId);
      const count = Math.min(output.length - at, chunk.samples.length - chunk.offset);
      output.set(chunk.samples.subarray(chunk.offset, chunk.offset + count), at);
      chunk.offset += count;
      at += count;
      this.queued -= count;
      this.advance(output.subarray(at - count, at));
      if (chunk.offset === chunk.samples.length) this.chunks.shift();
    }
    if (this.chunks.length === 0) this.finish('drained');
  }

  /**
   * Whether sound may flow: it does once enough is queued, or the first chunk has waited as long.
   * @param {number} count
   */
  ready(count) {
    if (this.playing) return true;
    if (this.chunks.length === 0) {
      this.waited = 0;
      return false;
    }
    this.waited += count;
    const prime = this.samples(PRIME_MS);
    if (this.queued < prime && this.waited < prime) return false;
    this.waited = 0;
    this.playing = true;
    return true;
  }

  /** @param {string} responseId */
  begin(responseId) {
    if (this.currentId === responseId) return;
    if (this.open) this.report('drained');
    this.currentId = responseId;
    this.played = 0;
    this.fade = 0;
  }

  /** @param {Float32Array} block just played */
  advance(block) {
    for (const sample of block) this.energy += sample * sample;
    this.last = block.length > 0 ? block[block.length - 1] : this.last;
    this.open = true;
    this.played += block.length;
    this.sinceReport += block.length;
    if (this.sinceReport >= this.samples(REPORT_MS)) this.report('progress');
  }

  /**
   * Nothing is left to play. The response stays current, so that a late chunk continues its count.
   * @param {'drained' | 'dropped'} type
   */
  finish(type) {
    if (!this.playing) return;
    this.playing = false;
    if (this.open) this.report(type);
  }

  /** @param {'progress' | 'drained' | 'dropped'} type */
  report(type) {
    const level = this.sinceReport > 0 ? Math.sqrt(this.energy / this.sinceReport) : 0;
    const playedMs = (this.played * 1000) / this.outputRate;
    this.onReport({ type, responseId: this.currentId, playedMs, level: type === 'progress' ? level : 0 });
    this.sinceReport = 0;
    this.energy = 0;
    if (type !== 'progress') this.open = false;
  }

  /** @param {Float32Array} output */
  fadeOut(output) {
    const total = this.samples(FADE_MS);
    for (let i = 0; i < output.length && this.fade > 0; i++, this.fade--) output[i] = (this.last * this.fade) / total;
  }
}
