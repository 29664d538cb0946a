// A unit as plain text with everything a consumer can see, so that two ways of making it can be compared.
import type { Range } from '../../src/base/source.js';
import type { CSymbol, SalAnnotation, TranslationUnit } from '../../src/c/tree.js';
import { typeToString } from '../../src/c/type-names.js';
import type { CType, EnumDecl, Parameter, RecordDecl } from '../../src/c/types.js';

const range = (r: Range | undefined): string => (r ? `${r.file.path}:${r.start}-${r.end}` : '-');
const sal = (list: readonly SalAnnotation[] | undefined): string =>
  (list ?? []).map((a) => `${a.name}(${a.args.join()})@${range(a.range)}`).join(' ');

/** A type in full, its typedef names included; records by tag, as their bodies are listed once. */
function type(t: CType): string {
  const name = t.alias ? `${t.alias}=` : '';
  switch (t.kind) {
    case 'pointer':
      return `${name}ptr${t.quals}(${type(t.target)})`;
    case 'array':
      return `${name}array${t.quals}[${t.length}](${type(t.element)})`;
    case 'function':
      return `${name}fn(${type(t.returns)};${t.params.map(parameter).join(';')};${t.variadic}${t.unprototyped ?? false})`;
    case 'record':
    case 'enum':
      return `${name}${typeToString({ ...t, alias: undefined })}@${range(t.decl.range)}`;
    default:
      return `${name}${typeToString({ ...t, alias: undefined } as CType)}`;
  }
}

const parameter = (p: Parameter): string => `${p.name}:${type(p.type)} ${sal(p.sal)} ${range(p.range)}`;

function record(d: RecordDecl | EnumDecl): string {
  const head = `${d.tag ?? ''} ${d.typedefName ?? ''} ${d.complete} ${range(d.range)}`;
  if (!('fields' in d)) return `enum ${head} ${d.members.map((m) => `${m.name}=${m.value}@${range(m.range)}`).join()}`;
  const fields = d.fields.map((f) => {
    const inner = f.type.kind === 'record' && !f.type.decl.tag ? `{${record(f.type.decl)}}` : '';
    return `${f.name}+${f.offset}:${f.bitOffset}:${f.bitWidth} ${type(f.type)}${inner} ${sal(f.sal)} ${range(f.range)}`;
  });
  return `${d.union ? 'union' : 'struct'} ${head} ${d.size}/${d.align} ${fields.join(' | ')}`;
}

function symbol(s: CSymbol): string {
  const head = `${s.kind} ${s.name} ${range(s.range)} ${type(s.type)}`;
  switch (s.kind) {
    case 'typedef':
      return `${head} ${sal(s.sal)} ${s.type.kind === 'record' ? record(s.type.decl) : ''}`;
    case 'enumerator':
      return `${head} ${s.value} ${s.decl.tag}`;
    case 'var':
      return `${head} ${s.scope} ${s.linkage} ${s.defined} ${s.addressTaken} ${sal(s.sal)} ${s.section} ${s.align} ${s.selectany} ${s.dllimport} ${s.init ? node(s.init) : ''}`;
    case 'function':
      return `${head} ${s.linkage} ${s.builtin} ${s.inline} ${s.noreturn} ${s.dllimport} ${s.section} ${s.addressTaken} ${sal(s.sal)} ${range(s.definition?.range)}`;
  }
}

/** A piece of the tree: symbols by name and place, types in full, scopes by their names. */
function node(x: unknown): string {
  if (typeof x === 'bigint') return `${x}n`;
  if (x === null || typeof x !== 'object') return String(x);
  if (x instanceof Uint8Array) return `bytes ${[...x].join()}`;
  if (Array.isArray(x)) return `[${x.map(node).join(',')}]`;
  const parts: string[] = [];
  for (const [k, v] of Object.entries(x)) {
    if (v === undefined) continue;
    if (k === 'range' || k === 'close' || k === 'nameRange') parts.push(`${k}:${range(v as Range)}`);
    else if (k === 'type' || k === 'computeType' || k === 'returns') parts.push(`${k}:${type(v as CType)}`);
    else if (k === 'symbol' || k === 'enumerator') parts.push(`${k}:${(v as CSymbol).name}@${range((v as CSymbol).range)}`);
    else if (k === 'scope' && typeof v === 'object') parts.push(`scope:${[...(v as { names: Map<string, unknown> }).names.keys()].join()}`);
    else if (k === 'target') parts.push(`target:${(v as { name?: string }).name}`);
    else if (k === 'field') parts.push(`field:${(v as { name?: string }).name}`);
    else parts.push(`${k}:${node(v)}`);
  }
  return `{${parts.join(' ')}}`;
}

/** Lines that say everything about a unit, in the order in which a consumer finds it. */
export function dumpUnit(u: TranslationUnit): string[] {
  return [
    ...u.diagnostics.map(
      (d) =>
        `diagnostic ${d.severity} ${d.code} ${range(d.range)} ${d.message} ${d.hint} ${(d.related ?? []).map((r) => `${range(r.range)} ${r.message}`).join()}`,
    ),
    ...u.includes.map((f) => `include ${f.path} ${f.builtin} ${f.text.length}`),
    ...u.functions.map((f) => `function ${symbol(f.symbol)} ${node(f.params)} ${node(f.locals)} ${node(f.body)} ${range(f.range)}`),
    ...u.globals.map((g) => `global ${symbol(g)}`),
    ...[...u.scope.names].map(([name, s]) => `name ${name} ${symbol(s)}`),
    ...[...u.scope.tags].map(([tag, d]) => `tag ${tag} ${record(d)}`),
    ...[...u.macros].map(([name, m]) => `macro ${name} ${m.name} ${m.params?.join()} ${m.variadic} ${m.body} ${range(m.range)}`),
  ];
}
