/** The small map of one household: its pin with the circle of accuracy, and the pin being moved. */
import * as L from 'leaflet';
import { _ } from '../data/i18n.js';
import { BaseMap } from './base.js';
import { Scale } from './controls.js';
import { Pins, drawn } from './pin.js';

const NEAR = 16;

export class SpotMap {
  /**
   * from: where to look while nothing is placed, {lon, lat}; basemap: the page's choices; season:
   * the seasonal place somebody is at, {lon, lat, label}, or null.
   */
  constructor(container, model, from, basemap, season = null) {
    this.map = L.map(container, {
      zoomControl: false, attributionControl: false, minZoom: 3, maxZoom: 19, scrollWheelZoom: false,
    });
    L.control.zoom({ position: 'topright', zoomInTitle: _('Zoom in'), zoomOutTitle: _('Zoom out') }).addTo(this.map);
    this.map.setView([from.lat, from.lon], NEAR);
    new BaseMap(this.map, basemap).show(basemap[0]?.key ?? '');
    new Scale({ position: 'bottomleft' }).addTo(this.map);
    this.pins = new Pins(this.map, model, ({ lat, lon }) => {
      this.map.setView([lat, lon], Math.max(NEAR, this.map.getZoom()), { animate: false });
    });
    if (season) this.stays(season);
    this.map.on('click', ({ latlng }) => {
      if (model.state.move) model.placing.put({ lon: latlng.lng, lat: latlng.lat }, this.map.getZoom());
    });
  }

  /** Where the household is by the season, beside its registered pin. */
  stays({ lon, lat, label }) {
    L.marker([lat, lon], {
      pane: 'pins', icon: drawn('pin-season', 26), interactive: false, keyboard: false,
    }).bindTooltip(label, { permanent: true, direction: 'top', offset: [0, -20] }).addTo(this.map);
  }
}
