/**
 * What stands in the view, as a list for those who cannot point at it: areas, matters, households
 * and stacks, each with the words and the act that a touch of the map has.
 */
import * as L from 'leaflet';
import { keyOf, sortRows } from '../data/coverage.js';
import { _, ngettext } from '../data/i18n.js';
import { away, between } from '../data/near.js';

const MOST = { areas: 40, matters: 40, venues: 40, households: 60 };

export class Items {
  /** view: the MapView whose layers are listed. */
  constructor(view) {
    this.view = view;
    this.model = view.model;
    this.ring = L.circleMarker([0, 0], {
      pane: 'pins', radius: 17, color: '#0b5f73', weight: 3, fill: false, interactive: false,
    });
    view.map.on('moveend', () => this.refresh());
    // Whoever opens the list before the tiles have come sees it fill.
    view.map.on('layeradd', ({ layer }) => layer.on('load painted', this.refresh, this));
    view.map.getContainer().addEventListener('keydown', (event) => this.key(event));
    this.model.store.subscribe((state) => this.update(state));
  }

  /** Enter on the map opens the list, unless a pin is waiting for its place. */
  key({ key, target }) {
    const { move, picking } = this.model.state;
    if (key === 'Enter' && target === this.view.map.getContainer() && !move && !picking) this.model.browse(true);
  }

  update({ browsing, marked, coverage }) {
    if (browsing !== this.browsing || (browsing && coverage !== this.coverage)) {
      this.browsing = browsing;
      this.coverage = coverage;
      this.refresh();
    }
    if (marked === this.marked) return;
    this.marked = marked;
    if (marked) this.ring.setLatLng([marked.lat, marked.lon]).addTo(this.view.map);
    else this.ring.remove();
  }

  refresh() {
    if (this.browsing) this.model.store.set({ items: this.list() });
    else if (this.model.state.items) this.model.store.set({ items: null });
  }

  /** {rows: [{key, text, point, hover, open}], more} of what is in view. */
  list() {
    const { map } = this.view;
    const bounds = map.getBounds();
    const { lat, lng: lon } = map.getCenter();
    const kinds = [
      [this.areas(bounds), MOST.areas],
      [this.matters(), MOST.matters],
      [this.venues(), MOST.venues],
      [this.households(bounds), MOST.households],
    ];
    let more = 0;
    const rows = kinds.flatMap(([list, most]) => {
      more += Math.max(0, list.length - most);
      return list.slice(0, most);
    });
    return {
      rows: rows.map((row) => ({ ...row, text: row.point
        ? `${row.text} · ${away(between({ lat, lon }, row.point))}` : row.text })),
      more,
    };
  }

  /** Areas whose name stands in the view, in the order of the list beside the map. */
  areas(bounds) {
    const { rows } = this.view.painter;
    const { measure } = this.model;
    const found = (this.view.areaLayer?.labelPoints() ?? [])
      .filter(({ lat, lon }) => bounds.contains([lat, lon]))
      .map(({ id }) => rows.get(id)).filter(Boolean);
    return sortRows(found, measure).map((row) => ({
      key: keyOf(row),
      hover: keyOf(row),
      text: `${this.model.villageOf(row)} ${row.name} · ${measure.label} ${measure.text(row)}`.trim(),
      open: () => this.model.select(keyOf(row)),
    }));
  }

  matters() {
    if (!this.view.issues) return [];
    return this.view.matters.inView().map((mark) => {
      const [first] = mark.pins;
      const one = first.overdue ? _('Overdue matter') : _('Open matter');
      return {
        key: `issue-${first.id}`,
        text: mark.pins.length > 1
          ? ngettext('%(n)s matter at one place', '%(n)s matters at one place', mark.pins.length) : one,
        point: mark,
        open: () => this.view.openPins(mark),
      };
    });
  }

  venues() {
    return (this.view.activities?.inView() ?? []).map((mark) => {
      const [first] = mark.pins;
      const n = this.view.activities.number(mark.pins);
      return {
        key: `venue-${first.id}`,
        text: [_('Activities'), mark.pins.length > 1 ? '' : first.place || first.area.name,
          ngettext('%(n)s activity in 12 months', '%(n)s activities in 12 months', n)].filter(Boolean).join(' · '),
        point: mark,
        open: () => this.view.openVenue(mark),
      };
    });
  }

  households(bounds) {
    const found = this.view.households?.inView(bounds) ?? [];
    const rank = ({ linked, unlinked }) => (linked === false || unlinked ? 0 : 1);
    return found.sort((a, b) => rank(a) - rank(b)).map((symbol) => ({
      key: symbol.id ?? `stack-${symbol.lat}-${symbol.lon}`,
      text: symbol.id ? household(symbol) : stack(symbol),
      point: symbol,
      open: () => this.view.openSymbol(symbol),
    }));
  }
}

function household({ linked, outside, season }) {
  return [
    _('Household'), linked ? _('has a contact') : _('has nobody'), outside ? _('outside its grid') : '',
    season ? _('at a seasonal place') : '',
  ].filter(Boolean).join(' · ');
}

function stack({ n, unlinked }) {
  const text = ngettext('%(n)s household in one building', '%(n)s households in one building', n);
  return unlinked ? `${text} · ${ngettext('%(n)s without contact', '%(n)s without contact', unlinked)}` : text;
}
