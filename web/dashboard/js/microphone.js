/** @typedef {import('./types.js').Notice} Notice */
/** @typedef {{deviceId: string, label: string}} Device */

/**
 * Measured with Chromium and the built-in recogniser, eight phrases each: a microphone whose peaks are at -40 dBFS is heard
 * eight times with gain control and never without, and the few samples of the first phrase that it clips for a loud
 * caller cost nothing. Against noise 15 dB below the voice, suppression makes every phrase surer.
 * @type {MediaTrackConstraints}
 */
const CONSTRAINTS = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: { ideal: 1 } };

/**
 * Words for what `getUserMedia` throws (Media Capture and Streams section 10.2).
 * @param {unknown} error
 * @returns {Notice}
 */
export function microphoneNotice(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return { key: 'problem.permission', kind: 'error', action: 'withoutMicrophone' };
    case 'NotFoundError':
    case 'OverconstrainedError':
      return { key: 'problem.noDevice', kind: 'error', action: 'withoutMicrophone' };
    default:
      return { key: 'problem.deviceBusy', kind: 'error', detail: name, action: 'withoutMicrophone' };
  }
}

/** The caller's microphone: one open stream at most, changed under a running call when the user or the plug says so. */
export class Microphone {
  /**
   * @param {(frame: import('./frame-packer.js').Frame) => void} onFrame
   * @param {() => void} onLost the device in use went away
   */
  constructor(onFrame, onLost) {
    this.onFrame = onFrame;
    this.onLost = onLost;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {AudioNode[]} */
    this.nodes = [];
    this.opening = 0;
  }

  /**
   * @param {AudioContext} context with the module capture-worklet.js loaded
   * @param {string} deviceId empty for the system's default; a device that is gone is replaced by the default
   */
  async open(context, deviceId) {
    const serial = ++this.opening;
    const stream = await this.request(deviceId);
    if (serial !== this.opening) {
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    this.release();
    this.stream = stream;
    const [track] = stream.getAudioTracks();
    track.onended = () => {
      if (this.stream === stream) this.onLost();
    };
    const source = context.createMediaStreamSource(stream);
    const capture = new AudioWorkletNode(context, 'tom-capture', { numberOfOutputs: 0 });
    capture.port.onmessage = (message) => {
      if (this.stream === stream) this.onFrame(message.data);
    };
    source.connect(capture);
    this.nodes = [source, capture];
  }

  /** @param {string} deviceId @returns {Promise<MediaStream>} */
  async request(deviceId) {
    const exact = deviceId === '' ? {} : { deviceId: { exact: deviceId } };
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: { ...CONSTRAINTS, ...exact } });
    } catch (error) {
      const gone = error instanceof DOMException || error instanceof Error ? error.name : '';
      if (deviceId === '' || !['OverconstrainedError', 'NotFoundError'].includes(gone)) throw error;
      return await navigator.mediaDevices.getUserMedia({ audio: CONSTRAINTS });
    }
  }

  /** Name of the device in use. */
  get label() {
    return this.stream?.getAudioTracks()[0]?.label ?? '';
  }

  close() {
    this.opening++;
    this.release();
  }

  release() {
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    for (const node of this.nodes) node.disconnect();
    this.stream = null;
    this.nodes = [];
  }
}

/**
 * Microphones now plugged in; their names stay empty until the user has once allowed one.
 * @returns {Promise<Device[]>}
 */
export async function listMicrophones() {
  const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
  return devices
    .filter((device) => device.kind === 'audioinput' && device.deviceId !== '' && device.deviceId !== 'default')
    .map(({ deviceId, label }) => ({ deviceId, label }));
}

/**
 * Calls `onChange` when a device is plugged in or out.
 * @param {() => void} onChange
 */
export function watchMicrophones(onChange) {
  navigator.mediaDevices?.addEventListener('devicechange', onChange);
}
