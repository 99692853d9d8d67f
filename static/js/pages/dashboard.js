/** The charts of a dashboard: lines by week from its summaries, with the target as a line. */
import * as echarts from 'echarts';
import { _, shortDate } from '../data/i18n.js';

const data = JSON.parse(document.getElementById('charts').textContent);
const today = data.days.at(-1) ?? data.weeks.at(-1)?.on;
const INK = '#59626c';
const [GAP, ACCENT, LATE] = ['#a3180f', '#0b5f73', '#7a1fa2'];
const drawn = [];

const base = (title, days) => ({
  animation: false,
  title: { text: title, left: 0, top: 0, textStyle: { fontSize: 14, fontWeight: 600, color: INK } },
  grid: { left: 44, right: 16, top: 62, bottom: 26 },
  legend: { top: 24, left: 0, icon: 'roundRect', itemWidth: 14, itemHeight: 4, textStyle: { color: INK } },
  tooltip: { trigger: 'axis', renderMode: 'richText' },
  aria: { enabled: true },
  xAxis: { type: 'category', data: days.map((day) => shortDate(day, today)), axisLabel: { color: INK } },
  yAxis: { type: 'value', minInterval: 1, axisLabel: { color: INK }, splitLine: { lineStyle: { color: '#efece6' } } },
});

const line = (key, colour, dashed = false) => ({
  type: 'line', name: data.labels[key], data: data.stock[key], color: colour, symbolSize: 6,
  lineStyle: { width: 2.5, type: dashed ? 'dashed' : 'solid' },
});

const bars = (key, colour) => ({
  type: 'bar', name: data.labels[key], data: data.weeks.map((week) => week[key]), color: colour, barMaxWidth: 14,
});

/** Draws into a figure; where there is less than two weeks, the figure goes. */
function draw(id, option, points) {
  const figure = document.getElementById(id);
  if (points < 2) { figure.remove(); return; }
  const chart = echarts.init(figure, null, { renderer: 'svg' });
  chart.setOption(option);
  drawn.push(chart);
}

const { days, stock, weeks } = data;
const target = {
  silent: true, symbol: 'none', lineStyle: { color: '#2d6a45', type: 'dashed', width: 1.5 },
  label: { formatter: _('Target 0'), position: 'insideStartTop', color: '#2d6a45' }, data: [{ yAxis: 0 }],
};
draw('chart-gap', {
  ...base(data.labels.gap, days), series: [{ ...line('gap', GAP), markLine: target }],
}, days.length);
draw('chart-overdue', stock.overdue && {
  ...base(data.labels.overdue, days), series: [{ ...line('overdue', ACCENT), markLine: target }],
}, stock.overdue ? days.length : 0);
draw('chart-open', {
  ...base(_('Open matters'), days), series: [line('issues_open', LATE), line('issues_overdue', GAP, true)],
}, days.length);
draw('chart-flow', {
  ...base(_('Matters by week'), weeks.map((week) => week.on)),
  series: [bars('issues_registered', LATE), bars('issues_closed', '#84b9a5')],
}, weeks.length);
addEventListener('resize', () => drawn.forEach((chart) => chart.resize()));
