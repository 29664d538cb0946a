// Hover: the declaration of what the pointer is on, and for a kernel routine what its header promises and demands (IRQL, blocks, pageable ...) in words.
import { parseExpression } from '../c/compile-unit.js';
import { INTRINSICS } from '../c/intrinsics.js';
import type { CSymbol, FunctionSymbol, MacroInfo, MemberExpr, TranslationUnit } from '../c/tree.js';
import { typeToString } from '../c/type-names.js';
import type { CType, EnumDecl, RecordDecl } from '../c/types.js';
import { adviceFor } from '../scenario/ddi-advice.js';
import { headerOf, isSimulated } from '../scenario/ddi-use.js';
import { annotationWords, signature } from './ddi-words.js';
import { type Meaning, meaningOf, wordAt } from './symbol-at.js';

export interface HoverText {
  readonly start: number;
  readonly end: number;
  readonly markdown: string;
}

/** Members of a record that are listed; the rest is counted. */
const MAX_MEMBERS = 24;
const MAX_MACRO_TEXT = 600;

/** Hover at an offset of a file of the unit (its main file or a header). Undefined: there is nothing to say. */
export function hoverAt(text: string, offset: number, unit: TranslationUnit, path: string): HoverText | undefined {
  const word = wordAt(text, offset);
  const meaning = word && meaningOf(word, text, unit, path);
  if (!word || !meaning) return undefined;
  return { start: word.start, end: word.end, markdown: describe(meaning, unit) };
}

function describe(m: Meaning, unit: TranslationUnit): string {
  switch (m.kind) {
    case 'macro':
      return macroText(m.macro, unit);
    case 'member':
      return memberText(m.member);
    case 'tag':
      return c(recordText(m.tag, ''));
    case 'symbol':
      return symbolText(m.symbol, unit);
  }
}

const c = (text: string): string => `\`\`\`c\n${text}\n\`\`\``;
const list = (lines: readonly string[]): string => lines.map((l) => `- ${l}`).join('\n');
const parts = (...p: readonly string[]): string => p.filter((x) => x !== '').join('\n\n');

function symbolText(s: CSymbol, unit: TranslationUnit): string {
  switch (s.kind) {
    case 'function': {
      const words = annotationWords(s.sal);
      if (s.section !== undefined && /^PAGE/.test(s.section)) words.push(`Its code lies in the pageable section \`${s.section}\`.`);
      else if (s.section === 'INIT') words.push('Its code is thrown away after initialisation (section `INIT`).');
      const origin = s.range.file.builtin ? `Kernel routine, declared in \`${headerOf(s) ?? s.range.file.path}\`.` : '';
      return parts(c(signature(s)), list(words), origin, statusText(s));
    }
    case 'var': {
      const where = { global: 'global variable', static: 'static variable', local: 'local variable', param: 'parameter' }[s.scope];
      const sal = s.sal.map((a) => (a.args.length ? `${a.name}(${a.args.join(', ')})` : a.name)).join(' ');
      return parts(c(`${sal === '' ? '' : `${sal} `}${typeToString(s.type, s.name)}; // ${where}`), sizeText(s.type));
    }
    case 'typedef':
      return typedefText(s.name, s.type);
    case 'enumerator':
      return c(`${s.name} = ${s.value} // ${typeToString({ kind: 'enum', quals: 0, decl: s.decl })}`) + valueNote(s.value);
  }
}

/** What comes of a call of a routine that our headers declare. */
function statusText(s: FunctionSymbol): string {
  if (!s.builtin || !s.range.file.builtin || s.inline || INTRINSICS.has(s.name)) return '';
  if (isSimulated(s.name) || isSimulated(`ntdll!${s.name}`)) return 'Simulated.';
  const { stub, subsystem } = adviceFor(s);
  const answer = stub === undefined ? '`models "models.c";`' : `\`${stub}\` or \`models "models.c";\``;
  return `**Not simulated**${subsystem ? ` (${subsystem})` : ''}: a run stops at a call of it, unless the scenario answers: ${answer}`;
}

