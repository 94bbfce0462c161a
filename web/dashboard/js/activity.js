/** @typedef {import('./types.js').Activity} Activity */
/** @typedef {'speechStarted' | 'speechStopped' | 'sent' | 'playing' | 'silent' | 'turnEnded'} Signal */

/**
 * What the page says is going on, after a signal. Sound from the loudspeaker outranks the server's view of the turn,
 * because a reply is heard until after the server has sent it all.
 * @param {Activity} current @param {Signal} signal @param {boolean} playing whether a reply sounds now
 * @returns {Activity}
 */
export function nextActivity(current, signal, playing) {
  switch (signal) {
    case 'speechStarted':
      return 'hearing';
    case 'speechStopped':
    case 'sent':
      return playing ? 'speaking' : 'thinking';
    case 'playing':
      return current === 'hearing' ? 'hearing' : 'speaking';
    case 'silent':
      return current === 'speaking' ? 'listening' : current;
    case 'turnEnded':
      return current === 'thinking' && !playing ? 'listening' : current;
  }
}
