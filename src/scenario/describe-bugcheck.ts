// A bug check as the report, the debugger and the story tell it: name, parameters, and the stack that it happened on.
import type { Range } from '../base/source.js';
import { describeThread } from '../kernel/ke/waiters.js';
import type { CompiledImage } from '../machine/image.js';
import { walkStack } from '../machine/walk.js';
import type { Place, ReportedBugCheck } from './report.js';
import type { Simulation } from './simulation.js';
import { tellBugCheck } from './story.js';

export function placeOf(r: Range): Place {
  const p = r.file.position(r.start);
  return { file: r.file.path, line: p.line, column: p.column };
}

const hex = (v: bigint, digits: number): string => `0x${v.toString(16).toUpperCase().padStart(digits, '0')}`;

const imageNameOf = (images: readonly CompiledImage[], fn: number): string =>
  images.find((i) => i.functions.some((f) => f.number === fn))?.name ?? 'nt';

/** A kernel stack has room for a few hundred frames. */
const STACK_WALK = 1000;
const STACK_LINES = 64;

/** Frames of the stack that bug checked, innermost first, without the machine's own. */
function stackText(s: Simulation): { lines: string[]; place: Range | undefined } {
  const { machine } = s.kernel;
  const lines: string[] = [];
  let place: Range | undefined;
  let repeats = 0;
  for (const f of walkStack(machine, machine.registers.top, STACK_WALK)) {
    if (f.kind === 'internal') continue;
    const at = f.step?.range;
    if (at && !place && !at.file.builtin) place = at;
    const where = at ? ` (${at.file.path}:${at.file.position(at.start).line})` : '';
    const line = `${f.kind === 'routine' ? (f.name.includes('!') ? '' : 'nt!') : `${imageNameOf(s.images, f.fn)}!`}${f.name}${where}`;
    // recursion: one line for all of it
    if (line === lines[lines.length - 1 - (repeats ? 1 : 0)]) {
      repeats++;
      if (repeats > 1) lines.pop();
      lines.push(`... ${repeats} more of the same`);
    } else {
      repeats = 0;
      if (lines.length >= STACK_LINES) break;
      lines.push(line);
    }
  }
  return { lines, place };
}

export function describeBugCheck(
  s: Simulation,
): (ReportedBugCheck & { text: string; range: Range | undefined; stackText: string }) | undefined {
  const b = s.kernel.bugCheckInfo();
  if (!b) return undefined;
  const { lines, place } = stackText(s);
  const p = b.parameters.map((x) => BigInt.asUintN(64, x).toString(16).toUpperCase().padStart(16, '0'));
  const reported: ReportedBugCheck = {
    code: b.code,
    codeText: hex(BigInt(b.code), 8),
    name: b.name,
    parameters: [p[0], p[1], p[2], p[3]],
    explanation: b.explanation,
    cpu: b.cpu,
    thread: describeThread(s.kernel, b.thread),
    stack: lines,
    ...(place ? { place: placeOf(place) } : {}),
  };
  return { ...reported, text: tellBugCheck(reported), range: place, stackText: lines.join('\n') };
}
