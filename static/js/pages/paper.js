/** A page made for paper: the button opens the browser's print window. */
document.getElementById('print')?.addEventListener('click', () => globalThis.print());
