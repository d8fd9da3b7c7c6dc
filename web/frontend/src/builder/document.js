// A form definition as plain JSON, changed in place on a copy. A component's path is the server's: components.2.children.0

export const at = (doc, path) => path.split('.').filter(Boolean).reduce((value, name) => value?.[name], doc);

export function split(path) {
  const cut = path.lastIndexOf('.');
  return [path.slice(0, cut), Number(path.slice(cut + 1))];
}

export const isPart = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const replaced = (list, index, value) => list.map((each, place) => (place === index ? value : each));

export function* walk(parts, path = 'components', level = 1) {
  for (const [index, part] of (Array.isArray(parts) ? parts : []).entries()) {
    const own = `${path}.${index}`;
    yield { part, path: own, level };
    if (isPart(part)) yield* walk(part.children, `${own}.children`, level + 1);
  }
}

export function insert(doc, list, index, part) {
  const parts = at(doc, list);
  parts.splice(index, 0, part);
  return `${list}.${index}`;
}

export function remove(doc, path) {
  const [list, index] = split(path);
  return at(doc, list).splice(index, 1)[0];
}

// Move a part to a place in a list, both as they are before the move. Returns its new path, or null where it cannot go.
export function move(doc, from, list, index) {
  if (list === from || list.startsWith(`${from}.`)) return null;
  const [oldList, oldIndex] = split(from);
  const part = remove(doc, from);
  let target = list;
  let place = index;
  if (list === oldList && index > oldIndex) place -= 1;
  // Taking it out moves what stood after it in the same list.
  const prefix = `${oldList}.`;
  if (list.startsWith(prefix)) {
    const [first, ...rest] = list.slice(prefix.length).split('.');
    if (Number(first) > oldIndex) target = [`${prefix}${Number(first) - 1}`, ...rest].join('.');
  }
  return insert(doc, target, place, part);
}

// The components that share one set of keys: sections are opened, lists are not.
export function* level(parts, path = 'components') {
  for (const [index, part] of (Array.isArray(parts) ? parts : []).entries()) {
    if (!isPart(part)) continue;
    const own = `${path}.${index}`;
    yield { part, path: own };
    if (part.type === 'section') yield* level(part.children, `${own}.children`);
  }
}

// The levels around a component, its own first: lists of components that a condition there may read.
export function levelsAround(doc, path) {
  const levels = [{ path: 'components', parts: doc.components }];
  const names = path.split('.');
  for (let end = 2; end < names.length; end += 2) {
    const own = names.slice(0, end).join('.');
    const part = at(doc, own);
    if (part?.type !== 'section') levels.unshift({ path: `${own}.children`, parts: part?.children });
  }
  return levels;
}

export function freeKey(taken, wanted) {
  const stem = wanted.replace(/_\d+$/, '').slice(0, 45);
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    if (!taken.has(`${stem}_${number}`)) return `${stem}_${number}`;
  }
}

export function keysAt(doc, path) {
  const [own] = levelsAround(doc, path);
  return new Set([...level(own.parts, own.path)].map(({ part }) => part.key));
}

// A copy whose keys are new at its level; columns of a list keep theirs.
export function copied(doc, path) {
  const part = structuredClone(at(doc, path));
  const taken = keysAt(doc, path);
  for (const { part: each } of level([part])) {
    if (!each.key) continue;
    each.key = freeKey(taken, each.key);
    taken.add(each.key);
  }
  return part;
}

// Conditions and computed fields of the form follow a new key, where the old one can mean one field only.
export function renameKey(doc, path, key) {
  const part = at(doc, path);
  const old = part.key;
  const alone = [...walk(doc.components)].filter((each) => each.part?.key === old).length === 1;
  part.key = key;
  if (!alone || !old) return;
  const renamed = (name) => name.split('.').map((each, index) => (each === old && !(index > 0 && name.startsWith('context.')) ? key : each)).join('.');
  const follow = (value, name) => {
    if (Array.isArray(value)) value.forEach((each) => follow(each));
    else if (isPart(value)) {
      for (const [inner, each] of Object.entries(value)) {
        if (inner === 'field' && typeof each === 'string') value[inner] = renamed(each);
        else follow(each, inner);
      }
    }
    if (name === 'compute' && isPart(value)) {
      for (const [inner, each] of Object.entries(value)) {
        if (typeof each === 'string') value[inner] = renamed(each);
        else if (Array.isArray(each)) value[inner] = each.map((factor) => (factor === old ? key : factor));
      }
    }
  };
  for (const { part: each } of walk(doc.components)) {
    if (!isPart(each)) continue;
    follow(each.visible_if);
    follow(each.required);
    follow(each.compute, 'compute');
  }
}
