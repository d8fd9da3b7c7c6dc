// Computed fields while typing: the same results as forms/compute.py, which has the last word.

const LARGEST = 1e15;
const isNumber = (value) => typeof value === 'number' && Math.abs(value) < LARGEST;

function column(path, values) {
  const [name, key] = path.split('.');
  const rows = Array.isArray(values[name]) ? values[name] : [];
  return rows.map((row) => row?.[key]).filter(isNumber);
}

export function compute(expression, values) {
  if (expression.count) return Array.isArray(values[expression.count]) ? values[expression.count].length : 0;
  if (expression.product) {
    let result = 1;
    for (const name of expression.product) {
      if (!isNumber(values[name])) return null;
      result *= values[name];
    }
    const percent = values[expression.less_percent];
    if (isNumber(percent)) result = (result * (100 - percent)) / 100;
    return Math.abs(result) < LARGEST ? Math.floor(result + 0.5) : null;
  }
  if (expression.max) {
    const numbers = column(expression.max, values);
    return numbers.length ? Math.max(...numbers) : 0;
  }
  const total = column(expression.sum, values).reduce((a, b) => a + b, 0);
  return Number(total.toFixed(6));
}
