import { t } from './i18n.js';
import { Panel } from './panel.js';

/** The state of the call in a few words, at the top of the page. */
export class StatusView extends Panel {
  /** @param {import('./call.js').Call} call */
  attach(call) {
    const text = this.child('text', HTMLElement);
    /** @param {import('./types.js').CallState} state */
    const show = (state) => {
      const words = state.phase === 'live'
        ? t(`activity.${state.activity}`)
        : t(`phase.${state.phase}`, { attempt: state.attempt, seconds: state.retryInSeconds });
      this.dataset.phase = state.phase;
      this.dataset.activity = state.activity;
      if (text.textContent !== words) text.textContent = words;
    };
    call.events.on('state', show);
    show(call.state);
  }
}
customElements.define('tom-status', StatusView);
