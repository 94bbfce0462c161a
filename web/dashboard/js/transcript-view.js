import { t } from './i18n.js';
import { make, Panel } from './panel.js';

/** @typedef {import('./transcript-model.js').Entry} Entry */

const NEAR_END_PX = 60;

/** The conversation as a chat. Finished entries are announced once, whole; growing ones are only shown. */
export class TranscriptView extends Panel {
  /** @param {import('./transcript-model.js').TranscriptModel} model */
  attach(model) {
    this.model = model;
    /** @type {Map<string, HTMLLIElement>} */
    this.items = new Map();
    this.list = this.child('list', HTMLOListElement);
    this.scroller = this.one('.scroll', HTMLElement);
    this.live = this.child('live', HTMLElement);
    this.empty = this.child('empty', HTMLElement);
  }

  /** @param {Entry} entry that is new or has changed */
  show(entry) {
    const { list, scroller, items, model, empty } = this;
    if (!list || !scroller || !items || !model || !empty) return;
    const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
    let item = items.get(entry.id);
    if (!item) {
      item = make('li');
      items.set(entry.id, item);
      list.append(item);
      this.trim(items, list, model);
    }
    this.fill(item, entry);
    empty.hidden = true;
    if (atEnd) scroller.scrollTop = scroller.scrollHeight;
    this.announce(entry);
  }

  /** @param {Map<string, HTMLLIElement>} items @param {HTMLOListElement} list @param {{entries: Entry[]}} model */
  trim(items, list, model) {
    while (items.size > model.entries.length) {
      const [oldest] = items.keys();
      items.delete(oldest);
      list.firstElementChild?.remove();
    }
  }

  /** @param {HTMLLIElement} item @param {Entry} entry */
  fill(item, entry) {
    item.className = `entry ${entry.side} ${entry.kind} ${entry.state}`;
    if (entry.side === 'note') {
      item.replaceChildren(make('p', 'text', entry.kind === 'tool' ? this.toolWords(entry) : entry.text));
      return;
    }
    const who = make('p', 'who', t(entry.side === 'caller' ? 'transcript.you' : 'transcript.agent'));
    if (entry.kind === 'typed') who.append(make('span', 'tag', t('transcript.typed')));
    if (entry.kind === 'dtmf') who.append(make('span', 'tag', t('transcript.keys')));
    const time = make('time', '', new Date(entry.at).toLocaleTimeString());
    time.dateTime = new Date(entry.at).toISOString();
    who.append(time);
    const wordless = this.wordless(entry);
    const text = make('p', wordless === '' ? 'text' : 'text wordless', wordless || entry.text);
    item.replaceChildren(who, text);
    if (entry.state === 'interrupted' && wordless === '') item.append(make('p', 'fate', t('transcript.interrupted')));
    if (entry.state === 'failed') item.append(make('p', 'fate', t('transcript.failed')));
  }

  /**
   * What stands in place of an entry's text: speech that was kept as sound or not understood comes without.
   * @param {Entry} entry @returns {string} empty when the entry has a text of its own
   */
  wordless(entry) {
    if (entry.text.trim() !== '') return '';
    if (entry.state === 'interrupted') return t('transcript.unheard');
    return entry.side === 'caller' ? t('transcript.wordless') : '';
  }

  /** @param {Entry} entry */
  toolWords(entry) {
    const state = entry.state === 'interrupted' ? 'failed' : entry.state;
    return t(`transcript.tool.${state}`, { name: entry.text });
  }

  /** @param {Entry} entry */
  announce(entry) {
    if (entry.state === 'open' || !this.live) return;
    const who = { caller: `${t('transcript.you')}: `, agent: `${t('transcript.agent')}: `, note: '' }[entry.side];
    this.live.textContent = who + (entry.kind === 'tool' ? this.toolWords(entry) : this.wordless(entry) || entry.text);
  }
}
customElements.define('tom-transcript', TranscriptView);
