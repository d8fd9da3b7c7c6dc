// What a place in a decision file is called: by the name of its decision, the number of its rule, the label of its column.
export const nameOfDecision = ({ name }, texts) => name || texts.unnamed;

// Nothing where it is in no decision; that is named where there are several, or nothing else is.
export function nameOfPlace(element, decisions, texts) {
  const decision = ancestor(element, 'dmn:Decision');
  const table = ancestor(element, 'dmn:DecisionTable');
  if (!decision) return '';
  const inside = table ? inTable(element, table, texts) : [];
  return [...(decisions > 1 || !inside.length ? [nameOfDecision(decision, texts)] : []), ...inside].join(' · ');
}

function ancestor(element, type) {
  let found = element;
  while (found && found.$type !== type) found = found.$parent;
  return found;
}

function inTable(element, { input = [], output = [], rule = [] }, texts) {
  const row = ancestor(element, 'dmn:DecisionRule');
  const number = rule.indexOf(row) + 1;
  const cells = [[row?.inputEntry, input, texts.input], [row?.outputEntry, output, texts.output]];
  const columns = [[input, input, texts.input], [output, output, texts.output]];
  const own = row ? element : ancestor(element, 'dmn:InputClause') ?? ancestor(element, 'dmn:OutputClause');
  const [[places, clauses, text] = []] = (row ? cells : columns).filter(([each]) => each?.includes(own));
  const at = places?.indexOf(own);
  return [
    ...(row ? [texts.rule.replace('{n}', number)] : []),
    ...(places ? [nameOfColumn(clauses[at], text.replace('{n}', at + 1))] : []),
  ];
}

function nameOfColumn(clause, otherwise) {
  const { label, name, inputExpression } = clause ?? {};
  return (label || name || inputExpression?.text || otherwise).replace(/\s+/g, ' ');
}
