/** Which level the list shows, and which layers lie over its areas. */
import { _ } from '../data/i18n.js';
import { layerHint, layerLabel } from '../data/layers.js';
import { levelAll, levelLabel } from '../data/levels.js';
import { View, h, icon } from './base.js';

export class LayerChooser extends View {
  watch({ coverage, fitZoom, route }) {
    const on = this.model.layers.map((name) => this.model.switchedOn(name)).join();
    return [
      coverage?.area, this.model.level, fitZoom, on, route.on, route.base, this.open, this.narrow.matches,
    ];
  }

  connect(model) {
    this.narrow = globalThis.matchMedia('(max-width: 899px)');
    this.open = false;
    super.connect(model);
    this.narrow.addEventListener('change', () => this.show(false));
    this.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !this.open) return;
      event.stopPropagation();
      this.show(false);
    });
    document.addEventListener('pointerdown', ({ target }) => {
      if (this.open && !this.contains(target)) this.show(false);
    });
  }

  show(open) {
    this.open = open;
    this.update(this.model.state);
  }

  draw() {
    // Where nothing can be pointed at, a hint needs a line of its own.
    const hint = this.narrow.matches && this.model.isPast && this.model.layers.includes('density')
      ? h('p.hint', {}, _('The density is known for today only')) : null;
    const panel = h('div.levels', { id: 'layers' }, this.levels(), this.layers(), hint);
    if (!this.narrow.matches) return panel;
    return [
      this.open ? panel : null,
      h('button.layers-button', {
        type: 'button', 'aria-expanded': String(this.open), 'aria-controls': this.open ? 'layers' : null,
        'data-focus': 'layers', onclick: () => this.show(!this.open),
      }, icon('layers'), _('Layers')),
    ];
  }

  levels() {
    return h('div.level-group', { role: 'group', 'aria-label': _('Level of the list') },
      h('span.group-name', { 'aria-hidden': true }, _('List')),
      this.model.levels.map((level) => h('button', {
        type: 'button', 'aria-pressed': String(level === this.model.level), 'data-focus': level,
        title: levelAll(level), onclick: () => this.model.setLevel(level),
      }, levelLabel(level))));
  }

  layers() {
    return h('div.level-group', { role: 'group', 'aria-label': _('Layers of the map') },
      h('span.group-name', { 'aria-hidden': true }, _('Map')),
      this.model.layers.map((name) => {
        const past = name === 'density' && this.model.isPast;
        return h('button', {
          type: 'button', 'aria-pressed': String(this.model.shows(name)), 'data-focus': `layer-${name}`,
          disabled: past, title: past ? _('The density is known for today only') : layerHint(name),
          onclick: () => this.model.toggleLayer(name),
        }, layerLabel(name));
      }), this.baseMap());
  }

  /** One base map is switched on and off, several are chosen from. */
  baseMap() {
    const { base, config: { basemap } } = this.model;
    if (basemap.length === 1) {
      return h('button', {
        type: 'button', 'aria-pressed': String(base !== ''), 'data-focus': 'base',
        onclick: () => this.model.setBase(base ? '' : basemap[0].key),
      }, _('Base map'));
    }
    const option = (key, label) => h('option', { value: key, selected: key === base }, label);
    return basemap.length ? h('select', {
      'aria-label': _('Base map'), 'data-focus': 'base',
      onchange: ({ target }) => this.model.setBase(target.value),
    }, basemap.map(({ key, label }) => option(key, label)), option('', _('No base map'))) : null;
  }
}
