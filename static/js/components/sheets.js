/** The sheets of the print view: the map's with its legend, and those of the list behind it. */
import { _, distance, integer, ngettext, percent } from '../data/i18n.js';
import { isRemainder, reasonsOf, sortRows } from '../data/coverage.js';
import { HOUSEHOLD, levelUnit, rowLevel } from '../data/levels.js';
import { WITHHELD_TEXT, measureByKey } from '../data/measures.js';
import { scaleBar, scaleNumber } from '../data/paper.js';
import { swatch } from '../map/inks.js';
import { h, span } from './base.js';
import { symbol } from './symbols.js';

const COLUMNS = [
  'gap', 'linked_rate', 'party_met_rate', 'vacancies', 'issues_open', 'unlocated',
];

/** "音德尔镇 应联未联（按村）". */
export function title(model) {
  const { coverage } = model.state;
  const level = levelUnit(rowLevel(model.level));
  if (model.level === HOUSEHOLD) return _('%(area)s: households', { area: coverage.area.name });
  return _('%(area)s: %(measure)s by %(level)s', {
    area: coverage.area.name, measure: model.measure.label, level,
  });
}

/** A sheet: head, what `body` holds, and a foot whose page numbers are filled in by `number`. */
function sheet(model, heading, body, className = '') {
  const { coverage } = model.state;
  const { user, printed_on: at, root } = model.config;
  return h('div.shell', {}, h(`section.sheet.ink-${model.config.ink}`, { 'aria-label': heading.textContent },
    h('div.sheet-head', {}, heading, span('sheet-date', _('Data as of %(day)s', { day: coverage.on }))),
    className ? figures(coverage.total) : null,
    h(`div.sheet-body${className}`, {}, body),
    h('div.sheet-foot', {},
      h('span', {}, _('Source: Lianhu, records of %(area)s', { area: root.name })),
      h('span', {}, _('Printed by %(name)s, %(at)s', { name: [user.name, user.post].filter(Boolean).join(' · '), at })),
      span('page-number'))));
}

/** Writes "page x / y" on every sheet. */
export function number(shells) {
  shells.forEach((shell, i) => {
    shell.querySelector('.page-number').textContent = _('Page %(page)s / %(pages)s', {
      page: i + 1, pages: shells.length,
    });
  });
}

function figures(total) {
  const part = (label, value) => h('span', {}, label, ' ', h('b', {}, value));
  return h('div.sheet-figures', {},
    part(_('In scope'), integer(total.in_scope)),
    part(_('Without contact'), integer(total.gap)),
    part(_('Linked'), percent(total.linked_rate)),
    part(_('Met by a member'), percent(total.party_met_rate)),
    total.unlocated ? part(_('Not located, not on the map'), integer(total.unlocated)) : null);
}

/** The first sheet: place for the map, and beside it north, legend and scale. */
export function mapSheet(model) {
  return sheet(model, h('h1', {}, title(model)), [
    h('div.paper-map', {}, h('div', {
      id: 'map', role: 'group', 'aria-label': _('Map: arrow keys move, plus and minus zoom'),
    })),
    h('div.paper-side', {}, north(), h('div.paper-legend'), h('div.paper-scale')),
  ], '.map-body');
}

function north() {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 28 40');
  svg.setAttribute('class', 'north');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', _('North is up'));
  const add = (tag, attributes, text = '') => {
    const part = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    part.textContent = text;
    svg.append(part);
  };
  add('text', { x: 14, y: 10 }, _('N'));
  add('path', { d: 'M14 12L14 34L6 38Z', fill: '#000' });
  add('path', { d: 'M14 12L14 34L22 38Z', fill: '#fff', stroke: '#000', 'stroke-width': 1 });
  return svg;
}

const mark = (...names) => h('span.mark', {}, names.map(symbol));

const meaning = (drawing, label, count) => h('li', {}, drawing, h('span', {}, label),
  count === undefined ? null : span('number', _('%(n)s areas', { n: integer(count) })));

/** What colours, patterns and symbols mean, with how many areas each class has. */
export function legend(model, map) {
  const { measure, level } = model;
  const { inner } = model.state;
  const { classes, withheld, blank } = map.classes;
  const empty = model.state.coverage.rows.filter((row) => row.id && measure.empty(row)).length;
  const marked = model.state.coverage.rows.filter((row) => measure.mark(row)).length;
  const rows = level === HOUSEHOLD ? [] : [
    classes.map(({ colour, label, count }) => meaning(swatch(map.inks.fill(colour)), label, count)),
    marked ? meaning(swatch(map.inks.behind), measure.marked, marked) : null,
    withheld ? meaning(swatch(map.inks.withheld), WITHHELD_TEXT, withheld) : null,
    blank ? meaning(swatch('#ffffff'), measure.blank, blank) : null,
    empty ? meaning(swatch(map.inks.empty), _('no households in scope'), empty) : null,
  ];
  const heading = level === HOUSEHOLD ? _('Households') : measure.kind === 'rate' ? measure.label
    : _('%(measure)s (%(unit)s per %(area)s)', {
      measure: measure.label, unit: measure.unit, area: levelUnit(rowLevel(level)),
    });
  return [
    h('h3', {}, _('Legend')), h('p', {}, heading),
    h('ul', {}, rows,
      symbols(model, map),
      meaning(h('span.line'), _('Boundary of %(area)s', { area: model.state.coverage.area.name })),
      model.selected ? meaning(h('span.line.chosen'), _('Chosen: %(area)s', { area: model.selected.name })) : null),
    inner?.rows.length && level !== HOUSEHOLD ? h('p.hint', {}, _('Inside %(area)s shown by %(level)s', {
      area: model.selected.name, level: levelUnit(inner.level),
    })) : null,
    map.nameless ? h('p.hint', {}, ngettext(
      '%(n)s name finds no room here; the list has all.', '%(n)s names find no room here; the list has all.',
      map.nameless, { n: integer(map.nameless) })) : null,
  ];
}

