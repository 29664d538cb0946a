// optional-member at run time: a NULL dereference in a callback, told as the member that the documentation allows to be NULL.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { PS_CREATE_NOTIFY_INFO, UNICODE_STRING, VF_INVOCATION } from '../layouts.gen.js';
import { CallbackKind } from '../ob/callback-kind.js';
import { callbackName, report } from './finding.js';
import { currentInvocation, kindWord } from './invocation.js';
import { entryRuns, tooEarly } from './registered-too-early.js';

const memberAt = (layout: Readonly<Record<string, number>>, offset: number): string =>
  Object.entries(layout).find(([name, at]) => name !== 'sizeof' && at === offset)?.[0] ?? `offset ${offset}`;

/** Which NULL it was, as far as the invocation's arguments tell. */
function culprit(k: Kernel, invocation: Addr, address: number): string | undefined {
  if (k.mem.u32(invocation + VF_INVOCATION.HasInfo) === 0) return undefined;
  const info = k.mem.ptr(invocation + VF_INVOCATION.Info);
  if (k.mem.u32(invocation + VF_INVOCATION.Kind) === CallbackKind.Image)
    return info === 0 && address < UNICODE_STRING.sizeof ? `FullImageName (reads its ${memberAt(UNICODE_STRING, address)})` : undefined;
  if (info === 0)
    return address < PS_CREATE_NOTIFY_INFO.sizeof
      ? `CreateInfo, which is NULL when the process ends (reads its ${memberAt(PS_CREATE_NOTIFY_INFO, address)})`
      : undefined;
  if (address >= UNICODE_STRING.sizeof) return undefined;
  const absent = (['CommandLine', 'ImageFileName'] as const).filter((n) => k.mem.ptr(info + PS_CREATE_NOTIFY_INFO[n]) === 0);
  return absent.length === 0
    ? undefined
    : `CreateInfo->${absent.join(' or CreateInfo->')} (reads its ${memberAt(UNICODE_STRING, address)})`;
}

/** A fault near address 0 that ends in a bug check. `frame`: where it happened. */
export function nullDereference(k: Kernel, address: Addr, frame: number): void {
  if (address < 0 || address >= 0x10000) return;
  const invocation = currentInvocation(k);
  if (invocation === 0) return;
  const what = culprit(k, invocation, address);
  if (what !== undefined)
    report(k, {
      rule: 'optional-member',
      severity: 'error',
      text: `${callbackName(k, invocation)} dereferences the NULL pointer ${what} in ${kindWord(k, invocation)} callback: test it before use`,
      frame,
      invocation,
    });
  else if (entryRuns(k, invocation)) tooEarly(k, invocation, 'dereferences a pointer that is still NULL', frame);
}
