// Completion in the debug console: names of commands, their options and what each of them knows (types, fields, process and thread IDs), and for C expressions the
// variables in reach and the members of what stands before a `.` or `->`.

import { memberNames } from '../../c/layout.js';
import type { CType } from '../../c/types.js';
import { EvaluationError, type Value } from '../../machine/inspect/value.js';
import { splitArguments } from './arguments.js';
import type { CommandContext, CompletionItem } from './command.js';
import { byName, commands } from './commands.js';

export interface Completion extends CompletionItem {
  /** Offset in the text of what is replaced, up to the cursor. */
  readonly start: number;
}

/** A name in reach with its type. */
export interface NamedVariable {
  readonly name: string;
  readonly type: string;
}

const LIMIT = 1000;

/** `cursor`: offset in the text. `variables`: those in reach, innermost first. Nothing here throws for bad text. */
export function complete(c: CommandContext, text: string, cursor: number, variables: readonly NamedVariable[]): Completion[] {
  const before = text.slice(0, Math.max(0, Math.min(cursor, text.length)));
  const lead = before.length - before.trimStart().length;
  const typed = before.slice(lead);
  const head = /^(~|[!.]?\w+)/.exec(typed)?.[0] ?? '';
  const command = byName.get(head);
  const inArguments = command !== undefined && (head === '~' || /\s/.test(typed[head.length] ?? ''));
  let found: Completion[];
  if (inArguments) {
    const rest = typed.slice(head.length);
    const args = splitArguments(rest);
    if (/\s$/.test(rest) || rest === '') args.push('');
    const word = args[args.length - 1];
    const start = cursor - word.length;
    const options: CompletionItem[] = (command.options ?? []).map((o) => ({ text: o.text, detail: o.detail, kind: 'option' }));
    found = [...options, ...(safely(() => command.complete?.(c, args)) ?? [])].map((x) => ({ ...x, start }));
    found = matching(found, word);
    // addresses may be expressions
    if (!word.startsWith('-')) found.push(...expression(c, before, cursor, variables));
  } else {
    const names = commands.flatMap((x) =>
      x.names.slice(0, 1).map((text): Completion => ({ text, kind: 'command', detail: x.summary, start: lead })),
    );
    found = /^(~|[!.]?\w*)$/.test(typed) ? matching(names, typed) : [];
    found.push(...expression(c, before, cursor, variables));
  }
  const seen = new Set<string>();
  return found.filter((x) => !seen.has(`${x.start} ${x.text}`) && seen.add(`${x.start} ${x.text}`)).slice(0, LIMIT);
}

function matching(list: readonly Completion[], word: string): Completion[] {
  const w = word.toLowerCase();
  // `_KTH` finds `nt!_KTHREAD` too
  return list.filter((x) => {
    const t = x.text.toLowerCase();
    return t.startsWith(w) || t.replace(/^.*!/, '').startsWith(w) || t.replace(/^.*!_?/, '').startsWith(w);
  });
}

function safely<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (e) {
    if (e instanceof EvaluationError) return undefined;
    throw e;
  }
}

function expression(c: CommandContext, before: string, cursor: number, variables: readonly NamedVariable[]): Completion[] {
  const member = /((?:\w|->|\.|\[[^[\]]*\])*\w|\w[\w.]*\])(?:\.|->)(\w*)$/.exec(before);
  if (member) {
    const value = safely(() => c.evaluate(member[1]));
    const record = value && recordOf(value);
    if (!record) return [];
    const start = cursor - member[2].length;
    return memberNames(record.decl)
      .filter((n) => n.toLowerCase().startsWith(member[2].toLowerCase()))
      .map((text) => ({ text, kind: 'field', start }));
  }
  const word = /(?:^|[^\w!.])([A-Za-z_]\w*)?$/.exec(before);
  if (!word) return [];
  const w = (word[1] ?? '').toLowerCase();
  return variables
    .filter((v) => v.name.toLowerCase().startsWith(w))
    .map((v) => ({ text: v.name, detail: v.type, kind: 'variable', start: cursor - w.length }));
}

function recordOf(v: Value): Extract<CType, { kind: 'record' }> | undefined {
  const t = v.type.kind === 'pointer' ? v.type.target : v.type;
  return t.kind === 'record' ? t : undefined;
}
