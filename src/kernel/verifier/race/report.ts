// A race in words: the variable, both accesses with thread, place and locks held, once for each pair of places.

import { formatRange } from '../../../base/source.js';
import { sizeOf } from '../../../c/layout.js';
import type { CType } from '../../../c/types.js';
import { type Addr, KERNEL_BASE, MAP, toAddress } from '../../../machine/abi.js';
import { frameAt } from '../../../machine/walk.js';
import { hex } from '../../ke/dispatcher.js';
import { describeThread } from '../../ke/waiters.js';
import type { Kernel } from '../../kernel.js';
import { report } from '../finding.js';
import { type Access, Manner } from './accesses.js';
import { type Clocks, cpuKey } from './clocks.js';

export interface Race {
  /** Offset of the granule. */
  readonly offset: number;
  readonly before: Access;
  readonly now: Access;
  readonly severity: 'warning' | 'information';
  /** Frame of the later access. */
  readonly fp: number;
}

const MAX_LINES = 16;

export function reportRace(k: Kernel, clocks: Clocks, r: Race): void {
  const { before, now } = r;
  const common = before.bytes & now.bytes;
  const what = describePlace(k, r.offset + (31 - Math.clz32(common & -common)));
  const text =
    `${what} is ${verb(now)} by ${who(k, clocks, now)} (${locks(k, clocks, now)}) and ${verb(before)} by ${who(k, clocks, before)} ` +
    `at ${placeOf(k, before.site)} (${locks(k, clocks, before)}), and nothing orders the two`;
  const [a, b] = before.site < now.site ? [before, now] : [now, before];
  report(k, {
    rule: 'data-race',
    severity: r.severity,
    text,
    site: now.site,
    once: { key: `data-race ${r.severity} ${a.site} ${a.write} ${b.write}`, site: b.site },
    stack: stackOf(k, now.site, r.fp),
  });
}

function verb(a: Access): string {
  const how = a.manner === Manner.Atomic ? 'interlocked ' : a.manner === Manner.Volatile ? 'volatile ' : '';
  return `${a.write ? 'written' : 'read'}${how === '' ? '' : ` (${how.trim()})`}`;
}

function who(k: Kernel, clocks: Clocks, a: Access): string {
  const key = clocks.keyOf(a.strand);
  for (let cpu = 0; cpu < k.config.cpus; cpu++) if (key === cpuKey(cpu)) return `a DPC or interrupt on CPU ${cpu}`;
  return describeThread(k, key);
}

function locks(k: Kernel, clocks: Clocks, a: Access): string {
  const list = clocks.locksAt(a.strand, a.clock);
  return list.length === 0 ? 'no lock held' : `holding ${list.map((l) => describePlace(k, l - KERNEL_BASE, true)).join(', ')}`;
}

function placeOf(k: Kernel, site: number): string {
  const at = k.machine.stepInfo(site);
  return at ? `${formatRange(at.step.range)} (${at.function.name})` : 'a place that is not known';
}

function stackOf(k: Kernel, site: number, fp: number): string[] {
  const lines = [placeLine(k, site)];
  for (let at = k.machine.headers.prev(fp), n = 0; at > 0 && n < MAX_LINES; at = k.machine.headers.prev(at), n++) {
    const frame = frameAt(k.machine, at);
    if (!frame) break;
    if (frame.kind === 'compiled' && frame.step) lines.push(`${frame.name} (${formatRange(frame.step.range)})`);
    else if (frame.kind === 'routine') {
      lines.push(frame.name.includes('!') ? frame.name : `nt!${frame.name}`);
      break;
    }
  }
  return lines;
}

function placeLine(k: Kernel, site: number): string {
  const at = k.machine.stepInfo(site);
  return at ? `${at.function.name} (${formatRange(at.step.range)})` : '';
}

/** `driver!g_Table.count`, `pool block 'abcd' + 0x10`, `the stack of THREAD + ...`, or the address. */
export function describePlace(k: Kernel, offset: number, whole = false): string {
  const image = k.machine.images.images.find((i) => i.mode === 'kernel' && offset >= i.start && offset < i.end);
  const g = image?.globals.find((v) => offset >= v.offset && offset < v.offset + Math.max(1, v.size));
  if (image && g) return `${image.name}!${g.symbol.name}${fieldPath(g.symbol.type, offset - g.offset, whole)}`;
  const address: Addr = toAddress(offset);
  if (offset >= MAP.pool.start && offset < MAP.pool.end) {
    const block = k.pool.describe(address);
    if (block) return `offset 0x${(address - block.address).toString(16)} of ${block.text}`;
  }
  if (offset >= MAP.stacks.start && offset < MAP.stacks.end) return `a local variable on a kernel stack (${hex(address)})`;
  return `the memory at ${hex(address)}`;
}

/** `.name[3].field` of the byte at an offset in an object; a remainder as `+0x2`. `whole`: the object that begins there, not its first field. */
export function fieldPath(type: CType, offset: number, whole = false): string {
  let path = '';
  let t = type;
  let rest = offset;
  for (let n = 0; n < 16; n++) {
    if (t.kind === 'array') {
      const size = sizeOf(t.element);
      if (!size) break;
      path += `[${Math.floor(rest / size)}]`;
      rest %= size;
      t = t.element;
      continue;
    }
    if (t.kind !== 'record' || (whole && rest === 0)) break;
    const field = t.decl.fields?.find((f) => rest >= f.offset && rest < f.offset + Math.max(1, sizeOf(f.type) ?? 1));
    if (!field) break;
    if (field.name) path += `.${field.name}`;
    rest -= field.offset;
    t = field.type;
  }
  return rest > 0 && t.kind !== 'int' && t.kind !== 'pointer' ? `${path}+0x${rest.toString(16)}` : path;
}
