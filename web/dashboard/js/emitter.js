/**
 * A typed list of listeners per event. One listener's exception is the page's bug and must not silence the others.
 * @template {Record<string, unknown>} Events
 */
export class Emitter {
  constructor() {
    /** @type {Map<keyof Events, Set<(payload: any) => void>>} */
    this.listeners = new Map();
  }

  /** @template {keyof Events} Name @param {Name} name @param {(payload: Events[Name]) => void} listener */
  on(name, listener) {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set.add(listener));
  }

  /** @template {keyof Events} Name @param {Name} name @param {Events[Name]} payload */
  emit(name, payload) {
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        listener(payload);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
