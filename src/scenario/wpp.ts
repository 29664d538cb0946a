// Headers of the WPP trace preprocessor. On Windows a tool reads a source before the compiler does, looks for calls of trace functions and writes `x.tmh` with
// macros for them. Here such a header is made when it is included: the trace functions are those that `begin_wpp config` blocks of the files read so far, the
// project's scan files and its settings name, and each becomes a macro that hands its message to the kernel, which formats it and prints it.
// All flags and levels are on between WPP_INIT_TRACING and WPP_CLEANUP, as if a trace session with everything were running; so arguments of messages are
// evaluated, and what is wrong in them shows. Source: the documented syntax of WPP configuration (FUNC, USEPREFIX, USESUFFIX) and of control GUIDs.
import type { FileProvider } from '../base/files.js';
import type { SourceFile } from '../base/source.js';
import { actualPath } from './msbuild/wildcard.js';

export interface WppSettings {
  /** Headers with `begin_wpp config` blocks, normalised paths. */
  readonly scan: readonly string[];
  /** `TraceEvents(LEVEL, FLAGS, MSG, ...)`. */
  readonly functions: readonly string[];
}

/** One trace function as WPP is told of it. */
interface TraceFunction {
  readonly name: string;
  /** `{FLAG=X, LEVEL=Y}`: conditions with fixed values, in order. */
  readonly fixed: readonly (readonly [name: string, value: string])[];
  readonly parameters: readonly string[];
  /** `Name((LEVEL, MSG, ...))`: the call has two pairs of parentheses. */
  readonly double: boolean;
}

interface WppConfig {
  readonly functions: Map<string, TraceFunction>;
  readonly prefixes: Map<string, string>;
  readonly suffixes: Map<string, string>;
}

const DEFAULT_FUNCTION = 'DoTraceMessage(LEVEL, MSG, ...)';
const FUNCTION = /^FUNC\s+([A-Za-z_]\w*)\s*(?:\{([^}]*)\})?\s*\((\s*\()?([^()]*)\)\s*\)?/;
const AFFIX = /^USE(PREFIX|SUFFIX)\s*\(\s*([A-Za-z_]\w*)\s*,\s*("(?:[^"\\]|\\.)*")/;

/** Answers a `.tmh` include; undefined for every other name. */
export function wppHeaders(
  settings: WppSettings | undefined,
  files: FileProvider,
): (name: string, read: readonly SourceFile[]) => string | undefined {
  return (name, read) => {
    if (!/\.tmh$/i.test(name)) return undefined;
    const config: WppConfig = { functions: new Map(), prefixes: new Map(), suffixes: new Map() };
    addFunction(config, `FUNC ${DEFAULT_FUNCTION}`);
    for (const f of read) if (!f.builtin) readConfiguration(config, f.text);
    for (const path of settings?.scan ?? []) readConfiguration(config, files.read(actualPath(path, files)) ?? '');
    for (const f of settings?.functions ?? []) addFunction(config, `FUNC ${f}`);
    return headerText(config);
  };
}

