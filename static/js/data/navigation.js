/**
 * Links that open a navigation app at a place. Only the coordinates leave the program, named
 * 目的地: no name, no need, no id. Amap counts in GCJ-02; the other two are told it is WGS 84.
 */
import { _ } from './i18n.js';

const AXIS = 6378245.0; // metres, of the ellipsoid the shift is written in
const ECCENTRICITY = 0.00669342162296594323;
const NAME = encodeURIComponent('目的地');
const APP = 'lianhu';

const wave = (value, parts) => parts.reduce(
  (sum, [height, length]) => sum + height * Math.sin((value / length) * Math.PI), 0,
) * (2 / 3);

/** WGS 84 degrees as GCJ-02 degrees; unchanged outside China. */
export function toGcj02(lon, lat) {
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return { lon, lat };
  const x = lon - 105;
  const y = lat - 35;
  const shared = 0.1 * x * y + wave(x, [[20, 1 / 6], [20, 1 / 2]]);
  const root = Math.sqrt(Math.abs(x));
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.2 * root + shared
    + wave(y, [[20, 1], [40, 3], [160, 12], [320, 30]]);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * root + shared
    + wave(x, [[20, 1], [40, 3], [150, 12], [300, 30]]);
  const angle = (lat * Math.PI) / 180;
  const flat = 1 - ECCENTRICITY * Math.sin(angle) ** 2;
  const perLat = ((AXIS * (1 - ECCENTRICITY)) / (flat * Math.sqrt(flat))) * Math.PI;
  const perLon = (AXIS / Math.sqrt(flat)) * Math.cos(angle) * Math.PI;
  return { lon: lon + (east * 180) / perLon, lat: lat + (north * 180) / perLat };
}

/** [{key, label, href}] for a WGS 84 place. */
export function navigationLinks({ lon, lat }) {
  const shifted = toGcj02(lon, lat);
  const six = (value) => value.toFixed(6);
  return [
    {
      key: 'amap',
      label: _('Amap'),
      href: `https://uri.amap.com/navigation?to=${six(shifted.lon)},${six(shifted.lat)},${NAME}`
        + `&mode=car&src=${APP}&callnative=1`,
    },
    {
      key: 'tencent',
      label: _('Tencent'),
      href: `https://apis.map.qq.com/uri/v1/routeplan?type=drive&to=${NAME}`
        + `&tocoord=${six(lat)},${six(lon)}&coord_type=1&referer=${APP}`,
    },
    {
      key: 'baidu',
      label: _('Baidu'),
      href: `https://api.map.baidu.com/marker?location=${six(lat)},${six(lon)}&title=${NAME}`
        + `&content=${NAME}&output=html&coord_type=wgs84&src=${APP}`,
    },
  ];
}
