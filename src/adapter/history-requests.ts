// Back in time beyond DAP's stepBack and reverseContinue: which moment is shown (event `interlock/moment`), and going to one (request `interlock/goTo`).
import { EvaluationError } from '../machine/inspect/value.js';
import type { GoToArguments, MomentEvent } from '../messages/moment.js';
import type { Session } from '../session/session.js';
import { parsePosition } from '../trace/position.js';
import type { CustomRequest } from './custom-requests.js';

/** Body of `interlock/moment`. */
export function momentEvent(session: Session, state: MomentEvent['state'], threadId: number): MomentEvent {
  return { state, ...session.moment(threadId), threadId };
}

const goTo: CustomRequest = (context, args) => {
  const { position, threadId } = (args ?? {}) as Partial<GoToArguments>;
  const parsed = position === 'present' ? position : typeof position === 'string' ? parsePosition(position) : undefined;
  if (parsed === undefined)
    throw new EvaluationError(`'${String(position)}' is not a moment: give a position such as 1A3:7 (hexadecimal), or present`);
  if (threadId !== undefined && !Number.isInteger(threadId)) throw new EvaluationError('threadId must be a whole number');
  context.move((session) => session.goTo(parsed, threadId));
  return {};
};

export const historyRequests: Readonly<Record<string, CustomRequest>> = { 'interlock/goTo': goTo };
