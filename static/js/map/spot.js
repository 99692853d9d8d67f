/** The small map of one household: its pin with the circle of accuracy, and the pin being moved. */
import * as L from 'leaflet';
import { _ } from '../data/i18n.js';
import { BaseMap } from './base.js';
import { Scale } from './controls.js';
import { Pins } from './pin.js';

const NEAR = 16;

export class SpotMap {
  /** from: where to look while nothing is placed, {lon, lat}; basemap: the page's choices. */
  constructor(container, model, from, basemap) {
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
    this.map.on('click', ({ latlng }) => {
      if (model.state.move) model.placing.put({ lon: latlng.lng, lat: latlng.lat }, this.map.getZoom());
    });
  }
}
