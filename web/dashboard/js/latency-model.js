/** @typedef {'endpointing' | 'stt' | 'llm' | 'tts' | 'other'} Stage */
/**
 * @typedef {{turnId: string, number: number, status: string, totalMs: number, stages: Record<Stage, number>}}
 * TurnLatency
 */

/**
 * Stages in the order in which they happen; `other` is what the stages do not explain.
 * @type {Stage[]}
 */
export const STAGES = ['endpointing', 'stt', 'llm', 'tts', 'other'];
const CAPACITY = 200;

/**
 * The p-th percentile by the nearest-rank method.
 * @param {number[]} values @param {number} p 0 to 100
 * @returns {number | null} null for no values
 */
export function percentile(values, p) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
}

/**
 * Splits a turn's latency into its stages.
 * @param {import('./types.js').Latency} latency
 * @returns {{totalMs: number, stages: Record<Stage, number>} | null} null when the turn had no spoken answer
 */
export function breakdown(latency) {
  const { e2e_ms: total } = latency;
  if (typeof total !== 'number' || !Number.isFinite(total) || total < 0) return null;
  const stages = {
    endpointing: latency.endpointing_ms ?? 0,
    stt: latency.stt_ms ?? 0,
    llm: latency.llm_first_token_ms ?? 0,
    tts: latency.tts_first_audio_ms ?? 0,
    other: 0,
  };
  const explained = stages.endpointing + stages.stt + stages.llm + stages.tts;
  stages.other = Math.max(0, total - explained);
  return { totalMs: total, stages };
}

/** Latency of the turns of one call; keeps the last 200. */
export class LatencyModel {
  constructor() {
    /** @type {TurnLatency[]} */
    this.turns = [];
    this.count = 0;
  }

  /** @param {import('./types.js').ServerEvent} event @returns {boolean} whether a turn was added */
  handle(event) {
    if (event.type !== 'turn_end' || !event.latency) return false;
    const parts = breakdown(event.latency);
    if (parts === null) return false;
    this.count++;
    this.turns.push({ turnId: event.turn_id, number: this.count, status: event.status, ...parts });
    if (this.turns.length > CAPACITY) this.turns.shift();
    return true;
  }

  /** @param {number} p @returns {{totalMs: number | null, stages: Record<Stage, number | null>}} */
  percentile(p) {
    /** @param {Stage} stage */
    const of = (stage) => percentile(this.turns.map((turn) => turn.stages[stage]), p);
    return {
      totalMs: percentile(this.turns.map((turn) => turn.totalMs), p),
      stages: { endpointing: of('endpointing'), stt: of('stt'), llm: of('llm'), tts: of('tts'), other: of('other') },
    };
  }
}
