// Spans told to those who hover, and to those who go from one to the next by key.

const tip = document.getElementById('tip');
const said = document.getElementById('said');

// The spans of a drawing, read from its paths when they are first asked for.
const read = new Map();
function bars(id) {
  if (read.has(id)) return read.get(id);
  const group = document.getElementById(id);
  const lanes = group.dataset.lanes.split('\n');
  const all = [...group.querySelectorAll('path[data-tasks]')].flatMap((path) => {
    const tasks = path.dataset.tasks.split('\n');
    const found = [...path.getAttribute('d').matchAll(/M(\d+) (\d+)h(\d+)/g)];
    return found.map(([, start, lane, length], n) => ({
      start: +start, end: +start + +length, lane: +lane, task: tasks[n],
    }));
  });
  all.sort((a, b) => a.start - b.start);
  const value = { all, lanes, unit: group.dataset.nanos / 10000 };
  read.set(id, value);
  return value;
}

function duration(nanos) {
  const [value, unit] = nanos < 1e3 ? [nanos, 'ns'] : nanos < 1e6 ? [nanos / 1e3, 'µs']
    : nanos < 1e9 ? [nanos / 1e6, 'ms'] : [nanos / 1e9, 's'];
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
}

function spans(strip) {
  const drawing = strip.querySelector('svg.lanes');
  if (!drawing) return;
  const use = drawing.querySelector('use');
  const id = use ? use.getAttribute('href').slice(1) : drawing.querySelector('g[id]').id;
  let at = -1;
  function tell(bar, x, y) {
    const { lanes, unit } = bars(id);
    tip.textContent = `task ${bar.task}, ${lanes[bar.lane]}: ${duration(bar.start * unit)} to `
      + `${duration(bar.end * unit)}, took ${duration((bar.end - bar.start) * unit)}`;
    tip.hidden = false;
    const most = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = `${Math.max(0, Math.min(x, most)) + scrollX}px`;
    tip.style.top = `${y + scrollY + 12}px`;
  }
  const hide = () => { tip.hidden = true; };
  drawing.addEventListener('pointermove', (event) => {
    const box = drawing.getBoundingClientRect();
    const view = drawing.viewBox.baseVal;
    const x = (event.clientX - box.left) / box.width * view.width;
    const lane = Math.floor((event.clientY - box.top) / box.height * view.height);
    const slack = 2 * view.width / box.width;
    const bar = bars(id).all.find((bar) =>
      bar.lane === lane && bar.start - slack <= x && x <= bar.end + slack);
    if (bar) tell(bar, event.clientX, event.clientY); else hide();
  });
  drawing.addEventListener('pointerleave', hide);
  drawing.addEventListener('blur', hide);
  drawing.addEventListener('keydown', (event) => {
    const { all } = bars(id);
    const other = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (other) {
      event.preventDefault();
      const drawings = [...drawing.closest('figure').querySelectorAll('svg.lanes')];
      const next = drawings[drawings.indexOf(drawing) + other];
      if (next) {
        one(drawings, next);
        next.focus();
      }
    }
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -all.length, End: all.length }[event.key];
    if (event.key === 'Escape') hide();
    if (!step) return;
    event.preventDefault();
    at = Math.max(0, Math.min(all.length - 1, at + step));
    const box = drawing.getBoundingClientRect();
    const view = drawing.viewBox.baseVal;
    tell(all[at], box.left + all[at].start / view.width * box.width,
      box.top + (all[at].lane + 1) / view.height * box.height);
    said.textContent = tip.textContent;
  });
  // The tip tells more than the title would, and two at once tell less.
  const title = drawing.querySelector('title');
  if (title) {
    drawing.setAttribute('aria-label', `${title.textContent}. Left and right go from span to span, up and down from row to row.`);
    title.remove();
  }
}

// Of a figure's drawings, one is reached by tab, and the others from there.
function one(drawings, reached) {
  for (const drawing of drawings) drawing.setAttribute('tabindex', drawing === reached ? '0' : '-1');
}

function timelines(figure) {
  one([...figure.querySelectorAll('svg.lanes')], figure.querySelector('svg.lanes'));
  stretch(figure);
}

function stretch(figure) {
  const label = figure.querySelector('label.stretch');
  if (!label) return;
  const drawings = [...figure.querySelectorAll('svg.lanes')];
  label.querySelector('input').addEventListener('change', (event) => {
    figure.classList.toggle('stretched', event.target.checked);
    for (const drawing of drawings) {
      drawing.dataset.shared ??= drawing.getAttribute('viewBox');
      const own = drawing.dataset.shared.replace(/^0 0 \S+/, '0 0 10000');
      drawing.setAttribute('viewBox', event.target.checked ? own : drawing.dataset.shared);
    }
  });
  label.hidden = false;
}

