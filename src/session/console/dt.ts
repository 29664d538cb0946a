// dt: a type's layout, or what lies at an address as that type. `dt nt!_KTHREAD`, `dt nt!_KTHREAD addr`, `dt driver!TYPE field addr`, `dt variable`, `dt nt!_K*`.

import { nearest } from '../../base/nearest.js';
import { sizeOf } from '../../c/layout.js';
import type { CType, Field, RecordType } from '../../c/types.js';
import { EvaluationError, load, type TargetMemory } from '../../machine/inspect/value.js';
import { moduleNames } from './addresses.js';
import { parseNumber } from './arguments.js';
import { type Command, type CommandContext, type CompletionItem, misused } from './command.js';
import type { NamedType } from './kernel-types.js';
import { typeText, valueText } from './type-text.js';

const ELEMENTS = 16;
const LINES = 2000;
const NAMES = 200;
const NAME_WIDTH = 16;

interface Shape {
  readonly depth: number;
  readonly memory: TargetMemory;
  readonly context: CommandContext;
}

function run(c: CommandContext, args: readonly string[]): string {
  let depth = 0;
  const words: string[] = [];
  for (const a of args) {
    const r = /^-r([0-9]?)$/.exec(a);
    if (r) depth = r[1] === '' ? 1 : Number(r[1]);
    else if (/^-[bvc]$/.test(a)) depth = a === '-b' ? Math.max(depth, 9) : depth;
    else if (/^-/.test(a)) throw misused(dt, `there is no option '${a}'`);
    else words.push(a);
  }
  if (words.length === 0) throw misused(dt, 'the name of a type or variable is missing');
  const [first, ...rest] = words[0] === 'struct' || words[0] === 'union' || words[0] === 'enum' ? words.slice(1) : words;
  if (first === undefined) throw misused(dt, 'the name of a type is missing');
  if (first.includes('*')) return wildcard(c, first);
  const memory = c.view.target.memoryOf(c.thread === 0 ? 0 : c.view.processOf(c.thread));
  const shape: Shape = { depth, memory, context: c };
  const named = c.types.find(first);
  if (!named) return variable(c, first, rest, shape);
  const { fields, at } = fieldsAndAddress(c, named, rest);
  return show(named, fields, at, shape);
}

/** `dt g_State`: a variable or expression with its type. */
function variable(c: CommandContext, text: string, rest: readonly string[], shape: Shape): string {
  const module = /^(\w[\w.-]*)!(\w+)$/.exec(text);
  if (module) {
    const image = c.view.target.images.find((i) => i.name.toLowerCase() === module[1].toLowerCase());
    const g = image?.globals.find((x) => x.symbol.name === module[2]);
    if (!image || !g) throw unknown(c, text);
    const type = g.symbol.type;
    return show({ name: `${image.name}!${module[2]}`, type }, rest, c.address(text), shape);
  }
  let value: ReturnType<CommandContext['evaluate']>;
  try {
    value = c.evaluate(text);
  } catch (e) {
    if (e instanceof EvaluationError) throw unknown(c, text);
    throw e;
  }
  if (value.type.kind === 'pointer' && value.type.target.kind === 'record')
    return show({ name: typeText(value.type.target), type: value.type.target }, rest, c.address(text), shape);
  if (value.address === undefined) return `${typeText(value.type)} ${valueText(value, shape.memory, c.view.target)}`;
  const name = `${text} @ ${c.view.hex(value.address)} Type ${typeText(value.type)}`;
  return show({ name, type: value.type }, rest, value.address, shape);
}

function unknown(c: CommandContext, text: string): EvaluationError {
  const [module] = text.includes('!') ? text.split('!') : [undefined];
  if (module !== undefined && !c.types.hasModule(module))
    return new EvaluationError(`there is no module '${module}'; there are ${moduleNames(c.view).join(', ')}`);
  const word = text.replace(/^.*!/, '');
  const candidates = c.types.names(module).map((n) => n.replace(/^.*!/, ''));
  const near = nearest(word, candidates) ?? nearest(`_${word}`, candidates);
  return new EvaluationError(`'${text}' is no type and no variable${near ? `; did you mean ${near}?` : ''}`);
}

function wildcard(c: CommandContext, pattern: string): string {
  const [module, name] = pattern.includes('!') ? pattern.split('!') : [undefined, pattern];
  const expression = new RegExp(`^${name.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}$`, 'i');
  const all = c.types.names(module).filter((n) => expression.test(n.replace(/^.*!/, '')));
  if (!all.length) throw new EvaluationError(`no type matches '${pattern}'`);
  const cut = all.length > NAMES ? [...all.slice(0, NAMES), `... ${all.length - NAMES} more`] : all;
  return cut.map((n) => `          ${n}`).join('\n');
}

/** After the type come field names and an address in either order. */
function fieldsAndAddress(c: CommandContext, t: NamedType, rest: readonly string[]): { fields: string[]; at: number | undefined } {
  const fields: string[] = [];
  let at: number | undefined;
  const record = t.type.kind === 'record' ? t.type : undefined;
  for (const word of rest) {
    const isField = record !== undefined && matching(record, word).length > 0;
    if (isField && parseNumber(word) === undefined) fields.push(word);
    else if (at === undefined) {
      try {
        at = c.address(word);
      } catch (e) {
        if (!(e instanceof EvaluationError) || !record || !/^\w[\w.]*\*?$/.test(word)) throw e;
        const near = nearest(
          word,
          record.decl.fields.map((f) => f.name ?? ''),
        );
        throw new EvaluationError(`${t.name} has no field '${word}'${near ? `; did you mean ${near}?` : ''}`);
      }
    } else throw misused(dt, `'${word}' is neither a field of ${t.name} nor the only address`);
  }
  return { fields, at };
}

