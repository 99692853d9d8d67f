/**
 * The map of a draft of contacts: each household by its state, a line to its contact. Shape tells
 * what colour tells: proposed a ring, accepted a dot, pinned a diamond, nobody an open square.
 */
import * as L from 'leaflet';
import { _, ngettext } from '../data/i18n.js';
import { OutlinesMap } from './outlines.js';
import { Overlay } from './overlay.js';

const INK = { proposed: '#2f7fb5', accepted: '#2d6a45', pinned: '#0b5f73', rejected: '#a3180f', short: '#a3180f' };
const CONTACT = '#3d2b6b';
const REACH = { mouse: 14, touch: 24 };
const FAINT = 0.16;

/** One path for all symbols of a state: thousands cost one fill and one stroke. */
const SHAPES = {
  proposed: (pen, x, y, r) => { pen.moveTo(x + r, y); pen.arc(x, y, r, 0, Math.PI * 2); },
  accepted: (pen, x, y, r) => { pen.moveTo(x + r, y); pen.arc(x, y, r, 0, Math.PI * 2); },
  pinned: (pen, x, y, r) => {
    const reach = r * 1.4;
    pen.moveTo(x, y - reach);
    pen.lineTo(x + reach, y);
    pen.lineTo(x, y + reach);
    pen.lineTo(x - reach, y);
    pen.closePath();
  },
  short: (pen, x, y, r) => pen.rect(x - r, y - r, r * 2, r * 2),
};
SHAPES.rejected = SHAPES.short;
const FILLED = new Set(['accepted', 'pinned']);

const PairsLayer = Overlay.extend({
  paint(pen) {
    const { lines, contacts, chosen } = this.options.data();
    const at = ({ lat, lon }) => this._map.latLngToContainerPoint([lat, lon]);
    const zoom = this._map.getZoom();
    const r = zoom >= 16 ? 5.5 : zoom >= 13 ? 4.5 : 3.4;
    const homes = contacts.map((contact) => (contact.lon === null ? null : at(contact)));
    this.places = [...lines.values()].map((line) => ({ line, ...at(line) }));
    pen.lineWidth = 1.1;
    pen.globalAlpha = chosen ? FAINT : 0.5;
    for (const state of ['proposed', 'accepted', 'pinned']) {
      pen.beginPath();
      for (const { line, x, y } of this.places) {
        const home = line.state === state ? homes[line.contact] : null;
        if (!home) continue;
        pen.moveTo(x, y);
        pen.lineTo(home.x, home.y);
      }
      pen.strokeStyle = INK[state];
      pen.stroke();
    }
    pen.globalAlpha = 1;
    for (const home of homes) if (home) this.contact(pen, home, zoom >= 13 ? r + 2 : r);
    for (const state of Object.keys(SHAPES)) this.symbols(pen, state, zoom >= 13 ? r : r * 0.8);
    if (chosen) this.chosen(pen, lines.get(chosen), homes, r);
  },

  symbols(pen, state, r) {
    pen.beginPath();
    for (const { line, x, y } of this.places) if (line.state === state) SHAPES[state](pen, x, y, r);
    pen.strokeStyle = '#ffffff';
    pen.lineWidth = 4;
    pen.stroke();
    pen.fillStyle = FILLED.has(state) ? INK[state] : '#ffffff';
    pen.strokeStyle = INK[state];
    pen.lineWidth = 2;
    pen.fill();
    pen.stroke();
  },

  contact(pen, { x, y }, r) {
    pen.beginPath();
    pen.moveTo(x, y - r);
    pen.lineTo(x + r, y + r * 0.8);
    pen.lineTo(x - r, y + r * 0.8);
    pen.closePath();
    pen.strokeStyle = '#ffffff';
    pen.lineWidth = 3;
    pen.stroke();
    pen.fillStyle = CONTACT;
    pen.fill();
  },

  chosen(pen, line, homes, r) {
    if (!line) return;
    const { x, y } = this._map.latLngToContainerPoint([line.lat, line.lon]);
    const home = homes[line.contact];
    pen.strokeStyle = '#1d2329';
    pen.lineWidth = 2.5;
    pen.beginPath();
    if (home) {
      pen.moveTo(x, y);
      pen.lineTo(home.x, home.y);
    }
    pen.moveTo(x + r + 6, y);
    pen.arc(x, y, r + 6, 0, Math.PI * 2);
    pen.stroke();
  },

  /** The contact nearest to a point of the view, or null. */
  contactAt({ x, y }, reach) {
    const { contacts } = this.options.data();
    return contacts.find(({ lat, lon }) => {
      if (lon === null) return false;
      const at = this._map.latLngToContainerPoint([lat, lon]);
      return Math.hypot(at.x - x, at.y - y) < reach;
    }) ?? null;
  },

  /** The line whose household is nearest to a point of the view, or null. */
  lineAt({ x, y }, reach) {
    let [best, near] = [null, reach];
    for (const place of this.places ?? []) {
      const away = Math.hypot(place.x - x, place.y - y);
      if (away < near) [best, near] = [place.line, away];
    }
    return best;
  },
});

export class PairsMap extends OutlinesMap {
  /** options also: pick(line), pickContact(contact): called when one is touched. */
  constructor(container, options) {
    super(container, options);
    this.lines = new Map();
    this.contacts = [];
    this.map.createPane('pairs').style.zIndex = 440;
    this.map.getPane('pairs').style.pointerEvents = 'none';
    this.layer = new PairsLayer({
      pane: 'pairs', data: () => ({ lines: this.lines, contacts: this.contacts, chosen: this.chosen }),
    }).addTo(this.map);
    this.map.on('click', ({ containerPoint, originalEvent }) => {
      const reach = REACH[originalEvent.pointerType] ?? REACH.mouse;
      const line = this.layer.lineAt(containerPoint, reach);
      const contact = line ? null : this.layer.contactAt(containerPoint, reach);
      if (line) options.pick(line);
      else if (contact) options.pickContact(contact);
    });
  }

  /** {lines, contacts, unlocated} as the page's points.json gives them. */
  put({ lines, contacts, unlocated }) {
    this.lines = new Map(lines.map(([id, state, lon, lat, contact]) => [id, { id, state, lon, lat, contact }]));
    this.contacts = contacts;
    this.layer.redraw();
    this.tell(unlocated
      ? ngettext('%(n)s household has no place yet and is on the list only.', '%(n)s households have no place yet and are on the list only.', unlocated)
      : '');
  }

  /** All the households listed; the whole area where none of them has a place. */
  async fit() {
    if (!this.lines?.size) {
      await super.fit();
      return;
    }
    const places = [...this.lines.values()].map(({ lat, lon }) => [lat, lon]);
    this.map.fitBounds(L.latLngBounds(places), { padding: [36, 36], maxZoom: 16, animate: false });
  }

  /** Rings a line, and brings it into view with its contact. */
  choose(id) {
    this.chosen = this.lines.has(id) ? id : null;
    this.layer.redraw();
    const line = this.lines.get(id);
    if (!line) return;
    const home = this.contacts[line.contact];
    const ends = [[line.lat, line.lon], ...(home && home.lon !== null ? [[home.lat, home.lon]] : [])];
    const inView = ends.every((end) => this.map.getBounds().contains(end));
    if (!inView) this.map.fitBounds(L.latLngBounds(ends), { padding: [40, 40], maxZoom: 16, animate: false });
    this.tell(home ? _('%(name)s, %(role)s', { name: home.name, role: home.role }) : '');
  }
}
