/** @typedef {{id: string, startedAt: number | null, turns: number | null}} LiveCall */

const LIMIT = 100; // calls shown; a server may have a thousand

/**
 * Reads the answer of `GET /v1/calls`.
 * @param {unknown} body
 * @returns {LiveCall[]}
 */
export function readCalls(body) {
  const list = /** @type {{calls?: unknown} | null} */ (body)?.calls;
  if (!Array.isArray(list)) return [];
  return list.slice(0, LIMIT).flatMap((item) => {
    if (typeof item?.id !== 'string') return [];
    const startedAt = Date.parse(item.started);
    const turns = typeof item.turns === 'number' ? item.turns : null;
    return [{ id: item.id, startedAt: Number.isNaN(startedAt) ? null : startedAt, turns }];
  });
}
