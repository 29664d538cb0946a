// What our own client is told when the run has stopped at a call that nothing answers, so that it can offer the stub.
import type { NotSimulatedEvent } from '../messages/not-simulated.js';
import { describeNotSimulated } from '../scenario/not-simulated.js';
import type { Session } from '../session/session.js';
import type { SourceMap } from './source-map.js';

/** Body of `interlock/notSimulated`; undefined when the run did not end so. */
export function notSimulatedEvent(session: Session, sources: SourceMap): NotSimulatedEvent | undefined {
  const call = describeNotSimulated(session.simulation);
  if (!call) return undefined;
  const { file } = session.simulation.build.scenario;
  const { path } = sources.source(file);
  const statement = call.advice?.stub;
  if (call.insertAt === undefined || statement === undefined || path === undefined) return { name: call.name };
  return { name: call.name, stub: { scenario: path, line: file.position(call.insertAt).line - 1, statement } };
}
