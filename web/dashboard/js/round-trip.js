const PERIOD_MS = 5000;

/** Measures the round trip to the server with the protocol's own pings. */
export class RoundTrip {
  /** @param {(message: import('./types.js').ClientMessage) => void} send */
  constructor(send) {
    this.send = send;
    this.timer = 0;
    this.serial = 0;
    this.at = 0;
  }

  start() {
    this.stop();
    this.timer = setInterval(() => this.ping(), PERIOD_MS);
    this.ping();
  }

  stop() {
    clearInterval(this.timer);
  }

  ping() {
    this.serial++;
    this.at = performance.now();
    this.send({ type: 'ping', ts: Date.now(), id: `ping-${this.serial}` });
  }

  /**
   * @param {string | number | undefined} id of a `pong`
   * @returns {number | null} milliseconds, or null when it answers no ping in flight
   */
  answered(id) {
    return id === `ping-${this.serial}` ? performance.now() - this.at : null;
  }
}
