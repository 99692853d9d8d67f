/** The top bar's living parts: the path of the place, the date, the search. */
import { _ } from '../data/i18n.js';
import { levelAll, levelOfCode } from '../data/levels.js';
import { located } from '../data/places.js';
import { foundBy } from '../data/matching.js';
import { View, h, icon } from './base.js';

export class Trail extends View {
  watch({ coverage, fitZoom }) { return [coverage, this.model.level, fitZoom]; }

  draw({ coverage }) {
    const trail = coverage?.trail ?? [this.model.config.root];
    return h('ol', {},
      trail.map((area, i) => h('li', {}, i === trail.length - 1
        ? h('span', { 'aria-current': 'page' }, area.name)
        : h('button.link', {
          type: 'button', 'data-focus': area.id, onclick: () => this.model.enter(area),
        }, area.name))),
      h('li.wide-only', {}, h('span', {}, levelAll(this.model.level))));
  }
}

export class AsOf extends View {
  watch({ route }) { return [route.on]; }

  draw() {
    const { today } = this.model.config;
    // The browser writes dates in its own order, so ours is shown and its field lies over it.
    return h('label', {}, h('span.as-of-word', {}, _('as of')), ' ', this.model.asOf, h('input', {
      type: 'date', value: this.model.asOf, max: today, required: true, 'data-focus': 'on',
      'aria-label': _('as of'),
      onclick: ({ target }) => target.showPicker?.(),
      onchange: ({ target }) => target.value && this.model.setDate(target.value),
    }));
  }
}

const VILLAGE_CODE = 12; // digits of a village's code
const GRID_CODE = 15; // of a grid's
const WAIT = 250; // ms after the last key before asking

/** A combobox: areas, households, people; the text goes in the body, never in an address. */
export class SearchBox extends HTMLElement {
  connect(model) {
    this.model = model;
    this.input = h('input', {
      type: 'search', role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'search-results',
      'aria-autocomplete': 'list', autocomplete: 'off', 'aria-label': _('Find households, people, places'),
      placeholder: _('Find households, people, places'), maxlength: 60,
      oninput: () => this.later(),
      onkeydown: (event) => this.key(event),
      onfocus: () => this.list.childElementCount && this.show(true),
    });
    this.list = h('div.results', { id: 'search-results', role: 'listbox', 'aria-label': _('Results') });
    this.list.hidden = true;
    this.replaceChildren(icon('search'), this.input, this.list);
    this.addEventListener('focusout', ({ relatedTarget }) => {
      if (!this.contains(relatedTarget)) this.show(false);
    });
    this.list.addEventListener('mousedown', (event) => event.preventDefault());
    globalThis.document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target.closest('input, select, textarea')) return;
      event.preventDefault();
      this.input.focus();
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const text = this.input.value.trim();
    if (!text) {
      this.list.replaceChildren();
      this.show(false);
      return;
    }
    this.input.setAttribute('aria-busy', 'true');
    try {
      this.fill(await this.model.api.search(text, this.model.signal('search')));
    } catch (error) {
      if (error.name !== 'AbortError') this.say(error.message);
    } finally {
      this.input.removeAttribute('aria-busy');
    }
  }

  say(text) {
    this.list.replaceChildren(h('p.empty', {}, text));
    this.show(true);
  }

  fill({ areas = [], households = [], people = [] }) {
    this.at = -1;
    const groups = [
      [_('Areas'), areas, (area) => [area.name, area.trail ?? area.type], (area) => this.toArea(area)],
      [_('Households'), households, (row) => [row.head, this.about(row)],
        (row) => this.toHousehold(row)],
      [_('Contacts'), people, (row) => [row.name, [row.role_label, row.area_name].filter(Boolean).join(' · ')],
        (row) => this.toPerson(row)],
    ].filter(([, rows]) => rows.length);
    if (!groups.length) {
      this.say(_('Nothing found in your area. Try part of a name or an address.'));
      return;
    }
    let n = 0;
    this.list.replaceChildren(...groups.map(([title, rows, text, act]) => h('div', { role: 'group', 'aria-label': title },
      h('p.group', { 'aria-hidden': true }, title),
      rows.map((row) => {
        const [name, sub] = text(row);
        return h('div.option', {
          role: 'option', id: `result-${(n += 1)}`, 'aria-selected': 'false',
          onclick: () => this.choose(() => act(row)),
        }, h('b', {}, name), ' ', h('small', {}, sub));
      }))));
    this.show(true);
  }

  /** Where a found household is filed, and by what of it it was found; the phone stays untold. */
  about(row) {
    return [
      foundBy(row.found_by), row.serial, row.area?.name, row.address,
      located(row) ? '' : _('not located'),
    ].filter(Boolean).join(' · ');
  }

  key(event) {
    const options = [...this.list.querySelectorAll('[role=option]')];
    if (event.key === 'Escape') {
      this.show(false);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const option = this.list.hidden ? null : options[this.at] ?? options[0];
      if (option) option.click();
      else this.ask();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && options.length) {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      const from = this.at < 0 && step < 0 ? 0 : this.at;
      this.at = (from + step + options.length) % options.length;
      options.forEach((option, i) => option.setAttribute('aria-selected', String(i === this.at)));
      this.input.setAttribute('aria-activedescendant', options[this.at].id);
      options[this.at].scrollIntoView({ block: 'nearest' });
      this.show(true);
    }
  }

  show(open) {
    this.list.hidden = !open;
    this.input.setAttribute('aria-expanded', String(open));
    if (!open) this.input.removeAttribute('aria-activedescendant');
  }

  choose(act) {
    // An answer on its way would open the list again.
    clearTimeout(this.timer);
    this.model.signal('search');
    this.show(false);
    this.input.blur();
    act();
  }

  /** An area shown in its parent's list if it is one of it, else entered. */
  toArea(area) {
    const row = this.model.rows.find(({ id }) => id === area.id);
    if (row) this.model.go({ sel: area.code ?? area.id, open: '', reason: '' });
    else if (['county', 'township', 'village'].includes(area.level)) this.model.enter(area);
    else this.toGrid(area.code ?? area.id);
  }

  /** The grid with a code in its village; a unit in its grid, so that it is listed and chosen. */
  toGrid(code) {
    const unit = levelOfCode(code) === 'unit';
    const parent = code.slice(0, unit ? GRID_CODE : VILLAGE_CODE);
    const root = this.model.config.root.code;
    // Whoever sees one grid sees no village around it.
    if (!unit && (root.length >= code.length)) this.model.enter({ code: root });
    else this.model.enter({ code: parent.length < root.length ? root : parent }, { sel: code });
  }

  /** Its card, on the map where its place is known. */
  toHousehold({ id, lon, lat }) {
    this.model.showPlace({ id, lon, lat });
  }

  toPerson({ path_code: code }) {
    const level = levelOfCode(code ?? '');
    if (level === 'grid' || level === 'unit') this.toGrid(code);
    else if (level) this.toArea({ code, level, id: this.model.rows.find((row) => row.code === code)?.id });
  }
}
