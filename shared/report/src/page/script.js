// Without a script the opening pairs, the figures and the pictures can be read. With it,
// pairs are chosen, spans looked into, and all files shown.

const texts = await unpacked();
const restores = [...document.querySelectorAll('[data-model]')]
  .flatMap((section) => [cures(section), pairs(section)]).filter(Boolean);
document.querySelectorAll('.groups th').forEach(folds);
document.querySelectorAll('.timelines .strip').forEach(spans);
document.querySelectorAll('.timelines').forEach(timelines);
const restore = () => restores.some((one) => one(location.hash));
addEventListener('hashchange', restore);
restore();
// For the benchmark, as nothing else says when all of this is done.
performance.mark('ready');

/** A group of columns that its head folds, and unfolds. */
function folds(head) {
  const cells = head.closest('table').querySelectorAll(`[data-in="${head.dataset.group}"]`);
  const columns = head.colSpan;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = head.textContent;
  button.setAttribute('aria-expanded', 'true');
  button.addEventListener('click', () => {
    const isOpen = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!isOpen));
    cells.forEach((cell) => { cell.hidden = isOpen; });
    head.colSpan = isOpen ? 1 : columns;
  });
  head.replaceChildren(button);
}

/** The texts that stand in the page as one, put where they belong. */
async function unpacked() {
  const packed = document.getElementById('packed');
  const bytes = Uint8Array.from(atob(packed.value), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  const texts = await new Response(stream).json();
  document.querySelectorAll('[data-packed]').forEach((element) => {
    element.textContent = texts[element.dataset.packed];
  });
  document.querySelectorAll('.packed').forEach((note) => note.remove());
  packed.remove();
  return texts;
}
