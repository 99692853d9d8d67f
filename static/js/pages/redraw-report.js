/** The page of a redraw: the old and the new division on one map, what changes, faults shown. */
import { DivisionMap } from '../map/division.js';

const drawing = JSON.parse(document.getElementById('redraw-drawing').textContent);
const map = new DivisionMap(document.getElementById('redraw-map'), drawing);

for (const choice of document.querySelectorAll('input[name="side"]')) {
  choice.addEventListener('change', () => map.show(choice.value));
}
for (const button of document.querySelectorAll('button[data-lon]')) {
  button.addEventListener('click', () => {
    map.look(Number(button.dataset.lat), Number(button.dataset.lon));
  });
}
