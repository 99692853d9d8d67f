/**
 * The element by which a form lets a pin be picked (includes/pick.html): its button loads the map
 * at the first press, so that a form costs no more for offering it.
 */
const WORLD = ([lon, lat]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 85;
export const DECIMALS = 6;

/** {lon, lat} of two numbers as text, or null. */
export function pointOf(lon, lat) {
  const numbers = [lon, lat].map((text) => (String(text ?? '').trim() === '' ? NaN : Number(text)));
  return numbers.every(Number.isFinite) && WORLD(numbers) ? { lon: numbers[0], lat: numbers[1] } : null;
}

export class Pick {
  /**
   * read() -> {lon, lat} or null of the form; write(at): into the form, null empties it; load() ->
   * a promise of {PickMap, config}.
   */
  constructor(element, { read, write, load }) {
    Object.assign(this, { element, read, write, load });
    this.map = null;
    [this.button] = element.getElementsByTagName('button');
    this.box = element.querySelector('div[hidden]');
    this.status = element.querySelector('[role=status]');
    element.hidden = false;
    this.button.addEventListener('click', () => this.toggle());
    element.querySelector('[data-clear]').addEventListener('click', () => this.put(null));
  }

  async toggle() {
    const open = this.box.hidden;
    this.box.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
    if (!open || this.map) return;
    this.element.setAttribute('aria-busy', 'true');
    try {
      const { PickMap, config } = await this.load();
      if (config.bounds) this.show(PickMap, config);
      else this.fail(this.element.dataset.unmapped);
    } catch {
      this.fail(this.element.dataset.none);
    }
    this.element.removeAttribute('aria-busy');
  }

  show(PickMap, config) {
    const container = this.element.querySelector('.pick-map');
    this.map = new PickMap(container, config, this.read(), {
      put: (at) => this.put(at), leave: () => this.button.focus(),
    });
    container.focus({ preventScroll: true });
  }

  fail(sentence) {
    this.box.hidden = true;
    this.button.setAttribute('aria-expanded', 'false');
    this.status.textContent = sentence;
  }

  /** The pin was set on the map, or taken off. */
  put(at) {
    this.write(at);
    this.tell(at);
    if (!at) this.map?.set(null);
  }

  /** The form has another place: the pin follows. */
  follow() {
    const at = this.read();
    this.map?.set(at);
    this.tell(at);
  }

  tell(at) {
    const { pin } = this.element.dataset;
    this.status.textContent = at
      ? pin.replace('{place}', `${at.lon.toFixed(DECIMALS)}, ${at.lat.toFixed(DECIMALS)}`) : '';
  }
}
