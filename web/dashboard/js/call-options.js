import { t } from './i18n.js';
import { Panel } from './panel.js';
import { isCallId, isToken } from './protocol.js';

/** Token, call id and framing of the next call. The token lives in this element and nowhere else, until it is spent. */
export class CallOptionsForm extends Panel {
  /** @param {import('./call.js').Call} call */
  attach(call) {
    this.token = this.one('#token', HTMLInputElement);
    this.callId = this.one('#call-id', HTMLInputElement);
    this.json = this.one('#json-framing', HTMLInputElement);
    this.token.addEventListener('input', () => this.check());
    this.callId.addEventListener('input', () => this.check());
    // A token is good for one connection, so that it is gone from the page as soon as the server has taken it.
    call.events.on('received', (event) => {
      if (event.type === 'connected' && this.token) this.token.value = '';
    });
  }

  /** @returns {boolean} whether the entries can be used; if not, the reason is shown and the field has the focus */
  check() {
    const { token, callId } = this;
    if (!token || !callId) return true;
    const tokenGood = token.value.trim() === '' || isToken(token.value.trim());
    const callIdGood = callId.value.trim() === '' || isCallId(callId.value.trim());
    this.mark(token, tokenGood, tokenGood ? t('token.hint') : t('token.malformed'));
    this.mark(callId, callIdGood, callIdGood ? t('callId.hint') : t('problem.badCallId'));
    return tokenGood && callIdGood;
  }

  /** @param {HTMLInputElement} input @param {boolean} good @param {string} words */
  mark(input, good, words) {
    input.setAttribute('aria-invalid', String(!good));
    this.one(`#${input.id}-hint`, HTMLElement).textContent = words;
  }

  /** Shows the field that needs the user. */
  focusEntry() {
    const details = this.closest('details');
    if (details) details.open = true;
    const invalid = this.querySelector('[aria-invalid="true"]');
    (invalid instanceof HTMLInputElement ? invalid : this.token)?.focus();
  }

  get value() {
    /** @type {import('./types.js').Framing} */
    const framing = this.json?.checked ? 'json' : 'binary';
    return { token: this.token?.value.trim() ?? '', callId: this.callId?.value.trim() ?? '', framing };
  }
}
customElements.define('tom-call-options', CallOptionsForm);
