import { t } from './i18n.js';
import { make, Panel } from './panel.js';

/** @typedef {import('./types.js').Notice} Notice */
/** @typedef {'retry' | 'withoutMicrophone' | 'token'} NoticeAction */

/** What the user should know and can do when something is wrong. One notice at a time: the latest. */
export class NoticeView extends Panel {
  /** @param {import('./call.js').Call} call @param {(action: NoticeAction) => void} act */
  attach(call, act) {
    call.events.on('notice', (notice) => notice === null ? this.clear() : this.show(notice, act));
    if (!isSecureContext) this.show({ key: 'problem.insecure', kind: 'error' }, act);
  }

  clear() {
    this.hidden = true;
    this.replaceChildren();
  }

  /** @param {Notice} notice @param {(action: NoticeAction) => void} act */
  show(notice, act) {
    const words = make('p', 'words', t(notice.key, notice.params));
    const body = make('div', 'body');
    body.append(words);
    if (notice.detail) body.append(make('p', 'detail', notice.detail));
    const { action } = notice;
    /** @type {HTMLElement[]} */
    const buttons = [];
    if (action) {
      const button = make('button', 'action', t(`notice.${action}`));
      button.addEventListener('click', () => {
        this.clear();
        act(action);
      });
      buttons.push(button);
    }
    const close = make('button', 'close', '×');
    close.setAttribute('aria-label', t('notice.close'));
    close.addEventListener('click', () => this.clear());
    for (const button of [...buttons, close]) button.setAttribute('type', 'button');
    this.dataset.kind = notice.kind;
    this.dataset.key = notice.key;
    this.hidden = false;
    this.replaceChildren(body, ...buttons, close);
  }
}
customElements.define('tom-notice', NoticeView);
