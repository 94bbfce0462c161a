/** @typedef {import('./types.js').Notice} Notice */
/** @typedef {{status: number, code: string, detail: string, retryAfter: number | null}} Refusal */
/** @typedef {{retry: boolean, delayMs: number, notice: Notice}} Decision */

const BACKOFF_MS = [1000, 2000, 4000, 8000, 8000, 8000];
/** Attempts after which the page gives up and asks the user. */
export const ATTEMPTS = BACKOFF_MS.length;

/** Close codes after which the same page may try again: the fault is the network's or the server's, and passes. */
const PASSING = new Set([1001, 1005, 1006, 1011, 1012]);

/** @type {Record<number, import('./i18n.js').Key>} */
const CLOSE_WORDS = {
  1001: 'problem.draining', 1003: 'problem.protocol', 1007: 'problem.protocol', 1008: 'problem.policy',
  1009: 'problem.protocol', 1011: 'problem.server', 1013: 'problem.overload',
};

/**
 * Close code 1008 stands for more than one thing; the reason of the `stopped` before it says which.
 * @type {Map<string, Notice>}
 */
const POLICY_NOTICES = new Map([
  ['authorization_ended', { key: 'problem.authorisationEnded', kind: 'error', action: 'token' }],
  ['protocol_error', { key: 'problem.protocol', kind: 'error', action: 'retry' }],
]);

/**
 * Why the server refuses the call, in words. The page learns it by asking the same address over HTTP after a failed
 * WebSocket, because a browser does not tell a page the status of a refused handshake.
 * @param {Refusal | null} refusal null when the server could not be reached
 * @param {boolean} hadToken
 * @returns {Notice}
 */
export function refusalNotice(refusal, hadToken) {
  if (refusal === null) return { key: 'problem.unreachable', kind: 'error', action: 'retry' };
  const { status, code, detail, retryAfter } = refusal;
  const params = { seconds: retryAfter ?? 30 };
  switch (status) {
    case 400:
      return { key: 'problem.badCallId', kind: 'error', detail };
    case 401:
      return { key: hadToken ? 'problem.tokenRefused' : 'problem.tokenMissing', kind: 'error', detail, action: 'token' };
    case 403:
      return { key: 'problem.forbidden', kind: 'error', detail };
    case 409:
      return { key: 'problem.callLive', kind: 'error', detail, action: 'retry' };
    case 426:
      return { key: 'problem.webSocketBlocked', kind: 'error', action: 'retry' };
    case 429:
      return { key: 'problem.rateLimit', kind: 'error', params, detail, action: 'retry' };
    case 503:
      return /drain|shut/i.test(`${code} ${detail}`)
        ? { key: 'problem.draining', kind: 'error', detail, action: 'retry' }
        : { key: 'problem.capacity', kind: 'error', params, detail, action: 'retry' };
    default:
      return { key: 'problem.refused', kind: 'error', params: { status }, detail, action: 'retry' };
  }
}

/**
 * What to do when a call's socket has closed without the user or the server ending the call.
 * @param {number} closeCode @param {number} attempt attempts made so far @param {boolean} hadToken
 * @param {string} stopReason of the server's `stopped`; empty when none came
 * @returns {Decision}
 */
export function afterClose(closeCode, attempt, hadToken, stopReason = '') {
  const policy = closeCode === 1008 ? POLICY_NOTICES.get(stopReason) : undefined;
  if (policy) return { retry: false, delayMs: 0, notice: policy };
  const key = CLOSE_WORDS[closeCode] ?? 'problem.connectionLost';
  if (!PASSING.has(closeCode)) return { retry: false, delayMs: 0, notice: { key, kind: 'error', action: 'retry' } };
  // A token is good for one connection: only the user can bring the next one.
  if (hadToken) return { retry: false, delayMs: 0, notice: { key: 'problem.tokenSpent', kind: 'error', action: 'token' } };
  return again(attempt, 0, { key, kind: 'warning' });
}

/**
 * What to do when a reconnection was refused.
 * @param {Refusal | null} refusal @param {number} attempt attempts made so far
 * @returns {Decision}
 */
export function afterRefusal(refusal, attempt) {
  const notice = refusalNotice(refusal, false);
  const passing = refusal === null || [426, 429, 502, 503, 504].includes(refusal.status);
  if (!passing) return { retry: false, delayMs: 0, notice };
  return again(attempt, (refusal?.retryAfter ?? 0) * 1000, { ...notice, kind: 'warning', action: undefined });
}

/** @param {number} attempt @param {number} atLeastMs @param {Notice} notice @returns {Decision} */
function again(attempt, atLeastMs, notice) {
  if (attempt >= ATTEMPTS) {
    return { retry: false, delayMs: 0, notice: { key: 'problem.gaveUp', kind: 'error', action: 'retry' } };
  }
  return { retry: true, delayMs: Math.max(BACKOFF_MS[attempt], atLeastMs), notice };
}
