// Put an element between another and what follows it already: room is made, the flow leads to it and a new one goes on.
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { selfAndAllChildren } from 'diagram-js/lib/util/Elements';

const GAP = 50;
const INSERT = 'studio.insert';

// The only flow that leaves an element where only one may leave it.
export function onlyFlow(element) {
  const flows = element.outgoing.filter((each) => is(each, 'bpmn:SequenceFlow'));
  return is(element, 'bpmn:Gateway') || flows.length !== 1 ? null : flows[0];
}

class InsertHandler {
  constructor(canvas, modeling, spaceTool) {
    Object.assign(this, { canvas, modeling, spaceTool });
  }

  preExecute({ flow, shape }) {
    const { source, target } = flow;
    const end = source.x + source.width;
    const isForward = target.x >= end;
    if (isForward) this.makeRoom(end + 1, shape.width + 2 * GAP - (target.x - end));
    const [first] = flow.waypoints;
    const middle = flow.waypoints[Math.floor(flow.waypoints.length / 2)];
    const place = isForward ? { x: end + GAP + shape.width / 2, y: first.y } : { x: (first.x + middle.x) / 2, y: (first.y + middle.y) / 2 };
    this.modeling.createShape(shape, place, flow);
  }

  // Everything to the right goes further right, and what holds it grows.
  makeRoom(start, delta) {
    if (delta <= 0) return;
    const root = this.canvas.getRootElement();
    const { movingShapes, resizingShapes } = this.spaceTool.calculateAdjustments(selfAndAllChildren([root], true), 'x', delta, start);
    this.modeling.createSpace(movingShapes, resizingShapes, { x: delta, y: 0 }, 'e', start);
  }
}
InsertHandler.$inject = ['canvas', 'modeling', 'spaceTool'];

class Insert {
  constructor(commandStack, selection) {
    Object.assign(this, { commandStack, selection });
    commandStack.registerHandler(INSERT, InsertHandler);
  }

  run(flow, shape) {
    this.commandStack.execute(INSERT, { flow, shape });
    this.selection.select(shape);
  }
}
Insert.$inject = ['commandStack', 'selection'];

export const insertModule = { __init__: ['studioInsert'], studioInsert: ['type', Insert] };