/** Only the symbols that are drawn: single households or counted ones, units, matters. */
function symbols(model, { homes, close, matters, venues }) {
  return [
    homes && close ? [
      meaning(mark('linked'), _('has a contact')),
      meaning(mark('unlinked'), _('has nobody')),
      meaning(mark('outside'), _('outside its grid')),
      meaning(mark('stack'), _('several in one building')),
      meaning(mark('stackOpen'), _('several, somebody has nobody')),
    ] : null,
    homes && !close ? meaning(mark('cell'), _('several; arc around them: part without a contact')) : null,
    model.level === 'unit' ? meaning(mark('unit'), _('unit without an outline, filled as above')) : null,
    matters ? meaning(mark('open', 'overdue'), _('open, overdue matters (public places)')) : null,
    venues ? meaning(mark('activity'), _('places of activities, last 12 months; the number: how many')) : null,
  ];
}

/** The bar, true to the map however large the sheet is printed, and the ratio at full size. */
export function scale(map, room) {
  const { metres, px } = scaleBar(map.metresPerPixel, room);
  return [
    h('div.scale-bar', { style: { width: `${px}px` }, 'aria-hidden': true },
      [1, 2, 3, 4].map(() => h('span'))),
    h('div.scale-words', { style: { width: `${px}px` } }, h('span', {}, '0'), h('span', {}, distance(metres))),
    h('p', {}, _('1 : %(n)s at full size', { n: integer(scaleNumber(map.metresPerPixel)) })),
  ];
}

/** The sheets of the list: measured first, then shared out; the head is repeated on each. */
export function listSheets(model, into, pageStarts) {
  const { coverage, inner } = model.state;
  const columns = [...new Set([model.measure.key, ...COLUMNS])].map(measureByKey);
  const order = (rows) => sortRows(rows, model.measure);
  const body = order(coverage.rows).map((row, i) =>
    line(row, columns, { place: i + 1, village: model.villageOf(row) }));
  body.push(line(coverage.total, columns, { className: 'sum' }));
  if (inner?.rows.length) {
    const text = _('Inside %(area)s', { area: model.selected.name });
    body.push(h('tr.section', {}, h('td', { colspan: columns.length + 4 }, text)));
    body.push(...order(inner.rows).map((row, i) => line(row, columns, { place: i + 1 })));
  }
  const blank = () => sheet(model, h('h2', {}, title(model)), table(columns));
  const trial = blank();
  into.append(trial);
  trial.querySelector('tbody').append(...body);
  const heights = body.map((row) => row.offsetHeight);
  const room = trial.querySelector('.sheet-body').clientHeight - trial.querySelector('thead').offsetHeight - 2;
  trial.remove();
  const starts = pageStarts(heights, room, (i) => body[i].matches('.section'));
  return starts.map((start, i) => {
    const page = blank();
    page.querySelector('tbody').append(...body.slice(start, starts[i + 1]));
    return page;
  });
}

function table(columns) {
  const head = (label, unit) => h('th', { scope: 'col' }, label, unit ? [' ', h('small', {}, unit)] : null);
  return h('table', {},
    h('colgroup', {}, h('col.order'), h('col.name'), h('col.tally'),
      columns.map(() => h('col.tally')), h('col')),
    h('thead', {}, h('tr', {}, head(_('No.')), h('th.text', { scope: 'col' }, _('Area')), head(_('In scope')),
      columns.map(({ label, kind, unit }) => head(label, kind === 'rate' ? '' : unit)),
      h('th.text', { scope: 'col' }, _('Why households have nobody')))),
    h('tbody'));
}

function line(row, columns, { place = '', village = '', className = '' }) {
  const name = className ? _('Total') : `${village} ${row.name}`.trim();
  const reasons = reasonsOf(row).map(({ label, count }) =>
    ngettext('%(reason)s %(n)s', '%(reason)s %(n)s', count, { reason: label }));
  return h(`tr${className ? `.${className}` : ''}`, {}, h('td', {}, isRemainder(row) ? '' : String(place)),
    h('td.text', {}, name, row.type && !className ? [' ', h('small', {}, row.type)] : null),
    h('td', {}, integer(row.in_scope)),
    columns.map((column) => h('td', {}, column.number(row))),
    h('td.text', {}, reasons.join(_(', '))));
}
