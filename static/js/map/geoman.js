/**
 * Drawing by hand. Geoman adds itself to the global Leaflet as it loads, so it comes after it and
 * before the first map; only the editor of boundaries loads it.
 */
import 'leaflet/global';
import 'geoman/global';

const LINE = { color: '#0b5f73', weight: 3 };
const OPTIONS = {
  snappable: true, snapDistance: 18, snapSegment: true, tooltips: false, continueDrawing: false,
  cursorMarker: true, allowSelfIntersection: true,
  templineStyle: LINE, hintlineStyle: { ...LINE, dashArray: '6 6' }, pathOptions: { ...LINE, fillOpacity: 0.1 },
};

/** The points of a drawing are no buttons: they have no name and no keys. */
function mute(marker) {
  const element = marker?.getElement();
  element?.removeAttribute('role');
  element?.removeAttribute('tabindex');
  element?.setAttribute('aria-hidden', 'true');
}

/** One outline or line at a time, drawn with our own buttons. */
export class Pencil {
  /** done(places): [lon, lat] of what was drawn. */
  constructor(map, done) {
    this.map = map;
    map.pm.setGlobalOptions({ snapDistance: OPTIONS.snapDistance });
    map.on('pm:drawstart', ({ workingLayer }) => workingLayer.on('pm:vertexadded', ({ marker }) => mute(marker)));
    map.on('pm:create', ({ layer, shape }) => {
      const drawn = layer.getLatLngs();
      layer.remove();
      done((shape === 'Polygon' ? drawn[0] : drawn).map(({ lat, lng }) => [lng, lat]));
    });
  }

  get shape() { return this.map.pm.Draw.getActiveShape(); }

  /** shape: 'Polygon' or 'Line'. */
  take(shape) {
    this.put();
    this.map.pm.enableDraw(shape, OPTIONS);
    mute(this.map.pm.Draw[shape]._hintMarker);
  }

  put() { if (this.shape) this.map.pm.disableDraw(); }

  /** Takes back the last point. */
  back() { if (this.shape) this.map.pm.Draw[this.shape]._removeLastVertex(); }

  finish() { if (this.shape) this.map.pm.Draw[this.shape]._finishShape(); }
}
