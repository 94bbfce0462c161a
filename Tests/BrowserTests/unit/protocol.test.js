import { FrameBuffer, Pace } from '../../../web/dashboard/js/frame-buffer.js';
import { readCalls } from '../../../web/dashboard/js/call-list.js';
import { fromBase64, isCallId, isToken, parseEvent, streamURL, subprotocols, toBase64, tokenCallId }
  from '../../../web/dashboard/js/protocol.js';
import { ReplyStream } from '../../../web/dashboard/js/reply-stream.js';
import { assert, assertEquals } from './asserts.js';

const TOKEN = `eyJhbGciOiJIUzI1NiJ9.${btoa('{"call_id":"desk-7"}').replaceAll('=', '')}.c2ln`;

Deno.test('only objects with a known type are events', () => {
  assertEquals(parseEvent('{"type":"heartbeat","ts":1,"more":2}'), { type: 'heartbeat', ts: 1, more: 2 });
  for (const text of ['', '{', 'null', '[]', '"connected"', '{}', '{"type":7}', '{"type":"__proto__"}']) {
    assertEquals(parseEvent(text), null);
  }
});

Deno.test('the token travels as a subprotocol and names the call', () => {
  assertEquals(subprotocols(''), ['tom.v1']);
  assertEquals(subprotocols(TOKEN), ['tom.v1', `bearer.${TOKEN}`]);
  assert(isToken(TOKEN));
  assertEquals(tokenCallId(TOKEN), 'desk-7');
  for (const bad of ['', 'a.b', 'a.b.c.d', 'a.b.c=', 'a b.c.d']) assert(!isToken(bad), bad);
  for (const bad of ['', 'a.b.c', 'a..c', `a.${btoa('{"call_id":"../x"}')}.c`]) assertEquals(tokenCallId(bad), null);
});

Deno.test('the address follows the page', () => {
  assertEquals(streamURL(new URL('http://127.0.0.1:8080/'), 'a:b'), 'ws://127.0.0.1:8080/ws/stream/a%3Ab');
  assertEquals(streamURL(new URL('https://tom.example/'), 'a'), 'wss://tom.example/ws/stream/a');
});

Deno.test('call ids follow the protocol', () => {
  for (const good of ['a', 'A-Z.a_z:9', 'x'.repeat(100)]) assert(isCallId(good));
  for (const bad of ['', 'x'.repeat(101), 'a/b', 'ä', 'a b', '../a']) assert(!isCallId(bad), bad);
});

Deno.test('base64 goes there and back at any length', () => {
  for (const length of [0, 1, 2, 3, 640, 100000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 31) & 255);
    const back = fromBase64(toBase64(bytes.buffer));
    assertEquals(back && Array.from(new Uint8Array(back)), Array.from(bytes));
  }
  assertEquals(fromBase64('*'), null);
});

Deno.test('binary audio belongs to the reply announced before it', () => {
  const stream = new ReplyStream();
  const pcm = new ArrayBuffer(640);
  assertEquals(stream.binary(pcm), null);
  stream.event({ type: 'tts_start', ts: 0, response_id: 'r1', turn_id: 't1' });
  assertEquals(stream.binary(pcm)?.responseId, 'r1');
  stream.event({ type: 'barge_in', ts: 0, response_id: 'r1', heard_ms: 10, heard_text: 'x' });
  assertEquals(stream.binary(pcm), null);
  stream.event({ type: 'tts_end', ts: 0, response_id: 'r1' });
  stream.event({ type: 'tts_start', ts: 0, response_id: 'r2', turn_id: 't2' });
  assertEquals(stream.binary(pcm)?.responseId, 'r2');
});

Deno.test('JSON audio of an interrupted reply is ignored, and so is broken base64', () => {
  const stream = new ReplyStream();
  /** @param {string} bytes @returns {import('../../../web/dashboard/js/types.js').ServerEvent} */
  const event = (bytes) => (
    { type: 'tts_audio', ts: 0, codec: 'pcm16', sample_rate: 24000, bytes, seq: 0, turn_id: 't', response_id: 'r' }
  );
  assertEquals(stream.event(event('AAAA'))?.sampleRate, 24000);
  assertEquals(stream.event(event('*')), null);
  stream.end('r');
  assertEquals(stream.event(event('AAAA')), null);
});

Deno.test('microphone audio waits in order, in few messages, and the oldest gives way', () => {
  const buffer = new FrameBuffer();
  for (let i = 0; i < 260; i++) buffer.push(new Int16Array(320).fill(i).buffer);
  const messages = buffer.drain();
  assertEquals(messages.length, 10);
  assertEquals(buffer.dropped, 10);
  const samples = messages.flatMap((message) => Array.from(new Int16Array(message)));
  assertEquals(samples.length, 250 * 320);
  assert(samples.every((value, i) => value === 10 + Math.floor(i / 320)));
  assertEquals(buffer.drain(), []);
});

Deno.test('a heap of microphone frames goes in few messages, and the steady stream one by one', () => {
  const pace = new Pace(75, 40);
  /** @param {number} count @param {number} from @param {number} step in ms */
  const allowed = (count, from, step) =>
    Array.from({ length: count }, (_, i) => pace.allows(from + i * step)).filter(Boolean).length;
  assertEquals(allowed(500, 0, 20), 500);
  assertEquals(allowed(300, 20_000, 0), 40);
  assertEquals(allowed(500, 20_020, 20), 500);
});

Deno.test('the list of calls is read with tolerance', () => {
  const started = '2026-01-02T03:04:05Z';
  assertEquals(readCalls({ calls: [{ id: 'a', started, turns: 2 }, { id: 7 }, null] }), [
    { id: 'a', startedAt: Date.parse(started), turns: 2 },
  ]);
  for (const bad of [null, 1, 'x', {}, { calls: {} }]) assertEquals(readCalls(bad), []);
});
