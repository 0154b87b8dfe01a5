// Chooses every job at every size, compared with its reference and with its last row, and
// returns the names and verdicts that are shown.
(() => {
  const root = document.getElementById('explorer');
  const { model, job, size, with: base } = root.querySelector('form').elements;
  const each = (select, then) => {
    for (const { value } of [...select.options]) {
      select.value = value;
      select.dispatchEvent(new Event('change', { bubbles: true }));
      then(value);
    }
  };
  const shown = () => {
    const lines = [...root.querySelectorAll('tbody tr')];
    return lines.map(({ cells }) => [cells[0].textContent.replace(' *', ''), cells[3].textContent]);
  };
  const rows = {};
  let crossings = 0;
  each(model, () => each(job, (name) => {
    rows[name] = [];
    each(size, () => {
      const compared = (place) => {
        base.selectedIndex = place;
        base.dispatchEvent(new Event('change', { bubbles: true }));
        return shown();
      };
      // The next size is compared with what this one is.
      const reference = base.selectedIndex;
      const withLast = compared(base.options.length - 1);
      rows[name].push([compared(reference), withLast]);
    });
    crossings += [...root.querySelectorAll('.crossings li')].filter((one) => one.textContent.includes('passes')).length;
  }));
  return { rows, crossings };
})()
