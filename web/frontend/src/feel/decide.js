// A file's decisions: each once, after those it requires, seeing what it requires and the variables of the process.
import { bindAll, functionOf, valueOf } from './boxed.js';
import { fit, read, shapeOf } from './items.js';
import { bind } from './run.js';
import { Refusal } from './session.js';
import { decideTable } from './table.js';
import { leave } from './values.js';

class Frame {
  constructor(file, env) {
    this.file = file;
    this.env = env;
    this.found = new Map();
  }

  knowledge(id) {
    const model = this.file.functions[id];
    if (model) return functionOf(model.names, model.types, (values) => fit(this.body(model, values), model.type, { element: id }));
    return this.service(this.file.services[id]);
  }

  // A business knowledge model sees its parameters and what it requires, nothing else.
  body(model, values) {
    const known = this.withKnowledge({ values: {}, names: null }, model.knowledge);
    return valueOf(model.logic, bindAll(known, model.names, model.types, values));
  }

  withKnowledge(env, ids) {
    return ids.reduce((inner, id) => bind(inner, (this.file.functions[id] ?? this.file.services[id]).name, this.knowledge(id)), env);
  }

  // Input decisions are given, not evaluated; with several output decisions the result is a context.
  service(service) {
    return functionOf(service.names, service.types, (values) => this.served(service, values));
  }

  served(service, values) {
    const frame = new Frame(this.file, { values: {}, names: null });
    service.names.forEach((name, index) => {
      const id = service.decisions[index];
      if (id) frame.found.set(id, { value: values[index], rules: [] });
      else frame.env = bind(frame.env, name, values[index], shapeOf(service.types[index]));
    });
    const results = service.outputs.map((id) => [this.file.decisions[id].names[0], frame.outcome(id).value]);
    return fit(results.length === 1 ? results[0][1] : Object.fromEntries(results), service.type, { element: service.id });
  }

  outcome(id) {
    if (!this.found.has(id)) this.found.set(id, this.decided(this.file.decisions[id]));
    return this.found.get(id);
  }

  decided(decision) {
    let env = this.withKnowledge(this.env, decision.knowledge);
    for (const id of decision.required) {
      const { names, type } = this.file.decisions[id];
      const { value } = this.outcome(id);
      for (const name of names) env = bind(env, name, value, shapeOf(type));
    }
    const { logic } = decision;
    try {
      const found = logic.kind === 'table' ? decideTable(logic.table, env) : { value: valueOf(logic, env), rules: [] };
      return { ...found, value: fit(found.value, decision.type, { element: decision.id }) };
    } catch (error) {
      if (error instanceof Refusal) error.fault = { expression: decision.name, decision: decision.id, ...error.fault };
      throw error;
    }
  }
}

function typedInputs(file, env) {
  return file.inputs.reduce((inner, { name, type }) => {
    if (!(name in env.values)) return inner;
    return bind(inner, name, fit(read(env.values[name], type, name), type, { expression: name }), shapeOf(type));
  }, env);
}

// What is no data (a function that other decisions call) has an outcome only for those.
function told(value, isWanted) {
  try {
    return leave(value);
  } catch (error) {
    if (isWanted || error.fault?.code !== 'not_data') throw error;
    return undefined;
  }
}

export function decide(job, context, names) {
  const frame = new Frame(job.file, typedInputs(job.file, { values: context, names }));
  if (job.file.services[job.wanted]) {
    const service = job.file.services[job.wanted];
    const value = frame.served(service, service.names.map((name, index) => fit(frame.env.values[name] ?? null, service.types[index], { expression: name })));
    return { [job.wanted]: { value: told(value, true), rules: [] } };
  }
  frame.outcome(job.wanted);
  const outcomes = [...frame.found].map(([id, { value, rules }]) => [id, { value: told(value, id === job.wanted), rules }]);
  return Object.fromEntries(outcomes.filter(([, { value }]) => value !== undefined));
}
