/** The button "nearby", and on the map what the panel lists: the place asked from, numbered pins. */
import * as L from 'leaflet';
import { _ } from '../data/i18n.js';
import { accuracyCircle, drawn } from './pin.js';

/** Opens and closes the panel of the nearest households. */
export const NearButton = L.Control.extend({
  options: { position: 'bottomleft', model: null },

  onAdd() {
    const { model } = this.options;
    const group = L.DomUtil.create('div', 'map-buttons near-button');
    const button = L.DomUtil.create('button', '', group);
    button.type = 'button';
    button.textContent = _('Nearby');
    L.DomEvent.on(button, 'click', () => model.nearby.toggle());
    L.DomEvent.disableClickPropagation(group);
    model.store.subscribe(({ near }) => button.setAttribute('aria-pressed', String(Boolean(near))));
    return group;
  },
});

export class NearMarks {
  /** bring(bounds): shows bounds in the part of the map that no panel covers. */
  constructor(map, model, bring) {
    this.map = map;
    this.model = model;
    this.bring = bring;
    this.group = L.layerGroup();
    this.circle = accuracyCircle('pins');
    if (model.canSeeHouseholds) new NearButton({ model }).addTo(map);
    model.store.subscribe(({ near }) => this.update(near));
  }

  update(near) {
    if (near === this.shown) return;
    this.shown = near;
    this.group.clearLayers();
    if (!near?.centre) {
      this.group.remove();
      return;
    }
    const { centre, rows, me } = near;
    if (me) this.group.addLayer(this.circle.setLatLng([centre.lat, centre.lon]).setRadius(centre.accuracy));
    this.group.addLayer(this.marker(centre, me ? 'pin-me' : 'pin-cross', 24, false));
    rows.forEach((row, i) => this.group.addLayer(this.numbered(row, i + 1)));
    this.group.addTo(this.map);
    if (rows.length) this.bring(L.latLngBounds([centre, ...rows].map(({ lat, lon }) => [lat, lon])));
  }

  marker({ lat, lon }, className, size, interactive, text = '') {
    return L.marker([lat, lon], {
      pane: 'pins', icon: drawn(className, size, text), interactive, keyboard: false,
    });
  }

  /** The list says the same, so keys need not stop at each pin. */
  numbered(row, number) {
    const text = document.createElement('b');
    text.textContent = number;
    return this.marker(row, 'pin-number', 26, true, text)
      .on('click', () => this.model.showPlace({ id: row.id, lon: row.lon, lat: row.lat, here: true }));
  }
}
