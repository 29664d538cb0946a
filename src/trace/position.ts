// Positions: points in a run, totally ordered. Written `1A3:7` = hexadecimal number of machine steps executed before it (all CPUs together, so it
// only grows) and the number of events recorded at that same step before it.

export interface Position {
  readonly step: number;
  readonly sequence: number;
}

export function formatPosition(p: Position): string {
  return `${p.step.toString(16).toUpperCase()}:${p.sequence.toString(16).toUpperCase()}`;
}

/** Reads `1A3:7` or `1A3` (sequence 0), any case; undefined when it is not a position. */
export function parsePosition(text: string): Position | undefined {
  const m = /^\s*(?:0x)?([0-9a-f]{1,13})(?::([0-9a-f]{1,8}))?\s*$/i.exec(text);
  return m ? { step: Number.parseInt(m[1], 16), sequence: m[2] ? Number.parseInt(m[2], 16) : 0 } : undefined;
}

export function comparePositions(a: Position, b: Position): number {
  return a.step - b.step || a.sequence - b.sequence;
}
