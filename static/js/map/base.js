/**
 * What lies beneath the areas: the deployer's base map as chosen, or the graticule where there is
 * none, nobody wants it or its tiles do not come.
 */
import * as L from 'leaflet';
import { _ } from '../data/i18n.js';
import { Graticule } from './overlay.js';

const PATIENCE = 10_000; // ms until the first tile: unreachable hosts often answer nothing at all
const FAILURES = 4; // tiles refused before any has come

export class BaseMap {
  /**
   * choices: the page's `basemap` (grids/basemap.py); changed({shown, failed}): called when a
   * base map comes, goes or does not load.
   */
  constructor(map, choices, changed = () => {}) {
    this.map = map;
    this.choices = choices;
    this.changed = changed;
    this.layers = [];
    map.createPane('graticule').style.zIndex = 205;
    this.graticule = new Graticule({ pane: 'graticule' }).addTo(map);
    if (!choices.length) return;
    this.credit = L.control.attribution({ prefix: false, position: 'bottomright' }).addTo(map);
  }

  /** Shows a choice by its key, the graticule for ''. */
  async show(key) {
    if (key === this.key) return;
    this.key = key;
    this.clear();
    const choice = this.choices.find((item) => item.key === key);
    if (!choice) {
      this.lay(false);
      return;
    }
    try {
      const layers = choice.kind === 'pmtiles'
        ? await (await import('./pmtiles.js')).fileLayers(choice) : tileLayers(choice);
      if (this.key === key) this.watch(layers);
    } catch {
      if (this.key === key) this.fail();
    }
  }

  /** Adds the layers; the first tile that comes makes them stay. */
  watch(layers) {
    let failures = 0;
    this.layers = layers;
    this.waiting = setTimeout(() => this.fail(), PATIENCE);
    for (const layer of layers) {
      layer.on('tileload', () => clearTimeout(this.waiting));
      layer.on('tileload', () => { failures = -Infinity; });
      layer.on('tileerror', () => {
        failures += 1;
        if (failures === FAILURES) this.fail();
      });
      layer.addTo(this.map);
    }
    this.lay(true);
  }

  /** Says so quietly and goes on with the graticule; switched off and on it is tried again. */
  fail() {
    this.clear();
    this.note = _('The base map does not load; latitude and longitude are shown instead.');
    this.credit.addAttribution(this.note);
    this.lay(false, true);
  }

  clear() {
    clearTimeout(this.waiting);
    for (const layer of this.layers) layer.remove();
    this.layers = [];
    if (this.note) this.credit.removeAttribution(this.note);
    this.note = '';
  }

  lay(shown, failed = false) {
    this.map[shown ? 'removeLayer' : 'addLayer'](this.graticule);
    this.changed({ shown, failed });
  }
}

function tileLayers({ urls, subdomains, attribution, maxNativeZoom }) {
  return urls.map((url) => L.tileLayer(url, { subdomains, attribution, maxNativeZoom, maxZoom: 20 }));
}
