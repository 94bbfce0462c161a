/** @typedef {import('./types.js').ServerEvent} ServerEvent */

const KNOWN = new Set([
  'connected', 'speech_started', 'speech_stopped', 'stt_partial', 'stt_final', 'llm_token', 'tool_call', 'tts_audio',
  'tts_start', 'tts_end', 'barge_in', 'turn_end', 'heartbeat', 'pong', 'notice', 'stopped', 'error',
]);

/**
 * Reads one text message of the server.
 * @param {string} text
 * @returns {ServerEvent | null} null for what is no JSON object with a type of tom.v1
 */
export function parseEvent(text) {
  try {
    const value = JSON.parse(text);
    if (value === null || typeof value !== 'object' || !KNOWN.has(value.type)) return null;
    return value;
  } catch {
    return null;
  }
}

/**
 * Subprotocols of the upgrade: browsers cannot set headers, so the token travels as one.
 * @param {string} token a JWT, or empty
 */
export function subprotocols(token) {
  return token === '' ? ['tom.v1'] : ['tom.v1', `bearer.${token}`];
}

/** @param {Location | URL} page @param {string} callId */
export function streamURL(page, callId) {
  const scheme = page.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${page.host}${streamPath(callId)}`;
}

/** @param {string} callId */
export function streamPath(callId) {
  return `/ws/stream/${encodeURIComponent(callId)}`;
}

/** A fresh call id; getRandomValues also exists on insecure origins, where randomUUID does not. */
export function freshCallId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * Whether `text` may be a call id.
 * @param {string} text
 */
export function isCallId(text) {
  return /^[A-Za-z0-9._:-]{1,100}$/.test(text);
}

/**
 * The `call_id` claim of a token: the server accepts the token for that call alone. Nothing is verified here.
 * @param {string} token
 * @returns {string | null}
 */
export function tokenCallId(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const callId = JSON.parse(atob(payload)).call_id;
    return typeof callId === 'string' && isCallId(callId) ? callId : null;
  } catch {
    return null;
  }
}

/**
 * Whether `text` has the shape of a JWT, all of whose characters a subprotocol may hold.
 * @param {string} text
 */
export function isToken(text) {
  return /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(text);
}

/** @param {ArrayBuffer} buffer */
export function toBase64(buffer) {
  const bytes = new Uint8Array(buffer);
  let text = '';
  const step = 8192; // String.fromCharCode takes its arguments from the stack
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}

/** @param {string} text @returns {ArrayBuffer | null} null when it is not base64 */
export function fromBase64(text) {
  try {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes.buffer;
  } catch {
    return null;
  }
}
