// The audio thread's side of the microphone: PCM16, 20 ms at a time.
registerProcessor('microphone', class extends AudioWorkletProcessor {
  frame = new Int16Array(sampleRate / 50);
  count = 0;

  process([[channel]]) {
    for (const sample of channel ?? []) {
      this.frame[this.count] = Math.max(-1, Math.min(1, sample)) * 32767;
      this.count += 1;
      if (this.count === this.frame.length) {
        this.port.postMessage(this.frame.slice());
        this.count = 0;
      }
    }
    return true;
  }
});
