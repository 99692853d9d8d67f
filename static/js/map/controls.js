/** Zoom, "whole area" and the scale, in the page's words. */
import * as L from 'leaflet';
import { _, distance } from '../data/i18n.js';

/** A scale bar in 米 and 公里. */
export const Scale = L.Control.Scale.extend({
  options: { imperial: false, maxWidth: 120 },
  _updateMetric(maxMetres) {
    const metres = this._getRoundNum(maxMetres);
    this._updateScale(this._mScale, distance(metres), metres / maxMetres);
  },
});

/** Zoom in, zoom out, show the whole area: one group of buttons. onHome: called for the last. */
export const Buttons = L.Control.extend({
  options: { position: 'bottomleft', onHome: () => {} },

  onAdd(map) {
    const group = L.DomUtil.create('div', 'map-buttons');
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', _('Map view'));
    const add = (sign, label, action) => {
      const button = L.DomUtil.create('button', '', group);
      button.type = 'button';
      button.textContent = sign;
      button.title = label;
      button.setAttribute('aria-label', label);
      L.DomEvent.on(button, 'click', action);
    };
    add('+', _('Zoom in'), () => map.zoomIn(1));
    add('−', _('Zoom out'), () => map.zoomOut(1));
    add('◎', _('Show the whole area'), () => this.options.onHome());
    L.DomEvent.disableClickPropagation(group);
    return group;
  },
});
