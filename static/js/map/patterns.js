/** Fills that say something beside colour; each made once, in screen units so that tiles join. */
const SIDE = 8;

function pattern(paper, draw) {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const pen = canvas.getContext('2d');
  if (paper) {
    pen.fillStyle = paper;
    pen.fillRect(0, 0, SIDE, SIDE);
  }
  draw(pen);
  return pen.createPattern(canvas, 'repeat');
}

const DRAWN = {
  /** Withheld numbers: diagonal strokes. */
  hatch: () => pattern('#ffffff', (pen) => {
    pen.strokeStyle = '#9a958c';
    pen.lineWidth = 1.3;
    pen.beginPath();
    for (const shift of [-SIDE, 0, SIDE]) {
      pen.moveTo(shift, SIDE);
      pen.lineTo(shift + SIDE, 0);
    }
    pen.stroke();
  }),
  /** Far less than the mean: strokes the other way, over the colour of the class. */
  behind: () => pattern(null, (pen) => {
    pen.strokeStyle = '#8a1c1c';
    pen.lineWidth = 1.7;
    pen.beginPath();
    for (const shift of [-SIDE, 0, SIDE]) {
      pen.moveTo(shift, 0);
      pen.lineTo(shift + SIDE, SIDE);
    }
    pen.stroke();
  }),
  /** Nobody to look after: dots on white. */
  empty: () => pattern('#ffffff', (pen) => {
    pen.fillStyle = '#8b8780';
    pen.fillRect(1, 1, 1.4, 1.4);
    pen.fillRect(5, 5, 1.4, 1.4);
  }),
  /** Land that no area of the level covers: small crosses on grey. */
  bare: () => pattern('#e2e0da', (pen) => {
    pen.fillStyle = '#a19d94';
    pen.fillRect(2, 3.5, 4, 1);
    pen.fillRect(3.5, 2, 1, 4);
  }),
};

const made = new Map();

/** What a canvas fills with: a pattern for its name, a colour as it is. */
export function fillFor(fill) {
  if (!DRAWN[fill]) return fill;
  if (!made.has(fill)) made.set(fill, DRAWN[fill]());
  return made.get(fill);
}
