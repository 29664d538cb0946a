// What the annotations of a DDI's declaration mean, in words. The header is the contract: the same text drives the run-time checks and the rules.
import type { FunctionSymbol, SalAnnotation } from '../c/tree.js';
import { typeToString } from '../c/type-names.js';
import type { Parameter } from '../c/types.js';

/** Annotations without arguments that matter to a driver writer. */
const PLAIN: Readonly<Record<string, string>> = {
  _Interlock_pageable_: 'Pageable: its code may be paged out, so it must not be called at DISPATCH_LEVEL or above.',
  _Interlock_blocks_: 'May block: the calling thread can wait in it.',
  _Interlock_registry_: 'Registry call: registry callbacks and other drivers run inside it.',
  _Interlock_file_: 'File operation: file systems and filters run inside it, and it can be slow.',
  _Interlock_ipc_: 'Interprocess communication: waits for another process.',
  _Interlock_calls_user_mode_: 'Calls a user-mode service.',
  _Must_inspect_result_: 'The result must be looked at.',
  _IRQL_requires_same_: 'Returns at the IRQL it was called at.',
  _IRQL_saves_: 'Answers the IRQL from before, to be restored later.',
  _IRQL_saves_global_: 'Keeps the IRQL from before in the object.',
  _Ret_maybenull_: 'The result can be NULL.',
};

/** Annotations whose arguments are said. */
const WITH_ARGUMENTS: Readonly<Record<string, (args: readonly string[]) => string>> = {
  _IRQL_requires_max_: ([level]) => `IRQL: at most ${levelName(level)}.`,
  _IRQL_requires_min_: ([level]) => `IRQL: at least ${levelName(level)}.`,
  _IRQL_requires_: ([level]) => `IRQL: exactly ${levelName(level)}.`,
  _IRQL_raises_: ([level]) => `Raises the IRQL to ${levelName(level)}.`,
  _Acquires_lock_: ([lock]) => `Acquires ${lockName(lock)}.`,
  _Releases_lock_: ([lock]) => `Releases ${lockName(lock)}.`,
  _Requires_lock_held_: ([lock]) => `${lockName(lock)} must be held.`,
  _Acquires_shared_lock_: ([lock]) => `Acquires ${lockName(lock)} shared.`,
  _Acquires_exclusive_lock_: ([lock]) => `Acquires ${lockName(lock)} exclusively.`,
  _Releases_shared_lock_: ([lock]) => `Releases ${lockName(lock)} (held shared).`,
  _Releases_exclusive_lock_: ([lock]) => `Releases ${lockName(lock)} (held exclusively).`,
};

/** The preprocessor has replaced the names of the levels by their values (x64). */
const LEVELS: Readonly<Record<string, string>> = {
  '0': 'PASSIVE_LEVEL',
  '1': 'APC_LEVEL',
  '2': 'DISPATCH_LEVEL',
  '12': 'SYNCH_LEVEL',
  '13': 'CLOCK_LEVEL',
  '14': 'IPI_LEVEL',
  '15': 'HIGH_LEVEL',
};
/** `2` -> `DISPATCH_LEVEL`; other text stays. */
export const levelName = (level: string): string => LEVELS[level.replace(/^\((.*)\)$/, '$1').trim()] ?? level;

function lockName(lock: string | undefined): string {
  if (lock === '_Global_critical_region_') return 'a critical region (normal kernel APCs are off)';
  return lock === undefined ? 'a lock' : `\`${lock}\``;
}

/** One sentence for each annotation that says something about calling the function. */
export function annotationWords(sal: readonly SalAnnotation[]): string[] {
  const out = new Set<string>();
  for (const a of sal) {
    const words = sentence(a.name, a.args);
    if (words) out.add(words);
  }
  return [...out];
}

function sentence(name: string, args: readonly string[]): string | undefined {
  if (name === '_When_' && args.length >= 2) {
    const inner = /^\s*(\w+)\s*(?:\((.*)\))?\s*$/s.exec(args.slice(1).join(', '));
    const words = inner ? sentence(inner[1], inner[2] === undefined ? [] : [inner[2].trim()]) : undefined;
    return words && `When \`${condition(args[0])}\`: ${words}`;
  }
  if (Object.hasOwn(PLAIN, name)) return PLAIN[name];
  return Object.hasOwn(WITH_ARGUMENTS, name) && args.length > 0 ? WITH_ARGUMENTS[name](args) : undefined;
}

/** A condition as one would write it: the preprocessor has replaced NULL. */
function condition(text: string): string {
  const plain = text
    .trim()
    .replaceAll('((void *)0)', 'NULL')
    .replace(/\s*(==|!=|&&|\|\|)\s*/g, ' $1 ');
  return /^\([^()]*\)$/.test(plain) ? plain.slice(1, -1) : plain;
}

/** The declaration as C text, one parameter a line when there are several. */
export function signature(f: FunctionSymbol): string {
  const { returns, params, variadic, unprototyped } = f.type;
  const list = params.map(parameterText);
  if (variadic) list.push('...');
  const inside = list.length > 1 ? `\n    ${list.join(',\n    ')}\n` : list.length || unprototyped ? list.join('') : 'void';
  return `${f.linkage === 'internal' ? 'static ' : ''}${typeToString(returns, `${f.name}(${inside})`)};`;
}

function parameterText(p: Parameter): string {
  const sal = p.sal.map((a) => (a.args.length ? `${a.name}(${a.args.join(', ')})` : a.name)).join(' ');
  return `${sal === '' ? '' : `${sal} `}${typeToString(p.type, p.name ?? '')}`;
}
