/** The map's symbols as small drawings for legend and lists; decoration beside words. */
const NS = 'http://www.w3.org/2000/svg';

const SHAPES = {
  open: [['path', { d: 'M8 2.5l6 11H2z', class: 'issue-open' }]],
  overdue: [['path', { d: 'M8 2.5l6 11H2z', class: 'issue-overdue' }]],
  activity: [['path', { d: 'M4 15V2L14 5.5L4 9.5', class: 'activity-flag' }]],
  linked: [['circle', { cx: 8, cy: 8, r: 4, class: 'home-linked' }]],
  unlinked: [['rect', { x: 3.5, y: 3.5, width: 9, height: 9, class: 'home-unlinked' }]],
  outside: [
    ['path', { d: 'M8 .8L15.2 8L8 15.2L.8 8z', class: 'home-outside' }],
    ['circle', { cx: 8, cy: 8, r: 3, class: 'home-linked' }],
  ],
  season: [
    ['circle', { cx: 8, cy: 11, r: 3.4, class: 'home-linked' }],
    ['path', { d: 'M2.5 7L8 2L13.5 7', class: 'home-season' }],
  ],
  stack: [
    ['rect', { x: 4.5, y: 1.5, width: 10, height: 10, class: 'home-plate' }],
    ['rect', { x: 1.5, y: 4.5, width: 10, height: 10, class: 'home-plate-top' }],
  ],
  stackOpen: [
    ['rect', { x: 4.5, y: 1.5, width: 10, height: 10, class: 'home-open' }],
    ['rect', { x: 1.5, y: 4.5, width: 10, height: 10, class: 'home-open' }],
  ],
  cell: [
    ['circle', { cx: 8, cy: 8, r: 5.5, class: 'home-cell' }],
    ['path', { d: 'M8 2.5a5.5 5.5 0 0 1 5.5 5.5', class: 'home-ring' }],
  ],
  unit: [['rect', { x: 2.5, y: 2.5, width: 11, height: 11, rx: 2.5, class: 'unit-pin' }]],
};

/** An svg of a symbol by its name. */
export function symbol(name) {
  const svg = document.createElementNS(NS, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'symbol');
  svg.setAttribute('aria-hidden', 'true');
  for (const [tag, attributes] of SHAPES[name]) {
    const shape = document.createElementNS(NS, tag);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  return svg;
}
