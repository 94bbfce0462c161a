import { FramePacker } from './frame-packer.js';

/** Microphone side of the call, on the audio thread: posts 20 ms frames of 16 kHz PCM16 with their level. */
class CaptureProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.packer = new FramePacker(sampleRate, (frame) => this.port.postMessage(frame, [frame.pcm]));
  }

  /** @param {Float32Array[][]} inputs @returns {boolean} */
  process(inputs) {
    this.packer.push(inputs[0]);
    return true;
  }
}

registerProcessor('tom-capture', CaptureProcessor);
