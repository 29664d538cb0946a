// counted-string at run time: the buffer of a counted string that the callback got is given to a routine that looks for a terminator. The kernel gives these
// strings none (their buffers end with the last character), so that reading on is a fault and no luck.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { PS_CREATE_NOTIFY_INFO, UNICODE_STRING, VF_INVOCATION } from '../layouts.gen.js';
import { CallbackKind } from '../ob/callback-kind.js';
import type { EntryCheck } from './check.js';
import { callbackName, report } from './finding.js';
import { kindWord } from './invocation.js';

interface Counted {
  readonly name: string;
  readonly string: Addr;
}

function countedStrings(k: Kernel, invocation: Addr): Counted[] {
  const info = k.mem.ptr(invocation + VF_INVOCATION.Info);
  if (info === 0) return [];
  if (k.mem.u32(invocation + VF_INVOCATION.Kind) === CallbackKind.Image) return [{ name: 'FullImageName', string: info }];
  return (['ImageFileName', 'CommandLine'] as const)
    .map((n) => ({ name: `CreateInfo->${n}`, string: k.mem.ptr(info + PS_CREATE_NOTIFY_INFO[n]) }))
    .filter((s) => s.string !== 0);
}

/** Arguments (by position) of these routines are read up to a terminator. */
const TERMINATED: Readonly<Record<string, readonly number[]>> = {
  wcslen: [0],
  wcscpy: [1],
  wcscat: [0, 1],
  wcscmp: [0, 1],
  _wcsicmp: [0, 1],
  wcsstr: [0, 1],
  wcschr: [0],
  wcsrchr: [0],
  wcsspn: [0, 1],
  wcscspn: [0, 1],
  wcspbrk: [0, 1],
  wcstok: [0],
  _wcslwr: [0],
  _wcsupr: [0],
  wcscpy_s: [2],
  wcscat_s: [2],
  _wtoi: [0],
  _wtol: [0],
  wcstol: [0],
  wcstoul: [0],
  RtlInitUnicodeString: [1],
  RtlInitUnicodeStringEx: [1],
  RtlCreateUnicodeString: [1],
};

export const checks: EntryCheck[] = [
  {
    routines: Object.keys(TERMINATED),
    check(k, f, invocation, name) {
      for (const s of countedStrings(k, invocation)) {
        const buffer = k.mem.ptr(s.string + UNICODE_STRING.Buffer);
        const end = buffer + k.mem.u16(s.string + UNICODE_STRING.Length);
        if (buffer === 0 || !TERMINATED[name].some((i) => f.ptr(i) >= buffer && f.ptr(i) < end)) continue;
        report(k, {
          rule: 'counted-string',
          severity: 'error',
          text: `${callbackName(k, invocation)} gives the buffer of ${s.name} to ${name} in ${kindWord(k, invocation)} callback: a UNICODE_STRING need not be terminated, only Length counts`,
          frame: f.fp,
          invocation,
        });
        return;
      }
    },
  },
];
