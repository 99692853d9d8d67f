/**
 * The registry of measures the map, the list and the legend know. A new measure is one entry:
 * key (also its name in the address), field of the coverage row it rests on, kind (count | rate |
 * density), ramp, worst (which end comes first in the list), its words and its definition.
 */
import { _, ngettext, decimal, integer, percent } from './i18n.js';

const households = (n) => ngettext('%(n)s household', '%(n)s households', n);
const posts = (n) => ngettext('%(n)s post', '%(n)s posts', n);
const people = (n) => ngettext('%(n)s person', '%(n)s people', n);
const matters = (n) => ngettext('%(n)s matter', '%(n)s matters', n);
const deeds = (n) => ngettext('%(n)s deed', '%(n)s deeds', n);
const sessions = (n) => ngettext('%(n)s session', '%(n)s sessions', n);

const unitOf = { households: _('households'), posts: _('posts'), people: _('people'), matters: _('matters'), deeds: _('deeds'), sessions: _('sessions') };

/** Whether a field of a row, or the group it belongs to, is kept back as a small number. */
export function isWithheld(row, field) {
  const names = row?.withheld;
  if (!names?.length) return false;
  return names.includes(field) || names.includes(field.split('.')[0]);
}

/** Not "fewer than 5": larger counts are withheld too where they would give a small one away. */
export const WITHHELD_TEXT = _('small number, not shown');

/** The field of a row by its path (`a` or `a.b`), or null. */
function read(row, field) {
  const [group, name] = field.split('.');
  return (name ? row[group]?.[name] : row[group]) ?? null;
}

/** part / whole, or null where one is unknown or there is no denominator. */
function share(part, whole) {
  return part === null || part === undefined || !whole ? null : part / whole;
}

const SAYS = {
  rate: percent,
  density: decimal,
  count: integer,
};

function measure(key, label, options) {
  const field = options.field ?? key;
  const say = options.say ?? households;
  return {
    key,
    label,
    field,
    kind: 'count',
    ramp: 'gap',
    worst: 'high',
    /** Whether it counts households: where there are none in scope there is nothing to count. */
    ofHouseholds: !options.unit || options.kind === 'density',
    /** A word of warning beside a number that stands out; empty where there is none. */
    mark: () => '',
    /** What that word means, for the legend. */
    marked: '',
    /** Why an area may have no value. */
    blank: _('no households in scope'),
    compute: (row) => read(row, field),
    ...options,
    unit: options.kind === 'rate' ? '%' : unitOf[options.unit ?? 'households'] ?? options.unit,
    withheld: (row) => isWithheld(row, options.rests ?? field),
    empty(row) { return options.nothing?.(row) ?? (this.ofHouseholds && !row.in_scope); },
    /** Areas of the map that have a class of it, or are withheld. */
    areas(rows) { return rows.filter((row) => row.id && !this.empty(row)); },
    /** The number, or null where it is withheld or has no denominator. */
    value(row) {
      return this.withheld(row) ? null : this.compute(row);
    },
    /** The number as people read it. */
    text(row) {
      if (this.withheld(row)) return WITHHELD_TEXT;
      const value = this.value(row);
      if (value === null) return '—';
      if (this.kind === 'density') return [`${decimal(value)} ${this.unit}`, this.mark(row)].filter(Boolean).join(' · ');
      return this.kind === 'rate' ? percent(value) : say(value);
    },
    /** The bare number, without its unit. */
    number(row) {
      if (this.withheld(row)) return _('not shown');
      const value = this.value(row);
      return value === null ? '—' : SAYS[this.kind](value);
    },
  };
}

const rate = (key, label, options) =>
  measure(key, label, { kind: 'rate', ramp: 'rate', worst: 'low', ...options });

/** Households with most need for each square kilometre or hundred households; one chip for both. */
const density = (key, options) =>
  measure(key, _('Density of most need'), {
    field: 'tier.zhongdian', kind: 'density', ramp: 'density', chip: 'most_need_km2', ...options,
  });

