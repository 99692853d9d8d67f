/** The editor of boundaries: wires model, tools, side and map together. */
import { Api } from '../data/api.js';
import { RedrawModel } from '../data/redraw.js';
import { askBarrier, askGrid } from '../components/redraw-ask.js';
import {
  RedrawBarriers, RedrawChosen, RedrawFaults, RedrawGrids, RedrawNumbers, RedrawSheet,
} from '../components/redraw-panel.js';
import { RedrawSay, RedrawTools } from '../components/redraw-tools.js';
import { RedrawMap } from '../map/redraw.js';

const ELEMENTS = {
  'lh-redraw-sheet': RedrawSheet,
  'lh-redraw-chosen': RedrawChosen,
  'lh-redraw-numbers': RedrawNumbers,
  'lh-redraw-faults': RedrawFaults,
  'lh-redraw-grids': RedrawGrids,
  'lh-redraw-barriers': RedrawBarriers,
  'lh-redraw-tools': RedrawTools,
  'lh-redraw-say': RedrawSay,
};
const SNAP = 14; // pixels within which a drawn point means the border or vertex there

const config = JSON.parse(document.getElementById('page-config').textContent);
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? '';
const signedOut = () => globalThis.location.reload();
const model = new RedrawModel({ key: config.redraw, api: new Api({ csrf, signedOut }) });
const narrow = globalThis.matchMedia('(max-width: 899px)');

/** Pixels of the map that tools and sheet cover. */
function inset() {
  const air = 24;
  // Beneath the tools stands what they say on a phone; on a wide screen it stands below.
  const tools = document.querySelector('lh-redraw-tools').offsetHeight + (narrow.matches ? 96 : 24);
  const sheet = narrow.matches ? document.querySelector('lh-redraw-sheet').offsetHeight : 0;
  const stage = document.querySelector('.stage').clientHeight;
  return { left: air, right: air, top: tools, bottom: narrow.matches ? Math.min(stage * 0.55, sheet) + air : 88 };
}

/** What was drawn becomes a step; the tool stays in hand, so that the next can be drawn. */
async function drawn(tool, places) {
  const { draft, chosen } = model.state;
  const reach = Math.min(1000, Math.max(1, view.metres(SNAP)));
  if (tool === 'split') {
    const key = chosen.length === 1 ? chosen[0] : null;
    await model.step({ verb: 'split', line: places, key, reach_m: reach });
  } else if (tool === 'draw') {
    const answer = await askGrid(draft.villages.flatMap(({ undrawn }) => undrawn));
    if (answer) {
      await model.step({
        verb: 'draw', outline: places, name: answer.name, area: answer.area || null, reach_m: reach,
      });
    } else model.take(model.state.draft);
  } else {
    const answer = await askBarrier();
    if (answer) await model.addBarrier({ ...answer, line: places });
    else model.take(model.state.draft);
  }
}

for (const [name, element] of Object.entries(ELEMENTS)) {
  customElements.define(name, element);
  for (const found of document.querySelectorAll(name)) found.connect(model, () => view.pencil);
}
const view = new RedrawMap(document.getElementById('map'), model, { basemap: config.basemap, inset, drawn });
narrow.addEventListener('change', () => view.map.invalidateSize());

globalThis.addEventListener('keydown', (event) => {
  if (event.target.closest('input, select, textarea, dialog')) return;
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && (key === 'z' || key === 'y')) {
    event.preventDefault();
    const forward = key === 'y' || event.shiftKey;
    if (view.pencil.shape && !forward) view.pencil.back();
    else model.step({ verb: forward ? 'redo' : 'undo' });
  } else if (key === 'escape') model.use('choose');
});

model.load();
