/**
 * On narrow screens the left side is a sheet drawn up from below in three heights; the map stays
 * usable above it. Drag the handle, or press it to go to the next height.
 */
import { _ } from '../data/i18n.js';
import { h } from './base.js';

export const HEIGHTS = ['low', 'half', 'high'];
const NAMES = {
  low: _('Sheet: low'), half: _('Sheet: half'), high: _('Sheet: high'), fit: _('Sheet: low'),
};

export class Sheet extends HTMLElement {
  /** The handle and the lowest height. */
  begin() {
    this.handle = h('button.handle', { type: 'button', onclick: () => this.next() }, h('span'));
    this.prepend(this.handle);
    this.setHeight('low');
    this.handle.addEventListener('pointerdown', (event) => this.grab(event));
  }

  connect(model) {
    this.model = model;
    this.begin();
    let subject = '';
    model.store.subscribe(({ route, card, stack, issue, near, move, picking }) => {
      const single = move?.id || (picking && 'picking') || card?.id || stack?.key || issue?.id || (near && 'near');
      const now = single || route.open || route.sel;
      // A selection needs room to be read; an open list all of it; placing a pin needs the map.
      const height = move || picking ? 'fit' : single || !route.open ? 'half' : 'high';
      if (now && (now !== subject || height === 'fit')) this.setHeight(height);
      if (!now && subject) this.setHeight('low');
      this.toggleAttribute('data-subject', Boolean(now));
      subject = now;
    });
  }

  setHeight(name) {
    this.dataset.height = name;
    this.style.removeProperty('height');
    this.handle.setAttribute('aria-label', NAMES[name]);
  }

  next() {
    if (this.dragged) return;
    this.setHeight(HEIGHTS[(HEIGHTS.indexOf(this.dataset.height) + 1) % HEIGHTS.length]);
  }

  grab(down) {
    const start = this.getBoundingClientRect().height;
    let height = start;
    this.dragged = false;
    this.toggleAttribute('data-dragging', true);
    this.handle.setPointerCapture(down.pointerId);
    const move = ({ clientY }) => {
      const moved = down.clientY - clientY;
      if (Math.abs(moved) > 4) this.dragged = true;
      height = Math.max(80, start + moved);
      if (this.dragged) this.style.height = `${height}px`;
    };
    const up = () => {
      this.handle.removeEventListener('pointermove', move);
      this.handle.removeEventListener('pointerup', up);
      this.handle.removeEventListener('pointercancel', up);
      this.toggleAttribute('data-dragging', false);
      if (!this.dragged) return;
      const share = height / globalThis.innerHeight;
      this.setHeight(share < 0.32 ? 'low' : share < 0.7 ? 'half' : 'high');
      setTimeout(() => { this.dragged = false; });
    };
    this.handle.addEventListener('pointermove', move);
    this.handle.addEventListener('pointerup', up);
    this.handle.addEventListener('pointercancel', up);
  }
}
