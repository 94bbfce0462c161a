import { t } from './i18n.js';
import { make, Panel } from './panel.js';

const KEYS = '123456789*0#';

/** Telephone keys. */
export class Keypad extends Panel {
  /** @param {import('./call.js').Call} call @param {(digit: string) => void} onSent */
  attach(call, onSent) {
    const buttons = [...KEYS].map((digit) => {
      const button = make('button', 'key', digit);
      const words = { '*': t('keypad.star'), '#': t('keypad.hash') }[digit];
      button.setAttribute('type', 'button');
      button.setAttribute('aria-label', words ?? t('keypad.key', { digit }));
      button.addEventListener('click', () => call.sendDigit(digit) && onSent(digit));
      return button;
    });
    this.replaceChildren(...buttons);
    const show = () => {
      for (const button of buttons) button.disabled = call.state.phase !== 'live';
    };
    call.events.on('state', show);
    show();
  }
}
customElements.define('tom-keypad', Keypad);
