// C units out of scenario files. The unit of a process has *the same length and the same lines* as the scenario: everything that is not C is blanked, and
// `thread NAME` becomes `void NAME()` in place (it has exactly as many characters). So every range in the unit is a range in the scenario, and breakpoints,
// diagnostics and stepping in thread bodies need no mapping at all.
import type { ProcessBlock, Scenario } from './ast.js';

const blank = (text: string): string => text.replace(/[^\r\n]/g, ' ');

/** Text of the C unit that holds the bodies of one process block. Positions are those of the scenario file. */
export function bodyText(scenario: Scenario, process: ProcessBlock): string {
  const source = scenario.file.text;
  const pieces = [
    ...process.kept.map((k) => ({ ...k, text: source.slice(k.start, k.end) })),
    // the parser has made sure that `thread` and the name stand on one line, so the header is never shorter than its C form
    ...process.threads.map((t) => ({
      start: t.range.start,
      end: t.range.end,
      text: `void ${t.name}()`.padEnd(t.range.end - t.range.start),
    })),
    ...process.threads.map((t) => ({ start: t.bodyStart, end: t.bodyEnd + 1, text: source.slice(t.bodyStart, t.bodyEnd + 1) })),
  ].sort((a, b) => a.start - b.start);
  let out = '';
  let at = 0;
  for (const p of pieces) {
    out += blank(source.slice(at, p.start)) + p.text;
    at = p.end;
  }
  return out + blank(source.slice(at));
}
