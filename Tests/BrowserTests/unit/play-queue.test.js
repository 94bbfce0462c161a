import { PlayQueue } from '../../../web/dashboard/js/play-queue.js';
import { assert, assertEquals } from './asserts.js';

const RATE = 48000;

/**
 * 20 ms of constant sound.
 * @param {string} responseId
 * @param {number} value
 */
function chunk(responseId, value = 8000) {
  return { responseId, sampleRate: 16000, pcm: new Int16Array(320).fill(value).buffer };
}

/** @returns {{queue: PlayQueue, reports: import('../../../web/dashboard/js/play-queue.js').PlayReport[]}} */
function make() {
  /** @type {import('../../../web/dashboard/js/play-queue.js').PlayReport[]} */
  const reports = [];
  return { queue: new PlayQueue(RATE, (report) => reports.push(report)), reports };
}

/**
 * Pulls so many milliseconds.
 * @param {PlayQueue} queue
 * @param {number} ms
 */
function pull(queue, ms) {
  const all = new Float32Array((ms * RATE) / 1000);
  for (let at = 0; at < all.length; at += 128) queue.pull(all.subarray(at, at + 128));
  return all;
}

/** @param {Float32Array} signal */
const loudest = (signal) => signal.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

Deno.test('an empty queue is silent and reports nothing', () => {
  const { queue, reports } = make();
  assertEquals(loudest(pull(queue, 500)), 0);
  assertEquals(reports, []);
});

Deno.test('one second is played, reported every 100 ms and once at the end', () => {
  const { queue, reports } = make();
  for (let i = 0; i < 50; i++) queue.push(chunk('r1'));
  const sound = pull(queue, 1200);
  assert(Math.abs(sound[RATE / 2] - 8000 / 32768) < 1e-3);
  const progress = reports.filter((report) => report.type === 'progress');
  assert(progress.length >= 9 && progress.length <= 10, `${progress.length} reports`);
  assertEquals(reports.at(-1), { type: 'drained', responseId: 'r1', playedMs: 1000, level: 0 });
  assertEquals(reports.filter((report) => report.type === 'drained').length, 1);
});

Deno.test('sound waits for 60 ms, so that jitter makes no gap, but a short reply is not held back for ever', () => {
  const { queue } = make();
  queue.push(chunk('r1'));
  assertEquals(loudest(pull(queue, 40)), 0);
  assert(loudest(pull(queue, 60)) > 0.2);
});

Deno.test('a dropped response is silent within 5 ms and reports what was played', () => {
  const { queue, reports } = make();
  for (let i = 0; i < 50; i++) queue.push(chunk('r1'));
  pull(queue, 200);
  queue.drop('r1');
  const after = pull(queue, 100);
  assertEquals(loudest(after.subarray((5 * RATE) / 1000 + 128)), 0);
  const last = reports.at(-1);
  assert(last?.type === 'dropped' && last.playedMs <= 200 && last.playedMs >= 190, JSON.stringify(last));
});

Deno.test('dropping one response leaves the next', () => {
  const { queue, reports } = make();
  for (let i = 0; i < 10; i++) queue.push(chunk('r1'));
  for (let i = 0; i < 10; i++) queue.push(chunk('r2', -8000));
  queue.drop('r1');
  const sound = pull(queue, 400);
  assert(sound.every((value) => value <= 0.05), 'nothing of r1 is heard');
  assertEquals(reports.at(-1), { type: 'drained', responseId: 'r2', playedMs: 200, level: 0 });
});

Deno.test('a response that follows another has a count of its own', () => {
  const { queue, reports } = make();
  for (let i = 0; i < 10; i++) queue.push(chunk('r1'));
  for (let i = 0; i < 5; i++) queue.push(chunk('r2'));
  pull(queue, 500);
  const ends = reports.filter((report) => report.type === 'drained');
  assertEquals(ends.map((end) => 'playedMs' in end && [end.responseId, end.playedMs]), [['r1', 200], ['r2', 100]]);
});

Deno.test('after an underrun the count goes on', () => {
  const { queue, reports } = make();
  for (let i = 0; i < 10; i++) queue.push(chunk('r1'));
  pull(queue, 300);
  for (let i = 0; i < 10; i++) queue.push(chunk('r1'));
  pull(queue, 300);
  const ends = reports.filter((report) => report.type === 'drained');
  assertEquals(ends.map((end) => 'playedMs' in end && end.playedMs), [200, 400]);
});

Deno.test('the queue is bounded: what exceeds 5 s is refused and reported', () => {
  const { queue, reports } = make();
  for (let i = 0; i < 300; i++) queue.push(chunk('r1'));
  assert(queue.queued <= 5.1 * RATE);
  assertEquals(reports.at(-1), { type: 'overflow', responseId: 'r1' });
});

Deno.test('any sample rate of the server is played at its pace', () => {
  const { queue, reports } = make();
  for (let i = 0; i < 50; i++) queue.push({ responseId: 'r1', sampleRate: 8000, pcm: new ArrayBuffer(320) });
  pull(queue, 1200);
  assertEquals(reports.at(-1), { type: 'drained', responseId: 'r1', playedMs: 1000, level: 0 });
});