function typedefText(name: string, type: CType): string {
  const { alias: _, ...plain } = type;
  const under = typeToString(plain as CType, name);
  if (type.kind === 'record' || type.kind === 'enum') return parts(c(recordText(type.decl, ` ${name}`)));
  if (type.kind === 'pointer' && type.target.kind === 'record' && type.target.decl.complete)
    return parts(c(`typedef ${under};\n\n${recordText(type.target.decl, '')}`));
  return parts(c(`typedef ${under};`), sizeText(type));
}

function recordText(d: RecordDecl | EnumDecl, typedefName: string): string {
  const head = typedefName === '' ? '' : 'typedef ';
  if ('members' in d) {
    const shown = d.members.slice(0, MAX_MEMBERS).map((m) => `    ${m.name} = ${m.value},`);
    if (d.members.length > MAX_MEMBERS) shown.push(`    // and ${d.members.length - MAX_MEMBERS} more`);
    return `${head}enum ${d.tag ?? ''} {\n${shown.join('\n')}\n}${typedefName};`;
  }
  const word = `${d.union ? 'union' : 'struct'} ${d.tag ?? ''}`.trim();
  if (!d.complete) return `${head}${word}${typedefName}; // opaque`;
  const shown = d.fields
    .slice(0, MAX_MEMBERS)
    .map(
      (f) =>
        `    ${typeToString(f.type, f.name ?? '')}${f.bitWidth === undefined ? '' : ` : ${f.bitWidth}`}; // +0x${f.offset.toString(16)}`,
    );
  if (d.fields.length > MAX_MEMBERS) shown.push(`    // and ${d.fields.length - MAX_MEMBERS} more`);
  return `${head}${word} { // ${d.size} bytes\n${shown.join('\n')}\n}${typedefName};`;
}

function memberText(m: MemberExpr): string {
  const object = m.object.type.kind === 'pointer' ? m.object.type.target : m.object.type;
  const owner = typeToString(object);
  const bits = m.field.bitWidth === undefined ? '' : ` : ${m.field.bitWidth}`;
  return c(`${typeToString(m.field.type, m.field.name ?? '')}${bits}; // ${owner}, +0x${m.offset.toString(16)}`);
}

function macroText(m: MacroInfo, unit: TranslationUnit): string {
  const body = m.body.length > MAX_MACRO_TEXT ? `${m.body.slice(0, MAX_MACRO_TEXT)} ...` : m.body;
  const params = m.params ? `(${[...m.params, ...(m.variadic ? ['...'] : [])].join(', ')})` : '';
  const head = c(`#define ${m.name}${params} ${body}`.trim());
  if (!m.params) return head + macroValue(m, unit);
  // a routine that the header gives as a macro over another one has the demands of that one
  for (const [name] of m.body.matchAll(/\b[A-Z][A-Za-z0-9_]+(?=\s*\()/g)) {
    const s = unit.scope.names.get(name);
    if (s?.kind !== 'function') continue;
    const words = annotationWords(s.sal);
    if (words.length) return parts(head, `Calls \`${name}\`:`, list(words));
  }
  return head;
}

/** Value of a macro that is an integer constant. */
function macroValue(m: MacroInfo, unit: TranslationUnit): string {
  if (m.body.trim() === '') return '';
  const { expr } = parseExpression(m.name, { unit, scope: unit.scope });
  let e = expr;
  while (e?.kind === 'cast') e = e.operand;
  return e?.kind === 'int' && /[^\w]|^[A-Za-z_]/.test(m.body.trim()) ? valueNote(e.value) : '';
}

function valueNote(value: bigint): string {
  const hex = value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
  return `\n\nValue: ${value} (${hex})`;
}

function sizeText(t: CType): string {
  switch (t.kind) {
    case 'record':
      return t.decl.complete ? `${t.decl.size} bytes` : '';
    default:
      return '';
  }
}
