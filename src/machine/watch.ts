// Data breakpoints: ranges of linear memory whose pages carry Deny.Watch, so that only accesses to these pages take the slow path.
// They belong to the debugger, not to the simulated state: checkpoints leave the bit out and a restore puts it back.
import { DENY_TABLE, Deny, MEMORY_SIZE, PAGE_SHIFT, PAGE_SIZE } from './abi.js';

export interface Watch {
  readonly offset: number;
  readonly size: number;
  readonly onRead: boolean;
  readonly onWrite: boolean;
}

/** An access that touched a watch. The step that did it has been completed when the machine stops. */
export interface WatchHit {
  readonly watch: Watch;
  readonly offset: number;
  readonly size: number;
  readonly write: boolean;
  /** Global number of the step that did it (of the call, when a kernel routine did it), -1 when it is not known. */
  readonly step: number;
}

export class WatchList {
  private list: Watch[] = [];
  /** First hit since `take`. */
  private pending: WatchHit | undefined;
  /** Set while somebody only asks. */
  paused = false;
  /** Step whose access is being looked at, set by the machine; -1: an access of a routine. */
  step = -1;
  /** Called at a hit (the machine ends the slice after the present step). Answers the step when only the machine knows it. */
  onHit: (() => number) | undefined;

  constructor(private readonly deny: Uint8Array) {}

  get watches(): readonly Watch[] {
    return this.list;
  }

  /** Replaces all watches. */
  set(watches: readonly Watch[]): void {
    for (const w of this.list) this.bits(w, false);
    this.list = [...watches];
    this.apply();
  }

  /** Puts the page bits back (after a restore wrote the deny table). */
  apply(): void {
    for (const w of this.list) this.bits(w, true);
  }

  note(offset: number, size: number, write: boolean): void {
    if (this.paused || this.pending) return;
    for (const w of this.list) {
      if (offset < w.offset + w.size && w.offset < offset + size && (write ? w.onWrite : w.onRead)) {
        const outer = this.onHit?.() ?? -1;
        this.pending = { watch: w, offset, size, write, step: this.step >= 0 ? this.step : outer };
        return;
      }
    }
  }

  /** The hit that stopped the machine, if any; forgets it. */
  take(): WatchHit | undefined {
    const hit = this.pending;
    this.pending = undefined;
    return hit;
  }

  private bits(w: Watch, on: boolean): void {
    const end = Math.min(w.offset + w.size, MEMORY_SIZE);
    for (let p = w.offset >>> PAGE_SHIFT; p * PAGE_SIZE < end; p++) {
      if (on) this.deny[p] |= Deny.Watch;
      else this.deny[p] &= ~Deny.Watch;
    }
  }
}

/** True for offsets inside the deny table (used by the checkpoint to mask the watch bit). */
export const isDenyPage = (page: number): boolean =>
  page * PAGE_SIZE >= DENY_TABLE && page * PAGE_SIZE < DENY_TABLE + (MEMORY_SIZE >>> PAGE_SHIFT);
