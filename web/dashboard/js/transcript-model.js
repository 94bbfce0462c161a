/**
 * @typedef {{id: string, side: 'caller' | 'agent' | 'note', text: string, state: 'open' | 'done' | 'interrupted' | 'failed',
 *   at: number, kind: 'speech' | 'typed' | 'dtmf' | 'tool' | 'note', version: number}} Entry
 */

const CAPACITY = 500;
const TEXT_LIMIT = 20000; // characters of one entry; a reply longer than this is cut on the page

/**
 * `Array.prototype.findLast`, which browsers before 2022 lack.
 * @param {Entry[]} entries
 * @param {(entry: Entry) => boolean} wanted
 */
function findLast(entries, wanted) {
  for (let index = entries.length - 1; index >= 0; index--) {
    if (wanted(entries[index])) return entries[index];
  }
  return undefined;
}

/**
 * The conversation as a chat: interim text replaced by the final, replies growing token by token, cut when
 * interrupted.
 */
export class TranscriptModel {
  constructor() {
    /** @type {Entry[]} */
    this.entries = [];
    this.serial = 0;
    this.calls = 0;
  }

  /** A call begins; the ids of its turns are its own. */
  begin() {
    this.calls++;
  }

  /**
   * @param {import('./types.js').ServerEvent} event
   * @param {number} now ms since the epoch
   * @returns {Entry | null} the entry that changed
   */
  handle(event, now) {
    switch (event.type) {
      case 'stt_partial':
        return this.put(`u:${event.turn_id}`, 'caller', 'speech', event.text, 'open', now);
      case 'stt_final':
        return this.final(event, now);
      case 'llm_token':
        return this.token(event, now);
      case 'barge_in':
        return this.interrupt(event.response_id, event.heard_text);
      case 'turn_end':
        return this.endTurn(event);
      case 'tool_call':
        return this.tool(event, now);
      default:
        return null;
    }
  }

  /**
   * What the caller typed or keyed; it is shown as sent.
   * @param {'typed' | 'dtmf'} kind
   * @param {string} text
   * @param {number} now
   */
  typed(kind, text, now) {
    const last = this.entries.at(-1);
    if (kind === 'dtmf' && last?.kind === 'dtmf') return this.change(last, last.text + text, 'done');
    return this.put(`t:${++this.serial}`, 'caller', kind, text, 'done', now);
  }

  /** @param {string} text @param {number} now */
  note(text, now) {
    return this.put(`n:${++this.serial}`, 'note', 'note', text, 'done', now);
  }

  /**
   * A call has ended: nothing in the transcript is still to come.
   * @returns {Entry[]} the entries that changed
   */
  close() {
    const open = this.entries.filter((entry) => entry.state === 'open');
    return open.map((entry) => this.change(entry, entry.text, 'done'));
  }

  /** @param {import('./types.js').TranscriptEvent} event @param {number} now */
  final(event, now) {
    const typed = findLast(this.entries, (entry) => entry.side === 'caller');
    // A server may confirm a typed turn or keys with a transcript; the words are already on the page.
    if (typed && typed.kind !== 'speech' && typed.text === event.text) return null;
    return this.put(`u:${event.turn_id}`, 'caller', 'speech', event.text, 'done', now);
  }

  /** @param {import('./types.js').TokenEvent} event @param {number} now */
  token(event, now) {
    const entry = this.find(`r:${event.response_id}`);
    if (entry && entry.state !== 'open') return null;
    return this.put(`r:${event.response_id}`, 'agent', 'speech', (entry?.text ?? '') + event.text, 'open', now);
  }

  /** @param {string} responseId @param {string} heard */
  interrupt(responseId, heard) {
    const entry = this.find(`r:${responseId}`);
    return entry ? this.change(entry, heard ?? '', 'interrupted') : null;
  }

  /** @param {import('./types.js').TurnEndEvent} event */
  endTurn(event) {
    const entry = this.find(`r:${event.response_id}`);
    if (!entry || entry.state !== 'open') return null;
    return this.change(entry, entry.text, event.status === 'completed' ? 'done' : event.status);
  }

  /** @param {import('./types.js').ToolCallEvent} event @param {number} now */
  tool(event, now) {
    const state = event.status === 'started' ? 'open' : event.status;
    return this.put(`x:${event.turn_id}:${event.name}`, 'note', 'tool', event.name, state, now);
  }

  /** @param {string} id */
  find(id) {
    return findLast(this.entries, (entry) => entry.id === `${this.calls}/${id}`);
  }

  /**
   * @param {string} id @param {Entry['side']} side @param {Entry['kind']} kind @param {string} text
   * @param {Entry['state']} state @param {number} at
   */
  put(id, side, kind, text, state, at) {
    const known = this.find(id);
    if (known) return this.change(known, text, state);
    /** @type {Entry} */
    const entry = { id: `${this.calls}/${id}`, side, kind, text: text.slice(0, TEXT_LIMIT), state, at, version: 0 };
    this.entries.push(entry);
    if (this.entries.length > CAPACITY) this.entries.shift();
    return entry;
  }

  /** @param {Entry} entry @param {string} text @param {Entry['state']} state @returns {Entry} */
  change(entry, text, state) {
    entry.text = text.slice(0, TEXT_LIMIT);
    entry.state = state;
    entry.version++;
    return entry;
  }
}
