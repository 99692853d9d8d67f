/** Who holds the posts of an area: a line of roles, and the people behind it on demand. */
import { _, integer, shortDate } from '../data/i18n.js';
import { h, icon } from './base.js';

/** "网格长 在岗 · 网格员 6/6 · 联户长 15/16": what is required first, vacancies marked. */
export function rolesLine(roles) {
  const order = [...roles].sort((a, b) => Number(b.required > 0) - Number(a.required > 0));
  return order.map((role, i) => [i ? ' · ' : '', role.role_label, ' ', heldOf(role)]);
}

function heldOf({ held, required, vacant }) {
  const share = `${integer(held)}/${integer(required)}`;
  if (vacant && required === 1) return h('b.warn', {}, _('vacant'));
  // A surplus in one grid fills no post of another.
  if (vacant && held >= required) {
    return h('b.warn', {}, _('%(held)s, %(vacant)s vacant', { held: integer(held), vacant: integer(vacant) }));
  }
  if (vacant) return h('b.warn', {}, share);
  if (required === 1 && held === 1) return _('in post');
  return held === required ? share : integer(held);
}

export function postsSection(model, row, open, toggle) {
  const { details } = model.state;
  if (!details) return null;
  if (details.error) return h('p.hint', {}, details.error);
  // Room is kept for the line while it loads.
  if (!details.posts) return h('p.hint', {}, _('Loading'));
  const { roles, rows } = details.posts;
  if (!roles.length && !rows.length) return h('p.hint', {}, _('No posts here.'));
  return h('div.posts', {},
    h('p', {}, rolesLine(roles)),
    rows.length ? h('button.link', {
      type: 'button', 'aria-expanded': String(open), 'data-focus': 'posts', onclick: toggle,
    }, open ? _('Put the people away') : _('Who is in post'), icon(open ? 'up' : 'next')) : null,
    open ? people(model, row, details.posts) : null);
}

function people(model, row, { rows, more }) {
  const { today, urls } = model.config;
  return [
    h('ul.place-contacts', { 'aria-label': _('People in post') }, rows.map((item) => h('li', {},
      h('span', {}, h('b', {}, item.person), ' ',
        h('small', {}, [item.role_label, item.area_name, _('since %(day)s', { day: shortDate(item.since, today) })]
          .filter(Boolean).join(' · ')),
        item.gives && !model.isPast ? h('a.link', {
          href: `${urls.post}${item.post}/`, 'data-focus': `change-${item.post}`,
          'aria-label': `${_('Change or end')}: ${item.person}`,
        }, _('Change or end'), icon('next')) : null),
      item.phone ? h('a.link', {
        href: `tel:${item.phone}`, 'aria-label': `${_('Call %(name)s', { name: item.person })} ${item.phone}`,
        'data-focus': `post-${item.post}`,
      }, item.phone) : null))),
    more ? h('a.link', { href: `${urls.tables}posts/?area=${encodeURIComponent(row.code)}`, 'data-focus': 'more-posts' },
      _('%(n)s more posts', { n: integer(more) }), icon('next')) : null,
  ];
}
