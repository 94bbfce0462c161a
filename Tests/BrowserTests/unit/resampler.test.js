import { Resampler } from '../../../web/dashboard/js/resampler.js';
import { assert, assertEquals } from './asserts.js';

const SECONDS = 1;

/**
 * A sine of full scale.
 * @param {number} frequency
 * @param {number} rate
 */
function sine(frequency, rate) {
  return Float32Array.from({ length: rate * SECONDS }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate));
}

/** @param {Resampler} resampler @param {Float32Array} input @param {number} block */
function convert(resampler, input, block) {
  const output = new Float32Array(resampler.outputBound(input.length) + Math.ceil(input.length / block));
  let written = 0;
  for (let at = 0; at < input.length; at += block) {
    const part = input.subarray(at, at + block);
    written += resampler.process(part, output.subarray(written));
  }
  return output.subarray(0, written);
}

/**
 * Level in dB below a full-scale sine, after the filter has settled.
 * @param {Float32Array} signal
 * @param {number} rate
 */
function level(signal, rate) {
  const settled = signal.subarray(Math.round(rate * 0.1), Math.round(rate * 0.9));
  const power = settled.reduce((sum, value) => sum + value * value, 0) / settled.length;
  return 10 * Math.log10(Math.max(power, 1e-20) * 2);
}

for (const rate of [22050, 24000, 32000, 44100, 48000, 88200, 96000]) {
  Deno.test(`${rate} Hz to 16 kHz rejects aliases by more than 60 dB`, () => {
    const tones = [8000, 8500, 9000, 10000, 11000, 13000, 15500, 17000, 20000, 23000, 31000].filter((f) => f < rate / 2);
    for (const tone of tones) {
      const rejected = level(convert(new Resampler(rate, 16000), sine(tone, rate), 128), 16000);
      assert(rejected < -60, `${tone} Hz leaves ${rejected.toFixed(1)} dB`);
    }
  });

  Deno.test(`${rate} Hz to 16 kHz keeps speech within 0.1 dB`, () => {
    for (const tone of [100, 300, 1000, 3400, 5000, 6800]) {
      const kept = level(convert(new Resampler(rate, 16000), sine(tone, rate), 128), 16000);
      assert(Math.abs(kept) < 0.1, `${tone} Hz: ${kept.toFixed(3)} dB`);
    }
  });
}

for (const rate of [44100, 48000, 96000]) {
  Deno.test(`16 kHz to ${rate} Hz makes no images above -60 dB and keeps the tone`, () => {
    const output = convert(new Resampler(16000, rate), sine(1000, 16000), 320);
    assert(Math.abs(level(output, rate)) < 0.1);
    const settled = output.subarray(Math.round(rate * 0.1), Math.round(rate * 0.9));
    // What is left when the tone itself, fitted by least squares, is taken away is image and noise.
    let [sine1, cosine1] = [0, 0];
    settled.forEach((value, i) => {
      sine1 += (2 * value * Math.sin((2 * Math.PI * 1000 * i) / rate)) / settled.length;
      cosine1 += (2 * value * Math.cos((2 * Math.PI * 1000 * i) / rate)) / settled.length;
    });
    const rest = settled.map((value, i) => {
      const angle = (2 * Math.PI * 1000 * i) / rate;
      return value - sine1 * Math.sin(angle) - cosine1 * Math.cos(angle);
    });
    const power = rest.reduce((sum, value) => sum + value * value, 0) / rest.length;
    assert(10 * Math.log10(power * 2) < -60, `${10 * Math.log10(power * 2)} dB`);
  });
}

Deno.test('no sample is lost or added over 10,000 uneven blocks at 44.1 kHz', () => {
  const resampler = new Resampler(44100, 16000);
  const output = new Float32Array(resampler.outputBound(4096));
  let [given, made] = [0, 0];
  for (let i = 0; i < 10000; i++) {
    const count = 128 + (i % 7);
    given += count;
    made += resampler.process(new Float32Array(count), output);
  }
  assert(Math.abs(made - (given * 160) / 441) <= 1, `${made} from ${given}`);
});

Deno.test('where the stream is cut makes no difference', () => {
  const input = sine(440, 44100);
  const whole = convert(new Resampler(44100, 16000), input, input.length);
  for (const block of [1, 127, 128, 441, 5000]) {
    assertEquals(Array.from(convert(new Resampler(44100, 16000), input, block)), Array.from(whole));
  }
});

Deno.test('equal rates pass through unchanged', () => {
  const input = sine(440, 16000);
  assertEquals(Array.from(convert(new Resampler(16000, 16000), input, 128)), Array.from(input));
});

Deno.test('reset forgets the past', () => {
  const resampler = new Resampler(48000, 16000);
  const first = Array.from(convert(resampler, sine(500, 48000), 128));
  resampler.reset();
  assertEquals(Array.from(convert(resampler, sine(500, 48000), 128)), first);
});
