/**
 * What each number of the panel means, in one or two sentences, and how its rows are asked for.
 * The words follow docs/definitions.md.
 */
import { _ } from './i18n.js';

export const DEFINITIONS = {
  gap: _('Households in scope without a named contact in force. Not being located is never a reason.'),
  linked_rate: _('Households in scope with a named contact in force, divided by all households in scope.'),
  party_met_rate: _('Households met face to face by a party member in the last 12 months, divided by households in scope. Phone and WeChat do not count.'),
  reviewed: _('Households whose record was reviewed within the last 12 months, as a share of those in scope.'),
  with_phone: _('Households with a phone number on record, as a share of those in scope.'),
  located: _('Households whose place on the map is known, as a share of those in scope.'),
  unlocated: _('Households in scope without a place on the map. They are in every number, only not on the map.'),
  outside: _('Households whose point lies outside the outline of the grid they are filed under.'),
  absent: _('Households away all year. They stay in scope, and are reached by phone.'),
  excluded: _('Households out of scope by a dated, approved reason. They are counted apart, beside every rate.'),
  tier: _('Households with a need of the first order in force.'),
  overdue: _('Households whose due day has passed without anybody having been reached, in any way.'),
  issues_open: _('Matters registered and not yet closed, declined or merged; shelved ones are open.'),
  vacancies: _('Posts the county requires here that nobody holds on the day.'),
  overloaded: _('People who are named by more households than their limit.'),
};

/** Which table holds the rows behind a number, and the filter that picks them. */
export const ROWS = {
  unlocated: { table: 'households', filter: 'unlocated' },
  outside: { table: 'households', filter: 'outside' },
  absent: { table: 'households', filter: 'absent' },
  excluded: { table: 'households', filter: 'excluded' },
  issues_open: { table: 'issues', filter: 'open' },
  vacancies: { table: 'posts', filter: 'vacant' },
  overloaded: { table: 'posts', filter: 'overloaded' },
};
