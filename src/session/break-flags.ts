// The break bytes of the machine, counted: a byte is set while a breakpoint or the present stepping operation wants it. They lie in host-only memory,
// so setting them changes nothing that the simulated machine can see.
export class BreakFlags {
  private readonly wanted = new Map<number, number>();
  private temporary = new Set<number>();
  /** While the recorded run is looked through: the only bytes that are set. */
  private replacement: Set<number> | undefined;

  constructor(private readonly write: (step: number, on: boolean) => void) {}

  add(step: number): void {
    const n = this.wanted.get(step) ?? 0;
    this.wanted.set(step, n + 1);
    if (n === 0) this.set(step, true);
  }
  remove(step: number): void {
    const n = (this.wanted.get(step) ?? 0) - 1;
    if (n > 0) this.wanted.set(step, n);
    else if (this.wanted.delete(step)) this.set(step, false);
  }
  /** Sets these bytes and no others; undefined sets the wanted ones again. */
  replace(steps: Iterable<number> | undefined): void {
    for (const s of this.replacement ?? this.wanted.keys()) this.write(s, false);
    this.replacement = steps && new Set(steps);
    for (const s of this.replacement ?? this.wanted.keys()) this.write(s, true);
  }
  private set(step: number, on: boolean): void {
    if (!this.replacement) this.write(step, on);
  }
  /** Replaces the temporary bytes of the last stepping operation. */
  setTemporary(steps: Iterable<number>): void {
    const next = new Set(steps);
    for (const s of next) if (!this.temporary.has(s)) this.add(s);
    for (const s of this.temporary) if (!next.has(s)) this.remove(s);
    this.temporary = next;
  }
}
