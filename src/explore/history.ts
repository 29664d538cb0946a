// What a verdict looks at and the memory does not hold: output, findings, counted calls, leaks. Summed up as a number, so that two orders that came to the same
// memory in different ways are told apart when it matters, and only then.

import { Hash64 } from '../trace/hash.js';
import type { Trace } from '../trace/trace.js';

/** Kinds of events that reports count or show, with the values that do not depend on the moment. */
const COUNTED: Readonly<Record<string, readonly string[] | undefined>> = {
  'ke.output': ['text'],
  'um.output': ['text'],
  'ps.callback-enter': ['kind', 'routine'],
  'io.driver-entry': ['routine'],
  'io.driver-unload': ['routine'],
  'io.dispatch': ['routine'],
  'io.work-item': ['routine'],
  'ke.dpc.start': ['routine'],
  'io.driver-entry-return': ['status'],
  'io.unloaded': ['driver'],
  'io.no-unload': ['driver'],
  'io.unload-pending': ['driver'],
  'io.leak': ['kind', 'text'],
  'ps.process-create': ['process'],
  'ps.process-exit': ['process', 'status'],
  'ps.user-exception': ['process', 'code', 'where'],
  'ps.veto-overwritten': ['routine'],
  'ob.access-added': ['routine'],
  'verifier.finding': ['id', 'text'],
  'io.status-mismatch': ['returned', 'completed'],
  'io.not-completed': ['status'],
  'io.hard-error': ['status', 'text', 'shown'],
  'io.completed-pending': [],
  'io.information-too-large': ['information', 'length'],
};

/** The event's share of the sum; 0 for events that no verdict looks at. */
export function historyOf(trace: Trace, index: number): number {
  const kind = trace.kind(index);
  const names = COUNTED[kind];
  if (!names) return 0;
  const h = new Hash64();
  h.text(kind);
  const data = trace.data(index);
  for (const n of names) h.text(String(data[n]));
  return h.a ^ h.b;
}
