// Types as C text, for messages, hover and the debugger: the typedef name where the source used one, else a full abstract declarator.
import type { CType, FunctionType } from './types.js';
import { Qual } from './types.js';

/** `PEPROCESS`, `const wchar_t *`, `NTSTATUS (*)(PVOID, ULONG)`; with `name`, a declaration of that name. */
export function typeToString(type: CType, name = ''): string {
  return render(type, name, 0).trim();
}

function qualifiers(quals: number): string {
  let s = '';
  if (quals & Qual.Const) s += 'const ';
  if (quals & Qual.Volatile) s += 'volatile ';
  if (quals & Qual.Restrict) s += 'restrict ';
  if (quals & Qual.Unaligned) s += '__unaligned ';
  return s;
}

function render(type: CType, inner: string, depth: number): string {
  if (depth > 60) return `...${inner}`;
  if (type.alias) return join(qualifiers(type.quals) + type.alias, inner);
  switch (type.kind) {
    case 'void':
      return join(`${qualifiers(type.quals)}void`, inner);
    case 'error':
      return join('<unknown type>', inner);
    case 'int':
    case 'float':
      return join(qualifiers(type.quals) + type.name, inner);
    case 'record':
      return join(qualifiers(type.quals) + tagName(type.decl.union ? 'union' : 'struct', type.decl), inner);
    case 'enum':
      return join(qualifiers(type.quals) + tagName('enum', type.decl), inner);
    case 'pointer': {
      const stars = `*${qualifiers(type.quals)}${inner}`;
      const target = type.target;
      const wrap = !target.alias && (target.kind === 'array' || target.kind === 'function');
      return render(target, wrap ? `(${stars.trim()})` : stars, depth + 1);
    }
    case 'array':
      return render(type.element, `${inner}[${type.length ?? ''}]`, depth + 1);
    case 'function':
      return render(type.returns, `${inner}(${parameters(type, depth)})`, depth + 1);
  }
}

function parameters(type: FunctionType, depth: number): string {
  if (type.unprototyped) return '';
  const list = type.params.map((p) => render(p.type, '', depth + 1).trim());
  if (type.variadic) list.push('...');
  return list.length ? list.join(', ') : 'void';
}

function tagName(word: string, decl: { tag: string | undefined; typedefName?: string }): string {
  return decl.tag ? `${word} ${decl.tag}` : (decl.typedefName ?? `${word} <unnamed>`);
}

function join(base: string, inner: string): string {
  return inner === '' ? base : inner.startsWith('[') ? base + inner : `${base} ${inner}`;
}
