import { isKey, language, t } from './i18n.js';
import { GROUPS, logLine } from './log-model.js';
import { make, Panel, perFrame } from './panel.js';

/** @typedef {import('./log-model.js').LogEntry} LogEntry */
/** @typedef {import('./log-model.js').LogModel} LogModel */

const ROWS = 300; // rows on the page; copy and export take all that match

/**
 * Local time of day to the millisecond.
 * @param {Date} at
 */
function clockTime(at) {
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => String(n).padStart(2, '0'));
  return `${hours}:${minutes}:${seconds}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** The events of the call, with filter, pause, copy and export. */
export class EventLog extends Panel {
  /** @param {LogModel} model */
  attach(model) {
    this.model = model;
    this.filterInput = this.one('#log-filter', HTMLInputElement);
    this.groupSelect = this.one('#log-group', HTMLSelectElement);
    this.pauseButton = this.child('pause', HTMLButtonElement);
    this.scroller = this.one('.scroll', HTMLElement);
    this.rows = this.child('rows', HTMLOListElement);
    this.pausedAt = -1;
    this.groupSelect.append(new Option(t('log.group.all'), 'all'));
    for (const group of GROUPS) this.groupSelect.append(new Option(t(`log.group.${group}`), group));
    this.refresh = perFrame(() => this.draw());
    this.filterInput.addEventListener('input', this.refresh);
    this.groupSelect.addEventListener('change', this.refresh);
    this.pauseButton.addEventListener('click', () => this.togglePause());
    this.child('copy', HTMLButtonElement).addEventListener('click', () => this.copy());
    this.child('export', HTMLButtonElement).addEventListener('click', () => this.save());
    this.child('clear', HTMLButtonElement).addEventListener('click', () => {
      model.clear();
      this.draw();
    });
    this.draw();
  }

  /** The model has changed. */
  changed() {
    this.refresh?.();
  }

  togglePause() {
    if (!this.model || !this.pauseButton) return;
    this.pausedAt = this.pausedAt < 0 ? this.model.serial : -1;
    const paused = this.pausedAt >= 0;
    this.pauseButton.setAttribute('aria-pressed', String(paused));
    this.pauseButton.textContent = t(paused ? 'log.resume' : 'log.pause');
    this.draw();
  }

  /** @returns {LogEntry[]} what the filter and the pause let through */
  matching() {
    const { model, filterInput, groupSelect, pausedAt = -1 } = this;
    if (!model || !filterInput || !groupSelect) return [];
    const wanted = GROUPS.find((group) => group === groupSelect.value) ?? 'all';
    const found = model.filter(wanted, filterInput.value);
    return pausedAt < 0 ? found : found.filter((entry) => entry.serial <= pausedAt);
  }

  draw() {
    const { model, rows, scroller, pausedAt = -1 } = this;
    if (!model || !rows || !scroller) return;
    const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
    const entries = this.matching();
    const shown = entries.slice(-ROWS);
    this.reconcile(rows, shown);
    this.child('empty', HTMLElement).hidden = shown.length > 0;
    const counted = t('log.count', { shown: shown.length, total: model.entries.length });
    const newer = pausedAt < 0 ? '' : ` · ${t('log.paused', { count: model.serial - pausedAt })}`;
    this.child('count', HTMLElement).textContent = counted + newer;
    if (atEnd && pausedAt < 0) scroller.scrollTop = scroller.scrollHeight;
  }

  /**
   * Changes only the rows that differ, so that a selection and the scroll position survive.
   * @param {HTMLOListElement} rows
   * @param {LogEntry[]} shown
   */
  reconcile(rows, shown) {
    const wanted = new Set(shown.map((entry) => String(entry.serial)));
    for (const row of [...rows.children]) {
      if (row instanceof HTMLElement && !wanted.has(row.dataset.serial ?? '')) row.remove();
    }
    let row = rows.firstElementChild;
    for (const entry of shown) {
      if (row instanceof HTMLLIElement && row.dataset.serial === String(entry.serial)) {
        if (row.dataset.count !== String(entry.count)) this.fill(row, entry);
        row = row.nextElementSibling;
      } else {
        const added = make('li');
        this.fill(added, entry);
        rows.insertBefore(added, row);
      }
    }
  }

  /** @param {HTMLLIElement} row @param {LogEntry} entry */
  fill(row, entry) {
    row.dataset.serial = String(entry.serial);
    row.dataset.count = String(entry.count);
    row.className = `event ${entry.direction} ${entry.group}`;
    const time = make('time', '', clockTime(new Date(entry.at)));
    const arrow = make('span', 'arrow', { in: '←', out: '→', page: '·' }[entry.direction]);
    const kib = (entry.bytes / 1024).toLocaleString(language(), { maximumFractionDigits: 1 });
    const detail = entry.bytes > 0 ? t('log.audio', { count: entry.count, kib }) : entry.detail;
    row.replaceChildren(time, arrow, make('span', 'type', entry.type), make('span', 'detail', detail));
  }

  async copy() {
    const entries = this.matching();
    try {
      await navigator.clipboard.writeText(entries.map(logLine).join('\n'));
      this.say('log.copied', { count: entries.length });
    } catch {
      this.say('log.copyFailed', {});
    }
  }

  save() {
    const file = new Blob([JSON.stringify(this.matching(), null, 1)], { type: 'application/json' });
    const link = make('a');
    link.href = URL.createObjectURL(file);
    link.download = `tom-events-${new Date().toISOString().replaceAll(':', '-')}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  /** @param {string} key @param {Record<string, number>} params */
  say(key, params) {
    if (!isKey(key)) return;
    this.child('count', HTMLElement).textContent = t(key, params);
    this.child('said', HTMLElement).textContent = t(key, params);
  }
}
customElements.define('tom-event-log', EventLog);
