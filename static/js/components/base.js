/**
 * The one base class of the page's elements. A page gives each element its `model`; the element
 * draws itself when what it watches changes. Text always enters as text nodes.
 */
export class View extends HTMLElement {
  /** Whether the focused element has just gone with the view it was in. */
  static orphaned = false;

  /** What the drawing depends on; drawn anew only when one of these is another value. */
  watch(_state) { return [_state]; }

  /** The content: a node, or a list of nodes and nulls. */
  draw(_state) { return []; }

  connect(model) {
    this.model = model;
    this.listen();
  }

  listen() {
    this.stop ??= this.model.store.subscribe((state) => this.update(state));
  }

  /** Also after having been moved to another place in the page. */
  connectedCallback() {
    if (this.model) this.listen();
  }

  disconnectedCallback() {
    this.stop?.();
    this.stop = undefined;
  }

  /** Gives a focus that went with a hidden view to the first match in this one. */
  adopt(selector) {
    setTimeout(() => {
      if (View.orphaned && document.activeElement === document.body) {
        this.querySelector(selector)?.focus({ preventScroll: true });
      }
      View.orphaned = false;
    });
  }

  update(state) {
    const seen = this.watch(state);
    if (this.seen?.every((value, i) => value === seen[i])) return;
    this.seen = seen;
    const focused = this.contains(document.activeElement) ? document.activeElement.dataset.focus : '';
    this.replaceChildren(...[this.draw(state)].flat(Infinity).filter(Boolean));
    if (focused && this.hidden) View.orphaned = true;
    if (focused && !this.hidden) {
      const same = this.querySelector(`[data-focus="${CSS.escape(focused)}"]:not(:disabled)`);
      (same ?? this.querySelector('[data-focus]'))?.focus({ preventScroll: true });
    }
    this.drawn?.(state);
  }
}

/**
 * A view that comes and goes. When the one that had the focus has gone, this one takes it, at its
 * first control, so that keyboards never fall back to the top of the page.
 */
export class Panel extends View {
  drawn() {
    const came = this.away && !this.hidden;
    this.away = this.hidden;
    if (came) this.adopt('[data-focus]');
  }
}

/**
 * h('button.quiet', {onclick, 'aria-pressed': true}, 'text'): an element. `style` takes an object
 * and goes through the CSSOM; false, null and undefined attributes are left out.
 */
export function h(selector, attributes = {}, ...children) {
  const [tag, ...classes] = selector.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) element.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') Object.assign(element.style, value);
    else if (name === 'value' || name === 'checked') element[name] = value;
    else element.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ''));
  return element;
}

const PATHS = {
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M10 3L5 8l5 5',
  next: 'M6 3l5 5-5 5',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9M10.5 10.5L14 14',
  check: 'M3 8.5l3.2 3.2L13 5',
  layers: 'M8 2L14 5.5L8 9L2 5.5zM2.5 8.5L8 11.7L13.5 8.5M2.5 11L8 14.2L13.5 11',
  about: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12M8 7.2v4M8 4.7v.6',
  up: 'M3 10l5-5 5 5',
};

/** A small line drawing; decoration beside words, hidden from readers. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** A span of a fixed text with a class, for parts of a sentence. */
export const span = (className, ...children) => h(`span.${className}`, {}, ...children);

/** "1 204 户" with the number in bold: splits a translated text at its number. */
export function withNumber(text) {
  const match = /[\d,]+(\.\d+)?%?/.exec(text);
  if (!match) return [text];
  return [
    text.slice(0, match.index),
    h('b', {}, match[0]),
    text.slice(match.index + match[0].length),
  ];
}
