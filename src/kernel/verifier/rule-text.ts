import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';

/** Name of a rule as a string in nonpaged pool, which its bug check points to: the machine stops, so it needs no end. */
export function ruleText(k: Kernel, name: string): Addr {
  const at = k.pool.allocate('nonpaged', name.length + 1, 'VfRl');
  if (at !== 0) k.mem.writeAnsi(at, name, true);
  return at;
}
