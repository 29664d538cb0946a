// Nodes of the inspector's trees. An id is the path to the node, made of segments `kind:address` (or `kind:number`), so that the same thing has the same id at
// every stop and children can be asked for with nothing but the id.
import type { Range } from '../../base/source.js';

export interface Node {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  /** Codicon. */
  readonly icon?: string;
  readonly range?: Range | undefined;
  readonly hasChildren?: boolean;
  readonly kind: string;
  readonly threadId?: number;
}

/** What a file of this folder offers: the children of its kinds of nodes. `value` is the number in the id's last segment. */
export type Children<View> = (view: View, id: string, value: number) => Node[];

/** `parent/kind:value`; addresses as unsigned hexadecimal. */
export const childId = (parent: string, kind: string, value: number): string =>
  `${parent}/${kind}:${value < 0 ? BigInt.asUintN(64, BigInt(value)).toString(16) : value.toString(16)}`;

/** Last segment of an id; undefined when it is not one of ours. */
export function parseId(id: string): { kind: string; value: number } | undefined {
  const m = /(?:^|\/)([a-z-]+)(?::([0-9a-f]{1,16}))?$/.exec(id);
  return m ? { kind: m[1], value: m[2] === undefined ? 0 : Number(BigInt.asIntN(64, BigInt(`0x${m[2]}`))) } : undefined;
}

/** A line of text in a tree: a problem, or the fact that there is nothing. */
export const problemNode = (parent: string, text: string): Node => ({
  id: `${parent}/problem`,
  label: text,
  icon: 'warning',
  kind: 'problem',
});
export const emptyNode = (parent: string, text: string): Node => ({ id: `${parent}/none`, label: text, kind: 'none' });
