import { Call } from './call.js';
import { CallControl } from './call-control.js';
import { CallInfo } from './call-info.js';
import { CallOptionsForm } from './call-options.js';
import { EventLog } from './event-log.js';
import { chooseLanguage, setLanguage, t, translate } from './i18n.js';
import { Keypad } from './keypad.js';
import { LatencyModel } from './latency-model.js';
import { LevelView } from './level-view.js';
import { LiveCalls } from './live-calls.js';
import { LogModel } from './log-model.js';
import { MicrophoneSelect } from './microphone-select.js';
import { NoticeView } from './notice-view.js';
import { StatusView } from './status-view.js';
import { TextTurn } from './text-turn.js';
import { TranscriptModel } from './transcript-model.js';
import { TranscriptView } from './transcript-view.js';
import { WaterfallView } from './waterfall-view.js';

/** @template {HTMLElement} Type @param {string} selector @param {new () => Type} type @returns {Type} */
function find(selector, type) {
  const found = document.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`no ${type.name} matches ${selector}`);
}

const language = chooseLanguage(navigator.languages);
setLanguage(language);
document.documentElement.lang = language;
document.title = t('page.title');
translate(document);

const call = new Call();
const transcript = new TranscriptModel();
const log = new LogModel();

const control = find('tom-call-control', CallControl);
const options = find('tom-call-options', CallOptionsForm);
const microphones = find('tom-microphone-select', MicrophoneSelect);
const transcriptView = find('tom-transcript', TranscriptView);
const waterfall = find('tom-waterfall', WaterfallView);
const eventLog = find('tom-event-log', EventLog);

function start() {
  if (!options.check()) return options.focusEntry();
  call.start({ ...options.value, deviceId: microphones.deviceId, microphone: microphones.wanted });
}

/** @param {import('./notice-view.js').NoticeAction} action */
function act(action) {
  if (action === 'token') return options.focusEntry();
  if (action === 'withoutMicrophone') microphones.chooseNone();
  start();
}

/** @param {import('./transcript-model.js').Entry | null} entry */
function showEntry(entry) {
  if (entry !== null) transcriptView.show(entry);
}

find('tom-status', StatusView).attach(call);
find('tom-notice', NoticeView).attach(call, act);
control.attach(call, start);
options.attach(call);
microphones.attach(call);
transcriptView.attach(transcript);
waterfall.attach(new LatencyModel());
eventLog.attach(log);
find('tom-call-info', CallInfo).attach(call);
find('tom-live-calls', LiveCalls).attach(call);
find('tom-keypad', Keypad).attach(call, (digit) => showEntry(transcript.typed('dtmf', digit, Date.now())));
find('tom-text-turn', TextTurn).attach(call, (text) => showEntry(transcript.typed('typed', text, Date.now())));

const microphoneLevel = find('#microphone-level', LevelView);
const speakerLevel = find('#speaker-level', LevelView);
call.events.on('microphoneLevel', (rms) => microphoneLevel.set(rms));
call.events.on('speakerLevel', (rms) => speakerLevel.set(rms));

call.events.on('received', (event) => {
  showEntry(transcript.handle(event, Date.now()));
  if (waterfall.model?.handle(event)) waterfall.show();
  if (event.type === 'tts_audio') return; // counted by the listener for audio
  log.add('in', event, Date.now());
  eventLog.changed();
});
call.events.on('sent', (message) => {
  log.add('out', message, Date.now());
  eventLog.changed();
});
call.events.on('page', (message) => {
  log.add('page', message, Date.now());
  eventLog.changed();
});
call.events.on('audio', ({ direction, type, bytes }) => {
  log.addAudio(direction, type, bytes, Date.now());
  eventLog.changed();
});
call.events.on('notice', (notice) => {
  if (notice === null) return;
  const type = notice.kind === 'info' ? 'message' : 'problem';
  log.add('page', { type, key: notice.key, detail: notice.detail }, Date.now());
  eventLog.changed();
});
call.events.on('moment', (moment) => {
  const words = { started: 'transcript.callStarted', lost: 'transcript.connectionLost', ended: 'transcript.callEnded' };
  if (moment === 'started') transcript.begin();
  else transcript.close().forEach(showEntry);
  const key = /** @type {import('./i18n.js').Key} */ (words[moment]);
  showEntry(transcript.note(t(key), Date.now()));
});
// p50 and p95 are those of one call, so that each call begins with an empty waterfall.
let phase = call.state.phase;
call.events.on('state', (state) => {
  if (phase === 'idle' && state.phase === 'preparing') waterfall.begin(new LatencyModel());
  phase = state.phase;
});
