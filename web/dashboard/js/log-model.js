/**
 * @typedef {'speech' | 'model' | 'audio' | 'call' | 'problem'} Group
 * @typedef {{serial: number, at: number, direction: 'in' | 'out' | 'page', type: string, group: Group, detail: string,
 *   count: number, bytes: number}} LogEntry
 */

/**
 * Groups in the order of the filter.
 * @type {Group[]}
 */
export const GROUPS = ['speech', 'model', 'audio', 'call', 'problem'];
/** Entries kept; older ones are dropped. */
export const LOG_CAPACITY = 2000;
const COUNT_WINDOW_MS = 1000;
const DETAIL_LIMIT = 500;

/** @type {Record<string, Group>} */
const GROUP_OF = {
  speech_started: 'speech', speech_stopped: 'speech', stt_partial: 'speech', stt_final: 'speech', barge_in: 'speech',
  text: 'speech', dtmf: 'speech', llm_token: 'model', tool_call: 'model', turn_end: 'model', tts_audio: 'audio',
  audio_chunk: 'audio', tts_start: 'audio', tts_end: 'audio', playback: 'audio', error: 'problem', notice: 'problem',
  problem: 'problem',
};

/**
 * The fields of a message worth reading, without its type, its audio or the server's clock.
 * @param {object} message
 */
export function describe(message) {
  const parts = [];
  for (const [key, value] of Object.entries(message)) {
    if (key === 'type' || key === 'ts' || key === 'bytes' || key === 'data' || value === undefined) continue;
    parts.push(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  return parts.join('  ').slice(0, DETAIL_LIMIT);
}

/**
 * Events of the call, newest last. Audio and its reports are counted, one entry a second, so that they drown
 * nothing.
 */
export class LogModel {
  constructor() {
    /** @type {LogEntry[]} */
    this.entries = [];
    this.serial = 0;
    /** @type {Map<string, LogEntry>} */
    this.openCounts = new Map();
  }

  /**
   * @param {LogEntry['direction']} direction
   * @param {{type: string} & Record<string, unknown>} message
   * @param {number} now
   * @returns {LogEntry}
   */
  add(direction, message, now) {
    if (message.type === 'playback') return this.counted(direction, message.type, 0, describe(message), now);
    const group = GROUP_OF[message.type] ?? 'call';
    return this.append({ at: now, direction, type: message.type, group, detail: describe(message), count: 1, bytes: 0 });
  }

  /**
   * @param {'in' | 'out'} direction @param {string} type @param {number} bytes of sound @param {number} now
   * @returns {LogEntry}
   */
  addAudio(direction, type, bytes, now) {
    return this.counted(direction, type, bytes, '', now);
  }

  /**
   * @param {LogEntry['direction']} direction
   * @param {string} type
   * @param {number} bytes
   * @param {string} detail the latest replaces the earlier
   * @param {number} now
   * @returns {LogEntry}
   */
  counted(direction, type, bytes, detail, now) {
    const open = this.openCounts.get(`${direction} ${type}`);
    if (open && now - open.at < COUNT_WINDOW_MS) {
      open.count++;
      open.bytes += bytes;
      open.detail = detail;
      return open;
    }
    const entry = this.append({ at: now, direction, type, group: 'audio', detail, count: 1, bytes });
    this.openCounts.set(`${direction} ${type}`, entry);
    return entry;
  }

  /** @param {Omit<LogEntry, 'serial'>} entry @returns {LogEntry} */
  append(entry) {
    const numbered = { serial: ++this.serial, ...entry };
    this.entries.push(numbered);
    if (this.entries.length > LOG_CAPACITY) this.entries.splice(0, this.entries.length - LOG_CAPACITY);
    return numbered;
  }

  /** @param {Group | 'all'} group @param {string} text found in type or detail, in any case @returns {LogEntry[]} */
  filter(group, text) {
    const wanted = text.trim().toLowerCase();
    return this.entries.filter((entry) =>
      (group === 'all' || entry.group === group) &&
      (wanted === '' || `${entry.type} ${entry.detail}`.toLowerCase().includes(wanted))
    );
  }

  clear() {
    this.entries = [];
    this.openCounts.clear();
  }
}

/**
 * One entry as a line of text.
 * @param {LogEntry} entry
 */
export function logLine(entry) {
  const arrow = { in: '<-', out: '->', page: '--' }[entry.direction];
  const audio = entry.group === 'audio' && entry.bytes > 0 ? `x${entry.count} ${entry.bytes} bytes` : entry.detail;
  return `${new Date(entry.at).toISOString()} ${arrow} ${entry.type} ${audio}`.trimEnd();
}
