/**
 * A signal that aborts after a while; `AbortSignal.timeout` is younger than the browsers served here.
 * @param {number} ms
 */
export function timeoutSignal(ms) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
}
