{
  const root = document.getElementById('explorer');
  const jobs = JSON.parse(document.getElementById('explorer-data').textContent);
  const form = root.querySelector('form');
  const { model, job, size, with: base, fastest } = form.elements;
  const part = (name) => root.querySelector(name);
  const rows = part('.rows');

  const named = (name) => jobs.find((one) => one.name === name);
  const measured = () => named(job.value).sizes[size.value || 0];
  const fill = (select, options) => {
    select.replaceChildren(...options.map(([value, text]) => new Option(text ?? value, value)));
  };
  const make = (name, text, kind) => {
    const element = document.createElement(name);
    element.textContent = text ?? '';
    if (kind) element.className = kind;
    return element;
  };

  /** The jobs of the chosen model. */
  function jobsOf() {
    fill(job, jobs.filter((one) => one.model === model.value).map((one) => [one.name]));
  }

  /** The sizes of the chosen job. */
  function sizesOf() {
    const { field, sizes } = named(job.value);
    const label = part('.sizes');
    label.hidden = !field;
    label.firstElementChild.textContent = field;
    fill(size, sizes.map((one, place) => [place, one.size ?? '']));
  }

  /** The rows of the chosen job: all of them chosen, or those of the names. */
  function rowsOf(names) {
    const { rows: lines, reference } = measured();
    fill(base, lines.map((line) => [line.name]));
    base.value = reference;
    rows.replaceChildren(...lines.map((line) => {
      const label = make('label');
      const box = make('input');
      box.type = 'checkbox';
      box.name = 'row';
      box.value = line.name;
      box.checked = !names || names.includes(line.name);
      label.append(box, ` ${line.name}`);
      return label;
    }));
  }

  const picked = () => [...rows.querySelectorAll(':checked')].map((box) => box.value);

  /** A row's time ÷ another's, as [median] or [median, low, high]. */
  function ratio(lines, row, other) {
    if (row === other) return [1, 1, 1];
    if (row > other) return lines[row].above[other];
    const [median, low, high] = lines[other].above[row] ?? [];
    if (!median) return null;
    return low ? [1 / median, 1 / high, 1 / low] : [1 / median];
  }

  /** As `statistics::verdict` has it. */
  function verdict([median, low, high], resolution) {
    if (!low || !resolution) return '?';
    if (Math.max(median, 1 / median) <= resolution) return 'tie';
    if (high < 1) return 'faster';
    return low > 1 ? 'slower' : 'tie';
  }

  /** As `figure::ratio_of` has it. */
  const digits = (value) => {
    if (value < 0.0995) return value.toFixed(3);
    if (value < 9.995) return value.toFixed(2);
    return value.toFixed(value < 99.95 ? 1 : 0);
  };

  /** A bar from 1 to the median, with its interval, on a logarithmic axis. */
  function drawn([median, low, high], share) {
    const track = make('div', '', 'track');
    const place = (kind, from, to) => {
      const element = make('span', '', kind);
      element.style.left = `${share(Math.min(from, to))}%`;
      element.style.width = `${Math.abs(share(to) - share(from))}%`;
      track.append(element);
      return element;
    };
    place('bar', 1, median);
    if (low) place('interval', low, high);
    place('one', 1, 1).style.width = '';
    return track;
  }

  function show() {
    const { name, field, command, made, crossings } = named(job.value);
    const { job: what, rounds, resolution, floor, reference, rows: lines } = measured();
    const chosen = picked();
    const other = lines.findIndex((line) => line.name === base.value);
    const shown = lines
      .map((line, place) => ({ ...line, ratio: ratio(lines, place, other), isBase: place === other }))
      .filter((line) => line.isBase || chosen.includes(line.name));
    if (fastest.checked) shown.sort((a, b) => a.nanos - b.nanos);

    const all = shown.flatMap((line) => line.ratio ?? []).concat(1).map(Math.log);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const share = (value) => (most > least ? (100 * (Math.log(value) - least)) / (most - least) : 50);
    part('.scale').textContent = `${digits(Math.exp(least))} to ${digits(Math.exp(most))}`;
    part('.ratio').textContent = `× ${base.value}`;
    part('tbody').replaceChildren(...shown.map((line) => {
      const row = make('tr');
      const head = make('th', line.name + (line.notes.length ? ' *' : ''));
      head.scope = 'row';
      const chart = make('td');
      const word = make('td', '');
      let text = '–';
      if (line.isBase) {
        text = '1';
      } else if (line.ratio) {
        const [median, low, high] = line.ratio;
        text = digits(median) + (low ? ` (${digits(low)} to ${digits(high)})` : '');
        const found = base.value === reference ? line.verdict : null;
        word.textContent = found ?? verdict(line.ratio, resolution);
        word.className = word.textContent;
      }
      if (line.ratio) chart.append(drawn(line.ratio, share));
      const figures = [line.time, line.cpu, line.memory ?? '–'].map((one) => make('td', one, 'figure'));
      row.append(head, chart, make('td', text), word, ...figures);
      return row;
    }));

    const limit = resolution
      ? `Differences up to a factor of ${digits(resolution)} can't be seen.`
      : 'There were too few rounds to call a difference.';
    const least_time = floor ? ` The floor is ${floor}.` : '';
    part('.job').textContent = `${what}. ${rounds} ${rounds === 1 ? 'round' : 'rounds'}.${least_time} ${limit}`;
    const noted = shown.filter((line) => line.notes.length);
    part('.notes').replaceChildren(
      ...noted.map((line) => make('li', `* ${line.name}: ${line.notes.join('; ')}`)),
    );
    const names = shown.map((line) => line.name);
    const passing = crossings.filter((one) => one.rows.every((row) => names.includes(row)));
    const told = passing.length ? passing.map((one) => one.told) : ['none was found at these sizes'];
    const list = make('ul');
    list.append(...told.map((one) => make('li', one)));
    part('.crossings').replaceChildren(...(field ? [make('p', 'Crossings, among these rows:'), list] : []));
    part('.made').textContent = `Kept as ${name}, measured on ${made}:`;
    part('pre code').textContent = command;
  }

  /** Puts what was chosen into the address. Back leaves the page all the same. */
  function keep() {
    const address = new URLSearchParams({ job: job.value, with: base.value });
    if (named(job.value).field) address.set('size', size.value);
    const chosen = picked();
    if (chosen.length < measured().rows.length) address.set('rows', chosen.join(','));
    history.replaceState(history.state, '', `${location.pathname}${location.search}#${address}`);
  }

  /** What an address has; what it lacks, or has wrong, is as it is at first. */
  function restore() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const wanted = named(asked.get('job')) ?? named('semaphores') ?? jobs[0];
    model.value = wanted.model;
    jobsOf();
    job.value = wanted.name;
    sizesOf();
    if (wanted.sizes[asked.get('size')]) size.value = asked.get('size');
    rowsOf(asked.get('rows')?.split(','));
    if ([...base.options].some((one) => one.value === asked.get('with'))) base.value = asked.get('with');
    show();
  }

  form.addEventListener('change', (event) => {
    const { target } = event;
    if (target === model) jobsOf();
    if (target === model || target === job) sizesOf();
    if (target === model || target === job || target === size) {
      const kept = target === size ? picked() : undefined;
      const before = base.value;
      rowsOf(kept);
      // Another size of a job has the same rows, unless one of them ended.
      if (target === size && measured().rows.some((line) => line.name === before)) base.value = before;
    }
    show();
    keep();
  });
  // An address may also be that of a heading.
  addEventListener('hashchange', () => {
    if (location.hash.startsWith('#job=')) restore();
  });
  root.hidden = false;
  if (jobs.length) restore();
}
