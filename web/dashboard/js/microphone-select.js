import { t } from './i18n.js';
import { listMicrophones, watchMicrophones } from './microphone.js';
import { Panel } from './panel.js';

const NONE = 'none'; // no browser uses it as a device id: those are empty, "default" or long random strings

/** Chooses the microphone; follows devices as they are plugged in and out. */
export class MicrophoneSelect extends Panel {
  /** @param {import('./call.js').Call} call */
  attach(call) {
    this.select = this.one('select', HTMLSelectElement);
    this.select.addEventListener('change', () => call.selectMicrophone(this.deviceId, this.wanted));
    // Names are readable only once a microphone was allowed.
    let phase = call.state.phase;
    call.events.on('state', (state) => {
      if (state.phase !== phase && state.phase === 'connecting') this.refresh();
      phase = state.phase;
    });
    watchMicrophones(() => this.refresh());
    this.refresh();
  }

  /** Whether the call is to have a microphone. */
  get wanted() {
    return this.select?.value !== NONE;
  }

  /** Empty for the system's default. */
  get deviceId() {
    return this.wanted ? this.select?.value ?? '' : '';
  }

  chooseNone() {
    if (this.select) this.select.value = NONE;
  }

  async refresh() {
    const { select } = this;
    if (!select) return;
    const devices = await listMicrophones();
    const chosen = select.value;
    const options = [new Option(t('microphone.default'), '')];
    devices.forEach(({ deviceId, label }, index) =>
      options.push(new Option(label || t('microphone.unnamed', { number: index + 1 }), deviceId))
    );
    options.push(new Option(t('microphone.none'), NONE));
    select.replaceChildren(...options);
    select.value = options.some((option) => option.value === chosen) ? chosen : '';
  }
}
customElements.define('tom-microphone-select', MicrophoneSelect);
