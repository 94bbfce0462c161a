import { formatMs, t } from './i18n.js';
import { STAGES } from './latency-model.js';
import { make, Panel } from './panel.js';

/** @typedef {import('./latency-model.js').TurnLatency} TurnLatency */

/** Where the time of each answer went, and what is usual in this call. */
export class WaterfallView extends Panel {
  /** @param {import('./latency-model.js').LatencyModel} model */
  attach(model) {
    const legend = this.child('legend', HTMLUListElement);
    for (const stage of STAGES) {
      const item = make('li');
      item.append(make('span', `swatch ${stage}`), t(`latency.stage.${stage}`));
      legend.append(item);
    }
    this.begin(model);
  }

  /**
   * Shows another call.
   * @param {import('./latency-model.js').LatencyModel} model
   */
  begin(model) {
    this.model = model;
    this.show();
  }

  show() {
    const { model } = this;
    if (!model) return;
    const none = model.turns.length === 0;
    this.child('empty', HTMLElement).hidden = !none;
    this.child('content', HTMLElement).hidden = none;
    if (none) return;
    const longest = Math.max(...model.turns.map((turn) => turn.totalMs), 1);
    const rows = [...model.turns].reverse().map((turn) => this.turnRow(turn, longest));
    this.child('turns', HTMLElement).replaceChildren(...rows);
    this.showSummary(model);
  }

  /** @param {TurnLatency} turn @param {number} longest */
  turnRow(turn, longest) {
    const row = make('tr');
    row.dataset.turn = turn.turnId;
    const head = make('th', '', String(turn.number));
    head.scope = 'row';
    const bar = make('div', 'bar');
    /** @type {string[]} */
    const words = [];
    for (const stage of STAGES) {
      const ms = turn.stages[stage];
      if (ms <= 0) continue;
      const part = make('span', `part ${stage}`);
      part.style.width = `${(100 * ms) / longest}%`;
      words.push(`${t(`latency.stage.${stage}`)} ${formatMs(ms)}`);
      bar.append(part);
    }
    bar.title = words.join('\n');
    const cell = make('td');
    cell.append(bar, make('span', 'visually-hidden', words.join(', ')));
    row.append(head, cell, make('td', 'number', formatMs(turn.totalMs)));
    return row;
  }

  /** @param {import('./latency-model.js').LatencyModel} model */
  showSummary(model) {
    const p50 = model.percentile(50);
    const p95 = model.percentile(95);
    const rows = STAGES.map((stage) => {
      const head = make('th');
      head.append(make('span', `swatch ${stage}`), t(`latency.stage.${stage}`));
      return this.summaryRow(head, p50.stages[stage], p95.stages[stage]);
    });
    const total = this.summaryRow(make('th', '', t('latency.total')), p50.totalMs, p95.totalMs);
    total.className = 'total';
    this.child('summary', HTMLElement).replaceChildren(...rows, total);
  }

  /** @param {HTMLTableCellElement} head @param {number | null} p50 @param {number | null} p95 */
  summaryRow(head, p50, p95) {
    const row = make('tr');
    head.scope = 'row';
    row.append(head, make('td', 'number', formatMs(p50)), make('td', 'number', formatMs(p95)));
    return row;
  }
}
customElements.define('tom-waterfall', WaterfallView);
