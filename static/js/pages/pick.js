/** The pin of a form by the small map; the field with its numbers stays, and leads. */
import { DECIMALS, Pick, pointOf } from '../data/pick.js';

const field = document.querySelector('[name=point]');
const element = document.getElementById('pick');
if (field && element) {
  const pick = new Pick(element, {
    read: () => pointOf(...field.value.replace('，', ',').split(',')),
    write: (at) => { field.value = at ? `${at.lon.toFixed(DECIMALS)},${at.lat.toFixed(DECIMALS)}` : ''; },
    load: async () => ({
      ...await import('../map/picker.js'),
      config: JSON.parse(document.getElementById('pick-config').textContent),
    }),
  });
  field.addEventListener('change', () => pick.follow());
}
