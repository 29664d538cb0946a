// The kernel inspector's requests: the nodes of its trees, and putting a thread in focus.
import { EvaluationError } from '../machine/inspect/value.js';
import type { InspectNode, InspectResult, InspectSource } from '../messages/inspector.js';
import type { Node } from '../session/inspect/node.js';
import type { CustomContext, CustomRequest } from './custom-requests.js';
import type { SourceMap } from './source-map.js';

function sourceOf(sources: SourceMap, node: Node): InspectSource | undefined {
  const { source, line, column } = sources.location(node.range);
  if (!source) return undefined;
  return {
    name: source.name ?? '',
    line,
    column,
    ...(source.path === undefined ? {} : { path: source.path }),
    ...(source.sourceReference ? { sourceReference: source.sourceReference } : {}),
  };
}

export function toMessage(sources: SourceMap, node: Node): InspectNode {
  const { id, label, kind, description, tooltip, icon, threadId } = node;
  const source = sourceOf(sources, node);
  return {
    id,
    label,
    kind,
    hasChildren: node.hasChildren === true,
    ...(description === undefined ? {} : { description }),
    ...(tooltip === undefined ? {} : { tooltip }),
    ...(icon === undefined ? {} : { icon }),
    ...(source === undefined ? {} : { source }),
    ...(threadId === undefined ? {} : { threadId }),
  };
}

const member = (args: unknown, name: string): unknown =>
  typeof args === 'object' && args !== null ? (args as Record<string, unknown>)[name] : undefined;

function stopped(context: CustomContext): void {
  if (context.running) throw new EvaluationError('the machine is running; pause it to look into the kernel');
}

function inspect(context: CustomContext, args: unknown): InspectResult {
  stopped(context);
  const parent = member(args, 'parent');
  if (parent !== undefined && typeof parent !== 'string') throw new EvaluationError("'parent' must be the id of a node");
  return {
    nodes: context
      .session()
      .inspector.children(parent)
      .map((n) => toMessage(context.sources, n)),
  };
}

/**
 * An editor has no request to say which thread it should show; a `stopped` event is how an adapter puts one in focus. The machine does not move.
 */
export function selectThread(send: CustomContext['send'], threadId: number): void {
  send('stopped', { reason: 'pause', description: 'Selected', threadId, allThreadsStopped: true });
}

function select(context: CustomContext, args: unknown): object {
  stopped(context);
  const id = member(args, 'threadId');
  const thread = typeof id === 'number' ? context.session().target.thread(id) : undefined;
  if (!thread) throw new EvaluationError(`there is no thread ${String(id)} now`);
  selectThread(context.send, thread.id);
  return {};
}

export const inspectorRequests: Readonly<Record<string, CustomRequest>> = {
  'interlock/inspect': inspect,
  'interlock/selectThread': select,
};
