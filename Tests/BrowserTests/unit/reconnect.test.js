import { chooseLanguage, t, setLanguage } from '../../../web/dashboard/js/i18n.js';
import { de } from '../../../web/dashboard/js/i18n-de.js';
import { en } from '../../../web/dashboard/js/i18n-en.js';
import { microphoneNotice } from '../../../web/dashboard/js/microphone.js';
import { readRefusal } from '../../../web/dashboard/js/preflight.js';
import { afterClose, afterRefusal, ATTEMPTS, refusalNotice } from '../../../web/dashboard/js/reconnect.js';
import { assert, assertEquals } from './asserts.js';

/** @param {number} status @param {string} code @param {number | null} retryAfter */
const refusal = (status, code = '', retryAfter = null) => ({ status, code, detail: 'because', retryAfter });

Deno.test('each refusal has its own words', () => {
  /** @type {[number, string, boolean, string][]} */
  const cases = [
    [400, 'call.bad_id', false, 'problem.badCallId'], [401, '', true, 'problem.tokenRefused'],
    [401, '', false, 'problem.tokenMissing'], [403, '', true, 'problem.forbidden'],
    [409, '', false, 'problem.callLive'], [426, '', false, 'problem.webSocketBlocked'],
    [429, '', false, 'problem.rateLimit'], [503, 'server.draining', false, 'problem.draining'],
    [503, 'limit.capacity', false, 'problem.capacity'], [500, '', false, 'problem.refused'],
  ];
  for (const [status, code, hadToken, key] of cases) assertEquals(refusalNotice(refusal(status, code), hadToken).key, key);
  assertEquals(refusalNotice(null, false).key, 'problem.unreachable');
});

Deno.test('a lost line is called again with growing pauses, and not for ever', () => {
  const delays = Array.from({ length: ATTEMPTS }, (_, attempt) => afterClose(1006, attempt, false).delayMs);
  assertEquals(delays, [1000, 2000, 4000, 8000, 8000, 8000]);
  const last = afterClose(1006, ATTEMPTS, false);
  assertEquals([last.retry, last.notice.key], [false, 'problem.gaveUp']);
});

Deno.test('what would only happen again is not tried again', () => {
  for (const code of [1003, 1007, 1008, 1009, 1013]) assert(!afterClose(code, 0, false).retry, String(code));
  assertEquals(afterClose(1013, 0, false).notice.key, 'problem.overload');
  for (const status of [400, 401, 403, 409]) assert(!afterRefusal(refusal(status), 0).retry, String(status));
});

Deno.test('close code 1008 is explained by the reason of the server\'s stopped', () => {
  /** @param {string} [reason] @param {number} [code] */
  const told = (reason, code = 1008) => {
    const { retry, notice } = afterClose(code, 0, true, reason);
    return [retry, notice.key, notice.action];
  };
  assertEquals(told('authorization_ended'), [false, 'problem.authorisationEnded', 'token']);
  assertEquals(told('protocol_error'), [false, 'problem.protocol', 'retry']);
  for (const reason of ['', undefined, 'something new', 'constructor']) {
    assertEquals(told(reason), [false, 'problem.policy', 'retry']);
  }
  assertEquals(told('authorization_ended', 1013), [false, 'problem.overload', 'retry']);
});

Deno.test('a spent token asks for a fresh one instead of a reconnection', () => {
  const decision = afterClose(1006, 0, true);
  assertEquals([decision.retry, decision.notice.key, decision.notice.action], [false, 'problem.tokenSpent', 'token']);
});

Deno.test('a draining server is waited for, as long as it asks', () => {
  assertEquals(afterClose(1001, 0, false).notice.key, 'problem.draining');
  assert(afterClose(1001, 0, false).retry);
  assertEquals(afterRefusal(refusal(503, 'server.draining', 12), 0).delayMs, 12000);
  assertEquals(afterRefusal(refusal(429, '', null), 2).delayMs, 4000);
  assert(afterRefusal(null, 0).retry);
});

Deno.test('a problem document is read, and its absence borne', () => {
  const body = JSON.stringify({ code: 'limit.rate', detail: 'too many', hint: 'Wait.' });
  assertEquals(readRefusal(429, '7', body), { status: 429, code: 'limit.rate', detail: 'too many Wait.', retryAfter: 7 });
  for (const text of ['', '<html>', 'null', '7']) {
    assertEquals(readRefusal(502, 'soon', text), { status: 502, code: '', detail: '', retryAfter: null });
  }
});

Deno.test('microphone failures have their own words', () => {
  /** @param {string} name */
  const key = (name) => microphoneNotice(new DOMException('', name)).key;
  assertEquals(key('NotAllowedError'), 'problem.permission');
  assertEquals(key('NotFoundError'), 'problem.noDevice');
  assertEquals(key('NotReadableError'), 'problem.deviceBusy');
});

Deno.test('the browser chooses the language, and both dictionaries take the same parameters', () => {
  assertEquals(chooseLanguage(['de-AT', 'en']), 'de');
  assertEquals(chooseLanguage(['fr', 'de']), 'de');
  assertEquals(chooseLanguage(['fr']), 'en');
  /** @param {string} words */
  const parameters = (words) => (words.match(/\{\w+\}/g) ?? []).sort();
  for (const [key, words] of Object.entries(en)) {
    assertEquals(parameters(de[/** @type {keyof typeof en} */ (key)]), parameters(words));
  }
  setLanguage('en');
  assertEquals(t('problem.rateLimit', { seconds: 3 }).includes('Wait 3 seconds'), true);
});
