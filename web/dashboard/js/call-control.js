import { formatClock, t } from './i18n.js';
import { Panel } from './panel.js';

/** The buttons of the call: call or hang up, mute, stop the reply. */
export class CallControl extends Panel {
  /** @param {import('./call.js').Call} call @param {() => void} start */
  attach(call, start) {
    this.call = call;
    this.button = this.child('call', HTMLButtonElement);
    this.muteButton = this.child('mute', HTMLButtonElement);
    this.interruptButton = this.child('interrupt', HTMLButtonElement);
    this.clock = this.child('clock', HTMLElement);
    this.button.addEventListener('click', () => call.state.phase === 'idle' ? start() : call.hangUp());
    this.muteButton.addEventListener('click', () => call.mute(!call.state.muted));
    this.interruptButton.addEventListener('click', () => call.interrupt());
    call.events.on('state', () => this.show());
    setInterval(() => this.tick(), 500);
    this.show();
  }

  show() {
    const { call, button, muteButton, interruptButton } = this;
    if (!call || !button || !muteButton || !interruptButton) return;
    const { phase, activity, muted, microphone } = call.state;
    const idle = phase === 'idle';
    button.dataset.state = idle ? 'idle' : 'busy';
    this.child('call-text', HTMLElement).textContent = t(idle ? 'call.start' : 'call.end');
    muteButton.disabled = phase !== 'live' || !microphone;
    muteButton.setAttribute('aria-pressed', String(muted));
    muteButton.textContent = t(muted ? 'call.unmute' : 'call.mute');
    interruptButton.disabled = phase !== 'live' || activity !== 'speaking';
    this.tick();
  }

  tick() {
    const { call, clock } = this;
    if (!call || !clock || call.state.startedAt === null) return;
    const words = formatClock(Date.now() - call.state.startedAt);
    if (clock.textContent !== words) clock.textContent = words;
  }
}
customElements.define('tom-call-control', CallControl);
