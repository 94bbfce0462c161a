// Runs in every page before the page's own code, from outside it (the page's security policy does not apply): records what
// crosses the WebSocket, what reaches the loudspeaker and what the policy refuses. The page knows nothing of it.
(() => {
  const seen = { events: [], sent: [], violations: [], levels: [], sockets: [], lines: [], tracks: [] };
  Object.defineProperty(window, 'observed', { value: seen });

  document.addEventListener('securitypolicyviolation', (event) => {
    seen.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
  });

  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(url, protocols) {
      super(url, protocols);
      seen.sockets.push({ url: String(url), protocols: [...protocols] });
      seen.lines.push(this);
      this.addEventListener('message', ({ data }) => {
        const binary = typeof data !== 'string';
        const event = binary ? { type: 'binary', size: data.byteLength } : JSON.parse(data);
        seen.events.push({ at: performance.now(), ...event });
      });
    }
    send(data) {
      const binary = typeof data !== 'string';
      const message = binary ? { type: 'binary', size: data.byteLength } : JSON.parse(data);
      seen.sent.push({ at: performance.now(), ...message });
      super.send(data);
    }
  };

  // Everything connected to a loudspeaker is also measured, every 20 ms, by an analyser of ours.
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    const result = connect.call(this, target, ...rest);
    if (target instanceof AudioDestinationNode) {
      const analyser = this.context.createAnalyser();
      analyser.fftSize = 1024;
      connect.call(this, analyser);
      const block = new Float32Array(analyser.fftSize);
      setInterval(() => {
        analyser.getFloatTimeDomainData(block);
        const rms = Math.sqrt(block.reduce((sum, value) => sum + value * value, 0) / block.length);
        seen.levels.push({ at: performance.now(), rms });
      }, 20);
    }
    return result;
  };

  const devices = navigator.mediaDevices;
  if (devices) {
    const get = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => {
      const stream = await get(wanted);
      seen.tracks.push({ track: stream.getAudioTracks()[0], wanted });
      return stream;
    };
  }
})();