export const MEASURES = [
  measure('gap', _('Without contact'), {
    definition: _('Households in scope without a contact in force. In scope: every open household, except those taken out by a dated, approved reason. In force: begun, not ended, and its holder has the post it rests on.'),
  }),
  rate('linked_rate', _('Linked'), {
    definition: _('Households in scope with a contact in force, divided by all households in scope. A grid worker’s duty for a whole grid does not count.'),
  }),
  rate('party_met_rate', _('Met by a member'), {
    definition: _('Households in scope met face to face by a party member in the last 12 months, divided by all households in scope. Phone calls and messages do not count as met.'),
  }),
  density('most_need_km2', {
    unit: _('households/km²'),
    variant: _('per square kilometre'),
    blank: _('no outline to measure'),
    compute: (row) => share(read(row, 'tier.zhongdian'), row.km2),
    definition: _('Households in scope with a key need in force, for each square kilometre of the area’s outline.'),
  }),
  density('most_need_100', {
    unit: _('of 100 households'),
    variant: _('per 100 households'),
    compute: (row) => share(read(row, 'tier.zhongdian'), row.in_scope / 100),
    definition: _('Households with a key need in force among every 100 households in scope.'),
  }),
  measure('overdue', _('Overdue for contact'), {
    definition: _('Households in scope whose earliest due day has passed without their being reached in any way. Without a need that has a cadence nothing is ever due.'),
  }),
  measure('issues_open', _('Open matters'), {
    unit: 'matters',
    say: matters,
    definition: _('Matters registered and not closed, declined or merged. Shelved ones are open.'),
  }),
  measure('deeds', _('Help given'), {
    unit: 'deeds',
    say: deeds,
    ramp: 'rate',
    worst: 'low',
    definition: _('Help handed out and projects finished within the last 12 months, for households, places and passers-by.'),
  }),
  measure('help_per_100', _('Help by need'), {
    kind: 'density',
    ramp: 'rate',
    worst: 'low',
    unit: _('deeds/100 households with a need'),
    rests: 'tier.guanzhu',
    blank: _('no household with a need'),
    nothing: (row) => row.needing === 0,
    mark: (row) => (row.imbalance ? _('far less than the mean') : ''),
    marked: _('far less than the mean: less than half of what the whole area gives for its need'),
    definition: _('Deeds of the last 12 months for every 100 households with a need that has a cadence. Far less than the mean: less than half of what the whole area gives, in places with 10 such households or more.'),
  }),
  measure('activities', _('Activities'), {
    unit: 'sessions',
    say: sessions,
    ramp: 'rate',
    worst: 'low',
    definition: _('Sessions of activities held within the last 12 months.'),
  }),
  measure('vacancies', _('Vacant posts'), {
    unit: 'posts',
    say: posts,
    definition: _('Required posts without a holder on the day. Each area and role counts for itself; a surplus elsewhere fills nothing.'),
  }),
  measure('most_need', _('Most need'), {
    field: 'tier.zhongdian',
    ramp: 'density',
    definition: _('Households in scope with a key need in force.'),
  }),
  rate('party_linked_rate', _('Linked to a member'), {
    definition: _('Households in scope with a contact in force who is a party member, divided by all households in scope.'),
  }),
  measure('overloaded', _('Over their limit'), {
    unit: 'people',
    say: people,
    definition: _('Persons who hold more contacts in force in one role than its limit allows.'),
  }),
  measure('unlocated', _('Not located'), {
    definition: _('Households in scope without a known location. Never a reason for a gap and never in the way of a contact.'),
  }),
  measure('outside', _('Outside their grid'), {
    definition: _('Households in scope whose point does not lie within the outline of the grid they are filed under.'),
  }),
  rate('reviewed_rate', _('Reviewed'), {
    field: 'reviewed',
    compute: (row) => share(row.reviewed, row.in_scope),
    definition: _('Households in scope reviewed within the last 12 months, divided by all households in scope: how good the list is.'),
  }),
  rate('with_phone_rate', _('With a phone number'), {
    field: 'with_phone',
    compute: (row) => share(row.with_phone, row.in_scope),
    definition: _('Households in scope with a phone number on record, divided by all households in scope: how good the list is.'),
  }),
  rate('located_rate', _('Located'), {
    field: 'unlocated',
    compute: (row) => share(row.in_scope - row.unlocated, row.in_scope),
    definition: _('Households in scope with a known location, divided by all households in scope: how good the list is.'),
  }),
];

/** Measures shown as chips; the others are under "more". */
export const CHIPS = ['gap', 'most_need_km2', 'issues_open', 'vacancies'];

export const measureByKey = (key) => MEASURES.find((item) => item.key === key) ?? MEASURES[0];

/** The measures that share a chip, for the choice between them; one alone has none. */
export const variantsOf = ({ chip }) => (chip ? MEASURES.filter((item) => item.chip === chip) : []);
