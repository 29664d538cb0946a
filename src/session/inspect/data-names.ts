// Names of kernel objects inside variables: `driver!g_Shared.Lock` instead of `driver!g_Shared+0x10`.
import { sizeOf } from '../../c/layout.js';
import type { CType } from '../../c/types.js';
import { type Addr, KERNEL_BASE } from '../../machine/abi.js';
import type { MachineView } from './machine-view.js';

/** Types that threads wait for or hold: a path ends at one of these. */
const OBJECTS = new Set(
  (
    'KSPIN_LOCK EX_SPIN_LOCK FAST_MUTEX KGUARDED_MUTEX KMUTEX KMUTANT ERESOURCE EX_PUSH_LOCK KEVENT KSEMAPHORE KTIMER KDPC KQUEUE KGATE ' +
    'EX_RUNDOWN_REF IO_REMOVE_LOCK WORK_QUEUE_ITEM'
  ).split(' '),
);
const DEPTH = 8;

export const typeNameOf = (t: CType): string =>
  t.alias ?? (t.kind === 'record' ? (t.decl.tag ?? t.decl.typedefName ?? '').replace(/^_/, '') : '');

/** `.Lock`, `[2].Queue.Event`: the object at an offset of a type; undefined when none begins there. */
function objectPath(t: CType, offset: number, depth: number): string | undefined {
  if (offset === 0 && OBJECTS.has(typeNameOf(t))) return '';
  if (depth === 0) return undefined;
  if (t.kind === 'array') {
    const size = sizeOf(t.element);
    const i = size > 0 ? Math.floor(offset / size) : 0;
    const rest = objectPath(t.element, offset - i * size, depth - 1);
    return rest === undefined ? undefined : `[${i}]${rest}`;
  }
  if (t.kind !== 'record') return undefined;
  for (const f of t.decl.fields) {
    if (offset < f.offset || offset >= f.offset + Math.max(1, sizeOf(f.type))) continue;
    const rest = objectPath(f.type, offset - f.offset, depth - 1);
    if (rest !== undefined) return f.name === undefined ? rest : `.${f.name}${rest}`;
  }
  return undefined;
}

/** Name of the object at an address in a variable of a driver. */
export function dataName(v: MachineView, a: Addr): string | undefined {
  const found = v.globalAt(a);
  if (!found) return undefined;
  const { image, global } = found;
  const path = objectPath(global.symbol.type, a - KERNEL_BASE - global.offset, DEPTH);
  return path === undefined ? undefined : `${image.name}!${global.symbol.name}${path}`;
}
