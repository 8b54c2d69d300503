// How does text become elements? As text, always: html`<li>${name}</li>` builds nodes.

/** @typedef {string | number | Node | null | undefined | boolean} Atom */
/** @typedef {Atom | readonly Atom[] | ((event: any) => void)} Value */

const MARK = "\u2063";
const WHOLE = new RegExp(`^${MARK}(\\d+)${MARK}$`);
const ANY = new RegExp(`${MARK}(\\d+)${MARK}`, "g");

/** @type {WeakMap<TemplateStringsArray, HTMLElement>} */
const known = new WeakMap();

/**
 * One element from a literal. A value in text becomes a text node (or is the node, or the list of
 * nodes); a value in an attribute becomes its text (`null` and `false` leave the attribute out);
 * `@click=${listener}` listens.
 * @param {TemplateStringsArray} strings
 * @param {...Value} values
 * @returns {HTMLElement}
 */
export function html(strings, ...values) {
  const element = document.importNode(blueprint(strings), true);
  // Attributes first: afterwards the tree also holds what the values brought along.
  for (const each of [element, ...element.querySelectorAll("*")]) fillAttributes(each, values);
  fillTexts(element, values);
  return element;
}

// Only the constant strings of our own source are parsed, once; values never are.
/** @param {TemplateStringsArray} strings */
function blueprint(strings) {
  let element = known.get(strings);
  if (!element) {
    const source = strings.reduce((text, part, i) => text + placeholder(text, i - 1) + part).trim();
    const page = new DOMParser().parseFromString(`<template>${source}</template>`, "text/html");
    const { children } = /** @type {HTMLTemplateElement} */ (page.querySelector("template")).content;
    if (children.length !== 1) throw new Error(`html wants exactly one element: ${source}`);
    element = /** @type {HTMLElement} */ (children[0]);
    known.set(strings, element);
  }
  return element;
}

// Inside a tag a mark, between tags a comment: a table takes no loose text.
/** @param {string} before @param {number} i */
function placeholder(before, i) {
  const in_tag = before.lastIndexOf("<") > before.lastIndexOf(">");
  return in_tag ? `${MARK}${i}${MARK}` : `<!--${MARK}${i}${MARK}-->`;
}

/** @param {Element} root @param {Value[]} values */
function fillTexts(root, values) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  /** @type {Comment[]} */
  const comments = [];
  while (walker.nextNode()) comments.push(/** @type {Comment} */ (walker.currentNode));
  for (const comment of comments) {
    const mark = WHOLE.exec(comment.data);
    if (mark) comment.replaceWith(...nodes(values[Number(mark[1])]));
  }
}

/** @param {Value} value @returns {(string | Node)[]} */
function nodes(value) {
  if (Array.isArray(value)) return value.flatMap(nodes);
  if (value === null || value === undefined || typeof value === "boolean") return [];
  return [value instanceof Node ? value : String(value)];
}

/** @param {Element} element @param {Value[]} values */
function fillAttributes(element, values) {
  for (const { name, value } of [...element.attributes]) {
    const whole = WHOLE.exec(value);
    if (whole) setWhole(element, name, values[Number(whole[1])]);
    else if (value.includes(MARK)) {
      element.setAttribute(
        name,
        value.replace(ANY, (_, i) => String(values[i] ?? "")),
      );
    }
  }
}

/** @param {Element} element @param {string} name @param {Value} value */
function setWhole(element, name, value) {
  if (typeof value === "function") {
    element.removeAttribute(name);
    element.addEventListener(name.slice(1), value);
  } else if (value === null || value === undefined || value === false) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * The element of the page with this id; the chrome template promises it.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * Replaces what an element holds.
 * @param {Element} element
 * @param {...Value} values
 */
export function fill(element, ...values) {
  element.replaceChildren(...values.flatMap(nodes));
}

/**
 * Calls `act` once, when calls have stopped coming for a while.
 * @template {any[]} A
 * @param {number} wait_ms
 * @param {(...args: A) => void} act
 * @returns {(...args: A) => void}
 */
export function later(wait_ms, act) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = window.setTimeout(() => act(...args), wait_ms);
  };
}
