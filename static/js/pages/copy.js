/** Copies a text; where the browser does not allow it, selects it, so that one key is enough. */
const [text, button] = [document.getElementById('copy-text'), document.getElementById('copy')];
button?.addEventListener('click', async () => {
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    button.textContent = button.dataset.done;
  } catch {
    text.focus();
    button.textContent = button.dataset.chosen ?? button.textContent;
  }
});
