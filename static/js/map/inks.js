/**
 * Fills for paper. In black and white, classes grow darker by dots and lines that survive a
 * copier, the worst one darkest; diagonal strokes stay with withheld numbers alone.
 */
import { RAMPS } from '../data/classes.js';

const SIDE = 8; // pixels; divides every tile, so that patterns join
const SHARP = 3;
const INK = '#2b2b2b';

const dots = (size, ...places) => (pen) => {
  for (const [x, y] of places) pen.fillRect(x, y, size, size);
};

/** From the lightest to the darkest. */
const PAINTERS = [
  () => {},
  dots(1.6, [3, 3]),
  dots(1.6, [1, 1], [5, 1], [3, 3], [7, 3], [1, 5], [5, 5], [3, 7], [7, 7]),
  (pen) => {
    for (const place of [0, SIDE / 2]) {
      pen.fillRect(0, place, SIDE, 1.8);
      pen.fillRect(place, 0, 1.8, SIDE);
    }
  },
  (pen) => pen.fillRect(0, 0, SIDE, SIDE),
];
export const DARKEST = PAINTERS.length - 1;

function pattern(paint, paper = '#ffffff') {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE * SHARP;
  canvas.height = SIDE * SHARP;
  const pen = canvas.getContext('2d');
  pen.scale(SHARP, SHARP);
  if (paper) {
    pen.fillStyle = paper;
    pen.fillRect(0, 0, SIDE, SIDE);
  }
  pen.fillStyle = INK;
  pen.strokeStyle = INK;
  paint(pen);
  const made = pen.createPattern(canvas, 'repeat');
  made.setTransform(new DOMMatrix().scale(1 / SHARP));
  return made;
}

/** The fills of one print: mono, or in colour; `worst`: which end of the measure comes first. */
export class Inks {
  constructor(mono, measure) {
    this.mono = mono;
    this.ramp = RAMPS[measure.ramp];
    this.turned = measure.worst === 'low';
    this.made = PAINTERS.map((paint) => pattern(paint));
    this.withheld = pattern((pen) => {
      pen.lineWidth = 0.9;
      pen.beginPath();
      for (const shift of [-SIDE, 0, SIDE]) {
        pen.moveTo(shift, SIDE);
        pen.lineTo(shift + SIDE, 0);
      }
      pen.stroke();
    });
    // Over the fill of a class: the other way than withheld numbers, white beneath so that it
    // shows on black.
    this.behind = pattern((pen) => {
      for (const [colour, width] of [['#ffffff', 2.6], [mono ? INK : '#8a1c1c', 1.3]]) {
        pen.strokeStyle = colour;
        pen.lineWidth = width;
        pen.beginPath();
        for (const shift of [-SIDE, 0, SIDE]) {
          pen.moveTo(shift, 0);
          pen.lineTo(shift + SIDE, SIDE);
        }
        pen.stroke();
      }
    }, null);
    // Nobody to look after is not a zero: small crosses, apart from dots, strokes and white.
    this.empty = pattern((pen) => {
      pen.fillStyle = '#8b8780';
      pen.fillRect(2, 3.6, 4, 0.8);
      pen.fillRect(3.6, 2, 0.8, 4);
    });
  }

  /** How dark a colour of the ramp is on this paper, 0 to DARKEST. */
  darkness(colour) {
    const place = Math.max(0, this.ramp.indexOf(colour));
    return this.turned ? DARKEST - place : place;
  }

  /** What an area of a class is filled with. */
  fill(colour) {
    return this.mono ? this.made[this.darkness(colour)] : colour;
  }

  /** What parts an area from its neighbours: white between two black ones. */
  stroke(colour) {
    return this.mono && this.darkness(colour) === DARKEST ? '#ffffff' : '#55504a';
  }
}

/** A small canvas for the legend that shows a fill as the map does. */
export function swatch(fill) {
  const [width, height] = [34, 19];
  const canvas = document.createElement('canvas');
  canvas.width = width * SHARP;
  canvas.height = height * SHARP;
  canvas.setAttribute('aria-hidden', 'true');
  const pen = canvas.getContext('2d');
  pen.scale(SHARP, SHARP);
  pen.fillStyle = fill;
  pen.fillRect(0, 0, width, height);
  pen.strokeStyle = '#333333';
  pen.strokeRect(0.5, 0.5, width - 1, height - 1);
  return canvas;
}
