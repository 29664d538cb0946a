// Who holds a lock that does not name its owner (push locks, reader/writer spin locks, queued spin locks), and when any lock was taken: from the acquire and release
// events up to the present moment. The trace is read forward once; going back in time, or onto another branch, starts again.
import type { Addr } from '../../machine/abi.js';
import type { Trace } from '../../trace/trace.js';

export type LockKind = 'spin' | 'fastmutex' | 'pushlock' | 'mutex' | 'resource';

export interface Hold {
  readonly thread: Addr;
  /** Index of the acquire event. */
  readonly event: number;
  readonly shared: boolean;
}
export interface LockRecord {
  readonly address: Addr;
  readonly kind: LockKind;
  readonly holds: Hold[];
  /** The last release. */
  released?: { readonly thread: Addr; readonly event: number };
}

const EVENT = /^(?:ke|ex)\.(spin|mutex|fastmutex|pushlock|resource)\.(acquire|release|abandoned)$/;
/** Kinds of the trace as this file last saw them: looked up for each event, so kept. */
type Known = { readonly kind: LockKind; readonly acquire: boolean } | undefined;

export class LockHistory {
  private locks = new Map<Addr, LockRecord>();
  private upTo = 0;
  private hash = '';
  private readonly kinds = new Map<string, Known>();

  constructor(private readonly trace: Trace) {}

  /** Every lock that was ever taken, as it is now. */
  all(): ReadonlyMap<Addr, LockRecord> {
    this.catchUp();
    return this.locks;
  }
  of(lock: Addr): LockRecord | undefined {
    this.catchUp();
    return this.locks.get(lock);
  }

  private catchUp(): void {
    const { trace } = this;
    const same =
      this.upTo >= trace.begin && this.upTo <= trace.cursor && (this.upTo === trace.begin || trace.hash(this.upTo) === this.hash);
    if (!same || this.upTo === trace.begin) {
      this.locks = new Map();
      this.upTo = trace.begin;
    }
    for (; this.upTo < trace.cursor; this.upTo++) this.see(this.upTo);
    this.hash = trace.hash(this.upTo);
  }

  private known(kind: string): Known {
    if (this.kinds.has(kind)) return this.kinds.get(kind);
    const m = EVENT.exec(kind);
    const known = m ? { kind: m[1] as LockKind, acquire: m[2] === 'acquire' } : undefined;
    this.kinds.set(kind, known);
    return known;
  }

  private see(i: number): void {
    const known = this.known(this.trace.kind(i));
    if (!known) return;
    const data = this.trace.data(i);
    const address = Number(data.lock ?? data.mutex ?? data.resource ?? 0);
    if (address === 0) return;
    const thread = Number(data.thread ?? this.trace.thread(i));
    let r = this.locks.get(address);
    if (!r || r.kind !== known.kind) this.locks.set(address, (r = { address, kind: known.kind, holds: [] }));
    if (known.acquire) {
      r.holds.push({ thread, event: i, shared: data.exclusive === 0 });
      return;
    }
    const at = r.holds.map((h) => h.thread).lastIndexOf(thread);
    if (at >= 0) r.holds.splice(at, 1);
    else r.holds.pop();
    r.released = { thread, event: i };
  }
}
