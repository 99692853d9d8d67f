/**
 * A base map from one PMTiles file of the server, read in ranges. Fetched only where one is
 * configured; the vector painter only where the file holds vectors.
 */
import * as L from 'leaflet';
import { PMTiles, TileType } from 'pmtiles';

/** Pictures of the archive painted on canvases: no address of a blob, so the policy stays closed. */
const Pictures = L.GridLayer.extend({
  createTile({ x, y, z }, done) {
    const canvas = document.createElement('canvas');
    this.options.archive.getZxy(z, x, y)
      .then((tile) => (tile ? createImageBitmap(new Blob([tile.data])) : null))
      .then((picture) => {
        canvas.width = picture?.width ?? 1;
        canvas.height = picture?.height ?? 1;
        if (picture) canvas.getContext('2d').drawImage(picture, 0, 0);
        done(null, canvas);
      })
      .catch((error) => done(error, canvas));
    return canvas;
  },
});

/** Layers of the file a choice of the page's `basemap` names. */
export async function fileLayers({ urls: [url], attribution }) {
  const archive = new PMTiles(new URL(url, globalThis.location.href).href);
  const header = await archive.getHeader();
  const options = {
    bounds: [[header.minLat, header.minLon], [header.maxLat, header.maxLon]],
    attribution: attribution || credit(await archive.getMetadata()),
    maxZoom: 20,
  };
  if (header.tileType !== TileType.Mvt) {
    const zooms = { minNativeZoom: header.minZoom, maxNativeZoom: header.maxZoom };
    return [new Pictures({ ...options, ...zooms, archive })];
  }
  // The painter of vectors knows Leaflet by its global name.
  const { leafletLayer } = await import('protomaps-leaflet');
  const lang = document.documentElement.lang.startsWith('zh') ? 'zh-Hans' : 'en';
  return [leafletLayer({
    ...options, url: archive, maxDataZoom: header.maxZoom, flavor: 'light', lang,
  })];
}

/** Whom the archive itself credits, as plain text. */
function credit({ attribution = '' }) {
  const text = document.createElement('span');
  text.textContent = attribution.replace(/<[^>]*>/g, '');
  return text.innerHTML;
}
