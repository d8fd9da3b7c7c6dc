// What may be meant by what stands before the caret: variables, functions with their parameters, words of a list.
const SHOWN = 8;
const WORD = /[\p{L}\p{N}_]/u;

// Variables of the type that is wanted come first.
export function candidatesFor({ variables, functions, choices = [], types, wanted }) {
  const typed = (type) => types[type] ?? type;
  const fitting = ([, type]) => (type === wanted ? 0 : 1);
  return [
    ...choices.map(({ value, label }) => ({ text: `"${value}"`, shown: `"${value}"`, detail: label, isWord: true })),
    ...Object.entries(variables).sort((a, b) => fitting(a) - fitting(b)).map(([name, type]) => ({ text: name, shown: name, detail: typed(type) })),
    ...functions.map(({ name, parameters, type }) => ({
      text: `${name}(`, after: parameters.length ? '' : ')', shown: `${name}(${parameters.join(', ')})`, detail: typed(type),
    })),
  ];
}

// The candidates for a text up to the caret, each with the place where it would begin. A name may hold spaces, so that
// every beginning of a word counts. Inside of a text only the words of a list may be meant.
export function matching(before, candidates, isAsked = false) {
  const inText = (before.match(/"/g) ?? []).length % 2 === 1;
  const starts = beginnings(before);
  const isFree = isAsked && !inText && !/[\p{L}\p{N}_."]$/u.test(before);
  const found = [];
  let isWhole = false;
  for (const candidate of candidates) {
    if (inText && !candidate.isWord) continue;
    const name = candidate.text.toLowerCase();
    const start = starts.find((at) => name.startsWith(before.slice(at).toLowerCase())) ?? (isFree ? before.length : null);
    if (start === null) continue;
    if (name === before.slice(start).toLowerCase()) isWhole = true;
    else found.push({ ...candidate, start });
  }
  found.sort((a, b) => a.start - b.start);
  // What is typed in full already is not changed by Enter: then an arrow chooses first.
  return { shown: found.slice(0, SHOWN), more: Math.max(0, found.length - SHOWN), at: isWhole ? -1 : 0 };
}

function beginnings(before) {
  const found = [];
  for (let at = Math.max(0, before.length - 60); at < before.length; at += 1) {
    const first = before[at];
    const isStart = first === '"' || (WORD.test(first) && !/[\p{L}\p{N}_.]/u.test(before[at - 1] ?? ' '));
    if (isStart) found.push(at);
  }
  return found;
}
