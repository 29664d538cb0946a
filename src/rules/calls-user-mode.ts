// calls-user-mode: a callback asks a user-mode service and waits for it: filter port messages, ports, named pipes, or an inverted call (a pended request is
// completed and the answer waited for). The service may itself start a process or load an image, or need a lock that this thread's caller holds.

import { eachExpr, eachStmt, strip } from '../c/walk.js';
import { finding, type Rule, type RuleContext } from './context.js';
import type { Call, Fn } from './program.js';
import type { Certainty, Finding } from './rule.js';
import { isObjectWait, waitOf } from './waits.js';
import { workItemFixes } from './work-item-fix.js';

const PIPE_DEVICE = 0x11n;
const PORT = /^(Zw|Nt)(Alpc|RequestWaitReplyPort|ConnectPort|RequestPort)/;
const OPENS_FILE = /^(Zw|Nt|Io|Flt)(CreateFile|OpenFile)/;

/** How a call reaches user mode, if it does; shared with the rules that would otherwise report the same call. */
export function userModeCall(call: Call): string | undefined {
  const { ddi } = call;
  if (!ddi) return undefined;
  if (ddi.userMode)
    return ddi.name === 'FltSendMessage' ? 'sends a message to a user-mode service and waits for it' : 'calls into user mode';
  if (PORT.test(ddi.name)) return 'sends a message to a port and waits for the answer';
  if (ddi.name.endsWith('FsControlFile')) {
    const code = call.expr.args[ddi.symbol.type.params.findIndex((p) => p.name === 'FsControlCode')];
    const x = code && strip(code);
    return x?.kind === 'int' && x.value >> 16n === PIPE_DEVICE ? 'talks to the other end of a named pipe' : undefined;
  }
  return OPENS_FILE.test(ddi.name) && namesPipe(call.caller) ? 'opens a named pipe, whose other end is a user-mode process' : undefined;
}

const pipes = new WeakMap<Fn, boolean>();

/** A string in the function names a pipe. */
function namesPipe(fn: Fn): boolean {
  let found = pipes.get(fn);
  if (found === undefined) {
    found = false;
    eachStmt(fn.def.body, {
      expr: (e) =>
        eachExpr(e, (x) => {
          if (x.kind !== 'string') return;
          let text = '';
          for (let i = 0; i < Math.min(x.bytes.length, 120); i += x.unit) text += String.fromCharCode(x.bytes[i]);
          if (/\\(NamedPipe|pipe)\\/i.test(text)) found = true;
        }),
    });
    pipes.set(fn, found);
  }
  return found;
}

/** A wait after a pended request was completed in the same function: the user-mode owner of the request is to answer. */
export function invertedCall(c: RuleContext, wait: Call): Call | undefined {
  if (!isObjectWait(wait) || !waitOf(wait)) return undefined;
  void c;
  return wait.caller.calls.find(
    (x) => x.expr.range.start < wait.expr.range.start && (isCompletion(x) || (!x.ddi && x.targets.some((t) => t.calls.some(isCompletion)))),
  );
}

const isCompletion = (x: Call): boolean =>
  x.ddi !== undefined && /^(IoCompleteRequest|IofCompleteRequest|WdfRequestComplete)/.test(x.ddi.name);

export const callsUserMode: Rule = {
  id: 'calls-user-mode',
  check(c) {
    const out: Finding[] = [];
    const report = (call: Call, certainty: Certainty, what: string, related: Finding['path'] = []): void => {
      out.push(
        finding(
          'calls-user-mode',
          'warning',
          certainty,
          call.expr.range,
          `${call.ddi?.name} ${what} in ${c.subject(call.caller)}: the service may wait for this very thread (it starts a process, loads an image, needs a lock that is held here), and then nothing goes on. Decide from what the driver already knows, or queue a work item that tells the service afterwards`,
          [...c.pathTo(call.caller), ...related],
          call.ddi?.userMode ? workItemFixes(c, call) : [],
        ),
      );
    };
    for (const call of c.reachedDdis()) {
      const what = userModeCall(call);
      if (what !== undefined) {
        report(call, call.ddi?.userMode ? 'certain' : 'likely', what);
        continue;
      }
      const completed = invertedCall(c, call);
      if (completed)
        report(call, 'likely', 'waits for the answer of the service whose request was completed before', [
          { range: completed.expr.range, message: `the pended request is completed here` },
        ]);
    }
    return out;
  },
};
