// Runs in pages whose sound is read back, before the page's own code: keeps every sample that goes to the loudspeaker.
(() => {
  const recorded = { rate: 0, blocks: [] };
  Object.defineProperty(window, 'recorded', { value: recorded });

  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    const result = connect.call(this, target, ...rest);
    if (target instanceof AudioDestinationNode) {
      recorded.rate = this.context.sampleRate;
      this.context.audioWorklet.addModule('/test/recorder.js').then(() => {
        const recorder = new AudioWorkletNode(this.context, 'test-recorder');
        recorder.port.onmessage = ({ data }) => recorded.blocks.push({ at: performance.now(), samples: data });
        connect.call(this, recorder);
        connect.call(recorder, target); // silent, and thereby kept running
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
