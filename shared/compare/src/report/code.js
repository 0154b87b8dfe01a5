// A model's pair of sources: chosen, shown and shared. What is written is written as text.

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

function row(left, right, numbers) {
  const kind = left === null ? ['added', '›', ' right only']
    : right === null ? ['removed', '‹', ' left only']
      : left === right ? ['', '', '']
        : alike(left, right) ? ['changed', '≠', ' changed']
          : ['changed', '‹›', ' one left, another right'];
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

// An address as it is read: whoever sends a link may encode more of it than is needed.
function plain(address) {
  try { return decodeURIComponent(address); } catch { return address; }
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

