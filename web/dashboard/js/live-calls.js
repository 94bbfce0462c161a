import { formatClock, t } from './i18n.js';
import { make, Panel } from './panel.js';
import { timeoutSignal } from './timeout.js';

/** @typedef {{id: string, startedAt: number | null}} LiveCall */
/** @typedef {{state: 'open', calls: LiveCall[]} | {state: 'closed' | 'failed'}} CallList */

const PERIOD_MS = 5000;
const ROWS = 100;

/**
 * Reads the answer of `GET /v1/calls`.
 * @param {unknown} body
 * @returns {LiveCall[]}
 */
export function readCalls(body) {
  const list = /** @type {{calls?: unknown} | null} */ (body)?.calls ?? body;
  if (!Array.isArray(list)) return [];
  return list.slice(0, ROWS).flatMap((item) => {
    const id = item?.call_id ?? item?.id;
    const startedAt = Date.parse(item?.started_at);
    return typeof id === 'string' ? [{ id, startedAt: Number.isNaN(startedAt) ? null : startedAt }] : [];
  });
}

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
      row.append(name, make('td', 'number', call.startedAt === null ? '–' : formatClock(now - call.startedAt)));
      return row;
    }));
  }
}
customElements.define('tom-live-calls', LiveCalls);
