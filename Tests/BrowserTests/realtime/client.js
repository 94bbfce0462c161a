// A browser's client of the Realtime API as people write one, without a library: the key in the subprotocol, the microphone through an
// AudioWorklet, answers scheduled one piece after the other, and cut where the caller speaks.
const RATE = 24000;
const query = new URLSearchParams(location.search);
const context = new AudioContext({ sampleRate: RATE });
const loudspeaker = new GainNode(context);
loudspeaker.connect(context.destination);
const calls = { made: [], answered: 0 };
Object.defineProperty(window, 'calls', { value: calls });

const TOOL = {
  type: 'function',
  name: 'opening_hours',
  description: 'Says when the shop is open on a day.',
  parameters: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
};

// What is being played: `from` and `until` are times of the context.
let playing = { item: null, from: 0, until: 0, sources: [] };
let socket;
calls.isPlaying = () => context.currentTime < playing.until;

const send = (type, members = {}) => socket.send(JSON.stringify({ type, ...members }));

const encode = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function play(item, bytes) {
  const samples = new Int16Array(bytes.buffer, 0, bytes.length >> 1);
  const buffer = context.createBuffer(1, samples.length, RATE);
  buffer.getChannelData(0).set(Float32Array.from(samples, (sample) => sample / 32768));
  if (playing.item !== item) {
    const start = Math.max(playing.until, context.currentTime + 0.1);
    playing = { item, from: start, until: start, sources: [] };
  }
  // A piece that comes late is heard late, and so is all behind it.
  const gap = context.currentTime + 0.02 - playing.until;
  if (gap > 0) {
    playing.from += gap;
    playing.until += gap;
  }
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(loudspeaker);
  source.start(playing.until);
  playing.until += buffer.duration;
  playing.sources.push(source);
}

// The caller speaks: silence at once, and the server is told how much was heard.
function interrupt() {
  const { item, from, until, sources } = playing;
  if (item === null || context.currentTime >= until) return;
  for (const source of sources) source.stop();
  const heard = Math.max(0, Math.floor((context.currentTime - from) * 1000));
  playing = { item: null, from: 0, until: 0, sources: [] };
  send('conversation.item.truncate', { item_id: item, content_index: 0, audio_end_ms: heard });
}

function call({ call_id, name, arguments: text }) {
  calls.made.push({ name, arguments: JSON.parse(text) });
  send('conversation.item.create', { item: { type: 'function_call_output', call_id, output: 'ten to two' } });
}

const handlers = {
  'session.created': () => send('session.update', {
    session: {
      type: 'realtime',
      tools: [TOOL],
      audio: { input: { transcription: { model: 'whisper-1' }, turn_detection: { type: 'server_vad' } } },
    },
  }),
  'session.updated': listen,
  'input_audio_buffer.speech_started': interrupt,
  'response.output_audio.delta': ({ item_id, delta }) => play(item_id, decode(delta)),
  'response.function_call_arguments.done': call,
  'response.done': ({ response }) => {
    if (response.output.some(({ type }) => type === 'function_call')) send('response.create');
    else if (calls.made.length > 0) calls.answered += 1;
  },
};

// The microphone is opened last: what it hears has somewhere to go.
async function listen() {
  await context.audioWorklet.addModule('microphone.js');
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const node = new AudioWorkletNode(context, 'microphone');
  node.port.onmessage = ({ data }) => send('input_audio_buffer.append', { audio: encode(new Uint8Array(data.buffer)) });
  context.createMediaStreamSource(stream).connect(node);
}

document.querySelector('#call').addEventListener('click', async () => {
  await context.resume();
  socket = new WebSocket(query.get('url'), ['realtime', `openai-insecure-api-key.${query.get('key')}`]);
  socket.addEventListener('message', ({ data }) => {
    const event = JSON.parse(data);
    handlers[event.type]?.(event);
  });
});
