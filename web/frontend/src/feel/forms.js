// Contexts, functions, ranges that are iterated and tests of types, where feelin lets a mistake pass.
import {
  FeelDate, $evalNode as evalNode, $getType as getType, $isContext as isContext, $matchesType as matchesType,
  $wrapFunction as wrapFunction, isRange,
} from 'feelin';
import { fault } from './session.js';

// `for i in a..b`: whole numbers or dates, upwards or downwards.
export function iteration(node, args) {
  const [first, , last] = args;
  if (!last) {
    return (context) => {
      const list = first(context);
      return isRange(list) ? steps(node, list.start, list.end, true) : list;
    };
  }
  return (context) => steps(node, first(context), last(context), false);
}

function steps(node, start, end, upwards) {
  if (start instanceof FeelDate && end instanceof FeelDate && getType(start) === 'date' && getType(end) === 'date') {
    const days = start.value.until(end.value, { largestUnit: 'day' }).days;
    return counted(node, 0, days, upwards).map((day) => new FeelDate(start.value.add({ days: day })));
  }
  if (!Number.isInteger(start) || !Number.isInteger(end)) return fault(node, 'range') ?? [];
  return counted(node, start, end, upwards);
}

const LONGEST = 100_000;
function counted(node, start, end, upwards) {
  const length = Math.abs(end - start) + 1;
  if (length > LONGEST) return fault(node, 'too_large') ?? [];
  if (upwards && end < start) return fault(node, 'range') ?? [];
  return Array.from({ length }, (_, index) => (end < start ? start - index : start + index));
}

// feelin lets the last of several equal keys win.
export function context(node, args, interpreter) {
  const evaluator = evalNode(node, args, interpreter);
  const keys = args.flatMap((argument) => argument?.key ?? []);
  return new Set(keys).size < keys.length ? () => fault(node, 'duplicate_entry') : evaluator;
}

export function contextEntry(node, args, interpreter) {
  const key = typeof args[0] === 'function' ? args[0]({}) : args[0];
  return Object.assign(evalNode(node, args, interpreter), { key });
}

// feelin ignores the types of parameters and of what is missing.
export function definition(node, args, interpreter) {
  const parameters = args[2];
  const own = evalNode(node, [args[0], args[1], parameters.map(({ name }) => name), ...args.slice(3)], interpreter);
  return (context) => {
    const made = own(context);
    if (!made) return made;
    const names = parameters.map(({ name }) => name);
    return wrapFunction((...given) => {
      if (given.length < names.length) return fault(node, 'arguments');
      const misfit = parameters.find(({ type }, index) => type && given[index] !== null && !matchesType(given[index], type, context));
      return misfit ? fault(node, 'arguments', { name: misfit.name }) : made.fn(...given);
    }, names);
  };
}

export function instanceOf(node, args, interpreter) {
  const evaluator = evalNode(node, args, interpreter);
  const test = (context) => {
    const value = args[0](context);
    const isUnsure = args[3]?.kind === 'context' && isContext(value) && Object.values(value).includes(null);
    return isUnsure ? fault(node, 'null') : evaluator(context);
  };
  return Object.assign(test, { type: 'test' });
}
