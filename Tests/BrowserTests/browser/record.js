// Runs in pages whose sound is read back, before the page's own code: keeps every sample that goes to the loudspeaker.
(() => {
  const recorded = { rate: 0, blocks: [] };
  Object.defineProperty(window, 'recorded', { value: recorded });

  // The audio thread's side: hands over all samples, some 20 ms at a time, and plays none.
  const recorder = `registerProcessor('test-recorder', class extends AudioWorkletProcessor {
    block = new Float32Array(1024);
    count = 0;
    process([[channel]]) {
      for (let i = 0; i < 128; i += 1) this.block[this.count + i] = channel ? channel[i] : 0;
      this.count += 128;
      if (this.count === this.block.length) {
        this.port.postMessage(this.block);
        this.count = 0;
      }
      return true;
    }
  });`;

  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    const result = connect.call(this, target, ...rest);
    if (target instanceof AudioDestinationNode) {
      recorded.rate = this.context.sampleRate;
      const module = URL.createObjectURL(new Blob([recorder], { type: 'text/javascript' }));
      this.context.audioWorklet.addModule(module).then(() => {
        const node = new AudioWorkletNode(this.context, 'test-recorder');
        node.port.onmessage = ({ data }) => recorded.blocks.push({ at: performance.now(), samples: data });
        connect.call(this, node);
        connect.call(node, target); // silent, and thereby kept running
      });
    }
    return result;
  };

  // PCM16 of what was played between two moments, in base64.
  recorded.between = (from, to) => {
    const bytes = recorded.blocks.filter(({ at }) => at >= from && at < to).map(({ samples }) => {
      const pcm = Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32767));
      return Array.from(new Uint8Array(pcm.buffer), (byte) => String.fromCharCode(byte)).join('');
    });
    return btoa(bytes.join(''));
  };
})();
