// The lane of what stands inside a sub-process is chosen, not drawn: the sub-process lies in one lane only. bpmn-js would
// write it anew from the drawing at every move, so that its rule is kept from such elements.
import CommandInterceptor from 'diagram-js/lib/command/CommandInterceptor';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { processOf } from './properties.js';

export const isInner = (element) => is(element.businessObject.$parent, 'bpmn:SubProcess');

class KeepInnerLanes extends CommandInterceptor {
  constructor(eventBus, fieldflowSettings) {
    super(eventBus);
    // What becomes of another kind stays in its lane.
    this.preExecute('shape.replace', ({ context }) => {
      const { businessObject } = context.oldShape;
      context.innerLane = isInner(context.oldShape) && lanesOf(context.oldShape).find((lane) => lane.flowNodeRef?.includes(businessObject));
    });
    this.postExecuted('shape.replace', ({ context }) => {
      const { innerLane, newShape } = context;
      if (innerLane && isInner(newShape)) changeLane(fieldflowSettings, newShape, innerLane.id);
    });
    this.preExecute('lane.updateRefs', ({ context }) => {
      // What is deleted has no parent any more: it leaves its lane.
      context.flowNodeShapes = context.flowNodeShapes.filter((shape) => !shape.parent || !isInner(shape));
    });
  }
}
KeepInnerLanes.$inject = ['eventBus', 'fieldflowSettings'];

export const innerLanesModule = { __init__: ['keepInnerLanes'], keepInnerLanes: ['type', KeepInnerLanes] };

// Every lane of the element's process, an outer one before those in it.
export function lanesOf(element) {
  const inside = (sets) => sets.flatMap(({ lanes = [] }) => lanes.flatMap((lane) => [lane, ...inside(lane.childLaneSet ? [lane.childLaneSet] : [])]));
  return inside(processOf(element)?.laneSets ?? []);
}

// Put an element into the lane of an id; without one it stands in that of its sub-process.
export function changeLane(settings, element, id) {
  const object = element.businessObject;
  const all = lanesOf(element);
  const wanted = all.filter((lane) => lane.id === id);
  const left = all.filter((lane) => lane !== wanted[0] && lane.flowNodeRef?.includes(object));
  settings.run(element, [
    ...left.map((lane) => [lane, { flowNodeRef: lane.flowNodeRef.filter((each) => each !== object) }]),
    ...wanted.filter((lane) => !lane.flowNodeRef?.includes(object)).map((lane) => [lane, { flowNodeRef: [...(lane.flowNodeRef ?? []), object] }]),
    [object, { lanes: wanted }],
  ]);
}
