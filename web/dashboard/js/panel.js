/** Base of the dashboard's elements: finds the parts of its markup, loudly when one is missing. */
export class Panel extends HTMLElement {
  /**
   * The descendant with `data-part="name"`.
   * @template {HTMLElement} Type @param {string} name @param {new () => Type} type @returns {Type}
   */
  child(name, type) {
    return this.one(`[data-part="${name}"]`, type);
  }

  /** @template {HTMLElement} Type @param {string} selector @param {new () => Type} type @returns {Type} */
  one(selector, type) {
    const found = this.querySelector(selector);
    if (found instanceof type) return found;
    throw new Error(`${this.localName}: no ${type.name} matches ${selector}`);
  }
}

/**
 * Makes an element with text.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name @param {string} [className] @param {string} [text]
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function make(name, className = '', text = '') {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  if (text !== '') element.textContent = text;
  return element;
}

/**
 * Runs `work` at most once a displayed frame, however often it is asked for.
 * @param {() => void} work
 * @returns {() => void}
 */
export function perFrame(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}
