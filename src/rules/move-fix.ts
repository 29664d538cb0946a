// Repair of registered-too-early: the registration statement, with the test of its status that follows, moves behind the last initialisation, when all of them are
// statements of one block.
import type { Stmt } from '../c/tree.js';
import { enclosing, endOf, eolOf, insert, nextLine, startOfLine } from './edits.js';
import type { Call } from './program.js';
import type { Fix } from './rule.js';

export function moveRegistrationFixes(registration: Call, late: readonly Call[]): Fix[] {
  const { def } = registration.caller;
  const from = enclosing(def, registration.expr.range);
  if (!from?.block || from.stmt.kind !== 'expr') return [];
  const { block, stmt } = from;
  const i = block.body.indexOf(stmt);
  const ends = late.filter((x) => x.caller === registration.caller).map((x) => enclosing(def, x.expr.range));
  if (ends.length !== late.length || ends.some((e) => e?.block !== block)) return [];
  const last = Math.max(...ends.map((e) => block.body.indexOf(e?.stmt as Stmt)));
  if (i < 0 || last <= i) return [];
  // the test of the status goes along
  const next = block.body[i + 1];
  const withTest = next?.kind === 'if' && !next.else && i + 1 < last ? next : undefined;
  const { file } = stmt.range;
  const end = withTest ? endOf(withTest) : endOf(stmt);
  const start = startOfLine(file, stmt.range.start);
  const cutEnd = nextLine(file, end);
  const lastStmt = block.body[last];
  if ([lastStmt.range.file, withTest?.range.file ?? file].some((f) => f !== file)) return [];
  // whole lines only: other statements on them would move along
  if (file.text.slice(start, stmt.range.start).trim() !== '' || file.text.slice(end, cutEnd).trim() !== '') return [];
  const at = nextLine(file, endOf(lastStmt));
  let text = file.text.slice(start, cutEnd);
  if (!text.endsWith('\n')) text += eolOf(stmt.range);
  return [
    {
      title: 'Register it after the initialisation',
      preferred: true,
      edits: [{ range: { file, start, end: cutEnd }, text: '' }, insert(file, at, text)],
    },
  ];
}