/** Members with anonymous structures and unions opened; offsets from the record's start. */
function members(t: RecordType, base = 0): Field[] {
  return t.decl.fields.flatMap((f) =>
    f.name === undefined ? (f.type.kind === 'record' ? members(f.type, base + f.offset) : []) : [{ ...f, offset: base + f.offset }],
  );
}

/** Fields whose name begins like a `prefix.` or is the word: `Header.Lock` goes into a field. */
function matching(t: RecordType, word: string): Field[] {
  const head = word.split('.')[0].toLowerCase();
  const exact = members(t).filter((f) => f.name?.toLowerCase() === head);
  return exact.length ? exact : head.endsWith('*') ? members(t).filter((f) => f.name?.toLowerCase().startsWith(head.slice(0, -1))) : [];
}

function show(t: NamedType, fields: readonly string[], at: number | undefined, shape: Shape): string {
  if (at !== undefined && sizeOf(t.type) > 0 && !shape.memory.read(at, 1))
    throw new EvaluationError(`memory at ${shape.context.view.hex(at)} cannot be read`);
  if (t.type.kind === 'enum')
    return at === undefined
      ? [`Enum ${t.name.replace(/^.*!/, '')}`, ...t.type.decl.members.map((m) => `   ${m.name} = 0n${m.value}`)].join('\n')
      : valueText(load(shape.memory, t.type, at), shape.memory, shape.context.view.target);
  if (t.type.kind !== 'record') {
    return at === undefined
      ? `${t.name} ${typeText(t.type)}`
      : `${typeText(t.type)} ${valueText(load(shape.memory, t.type, at), shape.memory, shape.context.view.target)}`;
  }
  const lines: string[] = [t.name];
  const chosen = fields.length ? fields.flatMap((f) => chosenField(t.type as RecordType, f)) : members(t.type);
  for (const f of chosen) line(f, at, 1, shape.depth, shape, lines);
  if (lines.length > LINES) return [...lines.slice(0, LINES), `... ${lines.length - LINES} more lines`].join('\n');
  return lines.join('\n');
}

/** `Header.SignalState`: offsets add up. */
function chosenField(t: RecordType, path: string): Field[] {
  const [, ...tail] = path.split('.');
  const found = matching(t, path);
  if (tail.length === 0) return found;
  // `Cid.`: what is in the field
  if (tail[0] === '')
    return found.flatMap((f) =>
      f.type.kind === 'record' ? members(f.type).map((m) => ({ ...m, name: `${f.name}.${m.name}`, offset: f.offset + m.offset })) : [f],
    );
  return found.flatMap((f) =>
    f.type.kind === 'record'
      ? chosenField(f.type, tail.join('.')).map((x) => ({ ...x, name: `${f.name}.${x.name}`, offset: x.offset + f.offset }))
      : [],
  );
}

function line(f: Field, base: number | undefined, indent: number, depth: number, shape: Shape, out: string[]): void {
  if (out.length > LINES) return;
  const at = base === undefined ? undefined : base + f.offset;
  const bits = f.bitWidth === undefined ? undefined : { offset: f.bitOffset ?? 0, width: f.bitWidth };
  const offset = `+0x${f.offset.toString(16).padStart(3, '0')}`;
  const value = at === undefined ? undefined : load(shape.memory, f.type, at, bits);
  const text = value
    ? valueText(value, shape.memory, shape.context.view.target)
    : bits
      ? `Pos ${bits.offset}, ${bits.width} Bit${bits.width === 1 ? '' : 's'}`
      : typeText(f.type);
  out.push(`${'   '.repeat(indent)}${offset} ${(f.name ?? '').padEnd(NAME_WIDTH)} : ${text}`);
  if (depth <= 0) return;
  if (f.type.kind === 'record') for (const m of members(f.type)) line(m, at, indent + 1, depth - 1, shape, out);
  else if (f.type.kind === 'array' && f.type.element.kind === 'record')
    elements(f.type.element, f.type.length ?? 0, at, indent, depth, shape, out);
}

function elements(t: CType, length: number, at: number | undefined, indent: number, depth: number, shape: Shape, out: string[]): void {
  if (t.kind !== 'record') return;
  for (let i = 0; i < Math.min(length, ELEMENTS); i++) {
    out.push(`${'   '.repeat(indent + 1)}[${i.toString(16).padStart(2, '0')}] ${typeText(t)}`);
    if (depth > 1)
      for (const m of members(t)) line(m, at === undefined ? undefined : at + i * sizeOf(t), indent + 2, depth - 2, shape, out);
  }
  if (length > ELEMENTS) out.push(`${'   '.repeat(indent + 1)}... ${length - ELEMENTS} more`);
}

function complete(c: CommandContext, args: readonly string[]): CompletionItem[] {
  const words = args.slice(0, -1).filter((a) => !a.startsWith('-'));
  if (words.length === 0) return c.types.names().map((text) => ({ text, kind: 'type' as const }));
  const type = c.types.find(words[0])?.type;
  return type?.kind === 'record'
    ? members(type).map((f) => ({ text: f.name ?? '', kind: 'field' as const, detail: typeText(f.type) }))
    : [];
}

export const dt: Command = {
  names: ['dt'],
  usage: 'dt [-r[n]] [module!]type [field ...] [address], or dt variable',
  summary: 'a type, or what lies at an address as that type',
  options: [
    { text: '-r', detail: 'opens members one level' },
    { text: '-r2', detail: 'opens members two levels' },
    { text: '-b', detail: 'opens members all the way' },
  ],
  run,
  complete,
};
