/** How the number of households without contact went in the last weeks: a small line, and words. */
import { _, integer, shortDate, signed } from '../data/i18n.js';
import { sparkPoints } from '../data/details.js';
import { h } from './base.js';

const [WIDTH, HEIGHT] = [260, 44];
const SVG = 'http://www.w3.org/2000/svg';

function drawing(values) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`);
  svg.setAttribute('class', 'spark');
  svg.setAttribute('aria-hidden', 'true');
  const points = sparkPoints(values, WIDTH, HEIGHT);
  const line = document.createElementNS(SVG, 'polyline');
  line.setAttribute('points', points);
  const [x, y] = points.split(' ').at(-1).split(',');
  const end = document.createElementNS(SVG, 'circle');
  for (const [name, value] of Object.entries({ cx: x, cy: y, r: 3.5 })) end.setAttribute(name, value);
  svg.append(line, end);
  return svg;
}

/** The text says what the line shows: from, to, highest. */
export function trendText(rows, today) {
  const [first, last] = [rows[0], rows.at(-1)];
  const most = rows.reduce((a, b) => (b.gap > a.gap ? b : a));
  return _('Without contact: %(from)s on %(first)s, %(to)s on %(last)s (%(change)s); most %(most)s on %(when)s.', {
    from: integer(first.gap), first: shortDate(first.on, today), to: integer(last.gap),
    last: shortDate(last.on, today), change: signed(last.gap - first.gap), most: integer(most.gap),
    when: shortDate(most.on, today),
  });
}

/** Of an area that came through a redraw: which division the line follows, and the other one. */
function divisionNote(model, { on, before, geo }) {
  const day = shortDate(on, model.config.today);
  const words = geo === 'now'
    ? _('By the grids of today: the households that are in it today, wherever they were filed before %(day)s.', { day })
    : before.length
      ? _('By the grids of each day: since %(day)s, in place of %(names)s.', { day, names: before.join('、') })
      : _('By the grids of each day: redrawn on %(day)s.', { day });
  return [
    h('p.hint', {}, words),
    h('button.button', {
      type: 'button', 'data-focus': 'geography', onclick: () => model.details.openTrend(geo === 'now' ? '' : 'now'),
    }, geo === 'now' ? _('By the grids of each day') : _('By the grids of today')),
  ];
}

export function trendSection(model) {
  const { trend } = model.state.details ?? {};
  if (!trend) return null;
  const { rows, redrawn, loading, error } = trend;
  const known = rows.filter(({ gap }) => gap !== null);
  return h('section.trend', { 'aria-label': _('Last 12 weeks') },
    h('h3', {}, _('Last 12 weeks')),
    loading ? h('p.hint', {}, _('Loading')) : null,
    error ? h('p.bad', { role: 'alert' }, error) : null,
    !loading && !error && known.length < 2 ? h('p.hint', {}, _('Too few weeks on record yet.')) : null,
    redrawn ? divisionNote(model, redrawn) : null,
    known.length > 1 ? [drawing(known.map(({ gap }) => gap)), h('p', {}, trendText(known, model.config.today))] : null);
}
