/** A small map of one's own households: numbered as in the list beside it, and where one stands. */
import * as L from 'leaflet';
import { _ } from '../data/i18n.js';
import { BaseMap } from './base.js';
import { Scale } from './controls.js';
import { accuracyCircle, drawn } from './pin.js';

const AIR = [28, 28];

export class OwnMap {
  /** points: [{id, lon, lat}]; basemap: the page's choices; pick(id): called when a point is touched. */
  constructor(container, points, basemap, pick) {
    this.map = L.map(container, {
      zoomControl: false, attributionControl: false, minZoom: 3, maxZoom: 19,
    });
    L.control.zoom({ zoomInTitle: _('Zoom in'), zoomOutTitle: _('Zoom out') }).addTo(this.map);
    this.map.createPane('pins').style.zIndex = 460;
    this.map.fitBounds(bounds(points), { padding: AIR, maxZoom: 17 });
    new BaseMap(this.map, basemap).show(basemap[0]?.key ?? '');
    new Scale({ position: 'bottomleft' }).addTo(this.map);
    this.markers = new Map(points.map((point) => [point.id, this.marker(point, 'pin-number', pick)]));
    this.circle = accuracyCircle('pins');
    this.points = points;
  }

  marker({ id, lon, lat }, className, pick) {
    const marker = L.marker([lat, lon], {
      pane: 'pins', icon: drawn(className, 26), keyboard: false, interactive: Boolean(pick),
    }).addTo(this.map);
    if (pick) marker.on('click', () => pick(id));
    return marker;
  }

  /** Numbers the points in the order of these ids; the first lie on top. */
  number(ids) {
    ids.forEach((id, i) => {
      const marker = this.markers.get(id);
      if (!marker) return;
      const text = document.createElement('b');
      text.textContent = i + 1;
      marker.setIcon(drawn('pin-number', 26, text)).setZIndexOffset(-i * 100);
    });
  }

  /** Marks where one stands {lon, lat, accuracy}, in view together with the nearest points. */
  stand(me, nearest) {
    this.me?.remove();
    this.me = this.marker(me, 'pin-me', null);
    this.circle.setLatLng([me.lat, me.lon]).setRadius(me.accuracy).addTo(this.map);
    this.map.fitBounds(bounds([me, ...nearest]), { padding: AIR, maxZoom: 17, animate: false });
  }
}

const bounds = (points) => L.latLngBounds(points.map(({ lat, lon }) => [lat, lon]));
