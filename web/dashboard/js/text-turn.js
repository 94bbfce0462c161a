import { Panel } from './panel.js';

/** Typed turns. */
export class TextTurn extends Panel {
  /** @param {import('./call.js').Call} call @param {(text: string) => void} onSent */
  attach(call, onSent) {
    const input = this.one('input', HTMLInputElement);
    const button = this.one('button', HTMLButtonElement);
    this.one('form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text === '' || !call.sendText(text)) return;
      onSent(text);
      input.value = '';
    });
    const show = () => {
      input.disabled = button.disabled = call.state.phase !== 'live';
    };
    call.events.on('state', show);
    show();
  }
}
customElements.define('tom-text-turn', TextTurn);
