// The audio thread's side of record.js: hands over all samples, some 20 ms at a time, and plays none.
registerProcessor('test-recorder', class extends AudioWorkletProcessor {
  constructor() {
    super();
    this.block = new Float32Array(1024);
    this.count = 0;
  }

  process([[channel]]) {
    for (let i = 0; i < 128; i += 1) this.block[this.count + i] = channel ? channel[i] : 0;
    this.count += 128;
    if (this.count === this.block.length) {
      this.port.postMessage(this.block);
      this.count = 0;
    }
    return true;
  }
});
