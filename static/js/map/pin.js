/**
 * Pins over the map: the household whose card is open, the pin being placed (by dragging, by
 * touching the map or by arrow keys), the other place when somebody else moved it meanwhile.
 */
import * as L from 'leaflet';
import { _ } from '../data/i18n.js';
import { located } from '../data/places.js';

const ACCENT = '#0b5f73';
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEAR = 15; // a zoom at which single houses can be told apart
const FAR = 10; // times as far with Shift
const LEAST = 8; // pixels across, below which a circle of accuracy says nothing

/** A marker of our own drawing: a class of the style sheet. */
export const drawn = (className, size, text = '') => L.divIcon({
  className: `pin ${className}`, iconSize: [size, size], html: text,
});

const place = ({ lat, lon }) => L.latLng(lat, lon);

/** How exact a place is, as a circle. */
export const accuracyCircle = (pane) => L.circle([0, 0], {
  pane, radius: 1, color: ACCENT, weight: 1.5, opacity: 0.7, fillOpacity: 0.08, interactive: false,
});

export class Pins {
  /** show(place): brings a place near and into view. */
  constructor(map, model, show) {
    this.map = map;
    this.model = model;
    this.bring = show;
    map.createPane('pins').style.zIndex = 460;
    const still = (className, size) => L.marker([0, 0], {
      pane: 'pins', icon: drawn(className, size), interactive: false, keyboard: false,
    });
    this.mark = still('pin-here', 26);
    this.other = still('pin-other', 26);
    this.circle = accuracyCircle('pins');
    this.path = L.polyline([], { pane: 'pins', color: ACCENT, weight: 2, dashArray: '5 5', interactive: false });
    this.held = this.handle();
    map.on('zoomend', () => this.update(model.state));
    map.getContainer().addEventListener('keydown', (event) => this.middle(event));
    model.store.subscribe((state) => this.update(state));
  }

  /** The pin that can be moved: focusable, so that keys move it, too. */
  handle() {
    const marker = L.marker([0, 0], {
      pane: 'pins', icon: drawn('pin-held', 48), draggable: true, autoPan: true, keyboard: true,
      title: _('The pin: drag it, or move it by arrow keys'), alt: '',
    });
    marker.on('drag', ({ latlng }) => this.path.setLatLngs(this.ends(latlng)));
    marker.on('dragend', () => this.put(marker.getLatLng()));
    marker.on('add', () => {
      const element = marker.getElement();
      element.setAttribute('aria-label', _('The pin: drag it, or move it by arrow keys'));
      element.addEventListener('keydown', (event) => this.step(event));
    });
    return marker;
  }

  put({ lat, lng }) {
    this.model.placing.put({ lon: lng, lat }, this.map.getZoom());
  }

  step(event) {
    const step = STEPS[event.key];
    if (event.key === 'Enter') this.model.placing.save();
    if (!step && event.key !== 'Enter') return;
    event.preventDefault();
    event.stopPropagation();
    if (!step) return;
    const by = L.point(step).multiplyBy(event.shiftKey ? FAR : 1);
    const at = this.map.latLngToContainerPoint(this.held.getLatLng()).add(by);
    this.put(this.map.containerPointToLatLng(at));
  }

  /** Enter on the map puts a pin that stands nowhere yet into the middle of the view. */
  middle(event) {
    const { move } = this.model.state;
    if (event.key !== 'Enter' || !move || move.at || event.target !== this.map.getContainer()) return;
    this.put(this.map.getCenter());
    setTimeout(() => this.held.getElement()?.focus());
  }

  ends(to) {
    const { from } = this.model.state.move ?? {};
    return from ? [place(from), to] : [];
  }

  show(layer, on) {
    if (on && !this.map.hasLayer(layer)) layer.addTo(this.map);
    if (!on) layer.remove();
  }

  update({ place: chosen, move }) {
    const at = move?.at ?? null;
    const shown = !move && located(chosen);
    this.map.getContainer().classList.toggle('placing', Boolean(move) || this.model.state.picking);
    if (shown) this.mark.setLatLng(place(chosen));
    if (at) {
      this.held.setLatLng(place(at));
      this.path.setLatLngs(this.ends(place(at)));
    }
    if (move?.conflict) this.other.setLatLng(place(move.conflict));
    this.show(this.mark, shown);
    this.show(this.held, Boolean(at));
    this.show(this.path, Boolean(at));
    this.show(this.other, Boolean(move?.conflict));
    this.exactness(at ?? (shown ? chosen : null), move ? move.accuracy : chosen?.accuracy);
    if (at && !this.taken) this.take(at);
    this.taken = Boolean(at);
  }

  /** The pin is in hand: near enough to be placed well, and the keys are its. */
  take(at) {
    if (this.map.getZoom() < NEAR || !this.map.getBounds().contains(place(at))) this.bring(at);
    this.held.getElement().focus({ preventScroll: true });
  }

  exactness(centre, metres) {
    const on = Boolean(centre && metres);
    if (on) this.circle.setLatLng(place(centre)).setRadius(metres);
    this.show(this.circle, on);
    if (on && this.circle._radius * 2 < LEAST) this.circle.remove();
  }
}
