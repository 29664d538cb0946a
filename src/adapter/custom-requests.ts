// Requests beyond DAP, for the panels and trees of our own client: one table, each feature's handlers in a file of its own.
import type { Session } from '../session/session.js';
import { historyRequests } from './history-requests.js';
import { inspectorRequests } from './inspector-requests.js';
import { schedulerRequests, type TraceFeed } from './scheduler-requests.js';
import type { SourceMap } from './source-map.js';

/** What a handler may use. */
export interface CustomContext {
  /** Throws EvaluationError when nothing was launched. */
  session(): Session;
  readonly sources: SourceMap;
  readonly feed: TraceFeed;
  readonly running: boolean;
  /** Sends a custom event. */
  send(event: string, body: object): void;
  /**
   * Moves the stopped machine (goes to a moment, steps back ...): `action` prepares the session as the stepping requests do, then the machine runs
   * and a `stopped` event follows. Throws EvaluationError while the machine runs.
   */
  move(action: (session: Session) => void): void;
}

/** Answers the response's body. An EvaluationError is the user's mistake and becomes an error response. `args` come from outside: check them. */
export type CustomRequest = (context: CustomContext, args: unknown) => object;

export const customRequests: Readonly<Record<string, CustomRequest>> = {
  ...historyRequests,
  ...inspectorRequests,
  ...schedulerRequests,
};
