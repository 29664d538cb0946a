// Repair of slow work in a callback: the statements that need it move into a work routine, the callback copies what they need and queues it. The work is queued
// to the driver's device object where there is one, which keeps the driver loaded until it has run.
import type { FunctionDef, TranslationUnit, VarSymbol } from '../c/tree.js';
import { typeToString } from '../c/type-names.js';
import { unqualified } from '../c/type-ops.js';
import { eachStmt, strip } from '../c/walk.js';
import { chain, reach } from './call-graph.js';
import type { RuleContext } from './context.js';
import { endOf, eolOf, indentOf, nextLine, sourceText, startOfLine, unitOf } from './edits.js';
import { recordName } from './places.js';
import type { Call, Fn } from './program.js';
import { captureOf, findRegion, type Region } from './region.js';
import type { Fix, TextEdit } from './rule.js';

/** Moves what `call` belongs to into a work item; empty when no part of the callback can be moved as it stands. */
export function workItemFixes(c: RuleContext, call: Call): Fix[] {
  const root = c.rootOf(call.caller);
  if (!root) return [];
  // where the callback itself makes the first call of the way is the best place; else the next function on it
  const way = [...chain(c.reach, call.caller), call];
  for (const step of way) {
    const { caller } = step;
    if (caller.def.range.file.builtin || caller.unit.file !== caller.def.range.file) continue;
    const region = findRegion(caller.def, step.expr);
    if (!region || vetoes(c, caller, region)) continue;
    return [{ title: 'Move this to a work item', preferred: true, edits: new Writer(caller, region).edits() }];
  }
  return [];
}

/** The region decides whether the process may start; that cannot be done later. */
function vetoes(c: RuleContext, fn: Fn, region: Region): boolean {
  if (!region.captured.some((v) => captureOf(v.type) === 'create-info')) return false;
  const writes = (f: Fn): boolean =>
    f.facts.stores.some((s) => {
      const t = s.target && strip(s.target);
      return (
        t?.kind === 'member' &&
        t.field.name === 'CreationStatus' &&
        (f !== fn || (t.range.start >= region.start && t.range.start < region.end))
      );
    });
  void c;
  const inside = fn.calls.filter((x) => x.expr.range.start >= region.start && x.expr.range.start < region.end).flatMap((x) => x.targets);
  return writes(fn) || [...reach(inside).keys()].some((f) => f !== fn && writes(f));
}

class Writer {
  private readonly def: FunctionDef;
  private readonly eol: string;
  private readonly unit: string;
  private readonly base: string;
  private readonly device: string | undefined;

  constructor(
    fn: Fn,
    private readonly region: Region,
  ) {
    this.def = fn.def;
    this.eol = eolOf(fn.def.range);
    this.unit = unitOf(fn.def.range);
    this.base = freshName(fn.unit, `${fn.name}Work`);
    this.device = deviceObject(fn.unit, fn.def);
  }

  edits(): TextEdit[] {
    const { file } = this.def.range;
    const at = insertionPoint(this.def);
    const { start, end, block, first } = this.region;
    const pad = indentOf(block.body[first].range);
    return [
      { range: { file, start: at, end: at }, text: this.routine() },
      ...this.removedDeclarations(),
      { range: { file, start, end }, text: this.queue(pad) },
    ];
  }

  private get tag(): string {
    return this.base.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
  }

  private lines(indent: string, lines: readonly string[]): string {
    return lines.map((l) => (l === '' ? this.eol : indent + l.replaceAll('\t', this.unit) + this.eol)).join('');
  }

