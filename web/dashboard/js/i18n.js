import { de } from './i18n-de.js';
import { en } from './i18n-en.js';

/** @typedef {keyof typeof en} Key */
/** @typedef {'en' | 'de'} Language */

/** @type {Record<Language, Record<Key, string>>} */
const dictionaries = { en, de };

/** @type {Language} */
let current = 'en';

/**
 * The first of the browser's languages that the page speaks.
 * @param {readonly string[]} wanted
 * @returns {Language}
 */
export function chooseLanguage(wanted) {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0];
    if (base === 'en' || base === 'de') return base;
  }
  return 'en';
}

/** @param {Language} language */
export function setLanguage(language) {
  current = language;
}

export function language() {
  return current;
}

/** @param {Key} key @param {Record<string, string | number>} [params] put in for `{name}` @returns {string} */
export function t(key, params = {}) {
  return dictionaries[current][key].replace(/\{(\w+)\}/g, (_, name) => String(params[name] ?? ''));
}

/**
 * Whether the dictionary has `key`.
 * @param {string} key
 * @returns {key is Key}
 */
export function isKey(key) {
  return Object.hasOwn(en, key);
}

/**
 * Puts words into elements with `data-i18n` (text), `data-i18n-label` or `data-i18n-placeholder`.
 * @param {ParentNode} root
 */
export function translate(root) {
  for (const element of root.querySelectorAll('[data-i18n]')) {
    const key = element.getAttribute('data-i18n') ?? '';
    if (isKey(key)) element.textContent = t(key);
  }
  for (const [attribute, target] of [['data-i18n-label', 'aria-label'], ['data-i18n-placeholder', 'placeholder']]) {
    for (const element of root.querySelectorAll(`[${attribute}]`)) {
      const key = element.getAttribute(attribute) ?? '';
      if (isKey(key)) element.setAttribute(target, t(key));
    }
  }
}

/**
 * A number of milliseconds for reading.
 * @param {number | null} ms
 */
export function formatMs(ms) {
  return ms === null ? '–' : `${Math.round(ms).toLocaleString(current)} ms`;
}

/**
 * A duration as m:ss.
 * @param {number} ms
 */
export function formatClock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
