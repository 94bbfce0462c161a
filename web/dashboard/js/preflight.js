import { streamPath } from './protocol.js';
import { timeoutSignal } from './timeout.js';

/** @typedef {import('./reconnect.js').Refusal} Refusal */

const TIMEOUT_MS = 5000;

/**
 * Asks over HTTP why the handshake of a call failed: the server answers 426 when it would take the call, and the
 * problem document of the refusal (RFC 9457) otherwise. Only for use after a failure, since a token is good once.
 * @param {string} callId @param {string} token
 * @returns {Promise<Refusal | null>} null when the server cannot be reached
 */
export async function askWhyRefused(callId, token) {
  try {
    const response = await fetch(streamPath(callId), {
      headers: token === '' ? {} : { Authorization: `Bearer ${token}` },
      cache: 'no-store',
      signal: timeoutSignal(TIMEOUT_MS),
    });
    return readRefusal(response.status, response.headers.get('Retry-After'), await response.text());
  } catch {
    return null;
  }
}

/** @param {number} status @param {string | null} retryAfter @param {string} body @returns {Refusal} */
export function readRefusal(status, retryAfter, body) {
  const seconds = Number.parseInt(retryAfter ?? '', 10);
  return { status, ...problem(body), retryAfter: Number.isFinite(seconds) && seconds >= 0 ? seconds : null };
}

/** @param {string} body @returns {{code: string, detail: string}} */
function problem(body) {
  try {
    const { code, detail, title, hint } = JSON.parse(body);
    const words = [detail ?? title, hint].filter((part) => typeof part === 'string' && part !== '');
    return { code: typeof code === 'string' ? code : '', detail: words.join(' ').slice(0, 300) };
  } catch {
    return { code: '', detail: '' };
  }
}
