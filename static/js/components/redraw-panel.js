/** The side of the editor: what is chosen, the numbers, the faults, every grid, the barriers. */
import { _, distance, integer, moment, ngettext } from '../data/i18n.js';
import { neighbours } from '../data/topology.js';
import { View, h } from './base.js';
import { Sheet } from './sheet.js';

const households = (n) => ngettext('%(n)s household', '%(n)s households', n);

/** The side as a sheet on phones; a grid that is chosen needs room to be read. */
export class RedrawSheet extends Sheet {
  connect(model) {
    this.model = model;
    this.begin();
    let tool = 'choose';
    model.store.subscribe((state) => {
      if (state.tool !== tool && state.tool !== 'choose') this.setHeight('low');
      tool = state.tool;
    });
  }
}

/** The grid that is chosen: its name, kind and lock, and what can be done with it. */
export class RedrawChosen extends View {
  watch({ draft, chosen, busy }) { return [draft, chosen, busy]; }

  draw({ draft, chosen, busy, borders }) {
    const area = chosen.length === 1 ? this.model.area(chosen[0]) : null;
    this.hidden = !area;
    if (!area) return [];
    const { key } = area;
    const field = h('input', { value: area.name, maxlength: 80, 'aria-label': _('Name'), 'data-focus': 'name' });
    const rename = (event) => {
      event.preventDefault();
      this.model.step({ verb: 'rename', key, name: field.value });
    };
    const beside = [...neighbours(key, borders)].map((one) => this.model.area(one)).filter(Boolean);
    return h('section.chosen', { 'aria-label': _('Chosen grid') },
      h('form.chosen-name', { onsubmit: rename }, field,
        h('button.button', { type: 'submit', disabled: busy }, _('Rename'))),
      h('p.hint', {}, [area.code, households(area.households),
        area.coming ? _('%(n)s of them new here', { n: integer(area.coming) }) : ''].filter(Boolean).join(' · ')),
      h('div.chosen-acts', {},
        draft.level === 'grid' ? this.kind(area, busy) : null,
        h('button.button', {
          type: 'button', disabled: busy, 'aria-pressed': String(area.locked), 'data-focus': 'lock',
          onclick: () => this.model.step({ verb: 'lock', key, locked: !area.locked }),
        }, area.locked ? _('Unlock') : _('Lock')),
        beside.length && !area.locked ? this.merge(key, beside, busy) : null));
  }

  kind({ key, kind }, busy) {
    const choices = [['general', _('general grid')], ['dedicated', _('dedicated grid')]];
    return h('select', {
      'aria-label': _('Kind of grid'), disabled: busy, 'data-focus': 'kind',
      onchange: ({ target }) => this.model.step({ verb: 'kind', key, kind: target.value }),
    }, choices.map(([value, word]) => h('option', { value, selected: value === kind }, word)));
  }

  merge(key, beside, busy) {
    return h('select', {
      'aria-label': _('Merge with a neighbour'), disabled: busy, 'data-focus': 'merge',
      onchange: ({ target }) => target.value && this.model.step({ verb: 'merge', keys: [key, target.value] }),
    }, h('option', { value: '' }, _('Merge with …')),
    beside.map((other) => h('option', { value: other.key }, other.name)));
  }
}

/** How even, how compact, how much changes; who changed it last. */
export class RedrawNumbers extends View {
  watch({ draft }) { return [draft]; }

  draw({ draft }) {
    if (!draft) return h('p.empty', {}, _('The draft is being fetched …'));
    const { adrift, areas, changed, quality, unplaced } = draft;
    const sum = (name) => quality.reduce((all, one) => all + (one[name] ?? 0), 0);
    const spreads = quality.map(({ spread }) => spread).filter(Boolean);
    const compact = areas.reduce((all, area) => all + area.compact, 0) / (areas.length || 1);
    const figure = (label, value) => h('div.redraw-figure', {}, h('b', {}, value), h('span', {}, label));
    return [
      h('div.redraw-figures', {},
        figure(draft.level === 'grid' ? _('grids') : _('units'), integer(areas.length)),
        figure(_('largest / mean workload'), spreads.length ? Math.max(...spreads).toFixed(2) : '—'),
        figure(_('compactness'), areas.length ? compact.toFixed(2) : '—'),
        figure(_('households that change'), integer(areas.reduce((all, area) => all + area.coming, 0)))),
      sum('crossings') ? h('p.hint.side', {}, ngettext(
        '%(n)s barrier runs through a grid, %(far)s.', '%(n)s barriers run through grids, %(far)s.',
        sum('crossings'), { far: distance(sum('crossed_m')) })) : null,
      unplaced ? h('p.hint.warn.side', {}, ngettext(
        '%(n)s household lies in none of them.', '%(n)s households lie in none of them.', unplaced)) : null,
      adrift ? h('p.hint.side', {}, ngettext(
        '%(n)s household without a place is filed under a grid that does not go on.',
        '%(n)s households without a place are filed under grids that do not go on.', adrift)) : null,
      h('p.hint.side', {}, _('Last changed by %(name)s, %(at)s', { name: changed.by, at: moment(changed.at) })),
    ];
  }
}

