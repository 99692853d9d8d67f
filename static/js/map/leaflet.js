/**
 * Leaflet by the names this program uses. Its module build is the readable source, two and a half
 * times as large compressed as the small one, which only sets a global.
 */
import 'leaflet/global';

const { L } = globalThis;
export const {
  Control, CRS, DomEvent, DomUtil, GridLayer, Layer,
  bounds, canvas, circle, circleMarker, control, divIcon, latLng, latLngBounds, layerGroup, map,
  marker, point, polygon, polyline, setOptions, tileLayer, tooltip,
} = L;
