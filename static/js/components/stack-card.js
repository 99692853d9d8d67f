/** Several households at one point, as a list; a matter at a public place; a place of activities. */
import { _, ngettext } from '../data/i18n.js';
import { h, icon } from './base.js';

function head(model, title, text) {
  return h('div.card-head', {},
    h('button.icon-button', {
      type: 'button', 'aria-label': _('Close'), 'data-focus': 'close', onclick: () => model.showPlace(null),
    }, icon('close')),
    h('h2', {}, title), text ? h('p.hint', {}, text) : null);
}

export function stackCard(model, { total, rows, loading, error }) {
  return [
    head(model, _('At this point'), loading ? _('Loading')
      : ngettext('%(n)s household', '%(n)s households', total)),
    h('div.scroll-body', {},
      error ? h('p.notice.bad', { role: 'alert' }, error) : null,
      h('ul.households', { 'aria-busy': String(loading) }, rows.map((row) => h('li', {},
        h('button.household', {
          type: 'button', 'data-focus': `open-${row.id}`,
          onclick: () => model.showPlace({ id: row.id, lon: row.lon, lat: row.lat, here: true }),
        },
        h('b.household-name', {}, row.head, row.serial ? h('small', {}, ' ', row.serial) : null),
        h('span.line', {}, [row.area?.name, row.address].filter(Boolean).join(' · ')),
        h('span.line', {}, row.links.length ? row.links.map(({ person }) => person).join('、')
          : h('span.warn', {}, _('has nobody')))))))),
  ];
}

export function issueCard(model, { id, data, error }) {
  if (!data) {
    return [head(model, _('Matter'), ''), error
      ? h('p.notice.bad', { role: 'alert' }, error) : h('p.empty', {}, _('Loading'))];
  }
  const { issue, tables } = model.config.urls;
  return [
    head(model, data.title, [data.kind_label, data.subject_label].filter(Boolean).join(' · ')),
    h('div.card-body', {},
      h('p', {}, h(data.overdue ? 'span.tag.late' : 'span.tag', {}, data.state_label),
        ' ', data.area?.name ?? ''),
      h('p.hint', {}, _('Registered %(day)s', { day: data.registered_on }),
        data.limit_on ? [' · ', data.overdue
          ? h('b.warn', {}, _('was to be settled by %(day)s', { day: data.limit_on }))
          : _('to be settled by %(day)s', { day: data.limit_on })] : null,
        data.people ? [' · ', ngettext('concerns %(n)s person', 'concerns %(n)s people', data.people)] : null)),
    h('div.card-actions', {}, h('div.pair', {},
      h('a.button', { href: `${issue}${id}/`, 'data-focus': 'page' }, _('Open the matter')),
      data.area ? h('a.button', {
        href: `${tables}issues/?area=${encodeURIComponent(data.area.code)}`, 'data-focus': 'rows',
      }, _('All of this place')) : null)),
  ];
}

/** What was held at a place, the latest first, with the way to all of its area. */
export function venueCard(model, { place, area, n, last_on: last, latest }) {
  const { activity, tables } = model.config.urls;
  return [
    head(model, place || area.name, [
      place ? area.name : '', ngettext('%(n)s activity in 12 months', '%(n)s activities in 12 months', n),
      _('last on %(day)s', { day: last }),
    ].filter(Boolean).join(' · ')),
    h('div.scroll-body', {}, h('ul.households', {}, latest.map((row) => h('li', {},
      h('a.household.venue', { href: `${activity}${row.id}/`, 'data-focus': `open-${row.id}` },
        h('b.household-name', {}, row.title),
        h('span.line', {}, [row.kind, row.on, ngettext('%(n)s session', '%(n)s sessions', row.sessions)].join(' · '))))),
    )),
    h('div.card-actions', {}, h('div.pair', {}, h('a.button', {
      href: `${tables}activities/?area=${encodeURIComponent(area.code)}`, 'data-focus': 'rows',
    }, _('All of this place')))),
  ];
}
