import { nextActivity } from '../../../web/dashboard/js/activity.js';
import { breakdown, LatencyModel, percentile } from '../../../web/dashboard/js/latency-model.js';
import { LOG_CAPACITY, logLine, LogModel } from '../../../web/dashboard/js/log-model.js';
import { TranscriptModel } from '../../../web/dashboard/js/transcript-model.js';
import { assert, assertEquals } from './asserts.js';

/** @param {string} text @param {string} response @returns {import('../../../web/dashboard/js/types.js').ServerEvent} */
const token = (text, response = 'r1') => ({ type: 'llm_token', ts: 0, text, turn_id: 't1', response_id: response });

/** @param {TranscriptModel} model */
const texts = (model) => model.entries.map((entry) => [entry.side, entry.text, entry.state]);

Deno.test('interim text is replaced, the reply grows and ends', () => {
  const model = new TranscriptModel();
  model.handle({ type: 'stt_partial', ts: 0, text: 'what', turn_id: 't1' }, 0);
  model.handle({ type: 'stt_partial', ts: 0, text: 'what are', turn_id: 't1' }, 0);
  model.handle({ type: 'stt_final', ts: 0, text: 'What are your hours?', turn_id: 't1' }, 0);
  model.handle(token('We are'), 0);
  model.handle(token(' open.'), 0);
  assertEquals(texts(model), [['caller', 'What are your hours?', 'done'], ['agent', 'We are open.', 'open']]);
  model.handle({ type: 'turn_end', ts: 0, turn_id: 't1', response_id: 'r1', status: 'completed' }, 0);
  assertEquals(model.entries[1].state, 'done');
});

Deno.test('an interrupted reply is cut to what was heard, whatever comes late', () => {
  const model = new TranscriptModel();
  model.handle(token('We are open from nine'), 0);
  model.handle({ type: 'barge_in', ts: 0, response_id: 'r1', heard_ms: 300, heard_text: 'We are' }, 0);
  model.handle(token(' to six.'), 0);
  model.handle({ type: 'turn_end', ts: 0, turn_id: 't1', response_id: 'r1', status: 'interrupted' }, 0);
  assertEquals(texts(model), [['agent', 'We are', 'interrupted']]);
});

Deno.test('ids of one call do not touch the entries of another', () => {
  const model = new TranscriptModel();
  model.handle(token('first'), 0);
  assertEquals(model.close().length, 1);
  model.begin();
  model.handle(token('second'), 0);
  assertEquals(texts(model), [['agent', 'first', 'done'], ['agent', 'second', 'open']]);
});

Deno.test('a typed turn is shown once, keys are gathered', () => {
  const model = new TranscriptModel();
  model.typed('typed', 'hello', 0);
  model.handle({ type: 'stt_final', ts: 0, text: 'hello', turn_id: 't1' }, 0);
  for (const digit of '12#') model.typed('dtmf', digit, 0);
  assertEquals(texts(model), [['caller', 'hello', 'done'], ['caller', '12#', 'done']]);
});

Deno.test('the transcript is bounded', () => {
  const model = new TranscriptModel();
  for (let i = 0; i < 1000; i++) model.handle(token('x', `r${i}`), 0);
  assertEquals(model.entries.length, 500);
  for (let i = 0; i < 3000; i++) model.handle(token('0123456789', 'long'), 0);
  assertEquals(model.entries.at(-1)?.text.length, 20000);
});

Deno.test('stages and the unexplained rest add up to the whole', () => {
  const parts = breakdown({ endpointing_ms: 500, stt_ms: 20, llm_first_token_ms: 100, tts_first_audio_ms: 40, e2e_ms: 700 });
  assertEquals(parts, { totalMs: 700, stages: { endpointing: 500, stt: 20, llm: 100, tts: 40, other: 40 } });
  assertEquals(breakdown({ e2e_ms: null }), null);
  assertEquals(breakdown({}), null);
  assertEquals(breakdown({ e2e_ms: 5 })?.stages.other, 5);
});

Deno.test('percentiles by nearest rank', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  assertEquals([percentile(values, 50), percentile(values, 95), percentile(values, 100)], [50, 95, 100]);
  assertEquals(percentile([7], 95), 7);
  assertEquals(percentile([], 50), null);
});

Deno.test('latency of a call is bounded and numbered', () => {
  const model = new LatencyModel();
  for (let i = 0; i < 300; i++) {
    model.handle({
      type: 'turn_end', ts: 0, turn_id: `t${i}`, response_id: 'r', status: 'completed', latency: { e2e_ms: i },
    });
  }
  assertEquals([model.turns.length, model.turns.at(-1)?.number], [200, 300]);
});

Deno.test('the log keeps the last entries and counts audio instead of listing it', () => {
  const log = new LogModel();
  for (let i = 0; i < LOG_CAPACITY + 50; i++) log.add('in', { type: 'heartbeat', ts: i }, i);
  assertEquals([log.entries.length, log.entries[0].serial], [LOG_CAPACITY, 51]);
  log.clear();
  for (let i = 0; i < 100; i++) log.addAudio('out', 'audio_chunk', 640, 1000 + i * 20);
  assertEquals(log.entries.map(({ count, bytes }) => [count, bytes]), [[50, 32000], [50, 32000]]);
});

Deno.test('the log filters by group and text and leaves audio out of its lines', () => {
  const log = new LogModel();
  log.add('in', { type: 'stt_final', text: 'Opening Hours', turn_id: 't1', ts: 5 }, 0);
  log.add('in', { type: 'error', code: 'bad', bytes: 'AAAA' }, 0);
  assertEquals(log.filter('speech', '').length, 1);
  assertEquals(log.filter('all', 'opening h').length, 1);
  assertEquals(log.filter('problem', 'opening').length, 0);
  assertEquals(logLine(log.entries[0]), '1970-01-01T00:00:00.000Z <- stt_final text=Opening Hours  turn_id=t1');
  assert(!logLine(log.entries[1]).includes('AAAA'));
});

Deno.test('what is heard outranks what the server says', () => {
  assertEquals(nextActivity('listening', 'speechStarted', false), 'hearing');
  assertEquals(nextActivity('hearing', 'speechStopped', false), 'thinking');
  assertEquals(nextActivity('thinking', 'playing', true), 'speaking');
  assertEquals(nextActivity('speaking', 'turnEnded', true), 'speaking');
  assertEquals(nextActivity('speaking', 'silent', false), 'listening');
  assertEquals(nextActivity('hearing', 'playing', true), 'hearing');
  assertEquals(nextActivity('thinking', 'turnEnded', false), 'listening');
});
