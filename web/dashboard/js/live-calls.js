import { readCalls } from './call-list.js';
import { formatClock, t } from './i18n.js';
import { make, Panel } from './panel.js';
import { timeoutSignal } from './timeout.js';

/** @typedef {import('./call-list.js').LiveCall} LiveCall */
/** @typedef {{state: 'open', calls: LiveCall[]} | {state: 'closed' | 'failed'}} CallList */

const PERIOD_MS = 5000;

/** @returns {Promise<CallList>} */
async function fetchCalls() {
  try {
    const response = await fetch('/v1/calls', { cache: 'no-store', signal: timeoutSignal(PERIOD_MS) });
    if ([401, 403, 404].includes(response.status)) return { state: 'closed' };
    if (!response.ok) return { state: 'failed' };
    return { state: 'open', calls: readCalls(await response.json()) };
  } catch {
    return { state: 'failed' };
  }
}

/** Calls in progress on the server, where the server lets this user see them. */
export class LiveCalls extends Panel {
  /** @param {import('./call.js').Call} call */
  attach(call) {
    let last = '';
    call.events.on('state', (state) => {
      const key = `${state.phase} ${state.callId}`;
      if (key !== last) this.refresh(call);
      last = key;
    });
    document.addEventListener('visibilitychange', () => this.refresh(call));
    this.refresh(call);
  }

  /** @param {import('./call.js').Call} call */
  async refresh(call) {
    clearTimeout(this.timer);
    if (document.hidden) return;
    const serial = this.serial = (this.serial ?? 0) + 1;
    const list = await fetchCalls();
    if (serial !== this.serial) return;
    this.show(list, call.state.callId);
    // Who may not see the list now may not see it in five seconds either.
    if (list.state !== 'closed') this.timer = setTimeout(() => this.refresh(call), PERIOD_MS);
  }

  /** @param {CallList} list @param {string} ownId */
  show(list, ownId) {
    const words = this.child('words', HTMLElement);
    const content = this.child('content', HTMLElement);
    const calls = list.state === 'open' ? list.calls : [];
    content.hidden = calls.length === 0;
    words.hidden = calls.length > 0;
    words.textContent = t(list.state === 'open' ? 'calls.empty' : `calls.${list.state}`);
    const now = Date.now();
    this.child('rows', HTMLElement).replaceChildren(...calls.map((call) => {
      const row = make('tr');
      const name = make('td', 'id', call.id);
      if (call.id === ownId) name.append(make('span', 'tag', t('calls.you')));
      const turns = make('td', 'number', call.turns === null ? '–' : String(call.turns));
      row.append(name, turns, make('td', 'number', call.startedAt === null ? '–' : formatClock(now - call.startedAt)));
      return row;
    }));
  }
}
customElements.define('tom-live-calls', LiveCalls);
