import { PlayQueue } from './play-queue.js';

/**
 * @typedef {{type: 'play', audio: import('./types.js').ReplyAudio} | {type: 'drop', responseId: string}} PlayCommand
 */

/** Loudspeaker side of the call, on the audio thread: plays queued replies and reports how much was played. */
class PlaybackProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = new PlayQueue(sampleRate, (report) => this.port.postMessage(report));
    this.port.onmessage = (message) => {
      /** @type {PlayCommand} */
      const command = message.data;
      if (command.type === 'play') this.queue.push(command.audio);
      else this.queue.drop(command.responseId);
    };
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs @returns {boolean} */
  process(_inputs, outputs) {
    const [first, ...others] = outputs[0];
    this.queue.pull(first);
    for (const channel of others) channel.set(first);
    return true;
  }
}

registerProcessor('tom-playback', PlaybackProcessor);