/** What does not fit yet: shown on the map, mended on the spot. */
export class RedrawFaults extends View {
  watch({ draft, busy }) { return [draft, busy]; }

  draw({ draft, busy }) {
    const undrawn = draft?.villages.flatMap((village) => village.undrawn) ?? [];
    this.hidden = !draft?.faults.length && !undrawn.length;
    if (this.hidden) return [];
    return [
      h('h2.side', {}, _('Does not fit yet')),
      h('ul', {}, draft.faults.map((fault, i) => this.fault(fault, i, busy))),
      undrawn.length ? h('p.hint.side', {}, _('Without an outline of their own: %(names)s. Draw one: the tool asks whose it is.', {
        names: undrawn.map(({ name }) => name).join('、'),
      })) : null,
    ];
  }

  fault(fault, i, busy) {
    return h('li.fault', {},
      h('button.link', { type: 'button', 'data-focus': `fault-${i}`, onclick: () => this.model.lookAt(fault) }, fault.sentence),
      fault.kind === 'parts' ? null : this.mend(fault, busy));
  }

  mend({ kind, village, keys, lon, lat }, busy) {
    const give = (key) => this.model.step({ verb: 'give', at: [lon, lat], key });
    if (kind === 'outside') {
      return h('button.button', { type: 'button', disabled: busy, onclick: () => give(null) }, _('Cut it off'));
    }
    const areas = this.model.state.draft.areas.filter((area) =>
      (kind === 'overlap' ? keys.includes(area.key) : area.village === village));
    return h('select', {
      'aria-label': _('Give this land to'), disabled: busy,
      onchange: ({ target }) => target.value && give(target.value === 'new' ? null : target.value),
    }, h('option', { value: '' }, _('Give it to …')),
    areas.map((area) => h('option', { value: area.key }, area.name)),
    kind === 'gap' ? h('option', { value: 'new' }, _('a grid of its own')) : null);
  }
}

/** Every grid with its numbers; the map's equal. */
export class RedrawGrids extends View {
  watch({ draft, chosen, tool }) { return [draft, chosen, tool]; }

  draw({ draft, chosen }) {
    if (!draft) return [];
    const loads = new Map(draft.quality.flatMap(({ grids }) => grids).map(({ key, load }) => [key, load]));
    return h('table.grids', {},
      h('caption.visually-hidden', {}, _('Grids of the draft')),
      h('thead', {}, h('tr', {},
        [_('Grid'), _('Households'), _('Workload'), _('Shape'), _('New here')].map((word) => h('th', { scope: 'col' }, word)))),
      h('tbody', {}, draft.areas.map((area) => this.row(area, loads.get(area.key), chosen.includes(area.key)))));
  }

  row(area, load, on) {
    return h('tr', { 'aria-selected': String(on) },
      h('th', { scope: 'row' }, h('button.link', {
        type: 'button', 'data-focus': area.key, 'aria-pressed': String(on),
        onclick: () => this.model.choose(area.key, { look: true }),
      }, area.locked ? _('%(name)s (locked)', { name: area.name }) : area.name)),
      h('td', {}, integer(area.households)),
      h('td', {}, Number.isFinite(load) ? `${load}%` : '—'),
      h('td', {}, area.compact.toFixed(2)),
      h('td', {}, integer(area.coming)));
  }
}

/** Roads, rivers and railways that grids are cut along. */
export class RedrawBarriers extends View {
  watch({ draft, busy }) { return [draft, busy]; }

  draw({ draft, busy }) {
    this.hidden = !draft?.barriers.length;
    if (this.hidden) return [];
    return [
      h('h2.side', {}, _('Barriers')),
      h('ul', {}, draft.barriers.map(({ id, label, name, geometry }) => h('li.fault', {},
        h('button.link', {
          type: 'button', 'data-focus': id,
          onclick: () => this.model.lookAt({ lon: geometry[0][0][0], lat: geometry[0][0][1] }),
        }, name ? `${label} ${name}` : label),
        h('button.button', {
          type: 'button', disabled: busy, 'aria-label': _('Remove %(name)s', { name: name || label }),
          onclick: () => this.model.removeBarrier(id),
        }, _('Remove'))))),
    ];
  }
}
