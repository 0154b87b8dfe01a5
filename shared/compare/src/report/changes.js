// What differs between two sources, as `changes.rs` has it.

// What two lists have in common, in order: pairs, and what is in one of them only. How
// much a pair is worth decides; what is worth nothing is no pair.
function compare(left, right, worth = (one, other) => one === other ? 1 : 0) {
  const columns = right.length + 1;
  const best = new Float64Array((left.length + 1) * columns);
  const worths = new Float64Array(best.length);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const at = i * columns + j;
      worths[at] = worth(left[i], right[j]);
      best[at] = Math.max(best[at + columns + 1] + worths[at], best[at + columns], best[at + 1]);
    }
  }
  const parts = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const at = i * columns + j;
    const both = i < left.length && j < right.length;
    if (both && worths[at] > 0
      && best[at + columns + 1] + worths[at] >= Math.max(best[at + columns], best[at + 1])) {
      parts.push([left[i++], right[j++]]);
    } else if (j === right.length || (both && best[at + columns] >= best[at + 1])) {
      parts.push([left[i++], null]);
    } else {
      parts.push([null, right[j++]]);
    }
  }
  return parts;
}

const tokens = (line) => line.match(/[\p{L}\p{N}_]+|\s+|./gu) ?? [];
const size = (line) => line.replace(/\s/g, '').length;

// The share of two lines' characters that are common, if it is enough to call them alike.
function alike(left, right) {
  const all = size(left) + size(right);
  if (2 * Math.min(size(left), size(right)) < 0.5 * all) return 0;
  const common = compare(tokens(left), tokens(right))
    .reduce((sum, [one, other]) => sum + (one === other ? size(one) : 0), 0);
  const share = 2 * common / Math.max(all, 1);
  return share >= 0.5 ? share : 0;
}

// Rows of two columns: of lines that differ, those that are alike stand beside each
// other, and the rest between them as they come.
function changes(left, right) {
  const lines = (text) => text.trimEnd().split('\n');
  const rows = [];
  let removed = [];
  let added = [];
  let [ones, others] = [[], []];
  const fill = () => {
    for (let n = 0; n < Math.max(ones.length, others.length); n++) {
      rows.push([ones[n] ?? null, others[n] ?? null]);
    }
    [ones, others] = [[], []];
  };
  const flush = () => {
    for (const [one, other] of compare(removed, added, alike)) {
      if (other === null) ones.push(one);
      else if (one === null) others.push(other);
      else { fill(); rows.push([one, other]); }
    }
    fill();
    [removed, added] = [[], []];
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
  if (!alike(left, right)) return [[left], [right]];
  const sides = [[], []];
  // Blanks are not worth a mark.
  const marked = (text) => text.trim() ? make('mark', { textContent: text }) : text;
  for (const [one, other] of compare(tokens(left), tokens(right))) {
    if (other === null) sides[0].push(marked(one));
    else if (one === null) sides[1].push(marked(other));
    else { sides[0].push(one); sides[1].push(other); }
  }
  return sides;
}

