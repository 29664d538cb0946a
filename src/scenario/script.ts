// What a run does from outside, in order: drivers load (or get their service key), processes start at their times and are waited for, drivers unload backwards.
import type { ScenarioStep } from '../kernel/ps/scenario.js';
import type { Build, BuiltDriver } from './build.js';

export function scenarioScript(build: Build, imageIndex: (driver: BuiltDriver) => number): ScenarioStep[] {
  const steps: ScenarioStep[] = [];
  const known = (d: BuiltDriver) => ({ name: d.block.name, imageIndex: imageIndex(d), integrityCheck: d.sources.integrityCheck });
  const of = (kind: (d: BuiltDriver['block']) => boolean): BuiltDriver[] => build.drivers.filter((d) => kind(d.block));
  const onDemand = of((d) => d.demandStart === true);
  const atStart = [...of((d) => d.bootStart === true), ...of((d) => !d.bootStart && !d.demandStart)];
  for (const d of onDemand) steps.push({ op: 'register-driver', ...known(d) });
  for (const d of atStart) steps.push({ op: 'load-driver', ...known(d), bootStart: d.block.bootStart ?? false });
  const processes = build.processes.filter((p) => p.block.kind === 'process');
  let now = 0;
  for (const { block } of [...processes].sort((a, b) => a.block.delayNs - b.block.delayNs)) {
    if (block.delayNs > now) steps.push({ op: 'delay', ns: block.delayNs - now });
    now = Math.max(now, block.delayNs);
    steps.push({ op: 'start-process', imagePath: block.path, commandLine: block.commandLine ?? block.path, count: block.count });
  }
  steps.push({ op: 'wait-processes' }, { op: 'end-children' });
  for (const d of [...atStart, ...onDemand].reverse()) if (!d.block.keepLoaded) steps.push({ op: 'unload-driver', name: d.block.name });
  return steps;
}
