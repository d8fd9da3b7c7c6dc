// What may be meant by what stands before the caret: variables, functions with their parameters, words of a list. Each is found
// by its beginning, by any part of its name, and by what people call it in either language.
const SHOWN = 8;
const WORD = /[\p{L}\p{N}_]/u;
const SHORT = 2;
const ASCII = /^[\x20-\x7e]*$/;
const NUMBER = /^\d/;
// Words of the language are no part of a name that may be meant.
const KEYWORDS = new Set(['and', 'or', 'in', 'if', 'then', 'else', 'for', 'return', 'some', 'every', 'satisfies', 'between', 'true',
  'false', 'null', 'not', 'function', 'instance', 'of']);

// Variables of the type that is wanted come first; what steps give and nobody has declared is offered with them.
export function candidatesFor({ variables, given, functions, choices = [], texts, types, wanted }) {
  const typed = (type) => types[type] ?? type;
  const known = (name) => given.get(name) ?? { label: '', titles: [] };
  const named = Object.entries(variables).map(([name, type]) => ({ name, type, ...known(name), declares: [] }));
  const isGroup = (name) => ['context', 'any', undefined].includes(variables[name.split('.')[0]]);
  const undeclared = [...given].filter(([name]) => !(name in variables) && isGroup(name)).map(([name, value]) => (
    { name, ...value, declares: value.declares.filter((each) => !(each.name in variables)) }));
  const all = [...named, ...undeclared].map((each) => ({ ...each, type: variables[each.name] ?? each.type }));
  const fitting = ({ type }) => (type === wanted ? 0 : 1);
  return [
    ...choices.map(({ value, label }) => candidate(`"${value}"`, { name: value, detail: label, titles: [label], isWord: true })),
    ...all.sort((a, b) => fitting(a) - fitting(b)).map(({ name, type, label, titles, declares }) => candidate(name, {
      name, titles, declares, detail: [label, typed(type), declares.length && texts.offerDeclares].filter(Boolean).join(' · '),
    })),
    ...functions.map(({ name, parameters, type }) => candidate(`${name}(`, {
      name: `${name}(`, after: parameters.length ? '' : ')', shown: `${name}(${parameters.join(', ')})`, titles: [], detail: typed(type),
      isFunction: true,
    })),
  ];
}

function candidate(text, { name, titles, ...more }) {
  return { text, shown: text, isFunction: false, ...more, name: name.toLowerCase(), titles: titles.map((title) => title.toLowerCase()) };
}

// The candidates for a text up to the caret, each with the place where it would begin. A name may hold spaces, so that
// every beginning of a word counts. Inside of a text only the words of a list may be meant.
export function matching(before, candidates, isAsked = false) {
  const inText = (before.match(/"/g) ?? []).length % 2 === 1;
  const quote = before.lastIndexOf('"');
  const starts = inText ? [quote] : beginnings(before);
  const isFree = isAsked && !inText && !/[\p{L}\p{N}_."]$/u.test(before);
  const typedFrom = (start) => before.slice(inText ? start + 1 : start).toLowerCase();
  const found = [];
  let isWhole = KEYWORDS.has(typedFrom(starts.at(-1) ?? before.length));
  for (const each of candidates) {
    if (inText && !each.isWord) continue;
    const match = bestOf(each, starts, typedFrom) ?? (isFree ? { start: before.length, rank: 0 } : null);
    if (!match) continue;
    if (each.name === typedFrom(match.start) && !each.isWord) isWhole = true;
    else found.push({ ...each, ...match });
  }
  found.sort((a, b) => a.start - b.start || Math.floor(a.rank) - Math.floor(b.rank) || a.isFunction - b.isFunction || a.rank - b.rank);
  // What is typed in full already is not changed by Enter: then an arrow chooses first.
  return { shown: found.slice(0, SHOWN), more: Math.max(0, found.length - SHOWN), at: isWhole ? -1 : 0 };
}

function bestOf(each, starts, typedFrom) {
  for (const start of starts) {
    const rank = rankOf(each, typedFrom(start));
    if (rank !== null) return { start, rank };
  }
  return null;
}

// How well what is typed fits: the beginning of the name, or almost as well of a part of it; anywhere in it; in what people
// call it. What stands before a dot must be the group's name.
function rankOf({ name, titles }, typed) {
  if (name.startsWith(typed)) return 0;
  const owner = typed.lastIndexOf('.') + 1;
  const [part, wanted] = [name.slice(owner), typed.slice(owner)];
  if (!name.startsWith(typed.slice(0, owner)) || !wanted || NUMBER.test(wanted) || KEYWORDS.has(wanted)) return null;
  if (beginsPart(part, wanted)) return 0.5;
  if (wanted.length < SHORT && ASCII.test(wanted)) return null;
  if (part.includes(wanted)) return 1;
  return titles.some((title) => title.includes(wanted)) ? 2 : null;
}

function beginsPart(name, wanted) {
  for (let at = name.indexOf(wanted); at >= 0; at = name.indexOf(wanted, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(name[at - 1])) return true;
  }
  return false;
}

function beginnings(before) {
  const found = [];
  for (let at = Math.max(0, before.length - 60); at < before.length; at += 1) {
    const first = before[at];
    const isStart = WORD.test(first) && !/[\p{L}\p{N}_.]/u.test(before[at - 1] ?? ' ');
    if (isStart) found.push(at);
  }
  return found;
}
