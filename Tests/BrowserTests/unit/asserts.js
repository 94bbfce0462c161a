/** The few assertions the unit tests need; deno's library of them comes from the network, which tests do without. */

/** @param {unknown} condition @param {string} [message] @returns {asserts condition} */
export function assert(condition, message = 'assertion failed') {
  if (!condition) throw new Error(message);
}

/** @param {unknown} actual @param {unknown} expected */
export function assertEquals(actual, expected) {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`expected ${right}, got ${left}`);
}
