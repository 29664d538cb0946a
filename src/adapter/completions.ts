// Completion of the debug console as DAP has it. Columns of the client begin at 1.
import type { DebugProtocol } from '@vscode/debugprotocol';
import { EvaluationError } from '../machine/inspect/value.js';
import type { CompletionItem } from '../session/console/command.js';
import type { Session } from '../session/session.js';

const TYPES: Readonly<Record<CompletionItem['kind'], DebugProtocol.CompletionItemType>> = {
  command: 'keyword',
  option: 'enum',
  type: 'class',
  process: 'value',
  thread: 'value',
  variable: 'variable',
  function: 'function',
  field: 'field',
};

export function completionTargets(session: Session, args: DebugProtocol.CompletionsArguments): DebugProtocol.CompletionItem[] {
  const lines = args.text.split('\n').slice(0, (args.line ?? 1) - 1);
  const lineStart = lines.reduce((n, l) => n + l.length + 1, 0);
  const cursor = Math.max(0, Math.min(args.text.length, lineStart + args.column - 1));
  try {
    return session.completions(args.text, cursor, args.frameId).map((c) => ({
      label: c.text,
      type: TYPES[c.kind],
      start: c.start + 1,
      length: cursor - c.start,
      ...(c.detail === undefined ? {} : { detail: c.detail }),
    }));
  } catch (e) {
    if (e instanceof EvaluationError) return []; // the frame is gone: the machine has run on
    throw e;
  }
}
