/** The monthly sweep: one box ticks all of the page. */
const all = document.getElementById('sweep-all');
const boxes = [...document.querySelectorAll('.sweep tbody input[name="keys"]')];

if (all) {
  all.hidden = false;
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked;
  });
}
