/** The small map of an emergency list: outlines, names, and the households of what is in view. */
import * as L from 'leaflet';
import { _, ngettext } from '../data/i18n.js';
import { h } from '../components/base.js';
import { OutlinesMap } from './outlines.js';

const REST = 250;
/** Numbers stand in the squares from this zoom on; before that they would cover each other. */
const NEAR = 14;

export class PlacesMap extends OutlinesMap {
  /** config also holds the `id` of the list. */
  constructor(container, options) {
    super(container, options);
    this.others = L.canvas({ padding: 0.2 });
    this.places = L.layerGroup().addTo(this.map);
  }

  async start() {
    await super.start();
    this.map.on('moveend', () => this.later());
    await this.draw();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw().catch((error) => this.tell(error.message)), REST);
  }

  async draw() {
    this.asked?.abort();
    this.asked = new AbortController();
    const box = this.map.getBounds().toBBoxString();
    let found;
    try {
      found = await this.api.get(`/emergency/${this.config.id}/places`, { box }, this.asked.signal);
    } catch (error) {
      if (error.name === 'AbortError') return;
      throw error;
    }
    this.places.clearLayers();
    for (const row of found.rows) this.places.addLayer(this.symbol(row));
    this.tell(found.more ? _('Too many households for one view: zoom in to see all.') : '');
  }

  symbol(row) {
    const at = [row.lat, row.lon];
    const layer = row.help
      ? L.marker(at, {
        title: row.head,
        icon: L.divIcon({ className: '', html: square(row.help, this.map.getZoom() < NEAR), iconSize: [24, 24] }),
        zIndexOffset: 1000,
      })
      : L.circleMarker(at, {
        renderer: this.others, radius: 5, weight: 2, color: '#59626c', fillColor: '#fff', fillOpacity: 1,
      });
    return layer.bindPopup(() => words(row), { maxWidth: 260 });
  }
}

const square = (persons, far) => h(`span.help-sign${far ? '.far' : ''}`, {}, String(persons));

const call = (phone) => h('a', { href: `tel:${phone}` }, phone);

/** What the popup of a household says, as elements with text nodes. */
function words(row) {
  return h('div.place-popup', {},
    h('p', {}, h('b', {}, row.head), row.size ? ` · ${ngettext('%(n)s person', '%(n)s persons', row.size)}` : ''),
    row.help
      ? h('p.bad', {}, ngettext('help to move: %(n)s person', 'help to move: %(n)s persons', row.help))
      : null,
    h('p', {}, row.address),
    row.season ? h('p', {}, h('b', {}, row.season)) : null,
    row.phone ? h('p', {}, call(row.phone)) : h('p.hint', {}, _('No phone on record')),
    row.contacts.map(({ person, role_label: role, phone }) =>
      h('p.hint', {}, `${role} ${person} `, phone ? call(phone) : null)));
}