  /** The structure, the work itself and the routine that the system calls. */
  private routine(): string {
    const { captured } = this.region;
    const { tag, base } = this;
    const fields: string[] = [this.device === undefined ? 'WORK_QUEUE_ITEM Item;' : 'PIO_WORKITEM Item;'];
    for (const v of captured)
      switch (captureOf(v.type)) {
        case 'string':
          fields.push(`UNICODE_STRING ${v.name};`);
          break;
        case 'create-info':
          fields.push(
            `BOOLEAN Has${v.name};`,
            `PS_CREATE_NOTIFY_INFO ${v.name};`,
            'UNICODE_STRING ImageFileName;',
            'UNICODE_STRING CommandLine;',
          );
          break;
        case 'image-info':
          fields.push(`IMAGE_INFO ${v.name};`);
          break;
        default:
          fields.push(`${declare(v)};`);
      }
    const before: string[] = [];
    const after: string[] = [];
    for (const v of captured)
      switch (captureOf(v.type)) {
        case 'string':
          before.push(`\t${declare(v)} = Work->${v.name}.Buffer != NULL ? &Work->${v.name} : NULL;`);
          break;
        case 'create-info':
          before.push(`\t${declare(v)} = Work->Has${v.name} ? &Work->${v.name} : NULL;`);
          after.push(
            `\tif (Work->Has${v.name} && Work->${v.name}.FileObject != NULL) {`,
            `\t\tObDereferenceObject(Work->${v.name}.FileObject);`,
            '\t}',
          );
          break;
        case 'image-info':
          before.push(`\t${declare(v)} = &Work->${v.name};`);
          break;
        case 'reference':
          before.push(`\t${declare(v)} = Work->${v.name};`);
          after.push(`\tif (Work->${v.name} != NULL) {`, `\t\tObDereferenceObject(Work->${v.name});`, '\t}');
          break;
        default:
          before.push(`\t${declare(v)} = Work->${v.name};`);
      }
    for (const v of this.region.moved) before.push(`\t${this.movedDeclaration(v)}`);
    const free = this.device === undefined ? [] : ['\tIoFreeWorkItem(work->Item);'];
    const parameters = this.device === undefined ? 'PVOID Context' : 'PDEVICE_OBJECT DeviceObject, PVOID Context';
    const head = this.lines('', [
      `typedef struct _${tag} {`,
      ...fields.map((f) => `\t${f}`),
      `} ${tag}, *P${tag};`,
      '',
      `static VOID ${base}(P${tag} Work)`,
      '{',
      ...(captured.length ? [] : ['\tUNREFERENCED_PARAMETER(Work);']),
      ...before,
      '',
    ]);
    const tail = this.lines('', [
      '}',
      '',
      `static VOID ${base}Routine(${parameters})`,
      '{',
      `\tP${tag} work = (P${tag})Context;`,
      ...(this.device === undefined ? [] : ['\tUNREFERENCED_PARAMETER(DeviceObject);']),
      `\t${base}(work);`,
      ...after.map((l) => l.replaceAll('Work->', 'work->')),
      ...free,
      '\tExFreePool(work);',
      '}',
      '',
    ]);
    return head + this.body() + tail;
  }

  /** The moved statements, indented as the body of a function. */
  private body(): string {
    const { start, end, block, first } = this.region;
    const pad = indentOf(block.body[first].range);
    const text = this.def.range.file.text.slice(start, end);
    return text
      .split(/\r?\n/)
      .map((l, i) => (i === 0 ? this.unit + l : l.startsWith(pad) ? this.unit + l.slice(pad.length) : l) + this.eol)
      .join('');
  }

  /** What stands in the callback instead: copy and queue. */
  private queue(pad: string): string {
    const { captured } = this.region;
    const { tag, base } = this;
    const sizes: string[] = [];
    const copies: string[] = [];
    const strings = captured.some((v) => ['string', 'create-info'].includes(captureOf(v.type) ?? ''));
    const copyString = (from: string, to: string, level: string): string[] => [
      `${level}if (${from} != NULL) {`,
      `${level}\t${to}.Buffer = (PWCHAR)next;`,
      `${level}\t${to}.Length = ${to}.MaximumLength = ${from}->Length;`,
      `${level}\tRtlCopyMemory(next, ${from}->Buffer, ${from}->Length);`,
      `${level}\tnext += ${from}->Length;`,
      `${level}}`,
    ];
    for (const v of captured) {
      const { name } = v;
      switch (captureOf(v.type)) {
        case 'string':
          sizes.push(`(${name} != NULL ? ${name}->Length : 0)`);
          copies.push(...copyString(name, `work->${name}`, '\t\t'));
          break;
        case 'create-info':
          for (const s of ['ImageFileName', 'CommandLine'])
            sizes.push(`(${name} != NULL && ${name}->${s} != NULL ? ${name}->${s}->Length : 0)`);
          copies.push(`\t\tif (${name} != NULL) {`, `\t\t\twork->Has${name} = TRUE;`, `\t\t\twork->${name} = *${name};`);
          for (const s of ['ImageFileName', 'CommandLine']) {
            const lines = copyString(`${name}->${s}`, `work->${s}`, '\t\t\t');
            lines.splice(-1, 0, `\t\t\t\twork->${name}.${s} = &work->${s};`);
            copies.push(...lines);
          }
          copies.push(`\t\t\tif (${name}->FileObject != NULL) {`, `\t\t\t\tObReferenceObject(${name}->FileObject);`, '\t\t\t}', '\t\t}');
          break;
        case 'image-info':
          copies.push(`\t\twork->${name} = *${name};`);
          break;
        case 'reference':
          copies.push(`\t\twork->${name} = ${name};`, `\t\tif (${name} != NULL) {`, `\t\t\tObReferenceObject(${name});`, '\t\t}');
          break;
        default:
          copies.push(`\t\twork->${name} = ${name};`);
      }
    }
    const size = ['sizeof(*work)', ...sizes].join(' + ');
    const lines = ['{', `\tP${tag} work = (P${tag})ExAllocatePool2(POOL_FLAG_NON_PAGED, ${size}, 'kroW');`, '\tif (work != NULL) {'];
    if (strings) lines.push('\t\tPUCHAR next = (PUCHAR)(work + 1);');
    if (this.device === undefined) {
      lines.push(
        ...copies,
        '\t\t// DriverUnload must wait until queued work has run: count it, or use rundown protection',
        `\t\tExInitializeWorkItem(&work->Item, ${base}Routine, work);`,
        '\t\tExQueueWorkItem(&work->Item, DelayedWorkQueue);',
        '\t}',
      );
    } else {
      lines.push(
        `\t\twork->Item = IoAllocateWorkItem(${this.device});`,
        '\t\tif (work->Item == NULL) {',
        '\t\t\tExFreePool(work);',
        '\t\t} else {',
        ...copies.map((l) => `\t${l}`),
        `\t\t\tIoQueueWorkItem(work->Item, ${base}Routine, DelayedWorkQueue, work);`,
        '\t\t}',
        '\t}',
      );
    }
    lines.push('}');
    return this.lines(pad, lines).slice(pad.length, -this.eol.length);
  }

