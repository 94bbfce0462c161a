import { formatMs } from './i18n.js';
import { Panel } from './panel.js';

/** Facts about the call in progress, or the last one. */
export class CallInfo extends Panel {
  /** @param {import('./call.js').Call} call */
  attach(call) {
    call.events.on('state', (state) => {
      this.hidden = state.callId === '';
      const { engines } = state;
      this.set('call-id', state.callId);
      this.set('engines', engines ? [engines.stt, engines.llm, engines.tts].join(' · ') : '–');
      this.set('framing', state.framing);
      this.set('round-trip', formatMs(state.roundTripMs));
    });
  }

  /** @param {string} part @param {string} text */
  set(part, text) {
    const element = this.child(part, HTMLElement);
    if (element.textContent !== text) element.textContent = text;
  }
}
customElements.define('tom-call-info', CallInfo);
