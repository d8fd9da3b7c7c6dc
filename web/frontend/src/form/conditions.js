// Conditions over field values: the same meaning as forms/conditions.py, held to it by forms/condition_vectors.json.

const BLANK = /^[ \t\r\n\u00a0\u3000]*$/;

export function isEmpty(value) {
  if (typeof value === 'string') return BLANK.test(value);
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function equal(left, right) {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => equal(item, right[index]));
  }
  if (left !== null && typeof left === 'object') return false;
  return left === right;
}

function contains(left, right) {
  if (Array.isArray(left)) return left.some((item) => equal(item, right));
  return typeof left === 'string' && typeof right === 'string' && left.includes(right);
}

const ordered = (compare) => (left, right) =>
  typeof left === typeof right && (typeof left === 'number' || typeof left === 'string') && compare(left, right);

const COMPARISONS = {
  eq: equal,
  ne: (left, right) => !equal(left, right),
  in: (left, right) => Array.isArray(right) && contains(right, left),
  contains,
  gt: ordered((left, right) => left > right),
  ge: ordered((left, right) => left >= right),
  lt: ordered((left, right) => left < right),
  le: ordered((left, right) => left <= right),
};

function valueOf(operand, values) {
  if (operand === null || typeof operand !== 'object' || Array.isArray(operand)) return operand;
  let found = values;
  for (const name of operand.field.split('.')) {
    const holder = found !== null && typeof found === 'object' && !Array.isArray(found);
    if (!holder || !Object.hasOwn(found, name)) return null;
    found = found[name] ?? null;
  }
  return found;
}

export function holds(condition, values) {
  const [[operator, operand]] = Object.entries(condition);
  if (operator === 'all') return operand.every((part) => holds(part, values));
  if (operator === 'any') return operand.some((part) => holds(part, values));
  if (operator === 'not') return !holds(operand, values);
  if (operator === 'empty') return isEmpty(valueOf(operand, values));
  if (operator === 'not_empty') return !isEmpty(valueOf(operand, values));
  if (!Object.hasOwn(COMPARISONS, operator)) throw new Error(`unknown operator ${operator}`);
  return COMPARISONS[operator](valueOf(operand[0], values), valueOf(operand[1], values));
}
