// Typed numbers and amounts: read as forms/kinds/numbers.py reads them; what cannot be read stays text.

function digits(text) {
  return text.slice(0, 60).normalize('NFKC').trim().replace(/(\d)[,\s](?=\d{3})/g, '$1');
}

export function readNumber(text) {
  const plain = digits(text);
  return /^-?\d{1,16}(\.\d{1,9})?$/.test(plain) ? Number(plain) : text;
}

export function readMoney(text) {
  const match = /^(-?)(\d{1,13})(?:\.(\d{1,2}))?$/.exec(digits(text));
  if (!match) return text;
  const amount = Number(match[2]) * 100 + Number((match[3] ?? '').padEnd(2, '0'));
  return match[1] && amount ? -amount : amount;
}

export function writeMoney(amount) {
  if (!Number.isInteger(amount)) return amount === null ? '' : String(amount);
  const size = Math.abs(amount);
  return `${amount < 0 ? '-' : ''}${Math.floor(size / 100)}.${String(size % 100).padStart(2, '0')}`;
}
