// A model's pair of sources: chosen, shown and shared. What is written is written as text.

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

// The lines of an element's text.
function lines(element) {
  const text = element?.textContent ?? '';
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

// The rows of two columns, from what `encoding.rs` says of these lines.
function decode(text, left, right) {
  const rows = [];
  let [i, j] = [0, 0];
  const places = (list) => list === '' ? [] : list.split(',').map(Number);
  for (const [all, sign, count, one, other] of text.matchAll(/([=\/+-])(\d*)|!([\d,]*);([\d,]*);/g)) {
    if (all[0] === '!') {
      rows.push({ sign: '!', sides: [left[i++], right[j++]], marks: [places(one), places(other)] });
    }
    for (let n = 0; sign && n < (count || 1); n++) {
      rows.push({ sign, sides: [sign === '+' ? null : left[i++], sign === '-' ? null : right[j++]] });
    }
  }
  return rows;
}

// A line with its marks.
function marked(line, places = []) {
  const parts = [];
  let from = 0;
  for (let n = 0; n < places.length; n += 2) {
    const [start, end] = [places[n], places[n] + places[n + 1]];
    parts.push(line.slice(from, start), make('mark', { textContent: line.slice(start, end) }));
    from = end;
  }
  return [...parts, line.slice(from)];
}

const KINDS = {
  '=': ['', '', ''],
  '!': ['changed', '≠', ' changed'],
  '/': ['changed', '‹›', ' one left, another right'],
  '-': ['removed', '‹', ' left only'],
  '+': ['added', '›', ' right only'],
};

function row({ sign, sides, marks = [] }, numbers) {
  const [kind, sight, said] = KINDS[sign];
  const cells = sides.map((line, side) => {
    if (line === null) return [make('td', { className: 'number' }), make('td', { className: 'empty' })];
    const className = /^\s*(\/\/|#)/.test(line) ? 'comment' : '';
    return [
      make('td', { className: 'number', textContent: ++numbers[side] }),
      make('td', { className }, make('code', {}, ...marked(line, marks[side]))),
    ];
  });
  const mark = make('td', { className: 'mark' }, sight);
  if (said) mark.append(make('span', { className: 'unseen', textContent: said }));
  const line = make('tr', {}, ...cells[0], mark, ...cells[1]);
  if (kind) line.className = kind;
  return line;
}

// An address as it is read: whoever sends a link may encode more of it than is needed.
function plain(address) {
  try { return decodeURIComponent(address); } catch { return address; }
}

// A model's pair of sources, and the two groups of radio buttons that choose it.
function pairs(section) {
  const form = section.querySelector('form.choose');
  if (!form) return null;
  const { left, right, swap, whole } = form.elements;
  const changes = form.dataset.changes.split('\n');
  const link = form.querySelector('a.link');
  const told = section.querySelector('.differs');
  const table = section.querySelector('table.diff');
  const strips = [...section.querySelectorAll('.pair .strip.again')];
  const rows = section.querySelector('.pair-rows tbody');
  const take = section.querySelector('.take');
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

  // What differs between two choices; of a pair that stands the other way round, turned.
  function differences() {
    const [one, other] = [left, right].map((side) => [...side].findIndex((input) => input.checked));
    const [low, high] = [Math.min(one, other), Math.max(one, other)];
    const pair = low * left.length - low * (low + 1) / 2 + high - low - 1;
    const texts = low === high ? [] : changes[pair].split('|');
    const keys = [low, high].map((index) => part('code', left[index].value));
    return ['header', 'adapter', 'lesson'].flatMap((name, n) => {
      if (!whole.checked && name !== 'lesson') return [];
      const [ones, others] = keys.map((file) => lines(file.querySelector('.' + name)));
      const found = decode(texts[n] ?? `=${ones.length}`, ones, others);
      return one <= other ? found : found.map(({ sign, sides, marks }) => ({
        sign: { '-': '+', '+': '-' }[sign] ?? sign,
        sides: sides.toReversed(),
        marks: marks?.toReversed(),
      }));
    });
  }

  function show() {
    const [one, other] = [part('code', left.value), part('code', right.value)];
    const found = differences();
    const numbers = [0, 0];
    table.tBodies[0].replaceChildren(...found.map((each) => row(each, numbers)));
    const heads = table.tHead.querySelectorAll('th');
    heads[0].textContent = one.dataset.path;
    heads[1].textContent = other.dataset.path;
    const same = found.filter(({ sign }) => sign === '=').length;
    told.textContent = `${name(left)} beside ${name(right)}: ${same} lines are the same, ${found.length - same} differ.`;
    offer();
    [left, right].forEach((chosen, side) => {
      if (strips[side]) strips[side] = strip(chosen.value, strips[side]);
    });
    timelines(section.querySelector('.pair'));
    const line = (side) =>
      section.querySelector(`.figures tr[data-row="${side.value}"]`).cloneNode(true);
    rows.replaceChildren(line(left), line(right));
    link.href = address(name(left), name(right));
  }

  // What can be taken home of the two.
  function offer() {
    [left, right].forEach((side, n) => {
      const button = take.querySelectorAll('button')[n];
      button.hidden = !part('code', side.value).querySelector('.taken');
      button.textContent = `Take ${name(side)} home`;
      button.value = side.value;
    });
    take.querySelector('pre').hidden = true;
  }

  async function takeHome(key, name) {
    const shown = take.querySelector('pre');
    shown.textContent = part('code', key).querySelector('.taken').textContent;
    shown.hidden = false;
    getSelection().selectAllChildren(shown);
    try {
      await navigator.clipboard.writeText(shown.textContent);
      told.textContent = `The function of ${name} is copied, with the lines for Cargo.toml.`;
    } catch {
      told.textContent = `The function of ${name} is selected, with the lines for Cargo.toml.`;
    }
  }

  function choose() {
    show();
    history.replaceState(null, '', link.getAttribute('href'));
  }

  // Names may hold anything, so an address is compared with those of the pairs there are.
  function restore(wanted) {
    for (const one of left) {
      for (const other of right) {
        if (plain(address(one.dataset.name, other.dataset.name)) !== plain(wanted)) continue;
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
  take.addEventListener('click', ({ target }) => {
    if (target.value) takeHome(target.value, target.textContent.slice(5, -5));
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  offer();
  take.hidden = false;
  return restore;
}

