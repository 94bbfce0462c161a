/**
 * Streaming sample-rate conversion between any two whole-number rates: a Kaiser-windowed sinc low-pass, evaluated as a
 * polyphase filter (one set of coefficients per output phase), so that 44100 -> 16000 costs no more than 48000 -> 16000.
 * The stop band starts at half the lower rate and is 80 dB down; the pass band reaches 87 % of it.
 */

const STOP_BAND_DB = 80;
const TRANSITION = 0.125; // share of the lower Nyquist frequency that the filter takes to fall
const MAX_BLOCK = 4096; // longest block handled at once, in samples; longer input is cut into such blocks

/** @param {number} a @param {number} b @returns {number} */
function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}

/**
 * Modified Bessel function of the first kind and order zero, by its power series.
 * @param {number} x
 */
function bessel0(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

export class Resampler {
  /**
   * @param {number} inputRate in Hz, a positive whole number
   * @param {number} outputRate in Hz, a positive whole number
   */
  constructor(inputRate, outputRate) {
    const divisor = gcd(inputRate, outputRate);
    this.inputRate = inputRate;
    this.outputRate = outputRate;
    /** Output phases between two input samples. */
    this.up = outputRate / divisor;
    /** Input phases between two output samples. */
    this.down = inputRate / divisor;
    this.passThrough = this.up === this.down;
    const nyquist = Math.min(inputRate, outputRate) / 2;
    const width = (nyquist * TRANSITION) / inputRate;
    /** Coefficients per phase. */
    this.taps = this.passThrough ? 1 : Math.ceil((STOP_BAND_DB - 7.95) / (14.36 * width)) | 1;
    this.coefficients = this.design(nyquist * (1 - TRANSITION / 2));
    this.history = new Float32Array(this.taps - 1 + MAX_BLOCK);
    this.phase = 0;
    this.skip = 0;
  }

  /** Group delay in seconds. */
  get delay() {
    return (this.taps - 1) / 2 / this.inputRate;
  }

  /**
   * Most samples that `process` can return for `count` input samples.
   * @param {number} count
   */
  outputBound(count) {
    return Math.ceil((count * this.up) / this.down) + 1;
  }

  /**
   * Coefficients, phase by phase, each phase reversed for a forward dot product.
   * @param {number} cutoff in Hz
   */
  design(cutoff) {
    const { taps, up } = this;
    const table = new Float32Array(taps * up);
    if (this.passThrough) return table.fill(1);
    const beta = 0.1102 * (STOP_BAND_DB - 8.7);
    const centre = (taps - 1) / 2;
    const frequency = (2 * cutoff) / this.inputRate;
    for (let phase = 0; phase < up; phase++) {
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) {
        const time = tap - centre + phase / up;
        const ratio = time / (centre + 1);
        const window = bessel0(beta * Math.sqrt(Math.max(0, 1 - ratio * ratio)));
        const angle = Math.PI * frequency * time;
        const value = (angle === 0 ? 1 : Math.sin(angle) / angle) * window;
        table[phase * taps + (taps - 1 - tap)] = value;
        sum += value;
      }
      // Unit gain at 0 Hz in every phase; without it the phases differ and modulate the signal.
      for (let tap = 0; tap < taps; tap++) table[phase * taps + tap] /= sum;
    }
    return table;
  }

  /**
   * Converts one block. State is kept, so a stream may be cut anywhere.
   * @param {Float32Array} input samples at the input rate
   * @param {Float32Array} output room for `outputBound(input.length)` samples
   * @returns {number} samples written
   */
  process(input, output) {
    if (this.passThrough) {
      output.set(input);
      return input.length;
    }
    let written = 0;
    for (let start = 0; start < input.length; start += MAX_BLOCK) {
      written = this.block(input.subarray(start, start + MAX_BLOCK), output, written);
    }
    return written;
  }

  /** @param {Float32Array} input @param {Float32Array} output @param {number} written @returns {number} */
  block(input, output, written) {
    const { taps, history, coefficients, up, down } = this;
    history.set(input, taps - 1);
    let index = this.skip;
    while (index < input.length) {
      const base = this.phase * taps;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += history[index + tap] * coefficients[base + tap];
      output[written++] = sum;
      this.phase += down;
      index += Math.floor(this.phase / up);
      this.phase %= up;
    }
    this.skip = index - input.length;
    history.copyWithin(0, input.length, input.length + taps - 1);
    return written;
  }

  /** Forgets the past, for the start of an unrelated stream. */
  reset() {
    this.history.fill(0);
    this.phase = 0;
    this.skip = 0;
  }
}
