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
  const places = (list) => list === '' ? [] : list.split(',').map((digits) => parseInt(digits, 36));
  for (const [all, sign, count, one, other] of text.matchAll(/([=\/+-])(\d*)|!([\da-z,]*);([\da-z,]*);/g)) {
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
    const start = from + places[n];
    const end = start + places[n + 1];
    parts.push(line.slice(from, start), make('mark', { textContent: line.slice(start, end) }));
    from = end;
  }
  return [...parts, line.slice(from)];
}

const KINDS = { '=': '', '!': 'changed', '/': 'unlike', '-': 'removed', '+': 'added' };

// The style writes the numbers of the lines, and the mark between them.
function row({ sign, sides, marks = [] }) {
  const cells = sides.map((line, side) => {
    if (line === null) return [make('td'), make('td')];
    const properties = /^\s*(\/\/|#)/.test(line) ? { className: 'comment' } : {};
    return [make('td'), make('td', properties, ...marked(line, marks[side]))];
  });
  const line = make('tr', {}, ...cells[0], make('td'), ...cells[1]);
  if (KINDS[sign]) line.className = KINDS[sign];
  return line;
}

// An address as it is read: whoever sends a link may encode more of it than is needed.
function plain(address) {
  try { return decodeURIComponent(address); } catch { return address; }
}

// The table of two files, and the buttons below it that take their functions home. A file
// is its name, its path, and where each of its parts stands.
function beside(block) {
  const told = block.querySelector('.differs');
  const table = block.querySelector('table.diff');
  const take = block.querySelector('.take');
  const shown = take.querySelector('pre');

  // What differs, as `encoding.rs` has it; of a pair that stands the other way round, turned.
  function show(files, text, isTurned, isWhole) {
    const texts = text?.split('|') ?? [];
    const [left, right] = isTurned ? files.toReversed() : files;
    const found = ['header', 'adapter', 'lesson'].flatMap((name, n) => {
      if (!isWhole && name !== 'lesson') return [];
      const [ones, others] = [lines(left.part(name)), lines(right.part(name))];
      return decode(texts[n] ?? `=${ones.length}`, ones, others);
    });
    const rows = !isTurned ? found : found.map(({ sign, sides, marks }) => ({
      sign: { '-': '+', '+': '-' }[sign] ?? sign,
      sides: sides.toReversed(),
      marks: marks?.toReversed(),
    }));
    table.tBodies[0].replaceChildren(...rows.map(row));
    table.tHead.querySelectorAll('th').forEach((head, n) => { head.textContent = files[n].path; });
    const same = rows.filter(({ sign }) => sign === '=').length;
    const [one, other] = files.map(({ name }) => name);
    told.textContent = `${one} beside ${other}: ${same} lines are the same, ${rows.length - same} differ.`;
  }

  // What can be taken home: a name for each button, and the element that has the text.
  function offer(all) {
    shown.hidden = true;
    take.querySelectorAll('button').forEach((button, n) => {
      const { name, text } = all[n];
      button.hidden = !text;
      button.textContent = `Take ${name} home`;
      button.onclick = () => takeHome(name, whole(text));
    });
  }

  async function takeHome(name, text) {
    shown.textContent = text;
    shown.hidden = false;
    getSelection().selectAllChildren(shown);
    const isDone = await copied(text);
    told.textContent = `The function of ${name} is ${isDone ? 'copied' : 'selected'}, with the lines for Cargo.toml.`;
  }

  take.hidden = false;
  return { show, offer, told };
}

// What can be taken home, with what comes along and stands elsewhere, since others share it.
function whole(element) {
  const parts = (element.dataset.parts ?? '').split(' ').filter(Boolean);
  return [element, ...parts.map((id) => document.getElementById(id))]
    .map(({ textContent }) => textContent).join('');
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// A link within the page is put into the address bar, and copied.
function share(link, told) {
  link.addEventListener('click', async (event) => {
    event.preventDefault();
    history.replaceState(null, '', link.getAttribute('href'));
    const isDone = await copied(location.href);
    told.textContent = `The link is ${isDone ? 'copied, and ' : ''}in the address bar.`;
  });
}

// A model's pair of sources, and the two groups of radio buttons that choose it.
function pairs(section) {
  const form = section.querySelector('form.choose.pairs');
  if (!form) return null;
  const { left, right, swap, whole } = form.elements;
  const changes = texts[form.dataset.changes].split('\n');
  const link = form.querySelector('a.link');
  const strips = [...section.querySelectorAll('.pair .strip.again')];
  const rows = section.querySelector('.pair-rows tbody');
  const { show: draw, offer, told } = beside(form.closest('.beside'));
  const chosen = (side) => [...side].find((input) => input.checked);
  const name = (side) => chosen(side).dataset.name;
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

  const file = (side) => {
    const element = part('code', side.value);
    return {
      name: name(side),
      path: element.dataset.path,
      part: (name) => element.querySelector('.' + name),
    };
  };
  const taken = (side) => ({ name: name(side), text: part('code', side.value).querySelector('.taken') });

  function show() {
    const [one, other] = [left, right].map((side) => [...side].indexOf(chosen(side)));
    const [low, high] = [Math.min(one, other), Math.max(one, other)];
    const place = low * left.length - low * (low + 1) / 2 + high - low - 1;
    draw([file(left), file(right)], low === high ? null : changes[place], one > other, whole.checked);
    offer([taken(left), taken(right)]);
    [left, right].forEach((chosen, side) => {
      if (strips[side]) strips[side] = strip(chosen.value, strips[side]);
    });
    timelines(section.querySelector('.pair'));
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
  share(link, told);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  offer([taken(left), taken(right)]);
  return restore;
}

// What goes wrong beside its cure, and the radio buttons that choose what.
function cures(section) {
  const form = section.querySelector('form.choose.cures');
  if (!form) return null;
  const whole = form.elements.whole;
  const inputs = [...form.querySelectorAll('input[type=radio]')];
  const changes = texts[form.dataset.changes].split('\n');
  const link = form.querySelector('a.link');
  const { show: draw, offer, told } = beside(form.closest('.beside'));
  const chosen = () => inputs.find((input) => input.checked);
  const address = (name) => '#' + encodeURIComponent(section.dataset.model) + ':' + encodeURIComponent(name);
  const element = () => document.getElementById(chosen().value);
  const taken = () => ({ name: chosen().dataset.name, text: element().querySelector('.taken') });

  function show() {
    const files = ['failing', 'cure'].map((side) => ({
      name: side === 'cure' ? 'the cure' : chosen().dataset.name,
      path: element().dataset[side],
      part: (name) => element().querySelector(`.${side} .${name}`),
    }));
    draw(files, changes[inputs.indexOf(chosen())], false, whole.checked);
    offer([taken()]);
    link.href = address(chosen().dataset.name);
  }

  function restore(wanted) {
    const found = inputs.find((input) => plain(address(input.dataset.name)) === plain(wanted));
    if (!found) return false;
    found.checked = true;
    show();
    form.scrollIntoView();
    return true;
  }

  form.addEventListener('change', () => {
    show();
    history.replaceState(null, '', link.getAttribute('href'));
  });
  share(link, told);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  offer([taken()]);
  return restore;
}

