import { t } from './i18n.js';
import { Panel, perFrame } from './panel.js';

const FLOOR_DB = -60;
const FALL_DB_PER_SECOND = 60; // a level that fell as fast as speech does would only flicker
const SPOKEN_MS = 1000; // how often assistive technology is given a number

/** A live level in dB below full scale. */
export class LevelView extends Panel {
  constructor() {
    super();
    this.target = FLOOR_DB;
    this.shown = FLOOR_DB;
    this.at = 0;
    this.saidAt = 0;
    this.draw = perFrame(() => this.paint());
  }

  connectedCallback() {
    this.say();
  }

  /** @param {number} rms 0 to 1 */
  set(rms) {
    this.target = Math.max(FLOOR_DB, Math.min(0, 20 * Math.log10(Math.max(rms, 1e-6))));
    this.draw();
  }

  paint() {
    const now = performance.now();
    const fall = (FALL_DB_PER_SECOND * Math.min(now - this.at, 100)) / 1000;
    this.at = now;
    this.shown = Math.max(this.target, this.shown - fall);
    this.style.setProperty('--level', String(1 - this.shown / FLOOR_DB));
    if (now - this.saidAt > SPOKEN_MS || this.shown === FLOOR_DB) this.say();
    if (this.shown > this.target) this.draw();
  }

  say() {
    this.saidAt = performance.now();
    const db = Math.round(this.shown);
    this.setAttribute('aria-valuenow', String(db));
    this.setAttribute('aria-valuetext', db <= FLOOR_DB ? t('level.silent') : t('level.value', { db }));
  }
}
customElements.define('tom-level', LevelView);
