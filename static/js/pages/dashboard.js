/** The charts of a dashboard: by week from its summaries. Told apart in black and white, too: lines
 * by stroke and symbol, bars by pattern; a week without a summary is a gap in the line. */
import * as echarts from 'echarts';
import { _ } from '../data/i18n.js';

const { weeks, numbers, labels } = JSON.parse(document.getElementById('charts').textContent);
const INK = '#59626c';
const [GAP, ACCENT, LATE, DONE, TARGET] = ['#a3180f', '#0b5f73', '#7a1fa2', '#84b9a5', '#2d6a45'];
const drawn = [];

const base = (title, series, sign = '') => ({
  series,
  animation: false,
  title: { text: title, left: 0, top: 0, textStyle: { fontSize: 14, fontWeight: 600, color: INK } },
  grid: { left: 12, right: 20, top: series.length > 1 ? 66 : 44, bottom: 8, containLabel: true },
  legend: { show: series.length > 1, top: 26, left: 0, itemWidth: 26, itemHeight: 10, textStyle: { color: INK } },
  tooltip: {
    trigger: 'axis', renderMode: 'richText', confine: true,
    valueFormatter: (n) => (n === null || n === undefined ? _('no summary') : `${n}${sign}`),
  },
  aria: { enabled: true, label: { enabled: false }, decal: { show: true } },
  xAxis: {
    type: 'category', data: weeks.map((week) => week.name), axisTick: { alignWithLabel: true },
    axisLabel: { color: INK, lineHeight: 16, hideOverlap: true, showMaxLabel: true, formatter: (_name, i) => weeks[i].short },
  },
  yAxis: {
    type: 'value', minInterval: sign ? undefined : 1, splitLine: { lineStyle: { color: '#efece6' } },
    axisLabel: { color: INK, formatter: `{value}${sign}` },
  },
});

const line = (key, colour, dashed = false) => ({
  type: 'line', name: labels[key], data: numbers[key], color: colour, connectNulls: false,
  symbol: dashed ? 'triangle' : 'circle', symbolSize: dashed ? 9 : 7,
  lineStyle: { width: 2.5, type: dashed ? 'dashed' : 'solid' },
});

const bars = (key, colour) => ({
  type: 'bar', name: labels[key], data: numbers[key], color: colour, barMaxWidth: 14,
});

const target = (value, text) => ({
  silent: true, symbol: 'none', data: [{ yAxis: value }],
  lineStyle: { color: TARGET, type: 'dotted', width: 2 },
  label: { formatter: text, position: 'insideStartTop', color: TARGET },
});

/** Draws into its figure, in a fold that is closed once it is opened. */
function draw(id, title, option) {
  const figure = document.getElementById(`chart-${id}`);
  if (!figure) return;
  figure.setAttribute('role', 'img');
  figure.setAttribute('aria-label', _('%(title)s by week; the numbers are in the table beneath', { title }));
  const begin = () => {
    if (echarts.getInstanceByDom(figure) || !figure.clientWidth) return;
    const chart = echarts.init(figure, null, { renderer: 'svg' });
    chart.setOption(option);
    drawn.push(chart);
  };
  begin();
  figure.closest('details')?.addEventListener('toggle', begin);
}

const fit = () => drawn.forEach((chart) => chart.resize());

const toNought = (key, colour) => [{ ...line(key, colour), markLine: target(0, _('Target 0')) }];
draw('gap', labels.gap, base(labels.gap, toNought('gap', GAP)));
if (numbers.overdue) {
  draw('overdue', labels.overdue, base(labels.overdue, toNought('overdue', ACCENT)));
}
const shares = base(_('Shares'), [
  { ...line('linked_rate', ACCENT), markLine: target(100, _('Target 100%')) },
  line('party_met_rate', LATE, true),
], '%');
const known = [...numbers.linked_rate, ...numbers.party_met_rate].filter((n) => n !== null);
shares.yAxis.min = Math.max(0, Math.floor((Math.min(100, ...known) - 5) / 10) * 10);
shares.yAxis.max = 100;
draw('rates', _('Shares'), shares);
draw('open', _('Open matters'), base(_('Open matters'), [
  line('issues_open', LATE), line('issues_overdue', GAP, true),
]));
draw('flow', _('Matters by week'), base(_('Matters by week'), [
  bars('issues_registered', LATE), bars('issues_closed', DONE),
]));
draw('contacts', labels.contacts, base(labels.contacts, [bars('contacts', ACCENT)]));
addEventListener('resize', fit);
// The paper is narrower than the screen, and afterwards the screen is as it was.
matchMedia('print').addEventListener('change', fit);
