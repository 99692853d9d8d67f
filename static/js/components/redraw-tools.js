/** The tools over the map of the editor, and what they say. */
import { _ } from '../data/i18n.js';
import { View, h } from './base.js';
import { askProposal } from './redraw-ask.js';

const DRAWN = ['draw', 'split', 'barrier'];
const SHAPES = {
  choose: 'M4 2.5l8.5 6-4 .7L6.6 13z',
  draw: 'M3 5.500L8.5 2.500L13.5 6.500L11.5 13L4.5 12.500z',
  split: 'M2.5 3.500h11v9h-11zM8.8 1.500L7.2 14.5',
  merge: 'M2.5 3.500h11v9h-11zM8 3.500v2M8 10.500v2M5.5 8h5M9 6.500L10.5 8L9 9.500M7 6.500L5.5 8L7 9.5',
  move: 'M8 2v12M8 8h.01M5 5.500L2.5 8L5 10.500M11 5.500L13.5 8L11 10.5',
  barrier: 'M4.5 2C3 6 7 8 5.5 14M10.5 2C9 6 13 8 11.5 14',
  propose: 'M8 2v3M8 11v3M2 8h3M11 8h3M4 4l2 2M10 10l2 2M12 4l-2 2M6 10l-2 2',
  undo: 'M6 3L3 6l3 3M3 6h6.500a3.5 3.5 0 0 1 0 7H7',
  redo: 'M10 3l3 3l-3 3M13 6H6.500a3.5 3.5 0 0 0 0 7H9',
};

function drawing(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', SHAPES[name]);
  svg.append(path);
  return svg;
}

export class RedrawTools extends View {
  watch({ draft, tool, busy }) { return [draft, tool, busy]; }

  draw({ draft, tool, busy }) {
    if (!draft) return [];
    const words = {
      choose: _('Choose'), draw: _('Draw a grid'), split: _('Split by a line'), merge: _('Merge'),
      move: _('Move borders'), barrier: _('Barrier'),
    };
    const tools = Object.entries(words).map(([name, word]) => h('button.tool', {
      type: 'button', 'aria-pressed': String(tool === name), 'data-focus': name, disabled: busy,
      onclick: () => this.model.use(name),
    }, drawing(name), h('span', {}, word)));
    const back = (verb, word, what) => h('button.tool', {
      type: 'button', disabled: !what || busy, 'data-focus': verb,
      title: what ? `${word}: ${what}` : word, onclick: () => this.model.step({ verb }),
    }, drawing(verb), h('span', {}, word));
    return [
      h('div.tool-group', {}, tools, h('button.tool', {
        type: 'button', disabled: busy, 'data-focus': 'propose', onclick: () => this.propose(draft),
      }, drawing('propose'), h('span', {}, _('Propose')))),
      h('div.tool-group', {}, back('undo', _('Undo'), draft.undo), back('redo', _('Redo'), draft.redo)),
    ];
  }

  async propose(draft) {
    const answer = await askProposal(draft.villages, draft.level);
    const number = (text) => (text.trim() === '' ? null : Number(text));
    if (!answer) return;
    await this.model.step({
      verb: 'propose', village: answer.village, seed: number(answer.seed) ?? 0,
      k: answer.by === 'k' ? number(answer.number) : null,
      size: answer.by === 'size' ? number(answer.number) : null,
      tolerance: number(answer.tolerance) === null ? null : number(answer.tolerance) / 100,
    });
  }
}

/** What the tool in hand waits for, with its buttons; or what came of the last change. */
export class RedrawSay extends View {
  /** pencil(): the pencil of the map. */
  connect(model, pencil) {
    this.pencil = pencil;
    super.connect(model);
  }

  watch({ say, tool, chosen, busy }) { return [say, tool, chosen, busy]; }

  draw({ say, tool, chosen, busy }) {
    const hint = this.model.hint();
    this.hidden = !say && !hint && !busy;
    const text = say?.text ?? hint;
    const button = (word, action, main = false) => h(`button.button${main ? '.primary' : ''}`, {
      type: 'button', onclick: action, 'data-focus': word, disabled: busy,
    }, word);
    return h(`div.say${say?.tone ? `.${say.tone}` : ''}`, {},
      h('p', {}, busy ? _('Being worked out …') : text),
      h('div.say-buttons', {},
        say ? button(_('Close'), () => this.model.say('')) : null,
        !say && DRAWN.includes(tool) ? [
          button(_('Last point back'), () => this.pencil().back()),
          button(_('Finish'), () => this.pencil().finish(), true),
        ] : null,
        tool === 'merge' && chosen.length > 1
          ? button(_('Merge'), () => this.model.step({ verb: 'merge', keys: chosen }), true) : null,
        tool !== 'choose' && !say ? button(_('Done'), () => this.model.use('choose')) : null));
  }
}
