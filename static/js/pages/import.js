/** The import page: asks only what the kind of file needs, and takes a file by drag. */
const form = document.getElementById('import-form');
const drop = document.getElementById('drop');
const input = form.querySelector('input[type=file]');
const name = document.getElementById('file-name');

function showAsked() {
  const kind = form.querySelector('.kind:has(:checked)');
  const asks = (kind?.dataset.asks || '').split(' ');
  for (const field of form.querySelectorAll('[data-ask]')) {
    field.hidden = !asks.includes(field.dataset.ask);
    field.querySelector('select, input').disabled = field.hidden;
  }
  if (kind) input.accept = kind.dataset.accepts;
  const maps = input.accept.includes('.geojson');
  for (const hint of drop.querySelectorAll('[data-hint]')) {
    hint.hidden = (hint.dataset.hint === 'maps') !== maps;
  }
}

function showName() {
  name.textContent = input.files[0]?.name || '';
}

form.addEventListener('change', (event) => {
  if (event.target.name === 'kind') showAsked();
  if (event.target === input) showName();
});
drop.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  input.files = event.dataTransfer.files;
  showName();
});
showAsked();
showName();
