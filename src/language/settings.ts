// The settings of package.json (`interlock.*`) as the server uses them. They come from the client as plain JSON, so each is looked at before it counts.
import type { Severity } from '../base/diagnostic.js';
import { RULES, type RuleId } from '../base/rules.js';
import type { RuleOptions } from '../rules/check.js';

export interface Settings {
  /** Best-practice findings are shown. */
  readonly enable: boolean;
  /** Least severity that is shown. */
  readonly level: Severity;
  /** C errors of ours: `auto` shows them only where no other C language server does. */
  readonly cDiagnostics: 'auto' | 'on' | 'off';
  /** clangd or cpptools is active; the client looks. */
  readonly otherCServer: boolean;
  readonly rules: Partial<RuleOptions>;
}

export const DEFAULT_SETTINGS: Settings = { enable: true, level: 'information', cDiagnostics: 'auto', otherCServer: false, rules: {} };

const LEVELS: readonly Severity[] = ['error', 'warning', 'information', 'hint'];

/** Whether something of this severity is shown at a level. */
export function isShown(severity: Severity, level: Severity): boolean {
  return LEVELS.indexOf(severity) <= LEVELS.indexOf(level);
}

/** Whether C errors are shown. */
export function showsCErrors(s: Settings): boolean {
  return s.cDiagnostics === 'on' || (s.cDiagnostics === 'auto' && !s.otherCServer);
}

/** Settings from JSON in the form of package.json (the object under `interlock`, and what the client adds); what is missing or wrong keeps its default. */
export function readSettings(json: unknown): Settings {
  const d = DEFAULT_SETTINGS;
  const diagnostics = member(json, 'diagnostics');
  const numbers: Record<string, number> = {};
  for (const [name, place] of THRESHOLDS) {
    const v = place.reduce(member, json);
    if (typeof v === 'number' && Number.isFinite(v) && v >= 0) numbers[name] = v;
  }
  const off = member(diagnostics, 'off');
  return {
    enable: bool(member(diagnostics, 'enable'), d.enable),
    level: oneOf(member(diagnostics, 'level'), LEVELS, d.level),
    cDiagnostics: oneOf(member(json, 'cDiagnostics'), ['auto', 'on', 'off'] as const, d.cDiagnostics),
    otherCServer: bool(member(json, 'otherCServer'), d.otherCServer),
    rules: { ...(Array.isArray(off) ? { off: off.filter(isRuleId) } : {}), ...numbers },
  };
}

/** Option of the rules -> place of its setting. */
const THRESHOLDS: readonly (readonly [keyof RuleOptions, readonly string[]])[] = [
  ['frameBytes', ['stackUse', 'frameBytes']],
  ['pathBytes', ['stackUse', 'pathBytes']],
  ['complexity', ['tooLong', 'complexity']],
  ['statements', ['tooLong', 'statements']],
  ['depth', ['tooLong', 'depth']],
];

function member(o: unknown, name: string): unknown {
  return typeof o === 'object' && o !== null ? (o as Record<string, unknown>)[name] : undefined;
}
const bool = (v: unknown, otherwise: boolean): boolean => (typeof v === 'boolean' ? v : otherwise);
const oneOf = <T extends string>(v: unknown, list: readonly T[], otherwise: T): T => list.find((x) => x === v) ?? otherwise;
const isRuleId = (v: unknown): v is RuleId => RULES.some((r) => r.id === v);
