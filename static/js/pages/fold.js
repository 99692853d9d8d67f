/* Sections of a long page: open on a desk, folded on a phone before anything is painted, so that
 * nothing jumps. A link of the index opens its section; on paper all are open. */
(() => {
  const folds = [...document.querySelectorAll('details.fold')];
  const narrow = matchMedia('(max-width: 899px)').matches;

  function openAt(hash) {
    const fold = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!fold || !folds.includes(fold)) return;
    fold.open = true;
    fold.querySelector('summary').focus({ preventScroll: true });
    fold.scrollIntoView();
  }

  if (narrow) for (const fold of folds) fold.open = fold.matches('.stay');
  for (const link of document.querySelectorAll('.index a')) {
    link.addEventListener('click', () => openAt(link.hash));
  }
  addEventListener('hashchange', () => openAt(location.hash));
  if (location.hash) openAt(location.hash);

  const all = [...document.querySelectorAll('main details:not(.menu)')];
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = all.filter((one) => !one.open);
    for (const one of closed) one.open = true;
  });
  addEventListener('afterprint', () => { for (const one of closed) one.open = false; });
})();
