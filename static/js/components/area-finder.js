/** Finds an area by its name and offers it as a link to the same table within that area. */
import { Api } from '../data/api.js';
import { _ } from '../data/i18n.js';

const PAUSE = 200;

export class AreaFinder {
  /**
   * place: holds a field `[data-area-search]` and a list `[data-area-list]`; its `data-areas` is
   * the address shown. Beside a text that was typed the choice is a button of the form with it.
   */
  constructor(place) {
    const csrf = () => document.querySelector('meta[name=csrf-token]').content;
    this.api = new Api({ csrf });
    this.address = place.dataset.areas;
    this.list = place.querySelector('[data-area-list]');
    this.offered = [...this.list.children];
    this.field = place.querySelector('[data-area-search]');
    this.field.addEventListener('input', () => this.later());
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(this.field.value.trim()), PAUSE);
  }

  async find(text) {
    this.asked?.abort();
    this.asked = new AbortController();
    if (!text) return this.list.replaceChildren(...this.offered);
    try {
      const { rows } = await this.api.post('/tables/areas', { q: text }, this.asked.signal);
      this.list.replaceChildren(...rows.map((row) => this.choice(row)));
      if (!rows.length) this.say(_('No area has this name.'));
    } catch (error) {
      if (error.name !== 'AbortError') this.say(error.message);
    }
  }

  choice({ area, name }) {
    const [page, query] = this.address.split('?');
    const state = new URLSearchParams(query);
    state.set('area', area);
    const typed = document.getElementById('typed');
    const choice = document.createElement(typed ? 'button' : 'a');
    choice.className = 'choice';
    choice.textContent = name;
    choice.setAttribute(typed ? 'formaction' : 'href', `${page}?${state}`);
    if (typed) choice.setAttribute('form', 'typed');
    const item = document.createElement('li');
    item.append(choice);
    return item;
  }

  say(sentence) {
    const item = document.createElement('li');
    item.className = 'hint';
    item.textContent = sentence;
    this.list.replaceChildren(item);
  }
}
