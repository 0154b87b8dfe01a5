'use strict';
// The page is whole without this. It lets the reader choose pairs, look into spans, and
// share a link; whatever it writes into the page is written as text.
(() => {
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };
  const tip = document.getElementById('tip');

  // What two lists have in common, by the longest common subsequence.
  function compare(left, right) {
    const columns = right.length + 1;
    const lengths = new Uint16Array((left.length + 1) * columns);
    for (let i = left.length - 1; i >= 0; i--) {
      for (let j = right.length - 1; j >= 0; j--) {
        lengths[i * columns + j] = left[i] === right[j]
          ? lengths[(i + 1) * columns + j + 1] + 1
          : Math.max(lengths[(i + 1) * columns + j], lengths[i * columns + j + 1]);
      }
    }
    const parts = [];
    let i = 0;
    let j = 0;
    while (i < left.length || j < right.length) {
      if (i < left.length && j < right.length && left[i] === right[j]) {
        parts.push([left[i++], right[j++]]);
      } else if (j === right.length
        || (i < left.length && lengths[(i + 1) * columns + j] >= lengths[i * columns + j + 1])) {
        parts.push([left[i++], null]);
      } else {
        parts.push([null, right[j++]]);
      }
    }
    return parts;
  }

  // Rows of two columns: lines that differ stand beside each other.
  function changes(left, right) {
    const lines = (text) => text.trimEnd().split('\n');
    const rows = [];
    let removed = [];
    let added = [];
    const flush = () => {
      for (let n = 0; n < Math.max(removed.length, added.length); n++) {
        rows.push([removed[n] ?? null, added[n] ?? null]);
      }
      removed = [];
      added = [];
    };
    for (const [one, other] of compare(lines(left), lines(right))) {
      if (other === null) removed.push(one);
      else if (one === null) added.push(other);
      else { flush(); rows.push([one, other]); }
    }
    flush();
    return rows;
  }

  // The parts of two changed lines; what is in one of them only is marked, if they are alike.
  function words(left, right) {
    const tokens = (line) => line.match(/[\p{L}\p{N}_]+|\s+|./gu) ?? [];
    const size = (line) => line.replace(/\s/g, '').length;
    const sides = [[], []];
    let common = 0;
    for (const [one, other] of compare(tokens(left), tokens(right))) {
      if (other === null) sides[0].push(make('mark', { textContent: one }));
      else if (one === null) sides[1].push(make('mark', { textContent: other }));
      else { common += size(one); sides[0].push(one); sides[1].push(other); }
    }
    return 2 * common >= 0.5 * (size(left) + size(right)) ? sides : [[left], [right]];
  }

  function row(left, right, numbers) {
    const kind = left === null ? ['added', '›', ' right only']
      : right === null ? ['removed', '‹', ' left only']
        : left !== right ? ['changed', '≠', ' changed'] : ['', '', ''];
    const sides = kind[0] === 'changed' ? words(left, right) : [[left], [right]];
    const cells = [left, right].map((line, side) => {
      if (line === null) return [make('td', { className: 'number' }), make('td', { className: 'empty' })];
      const className = /^\s*(\/\/|#)/.test(line) ? 'comment' : '';
      return [
        make('td', { className: 'number', textContent: ++numbers[side] }),
        make('td', { className }, make('code', {}, ...sides[side])),
      ];
    });
    const mark = make('td', { className: 'mark' }, kind[1]);
    if (kind[2]) mark.append(make('span', { className: 'unseen', textContent: kind[2] }));
    const line = make('tr', {}, ...cells[0], mark, ...cells[1]);
    if (kind[0]) line.className = kind[0];
    return line;
  }

  // A model's pair of sources, and the two groups of radio buttons that choose it.
  function pairs(section) {
    const form = section.querySelector('form.choose');
    if (!form) return null;
    const { left, right, swap } = form.elements;
    const link = form.querySelector('a.link');
    const told = section.querySelector('.differs');
    const table = section.querySelector('table.diff');
    const strips = [...section.querySelectorAll('.pair .strip.again')];
    const rows = section.querySelector('.pair-rows tbody');
    const name = (side) => [...side].find((input) => input.checked).dataset.name;
    const part = (kind, key) => document.getElementById(`${kind}-${key}`);
    const address = (one, other) => '#' + encodeURIComponent(section.dataset.model) + ':'
      + encodeURIComponent(one) + '..' + encodeURIComponent(other);

    function strip(key, into) {
      const from = part('lanes', key);
      const copy = from.cloneNode(true);
      copy.removeAttribute('id');
      copy.classList.add('again');
      copy.dataset.row = key;
      copy.querySelector('.told')?.remove();
      const bars = copy.querySelector('g[id]');
      if (bars) {
        const drawing = bars.closest('svg');
        drawing.setAttribute('viewBox', drawing.dataset.shared ?? drawing.getAttribute('viewBox'));
        const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
        use.setAttribute('href', '#' + bars.id);
        bars.replaceWith(use);
      }
      into.replaceWith(copy);
      spans(copy);
      return copy;
    }

    function show() {
      const [one, other] = [part('code', left.value), part('code', right.value)];
      const lines = changes(one.textContent, other.textContent);
      const numbers = [0, 0];
      table.tBodies[0].replaceChildren(...lines.map(([a, b]) => row(a, b, numbers)));
      const heads = table.tHead.querySelectorAll('th');
      heads[0].textContent = one.dataset.path;
      heads[1].textContent = other.dataset.path;
      const same = lines.filter(([a, b]) => a === b).length;
      told.textContent = `${name(left)} beside ${name(right)}: ${same} lines are the same, ${lines.length - same} differ.`;
      [left, right].forEach((chosen, side) => {
        if (strips[side]) strips[side] = strip(chosen.value, strips[side]);
      });
      const line = (side) =>
        section.querySelector(`.figures tr[data-row="${side.value}"]`).cloneNode(true);
      rows.replaceChildren(line(left), line(right));
      link.href = address(name(left), name(right));
    }

    function choose() {
      show();
      history.replaceState(null, '', link.getAttribute('href'));
    }

    // Names may hold anything, so an address is compared with those of the pairs there are.
    function restore(wanted) {
      for (const one of left) {
        for (const other of right) {
          if (address(one.dataset.name, other.dataset.name) !== wanted) continue;
          left.value = one.value;
          right.value = other.value;
          show();
          form.scrollIntoView();
          return true;
        }
      }
      return false;
    }

    form.addEventListener('change', choose);
    swap.addEventListener('click', () => {
      [left.value, right.value] = [right.value, left.value];
      choose();
    });
    link.addEventListener('click', async (event) => {
      event.preventDefault();
      history.replaceState(null, '', link.getAttribute('href'));
      try {
        await navigator.clipboard.writeText(location.href);
        told.textContent = 'The link is copied, and in the address bar.';
      } catch {
        told.textContent = 'The link is in the address bar.';
      }
    });
    form.addEventListener('submit', (event) => event.preventDefault());
    form.hidden = false;
    return restore;
  }

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

  // Tells a span to those who hover, and to those who go from span to span by key.
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
      const step = { ArrowRight: 1, ArrowLeft: -1, Home: -all.length, End: all.length }[event.key];
      if (event.key === 'Escape') hide();
      if (!step) return;
      event.preventDefault();
      at = Math.max(0, Math.min(all.length - 1, at + step));
      const box = drawing.getBoundingClientRect();
      const view = drawing.viewBox.baseVal;
      tell(all[at], box.left + all[at].start / view.width * box.width,
        box.top + (all[at].lane + 1) / view.height * box.height);
    });
    drawing.setAttribute('tabindex', '0');
    // The tip tells more than the title would, and two at once tell less.
    const title = drawing.querySelector('title');
    if (title) {
      drawing.setAttribute('aria-label', `${title.textContent}. Arrow keys go from span to span.`);
      title.remove();
    }
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

  const restores = [...document.querySelectorAll('[data-model]')].map(pairs).filter(Boolean);
  document.querySelectorAll('.timelines .strip').forEach(spans);
  document.querySelectorAll('.timelines').forEach(stretch);
  const restore = () => restores.some((one) => one(location.hash));
  addEventListener('hashchange', restore);
  restore();
})();
