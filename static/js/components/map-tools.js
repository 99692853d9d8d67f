/** What is said on the map: an earlier day, no boundary. */
import { _ } from '../data/i18n.js';
import { View, h } from './base.js';

/** Says that an earlier day is shown, and leads back. */
export class PastNote extends View {
  watch({ route }) { return [route.on]; }

  draw() {
    this.hidden = !this.model.isPast;
    if (this.hidden) return [];
    return [
      h('span', {}, _('As it was on %(date)s', { date: this.model.asOf })),
      h('button.link', {
        type: 'button', 'data-focus': 'today', onclick: () => this.model.setDate(''),
      }, _('Back to today')),
    ];
  }
}

/** Said on the map where there is nothing to draw. */
export class MapNote extends View {
  watch({ unmapped }) { return [unmapped]; }

  draw({ unmapped }) {
    this.hidden = !unmapped;
    return h('p', {}, _('No boundary has been imported here. The list beside has every number.'));
  }
}
