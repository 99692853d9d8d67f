/** The nearest households to where one stands or to a chosen point, with the way to each. */
import { _, integer } from '../data/i18n.js';
import { away } from '../data/near.js';
import { Panel, h, icon } from './base.js';
import { navigation, phone } from './reach.js';

export class NearPanel extends Panel {
  watch({ near, picking, phones, route }) { return [near, picking, phones, route.own]; }

  draw({ near, picking }) {
    this.hidden = !near;
    if (this.hidden) return [];
    const { nearby, config } = this.model;
    return [
      h('div.card-head', {},
        h('button.icon-button', {
          type: 'button', 'aria-label': _('Close'), 'data-focus': 'close', onclick: () => nearby.close(),
        }, icon('close')),
        h('h2', {}, near.me ? _('Nearest to me') : _('Nearest to this point')),
        h('p.hint', {}, this.from(near))),
      h('div.chips.scroll', { role: 'group', 'aria-label': _('Nearest to') },
        this.chip('me', _('Where I am'), near.me, () => nearby.aroundMe()),
        this.chip('point', picking ? _('Touch the map now') : _('A point on the map'), picking || !near.me,
          () => (picking ? nearby.stopPicking() : nearby.pick())),
        config.can.own ? this.chip('own', _('Only my households'), near.own, () => nearby.setOwn(!near.own)) : null),
      // While a point is chosen, the map needs the room.
      picking ? null : this.list(near),
    ];
  }

  chip(key, label, pressed, act) {
    return h('button.chip', {
      type: 'button', 'aria-pressed': String(pressed), 'data-focus': key, onclick: act,
    }, label);
  }

  from({ me, centre, loading }) {
    if (!centre) return loading ? _('Finding out where you are') : '';
    if (me) return _('your position is exact to about %(n)s m', { n: integer(centre.accuracy) });
    return _('distances from the cross on the map');
  }

  list({ rows, loading, error, own }) {
    if (error) return h('p.notice.bad', { role: 'alert' }, error);
    if (loading) return h('p.empty', {}, _('Loading'));
    if (!rows.length) {
      return h('p.empty', {}, own ? _('None of your households is on the map yet.')
        : _('No household within your area is on the map yet.'));
    }
    return h('ol.scroll-body.near-list', { 'aria-label': _('Nearest households') },
      rows.map((row, i) => this.row(row, i + 1)));
  }

  row(row, number) {
    const { model } = this;
    return h('li', {},
      h('button.near-open', {
        type: 'button', 'data-focus': `open-${row.id}`,
        onclick: () => model.showPlace({ id: row.id, lon: row.lon, lat: row.lat }),
      },
      h('span.near-number', { 'aria-hidden': true }, number),
      h('span.near-words', {}, h('b', {}, row.head), ' ', h('small', {}, row.address || row.area?.name),
        row.at_season ? h('small', {}, ' ', _('seasonal place')) : null,
        row.links.length ? null : h('small.warn', {}, ' ', _('has nobody'))),
      h('span.near-away', {}, away({ metres: row.distance_m, bearing: row.bearing }),
        typeof row.minutes === 'number' ? h('small', {}, ' ', _('about %(n)s min', { n: integer(row.minutes) })) : null)),
      h('div.near-reach', {}, phone(model, row), navigation(row)));
  }
}
