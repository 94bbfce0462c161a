/** @typedef {import('./play-queue.js').PlayReport} PlayReport */
/** @typedef {import('./playback-worklet.js').PlayCommand} PlayCommand */

const SETTLE_MS = 6000; // longer than the play queue's capacity: a goodbye is heard out before the audio is put to rest

/** The audio context of the page and the loudspeaker side of the call. */
export class Speaker {
  /** @param {(report: PlayReport) => void} onReport */
  constructor(onReport) {
    this.onReport = onReport;
    /** @type {AudioContext | null} */
    this.context = null;
    /** @type {AudioWorkletNode | null} */
    this.node = null;
    /** @type {Promise<void> | null} */
    this.loading = null;
    this.currentId = '';
    this.playedMs = 0;
    this.playing = false;
    this.restTimer = 0;
  }

  /**
   * Starts the audio system; to be called from a click.
   * @returns {Promise<AudioContext>}
   */
  async open() {
    clearTimeout(this.restTimer);
    this.context ??= new AudioContext({ latencyHint: 'interactive' });
    this.loading ??= this.load(this.context);
    try {
      await this.loading;
    } catch (error) {
      this.loading = null; // the next call tries again
      throw error;
    }
    await this.context.resume();
    return this.context;
  }

  /** @param {AudioContext} context */
  async load(context) {
    await context.audioWorklet.addModule('/js/capture-worklet.js');
    await context.audioWorklet.addModule('/js/playback-worklet.js');
    const node = new AudioWorkletNode(context, 'tom-playback', { numberOfInputs: 0, outputChannelCount: [1] });
    node.port.onmessage = (message) => this.report(message.data);
    node.connect(context.destination);
    this.node = node;
  }

  /** @param {import('./types.js').ReplyAudio} audio its buffer is handed over */
  play(audio) {
    this.command({ type: 'play', audio }, [audio.pcm]);
  }

  /**
   * Silences one reply at once.
   * @param {string} responseId
   */
  drop(responseId) {
    this.command({ type: 'drop', responseId }, []);
  }

  /** @param {PlayCommand} command @param {Transferable[]} transfer */
  command(command, transfer) {
    this.node?.port.postMessage(command, transfer);
  }

  /** @param {PlayReport} report */
  report(report) {
    if (report.type !== 'overflow') {
      // Sound between the worklet and the loudspeaker is not heard yet, and after a drop it never is.
      const ahead = report.type === 'drained' ? 0 : (this.context?.outputLatency || 0) * 1000;
      report.playedMs = Math.max(0, report.playedMs - ahead);
      this.currentId = report.responseId;
      this.playedMs = report.playedMs;
      this.playing = report.type === 'progress';
    }
    this.onReport(report);
  }

  /** Puts the audio system to rest after what is queued was heard. */
  rest() {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.context?.suspend(), SETTLE_MS);
  }
}
