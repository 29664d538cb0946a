// An exploration asked for by a message: in the web's worker, where there is no command line.
import { basename } from '../base/files.js';
import { explore } from '../explore/explore.js';
import { outcomeOf } from '../explore/outcome.js';
import type { ExploreAnswer, ExploreRequest } from '../messages/explore.js';
import { placeOf } from '../scenario/describe-bugcheck.js';
import type { AdapterHost } from './host.js';
import { loadProgram } from './program.js';

export async function answerExplore(
  host: AdapterHost,
  request: ExploreRequest,
  onOrders: (orders: number) => void,
): Promise<ExploreAnswer> {
  const { build } = await loadProgram(host, request.program, {});
  const until = host.now() + 1000 * request.seconds;
  const failed = (list: typeof build.diagnostics): ExploreAnswer => ({
    verdict: 'bad-input',
    errors: list
      .filter((d) => d.severity === 'error')
      .map((d) => ({ message: d.message, ...(d.range ? { place: placeOf(d.range) } : {}) })),
  });
  if (build.diagnostics.some((d) => d.severity === 'error')) return failed(build.diagnostics);
  let told = host.now();
  const result = explore(build, {
    strategy: request.strategy,
    stop: () => host.now() > until,
    onProgress: (p) => {
      if (host.now() - told < 100) return;
      told = host.now();
      onOrders(p.orders);
    },
  });
  if (result.diagnostics.some((d) => d.severity === 'error')) return failed(result.diagnostics);
  const { failure, ...rest } = outcomeOf(build, result, basename(request.program));
  return { ...rest, ...(failure ? { failure: { what: failure.what, switches: failure.switches, schedule: failure.schedule } } : {}) };
}
