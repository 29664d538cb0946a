// The kernel's variables by name, in both directions: `nt!PsActiveProcessHead` is an address, and an address in the kernel's data has a name.
import { CM_GLOBALS, IO_GLOBALS, KE_GLOBALS, MM_GLOBALS, OB_GLOBALS, PS_GLOBALS } from '../../kernel/layouts.gen.js';
import { GLOBALS, type GlobalsName } from '../../kernel/nt-layout.js';
import type { Addr } from '../../machine/abi.js';

const LAYOUTS: readonly (readonly [GlobalsName, Readonly<Record<string, number>>])[] = [
  ['KE', KE_GLOBALS],
  ['PS', PS_GLOBALS],
  ['OB', OB_GLOBALS],
  ['IO', IO_GLOBALS],
  ['CM', CM_GLOBALS],
  ['MM', MM_GLOBALS],
];

interface Variable {
  readonly name: string;
  readonly address: Addr;
  /** First address behind it. */
  readonly end: Addr;
}

const variables: readonly Variable[] = LAYOUTS.flatMap(([part, layout]) => {
  const fields = Object.entries(layout)
    .filter(([name]) => name !== 'sizeof')
    .sort((a, b) => a[1] - b[1]);
  return fields.map(([name, offset], i) => ({
    name,
    address: GLOBALS[part] + offset,
    end: GLOBALS[part] + (fields[i + 1]?.[1] ?? layout.sizeof),
  }));
});
const byName = new Map(variables.map((v) => [v.name.toLowerCase(), v]));

export const ntVariableNames = (): string[] => variables.map((v) => v.name);
export const ntVariable = (name: string): Addr | undefined => byName.get(name.toLowerCase())?.address;
/** `nt!ReaperEvent`, `nt!WorkQueue+0x48`. */
export function ntVariableAt(a: Addr): string | undefined {
  const v = variables.find((x) => a >= x.address && a < x.end);
  return v && `nt!${v.name}${a === v.address ? '' : `+0x${(a - v.address).toString(16)}`}`;
}
