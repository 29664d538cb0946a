// Telling a finding: at which call of the driver it happened, how the thread came there, once for each rule and call site. The event is the whole story,
// so that report, debugger and panel need nothing else. Which sites were told already is in memory, as everything that decides is.
import type { Severity } from '../../base/diagnostic.js';
import type { RuleId } from '../../base/rules.js';
import { formatRange } from '../../base/source.js';
import { type Addr, FrameFlag, ROUTINE_BASE } from '../../machine/abi.js';
import { frameAt, type StackFrame } from '../../machine/walk.js';
import { imageContaining, moduleName } from '../io/module.js';
import type { Kernel } from '../kernel.js';
import { VF_GLOBALS, VF_INVOCATION, VF_LIMITS, VF_SITE } from '../layouts.gen.js';

/** There is no driver code at this moment. */
export const NO_SITE = -1;
const MAX_FRAMES = 256;
const MAX_LINES = 24;

export interface Report {
  /** A rule, or the id of another check of the kernel's. */
  readonly rule: RuleId | (string & {});
  readonly severity: Severity;
  readonly text: string;
  /** Frame from which outwards the driver's code is looked for; default: the innermost one. */
  readonly frame?: number;
  /** The callback that it is about: its record, 0 when none runs. */
  readonly invocation?: Addr;
  /** Instead of a frame: machine step of the driver's call. */
  readonly site?: number;
  /** With `site`: how the thread came there, lines innermost first. */
  readonly stack?: readonly string[];
  /** Told once for this key and place, instead of once for the rule and the site; repeats are not counted. */
  readonly once?: { readonly key: string; readonly site: number };
}

export function report(k: Kernel, r: Report): void {
  const found = r.site === undefined ? driverFrame(k, r.frame ?? k.mem.registers.top) : undefined;
  const site = r.site ?? (found?.info ? found.info.stepBase + found.pc : NO_SITE);
  if (r.once && told(k, r.once.key, r.once.site)) return;
  if (!r.once && told(k, `${r.rule} ${r.severity}`, site)) {
    k.event('verifier.repeat', { id: r.rule, site });
    return;
  }
  const at = site === NO_SITE ? undefined : k.machine.stepInfo(site);
  const routine = r.invocation ? k.mem.ptr(r.invocation + VF_INVOCATION.Routine) : 0;
  k.event('verifier.finding', {
    id: r.rule,
    severity: r.severity,
    text: r.text,
    routine,
    site,
    place: at ? formatRange(at.step.range) : '',
    stack: (found ? stackLines(k, found, r.invocation ?? 0) : (r.stack ?? [])).join('\n'),
  });
}

/** Innermost frame of driver code at or outside of `fp`. */
export function driverFrame(k: Kernel, fp: number): StackFrame | undefined {
  const h = k.machine.headers;
  for (let at = fp, n = 0; at > 0 && n < MAX_FRAMES; at = h.prev(at), n++) {
    const frame = frameAt(k.machine, at);
    if (!frame) return undefined;
    if (frame.kind === 'compiled') return frame.mode === 'kernel' ? frame : undefined;
  }
  return undefined;
}

/** The routine was called by driver code, not by another routine. */
export function calledByDriver(k: Kernel, fp: number): boolean {
  const h = k.machine.headers;
  const caller = h.prev(fp);
  return caller > 0 && h.fn(caller) < ROUTINE_BASE && (h.flags(caller) & FrameFlag.User) === 0;
}

export const siteOf = (k: Kernel, fp: number): number => {
  const frame = driverFrame(k, fp);
  return frame?.info ? frame.info.stepBase + frame.pc : NO_SITE;
};

/** From the call outwards to the callback and the kernel frame that called it. */
function stackLines(k: Kernel, from: StackFrame, invocation: Addr): string[] {
  const end = invocation === 0 ? 0 : k.mem.ptr(invocation + VF_INVOCATION.StackTop);
  const lines: string[] = [];
  let fp = from.fp;
  for (let n = 0; fp > 0 && n < MAX_FRAMES && lines.length < MAX_LINES; n++) {
    const frame = frameAt(k.machine, fp);
    if (!frame) break;
    if (frame.kind === 'compiled' && frame.step) lines.push(`${imageOf(k, frame)}!${frame.name} (${formatRange(frame.step.range)})`);
    else if (frame.kind === 'routine') lines.push(frame.name.includes('!') ? frame.name : `nt!${frame.name}`);
    if (fp === end || (invocation === 0 && frame.kind === 'routine')) break;
    fp = k.machine.headers.prev(fp);
  }
  return lines;
}

function imageOf(k: Kernel, frame: StackFrame): string {
  const module = frame.info ? imageContaining(k, k.codeAddress(frame.info.codeOffset)) : 0;
  return module === 0 ? 'nt' : moduleName(k, module).replace(/\.sys$/i, '');
}

/** First statement of a function, as place of what it does as a whole. */
export function siteOfFunction(k: Kernel, routine: Addr): number {
  const fn = k.machine.functionAt(routine);
  const first = fn?.steps.findIndex((s) => s.first) ?? -1;
  return fn && first >= 0 ? fn.stepBase + first : NO_SITE;
}

/** Name of a callback for sentences. */
export const callbackName = (k: Kernel, invocation: Addr): string =>
  k.machine.functionAt(k.mem.ptr(invocation + VF_INVOCATION.Routine))?.name ?? 'the callback';

function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0 || 1;
}

/** Was it told at this site before? Notes that it is now. A full table tells nothing twice and nothing new. */
function told(k: Kernel, what: string, site: number): boolean {
  const id = hashOf(what);
  const table = k.globals.VF + VF_GLOBALS.Sites;
  const start = (id ^ Math.imul(site, 0x9e3779b1)) >>> 0;
  for (let i = 0; i < VF_LIMITS.VfSites; i++) {
    const entry = table + ((start + i) % VF_LIMITS.VfSites) * VF_SITE.sizeof;
    const held = k.mem.u32(entry + VF_SITE.Id);
    if (held === id && k.mem.i32(entry + VF_SITE.Site) === site) return true;
    if (held !== 0) continue;
    k.mem.setU32(entry + VF_SITE.Id, id);
    k.mem.setI32(entry + VF_SITE.Site, site);
    return false;
  }
  return true;
}
