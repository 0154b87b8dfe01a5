// The page is whole without scripts. With them, pairs are chosen and spans looked into.

const restores = [...document.querySelectorAll('[data-model]')]
  .flatMap((section) => [cures(section), pairs(section)]).filter(Boolean);
document.querySelectorAll('.groups th').forEach(folds);
document.querySelectorAll('.timelines .strip').forEach(spans);
document.querySelectorAll('.timelines').forEach(timelines);
const restore = () => restores.some((one) => one(location.hash));
addEventListener('hashchange', restore);
restore();

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
