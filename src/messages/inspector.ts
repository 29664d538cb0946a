// The kernel inspector as it crosses between adapter and extension: one request, answered with the nodes below a node.

/** Request `interlock/inspect`. */
export interface InspectArguments {
  /** Id of the node whose children are wanted; absent: the groups. */
  readonly parent?: string;
}

/** A place in a source: a file of the editor, or (with `sourceReference`) a text that only the adapter has. */
export interface InspectSource {
  readonly name: string;
  readonly path?: string;
  readonly sourceReference?: number;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export interface InspectNode {
  /** The same for the same thing at every stop, and unique in its tree: views keep what is unfolded by it. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  /** Name of a codicon. */
  readonly icon?: string;
  readonly source?: InspectSource;
  readonly hasChildren: boolean;
  /** What can be done with it: `thread`, `process`, `lock`, `driver`, ... */
  readonly kind: string;
  /** DAP thread that this node is. */
  readonly threadId?: number;
}

export interface InspectResult {
  readonly nodes: readonly InspectNode[];
}

/** Request `interlock/selectThread`: the thread becomes the one in focus (a `stopped` event for it follows). */
export interface SelectThreadArguments {
  readonly threadId: number;
}
