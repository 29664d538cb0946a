// What Driver Verifier stops at when a driver that is unloaded leaves something behind (reference: bugchecks 8, 0x60-0x62 and 0xDA-0xDD). Everything that it leaves
// is reported in any case (io/leaks.ts); the stop comes after that report, where somebody asked for the option.
import type { Addr, Status } from '../../machine/abi.js';
import { ETW_TAG } from '../etw/provider.js';
import { forgottenPool } from '../io/leaks.js';
import type { Kernel } from '../kernel.js';
import { ETWP_REGISTRATION, LDR_DATA_TABLE_ENTRY } from '../layouts.gen.js';

/** `module`: LDR_DATA_TABLE_ENTRY of the driver. */
export function checkUnload(k: Kernel, module: Addr, driver: string): Status | undefined {
  if (!k.asked()) return undefined;
  const base = k.mem.ptr(module + LDR_DATA_TABLE_ENTRY.DllBase);
  const end = base + k.mem.u32(module + LDR_DATA_TABLE_ENTRY.SizeOfImage);
  const provider = k.pool.live(base, end).find((b) => b.tag === ETW_TAG);
  if (provider) {
    const text = `driver ${driver} is unloaded without EtwUnregister of the provider registered at ${provider.site}`;
    const stop = k.violation(0xdd, k.mem.ptr(provider.address + ETWP_REGISTRATION.Caller), base, provider.address, text);
    if (stop !== undefined) return stop;
  }
  const forgotten = k.asked('pool-tracking') ? forgottenPool(k, base, end) : [];
  if (forgotten.length === 0) return undefined;
  const first = `${forgotten[0].bytes} bytes, tag '${forgotten[0].tag}', allocated at ${forgotten[0].site}`;
  const text = `driver ${driver} is unloaded with ${forgotten.length} pool allocation${forgotten.length === 1 ? '' : 's'} not freed: ${first}${forgotten.length === 1 ? '' : ' ...'}`;
  return k.violation(0x62, module + LDR_DATA_TABLE_ENTRY.BaseDllName, 0, forgotten.length, text);
}
