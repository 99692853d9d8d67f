/** What stands in the view as a list box: the way by keyboard to everything on the map. */
import { _, ngettext } from '../data/i18n.js';
import { View, h } from './base.js';

export class MapItems extends View {
  watch({ items }) { return [items]; }

  connect(model) {
    super.connect(model);
    this.addEventListener('keydown', (event) => this.key(event));
    this.addEventListener('focusout', ({ relatedTarget }) => {
      // A list drawn anew takes its focus along; only leaving it closes it.
      if (this.drawing) return;
      if (model.state.items && !this.contains(relatedTarget) && document.hasFocus()) model.browse(false);
    });
  }

  update(state) {
    this.drawing = true;
    super.update(state);
    this.drawing = false;
  }

  draw({ items }) {
    this.classList.toggle('open', Boolean(items));
    if (!items) {
      return h('button.skip', { type: 'button', 'data-focus': 'browse', onclick: () => this.model.browse(true) },
        _('List what is in view'));
    }
    if (!items.rows.length) {
      return h('p.empty', { tabindex: -1, 'data-focus': 'none' }, _('Nothing in view. Move the map or zoom out.'));
    }
    return [
      h('ul', { role: 'listbox', 'aria-label': _('In view: Enter opens, Escape closes') },
        items.rows.map((row, i) => h('li', {
          role: 'option', tabindex: i ? -1 : 0, 'aria-selected': 'false', 'data-focus': row.key,
          onfocus: ({ currentTarget }) => this.mark(currentTarget, row), onclick: () => this.open(row),
        }, row.text))),
      items.more ? h('p.hint', {}, ngettext('%(n)s more: zoom in', '%(n)s more: zoom in', items.more)) : null,
    ];
  }

  /** The list has come: the focus goes into it, unless it was there. */
  drawn({ items }) {
    if (items && !this.contains(document.activeElement)) this.querySelector('[data-focus]')?.focus();
  }

  mark(option, row) {
    for (const other of this.querySelectorAll('[role=option]')) {
      other.setAttribute('aria-selected', String(other === option));
      other.tabIndex = other === option ? 0 : -1;
    }
    this.model.store.set({ marked: row.point ?? null });
    this.model.hover(row.hover ?? '');
  }

  open(row) {
    this.model.browse(false);
    document.getElementById('map').focus({ preventScroll: true });
    row.open();
  }

  key(event) {
    const options = [...this.querySelectorAll('[role=option]')];
    const at = options.indexOf(document.activeElement);
    if (event.key === 'Escape' && this.model.state.items) {
      event.stopPropagation();
      this.model.browse(false);
      document.getElementById('map').focus({ preventScroll: true });
      return;
    }
    if (at < 0) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      options[at].click();
      return;
    }
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: options.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    options[to]?.focus();
  }
}