  private movedDeclaration(v: VarSymbol): string {
    const init = v.init?.items.length ? initText(v) : v.init ? ' = { 0 }' : '';
    return `${declare(v)}${init};`;
  }

  /** Declarations of which nothing is left in the callback go away with their lines. */
  private removedDeclarations(): TextEdit[] {
    const { moved, start, end } = this.region;
    const out: TextEdit[] = [];
    const gone = new Set(moved);
    eachStmt(this.def.body, {
      stmt: (s) => {
        if (s.kind !== 'decl' || s.range.file !== this.def.range.file || (s.range.start >= start && s.range.start < end)) return;
        if (!s.vars.length || !s.vars.every((v) => gone.has(v))) return;
        const { file } = s.range;
        const from = startOfLine(file, s.range.start);
        const stop = endOf(s);
        const to = nextLine(file, stop);
        const whole = file.text.slice(from, s.range.start).trim() === '' && file.text.slice(stop, to).trim() === '';
        out.push({ range: { file, start: whole ? from : s.range.start, end: whole ? to : stop }, text: '' });
      },
      expr: () => {},
    });
    return out;
  }
}

/** `NTSTATUS status`, `UCHAR buffer[256]`. */
const declare = (v: VarSymbol): string => typeToString(unqualified(v.type), v.name);

function initText(v: VarSymbol): string {
  const { range } = v.init as NonNullable<VarSymbol['init']>;
  const text = sourceText(range).trim();
  return text === '' || range.file !== v.range.file ? '' : ` = ${text.replace(/^=\s*/, '')}`;
}

function freshName(unit: TranslationUnit, wanted: string): string {
  let name = wanted;
  for (let n = 2; unit.scope.names.get(name) || unit.scope.names.get(`${name}Routine`); n++) name = `${wanted}${n}`;
  return name;
}

/** A device object of the driver that the callback can see. */
function deviceObject(unit: TranslationUnit, def: FunctionDef): string | undefined {
  for (const g of unit.globals)
    if (
      g.scope !== 'static' &&
      !g.range.file.builtin &&
      g.type.kind === 'pointer' &&
      g.type.target.kind === 'record' &&
      recordName(g.type.target.decl) === '_DEVICE_OBJECT' &&
      (g.range.file !== def.range.file || g.range.start < def.range.start)
    )
      return g.name;
  return undefined;
}

/** Before the function and the comment above it. */
function insertionPoint(def: FunctionDef): number {
  const { file, start } = def.range;
  let at = startOfLine(file, start);
  for (;;) {
    if (at === 0) return 0;
    const from = startOfLine(file, at - 1);
    const line = file.text.slice(from, at).trim();
    if (line.startsWith('//') || (/^_\w+_(\(.*\))?$/.test(line) && line !== '')) at = from;
    else if (line.endsWith('*/')) {
      const open = file.text.lastIndexOf('/*', at);
      if (open < 0) return at;
      at = startOfLine(file, open);
    } else return at;
  }
}
