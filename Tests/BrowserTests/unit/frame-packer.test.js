import { FramePacker } from '../../../web/dashboard/js/frame-packer.js';
import { assert, assertEquals } from './asserts.js';

/** @param {number} rate @param {(i: number) => number} signal @param {number} channels */
function pack(rate, signal, channels = 1) {
  /** @type {import('../../../web/dashboard/js/frame-packer.js').Frame[]} */
  const frames = [];
  const packer = new FramePacker(rate, (frame) => frames.push(frame));
  for (let at = 0; at < rate; at += 128) {
    const block = Float32Array.from({ length: 128 }, (_, i) => signal(at + i));
    packer.push(Array.from({ length: channels }, () => block));
  }
  return frames;
}

for (const rate of [16000, 44100, 48000]) {
  Deno.test(`one second at ${rate} Hz makes 50 frames of 640 bytes`, () => {
    const frames = pack(rate, (i) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / rate));
    assertEquals(frames.length, 50);
    assert(frames.every((frame) => frame.pcm.byteLength === 640));
    const { rms, peak } = frames[25];
    assert(Math.abs(rms - 0.3536) < 0.005, `rms ${rms}`);
    assert(Math.abs(peak - 0.5) < 0.01, `peak ${peak}`);
  });
}

Deno.test('frames own their buffers, so that they can be transferred', () => {
  const frames = pack(48000, () => 0);
  assertEquals(new Set(frames.map((frame) => frame.pcm)).size, frames.length);
});

Deno.test('samples are little-endian PCM16 and clipped, never wrapped', () => {
  const [frame] = pack(16000, () => 2);
  assertEquals(new DataView(frame.pcm).getInt16(600, true), 32767);
  const [low] = pack(16000, () => -2);
  assertEquals(new DataView(low.pcm).getInt16(600, true), -32767);
});

Deno.test('stereo is mixed to one channel at its mean', () => {
  const [mono, stereo] = [1, 2].map((channels) => pack(48000, (i) => Math.sin(i / 20), channels));
  assertEquals(new Int16Array(stereo[10].pcm).join(), new Int16Array(mono[10].pcm).join());
});

Deno.test('a source without channels is ignored', () => {
  new FramePacker(48000, () => {
    throw new Error('no frame expected');
  }).push([]);
});
