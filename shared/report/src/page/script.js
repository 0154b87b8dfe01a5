// The page is whole without scripts. With them, pairs are chosen and spans looked into.

const restores = [...document.querySelectorAll('[data-model]')]
  .flatMap((section) => [cures(section), pairs(section)]).filter(Boolean);
document.querySelectorAll('.timelines .strip').forEach(spans);
document.querySelectorAll('.timelines').forEach(timelines);
const restore = () => restores.some((one) => one(location.hash));
addEventListener('hashchange', restore);
restore();
