/**
 * Translation. Django's JavaScript catalogue (a classic script loaded before the modules) puts
 * gettext and ngettext on the global object; without it the English source strings are used.
 */
const catalogue = globalThis;

const fill = (text, params) =>
  params ? text.replace(/%\((\w+)\)s/g, (_all, key) => String(params[key] ?? '')) : text;

/** The text in the page's language, with %(name)s replaced from params. */
export const _ = (text, params) =>
  fill(catalogue.gettext ? catalogue.gettext(text) : text, params);

/** As `_`, choosing singular or plural by n; `%(n)s` is filled with the grouped number. */
export function ngettext(singular, plural, n, params = {}) {
  const text = catalogue.ngettext
    ? catalogue.ngettext(singular, plural, n)
    : n === 1 ? singular : plural;
  return fill(text, { n: integer(n), ...params });
}

export const language = () => globalThis.document?.documentElement.lang || 'en';

/** 19870 -> "19,870". */
export const integer = (n) => Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ',');

/** A number with grouped thousands and so many decimals. */
export function grouped(n, places = 0) {
  const [whole, rest] = n.toFixed(places).split('.');
  return rest ? `${integer(whole)}.${rest}` : integer(whole);
}

/** A density: two figures that count, 1,204 or 13 or 1.3 or 0.13. */
export function decimal(n) {
  if (n === 0) return '0';
  return grouped(n, n >= 10 ? 0 : n >= 1 ? 1 : n >= 0.1 ? 2 : 3);
}

/**
 * A share 0..1 as a percentage with one decimal. Rounding never reaches 100 % or 0 % unless the
 * share is exactly that: 99.97 % of households is not everybody.
 */
export function percent(share) {
  if (share === null || share === undefined) return '—';
  if (share === 1) return '100%';
  if (share === 0) return '0%';
  const value = Math.min(99.9, Math.max(0.1, share * 100));
  return `${value.toFixed(1)}%`;
}

/** A change with its sign; the minus is a real one. */
export function signed(n) {
  if (n === 0) return '±0';
  return (n > 0 ? '+' : '−') + integer(Math.abs(n));
}

/** ISO date as "11 月 3 日" in the given year, otherwise as written. */
export function shortDate(iso, today = '') {
  if (!iso) return '';
  if (iso.slice(0, 4) !== today.slice(0, 4)) return iso;
  const [, month, day] = iso.split('-').map(Number);
  return _('%(month)s/%(day)s', { month, day });
}

/** A moment as day and clock in Shanghai. */
export const moment = (iso) => new Intl.DateTimeFormat(language(), {
  timeZone: 'Asia/Shanghai', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit',
}).format(new Date(iso));

/** Metres as whole metres below a kilometre, else kilometres. */
export function distance(metres) {
  if (metres < 1000) return _('%(n)s m', { n: integer(metres) });
  const km = metres / 1000;
  return _('%(n)s km', { n: km < 10 ? Number(km.toFixed(1)) : integer(km) });
}
