// `interlock ddis`: every routine that the headers declare, with its WDK header, its IRQL, what its annotations say, and what becomes of a call. For people who ask
// whether a driver will run, and for programs (--json, docs/ddis.md).
import type { SalAnnotation } from '../c/tree.js';
import { type Ddi, type DdiStatus, listDdis } from '../kernel/ddi-list.js';
import { annotationWords, levelName } from '../language/ddi-words.js';
import { wdkHeaders } from '../wdk/headers.gen.js';
import { notSimulated, type Reason, reasonText } from '../wdk/not-simulated.js';
import { UsageError } from './arguments.js';

export const DDIS_OPTIONS = { status: 'text', json: 'flag' } as const;
const STATUS: readonly DdiStatus[] = ['simulated', 'inline', 'declared'];

/** One routine of `interlock ddis --json`. */
export interface DdiReport {
  readonly name: string;
  readonly header: string | null;
  readonly kind: Ddi['kind'];
  readonly status: DdiStatus;
  readonly irql: { readonly min: number; readonly max: number } | null;
  /** As the header writes them: `_IRQL_requires_max_(2)`. */
  readonly annotations: readonly string[];
  readonly declaration: string;
  /** Only when declared only: what part of Windows is missing. */
  readonly missing?: { readonly reason: string; readonly text: string; readonly routines?: readonly string[] };
}

export interface DdisReport {
  readonly counts: Readonly<Record<DdiStatus, number>>;
  readonly routines: readonly DdiReport[];
}

/** `pattern`: a name with `*` and `?`, without regard to case; without either it is looked for anywhere in the name. */
export function ddisReport(pattern: string | undefined, status: DdiStatus | undefined): DdisReport {
  const fits = pattern === undefined ? () => true : matcher(pattern);
  const routines = listDdis(wdkHeaders)
    .filter((d) => fits(d.name) && (status === undefined || d.status === status))
    .map(report);
  const count = (s: DdiStatus): number => routines.filter((r) => r.status === s).length;
  return { counts: { simulated: count('simulated'), inline: count('inline'), declared: count('declared') }, routines };
}

export function ddisCommand(pattern: string | undefined, options: Readonly<Record<string, number | string | boolean | undefined>>): number {
  const status = options.status as DdiStatus | undefined;
  if (status !== undefined && !STATUS.includes(status)) throw new UsageError(`--status wants one of ${STATUS.join(', ')}, not '${status}'`);
  const found = ddisReport(pattern, status);
  if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else tell(found);
  if (found.routines.length > 0) return 0;
  process.stderr.write(
    `interlock: no declared routine${pattern === undefined ? '' : ` is named like '${pattern}'`}${status ? ` and ${status}` : ''}\n`,
  );
  return 1;
}

function matcher(pattern: string): (name: string) => boolean {
  const wild = /[*?]/.test(pattern);
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  const re = new RegExp(wild ? `^${text}$` : text, 'i');
  return (name) => re.test(name);
}

function report(d: Ddi): DdiReport {
  const needed = d.needs.length ? { routines: d.needs } : {};
  const reason: Reason | undefined = notSimulated(d.needs[0] ?? d.name);
  return {
    name: d.name,
    header: d.header ?? null,
    kind: d.kind,
    status: d.status,
    irql: d.irql ?? null,
    annotations: d.sal.map(annotationText),
    declaration: d.declaration,
    ...(d.status === 'declared' && reason ? { missing: { reason: reason.id, text: reasonText(reason), ...needed } } : {}),
  };
}

/** `<= APC_LEVEL`, `DISPATCH_LEVEL`, `>= DISPATCH_LEVEL`. */
function levels({ min, max }: { readonly min: number; readonly max: number }): string {
  if (min === max) return levelName(String(max));
  return min === 0
    ? `<= ${levelName(String(max))}`
    : max === 15
      ? `>= ${levelName(String(min))}`
      : `${levelName(String(min))} .. ${levelName(String(max))}`;
}

const annotationText = (a: SalAnnotation): string => (a.args.length ? `${a.name}(${a.args.join(', ')})` : a.name);

function tell({ counts, routines }: DdisReport): void {
  const width = Math.min(48, Math.max(0, ...routines.map((r) => r.name.length)));
  const lines = routines.map((r) => {
    const level = r.irql === null ? '' : levels(r.irql);
    return `${r.name.padEnd(width)}  ${(r.header ?? '(no header)').padEnd(13)} ${level.padEnd(18)} ${r.status.padEnd(9)}  ${r.missing?.text ?? ''}`.trimEnd();
  });
  if (routines.length === 1) {
    lines.push('', `  ${routines[0].declaration}`);
    const only = listDdis(wdkHeaders).find((d) => d.name === routines[0].name)!;
    lines.push(...annotationWords(only.sal).map((w) => `  ${w}`));
  }
  const total = `${routines.length} routine${routines.length === 1 ? '' : 's'}: ${counts.simulated} simulated, ${counts.inline} inline code or macros, ${counts.declared} declared only`;
  process.stdout.write(`${[...lines, '', total].join('\n')}\n`);
}
