/** Two divisions of the same land on one map: today's in dashes, the new one in full lines. */
import * as L from 'leaflet';
import { _ } from '../data/i18n.js';
import { BaseMap } from './base.js';
import { Scale } from './controls.js';

const OLD = { color: '#59626c', weight: 2, dashArray: '6 5', fillColor: '#59626c', fillOpacity: 0.06 };
const GONE = { ...OLD, fillOpacity: 0.22 };
const KEPT = { color: '#0b5f73', weight: 2.5, fillColor: '#0b5f73', fillOpacity: 0.07 };
const NEW = { ...KEPT, fillOpacity: 0.24 };
const POINT = { radius: 4, color: '#ffffff', weight: 1, fillColor: '#b4500a', fillOpacity: 1, interactive: false };
const FAULT = { radius: 9, color: '#a3180f', weight: 3, fillOpacity: 0 };
const CLOSE = 17;

export class DivisionMap {
  /** drawing: before and after with names and rings of [lat, lon], points, faults, basemap. */
  constructor(container, drawing) {
    this.map = L.map(container, {
      zoomControl: false, attributionControl: false, minZoom: 3, maxZoom: 19, scrollWheelZoom: false,
    });
    L.control.zoom({ position: 'topright', zoomInTitle: _('Zoom in'), zoomOutTitle: _('Zoom out') }).addTo(this.map);
    new BaseMap(this.map, drawing.basemap).show(drawing.basemap[0]?.key ?? '');
    new Scale({ position: 'bottomleft' }).addTo(this.map);
    const dots = L.canvas({ padding: 0.2 });
    this.layers = {
      before: L.layerGroup(drawing.before.flatMap((area) => drawn(area, area.gone ? GONE : OLD))),
      after: L.layerGroup(drawing.after.flatMap((area) => drawn(area, area.new ? NEW : KEPT))),
    };
    const points = drawing.points.map(([lon, lat]) => L.circleMarker([lat, lon], { ...POINT, renderer: dots }));
    const faults = drawing.faults.map(([lon, lat, words]) => L.circleMarker([lat, lon], FAULT).bindTooltip(text(words)));
    this.show('after');
    L.layerGroup([...points, ...faults]).addTo(this.map);
    const all = [...drawing.before, ...drawing.after].flatMap(({ rings }) => rings.flat(2));
    if (all.length) this.map.fitBounds(L.latLngBounds(all), { padding: [16, 16], animate: false });
    else this.map.setView([46, 122], 5);
  }

  /** side: before, after or both. */
  show(side) {
    for (const [name, layer] of Object.entries(this.layers)) {
      if (side === name || side === 'both') layer.addTo(this.map);
      else layer.remove();
    }
  }

  look(lat, lon) {
    this.map.setView([lat, lon], CLOSE, { animate: false });
    this.map.getContainer().scrollIntoView({ block: 'center' });
  }
}

/** An outline with its name upon it; the name is text, whatever somebody has typed. */
function drawn({ name, rings }, style) {
  const shape = L.polygon(rings, { ...style, interactive: false });
  shape.bindTooltip(text(name), { permanent: true, direction: 'center', className: 'redraw-name' });
  return [shape];
}

function text(words) {
  const span = document.createElement('span');
  span.textContent = words;
  return span;
}