function readConfiguration(config: WppConfig, text: string): void {
  if (!text.includes('begin_wpp')) return;
  for (const block of text.matchAll(/begin_wpp\s+config([\s\S]*?)(?:end_wpp|$)/g))
    for (const raw of block[1].split('\n')) {
      const line = raw.replace(/^[\s/*]+/, '').trim();
      if (line.startsWith('FUNC')) addFunction(config, line);
      const affix = AFFIX.exec(line);
      if (affix) (affix[1] === 'PREFIX' ? config.prefixes : config.suffixes).set(affix[2], affix[3]);
    }
}

function addFunction(config: WppConfig, line: string): void {
  const m = FUNCTION.exec(line);
  if (!m) return;
  const fixed = (m[2] ?? '')
    .split(',')
    .map((c) => /^\s*([A-Za-z_]\w*)\s*=\s*(.+?)\s*$/.exec(c))
    .filter((c) => c !== null)
    .map((c) => [c[1], c[2]] as const);
  const parameters = m[4]
    .split(',')
    .map((p) => p.trim())
    .filter((p) => p !== '');
  if (parameters.some((p) => p !== '...' && !/^[A-Za-z_]\w*$/.test(p))) return;
  config.functions.set(m[1], { name: m[1], fixed, parameters, double: m[3] !== undefined });
}

function headerText(config: WppConfig): string {
  const lines = ['#include "interlocktrace.h"', CONTROLS];
  for (const f of config.functions.values()) lines.push(functionText(f, config));
  return `${lines.join('\n')}\n`;
}

/** The control blocks, once a unit: an enumerator for each control and each flag, and the array that WPP_INIT_TRACING switches on. */
const CONTROLS = `#ifndef WPP_ALREADY_INCLUDED
#define WPP_ALREADY_INCLUDED 1
#ifdef WPP_CONTROL_GUIDS
#define WPP_DEFINE_BIT(Name)
#define WPP_DEFINE_CONTROL_GUID(Name, Guid, Bits) WPP_CTL_##Name,
enum WPP_CTL_NAMES { WPP_CONTROL_GUIDS WPP_LAST_CTL };
#undef WPP_DEFINE_BIT
#undef WPP_DEFINE_CONTROL_GUID
#define WPP_DEFINE_BIT(Name) WPP_BIT_##Name,
#define WPP_DEFINE_CONTROL_GUID(Name, Guid, Bits) WPP_BLOCK_START_##Name = WPP_CTL_##Name * 0x10000, Bits WPP_BLOCK_END_##Name,
enum WPP_BIT_NAMES { WPP_CONTROL_GUIDS WPP_BLOCK_END };
#undef WPP_DEFINE_BIT
#undef WPP_DEFINE_CONTROL_GUID
__declspec(selectany) WPP_TRACE_CONTROL_BLOCK WPP_CB[WPP_LAST_CTL];
#define WPP_CONTROL(CTRL) WPP_CB[((CTRL) >> 16)].Control
#define WPP_FLAG_NO(CTRL) ((0xFFFF & ((CTRL) - 1)) / 32)
#define WPP_MASK(CTRL) (1u << (((CTRL) - 1) & 31))
#ifndef WPP_LEVEL_ENABLED
#define WPP_LEVEL_ENABLED(FLAG) ((WPP_CONTROL(WPP_BIT_##FLAG).Flags[WPP_FLAG_NO(WPP_BIT_##FLAG)] & WPP_MASK(WPP_BIT_##FLAG)) != 0)
#endif
#ifndef WPP_INIT_TRACING
#define WPP_INIT_TRACING(...) InterlockWppInitTracing(WPP_CB, WPP_LAST_CTL, ##__VA_ARGS__)
#define WPP_CLEANUP(...) InterlockWppCleanup(WPP_CB, WPP_LAST_CTL, ##__VA_ARGS__)
#endif
#define WPP_SYSTEMCONTROL(DriverObject) ((void)(DriverObject))
#define WPP_SYSTEMCONTROL2(DriverObject, Offset) ((void)(DriverObject))
#ifndef WPP_FLAG_ENABLED
#define WPP_FLAG_ENABLED(FLAG) WPP_LEVEL_ENABLED(FLAG)
#endif
#ifndef WPP_FLAGS_ENABLED
#define WPP_FLAGS_ENABLED(FLAGS) WPP_LEVEL_ENABLED(FLAGS)
#endif
#ifndef WPP_LEVEL_FLAGS_ENABLED
#define WPP_LEVEL_FLAGS_ENABLED(LEVEL, FLAGS) (WPP_LEVEL_ENABLED(FLAGS) && WPP_CONTROL(WPP_BIT_##FLAGS).Level >= (LEVEL))
#endif
#ifndef WPP_FLAGS_LEVEL_ENABLED
#define WPP_FLAGS_LEVEL_ENABLED(FLAGS, LEVEL) WPP_LEVEL_FLAGS_ENABLED(LEVEL, FLAGS)
#endif
#ifndef WPP_FLAG_LEVEL_ENABLED
#define WPP_FLAG_LEVEL_ENABLED(FLAG, LEVEL) (WPP_LEVEL_ENABLED(FLAG) && WPP_CONTROL(WPP_BIT_##FLAG).Level >= (LEVEL))
#endif
#ifndef WPP_LEVEL_FLAG_ENABLED
#define WPP_LEVEL_FLAG_ENABLED(LEVEL, FLAG) WPP_FLAG_LEVEL_ENABLED(FLAG, LEVEL)
#endif
#define WPP_LEVEL_LOGGER(FLAG) (WPP_CONTROL(WPP_BIT_##FLAG).Logger),
#else
#define WPP_INIT_TRACING(...) ((void)0)
#define WPP_CLEANUP(...) ((void)0)
#endif
#endif`;

/** `MSG` and what stands before it; the message is a literal, as WPP demands. */
function functionText(f: TraceFunction, config: WppConfig): string {
  const at = f.parameters.indexOf('MSG');
  const named = f.parameters.filter((p) => p !== '...' && p !== 'MSG');
  const conditions = [...f.fixed.map(([n]) => n), ...named];
  const condition = `WPP_${conditions.join('_')}_ENABLED`;
  const values = [...f.fixed.map(([, v]) => v), ...named];
  const message = [config.prefixes.get(f.name), at < 0 ? undefined : 'MSG', config.suffixes.get(f.name)].filter((p) => p !== undefined);
  const format = message.length ? message.join(' ') : '"%!FUNC!"';
  const text = (names: RegExp): string => {
    const fixed = f.fixed.find(([n]) => names.test(n));
    if (fixed) return JSON.stringify(fixed[1]);
    const p = named.find((n) => names.test(n));
    return p === undefined ? '""' : `#${p}`;
  };
  // DoTraceMessage's only parameter is called LEVEL and is a flag: the name is as old as WPP
  const level = f.name === 'DoTraceMessage' ? '""' : text(/LEVEL|LVL/i);
  const flags = f.name === 'DoTraceMessage' ? '#LEVEL' : text(/FLAG/i);
  const rest = f.parameters.includes('...') ? ', ##__VA_ARGS__' : '';
  const call = `InterlockWppTrace(__FILE__, __LINE__, __FUNCTION__, ${level}, ${flags}, ${format}${rest})`;
  const enabled = conditions.length ? `(${condition}(${values.join(', ')}))` : '1';
  const parameters = f.parameters.join(', ');
  const body = `(${enabled} ? ${call} : (void)0)`;
  const lines = [`#undef ${f.name}`];
  if (conditions.length) lines.unshift(`#ifndef ${condition}`, `#define ${condition}(${conditions.join(', ')}) 1`, '#endif');
  if (f.double)
    lines.push(`#define ${f.name}(ARGUMENTS) WPP_CALL_${f.name} ARGUMENTS`, `#define WPP_CALL_${f.name}(${parameters}) ${body}`);
  else lines.push(`#define ${f.name}(${parameters}) ${body}`);
  return lines.join('\n');
}
