// A run that is walked by choices: from the beginning of the scenario to the next choice, and from there to the next, with a mark to go back to at each. What a
// strategy sees of the machine.
import { KPRCB } from '../kernel/layouts.gen.js';
import type { Build } from '../scenario/build.js';
import type { RunReport } from '../scenario/report.js';
import { Simulation } from '../scenario/simulation.js';
import { historyOf } from './history.js';
import { OrderChooser, type Poll } from './order-chooser.js';
import { type Footprint, Sharing } from './sharing.js';
import { StateLog, type StateMark } from './state-log.js';

/** Steps between two looks at the budget. */
const PIECE = 200_000;

export type Position =
  /** Several CPUs stand before something that others can see. */
  | 'choice'
  /** The scenario has ended. */
  | 'end'
  /** The order was not followed to its end: it took more steps than are allowed. */
  | 'cut'
  /** The budget is spent. */
  | 'stopped';

export interface Mark {
  readonly state: StateMark;
  readonly log: number;
  /** Length of the last slice: it may have been open. */
  readonly last: number;
  readonly parked: Float64Array;
  readonly fair: readonly number[];
  readonly position: Position;
  readonly history: number;
  readonly polls: readonly Poll[];
  readonly races: unknown;
}

export interface Transition {
  readonly footprint: Footprint;
  /** CPUs that stand where they stood before. */
  readonly undisturbed: readonly number[];
}

export interface WalkLimits {
  /** Steps of one order. */
  readonly steps: number;
  /** Asked now and then: the walk is to be given up. */
  stop(): boolean;
}

export class Walker {
  position: Position = 'choice';
  readonly simulation: Simulation;
  readonly sharing: Sharing;
  readonly chooser: OrderChooser;
  private readonly states: StateLog;
  /** Of what has happened so far in this order that the verdict looks at and that is not in memory. */
  private history = 0;
  private readonly begin: Mark;
  private readonly verdicts = new Map<number, RunReport>();
  /** Visible operations that were executed, for measurements. */
  transitions = 0;

  /** `build` has no errors. */
  constructor(
    build: Build,
    private readonly limits: WalkLimits,
  ) {
    this.chooser = new OrderChooser(build.scenario.machine.cpus);
    this.simulation = new Simulation(build, { debug: false, cleanStops: true, chooser: this.chooser });
    const { kernel } = this.simulation;
    this.sharing = new Sharing(kernel);
    this.chooser.sharing = this.sharing;
    kernel.machine.observe(this.sharing);
    this.sharing.watching = true;
    kernel.trace.onEvent = (i) => {
      this.history = (this.history + historyOf(kernel.trace, i)) | 0;
    };
    this.states = new StateLog(kernel);
    this.begin = this.mark();
  }

  /** Slices in the order so far (twice). */
  get depth(): number {
    return this.chooser.log.length;
  }

  /** CPUs that can be chosen: those that only poll for what others must do are left out. The one that ran last comes first. */
  get choices(): readonly number[] {
    const { polls } = this.chooser;
    const awake = this.chooser.fair.filter((c) => !polls[c].spins);
    const fair = awake.length ? awake : this.chooser.fair;
    const current = this.simulation.kernel.cpuNumber;
    return fair.includes(current) ? [current, ...fair.filter((c) => c !== current)] : fair;
  }

  /** From the beginning to the first choice; with `promote` with all that is known about shared memory. */
  restart(): void {
    this.back(this.begin);
    this.sharing.promote();
    this.go();
  }

  /** The CPU does its visible operation and goes on to its next one. */
  take(cpu: number): Transition {
    const { chooser, sharing } = this;
    const before = chooser.parked.slice();
    sharing.footprint = [];
    this.transitions++;
    chooser.decide(cpu);
    this.go();
    if (this.position === 'choice') chooser.noteOperation(this.simulation.kernel, cpu, sharing.footprint);
    const undisturbed = chooser.fair.filter((c) => c !== cpu && before[c] !== 0 && before[c] === chooser.parked[c]);
    return { footprint: sharing.footprint, undisturbed };
  }

  mark(): Mark {
    const { log, parked, fair } = this.chooser;
    return {
      state: this.states.mark(),
      log: log.length,
      last: log[log.length - 1] ?? 0,
      parked: parked.slice(),
      fair,
      position: this.position,
      history: this.history,
      polls: this.chooser.polls,
      races: this.simulation.kernel.hooks.races?.mark(),
    };
  }

  back(to: Mark): void {
    const { chooser, simulation } = this;
    simulation.end = undefined;
    this.states.back(to.state);
    simulation.kernel.hooks.races?.back(to.races);
    chooser.log.length = to.log;
    if (to.log > 0) chooser.log[to.log - 1] = to.last;
    chooser.parked.set(to.parked);
    chooser.fair = to.fair;
    this.position = to.position;
    this.history = to.history;
    chooser.polls = [...to.polls];
    this.sharing.stopped = false;
  }

  /** Equal numbers: everything that can follow, and the verdict, is equal. */
  get stateNumber(): number {
    return this.states.stateNumber(this.history);
  }

  /** Thread that runs on a CPU. */
  threadOn(cpu: number): number {
    const { kernel } = this.simulation;
    return kernel.mem.ptr(kernel.prcb(cpu) + KPRCB.CurrentThread);
  }

  /** At an end: what the run came to. The same state is reported once. */
  report(): RunReport {
    const number = this.stateNumber;
    let r = this.verdicts.get(number);
    if (!r) this.verdicts.set(number, (r = this.simulation.report()));
    return r;
  }

  private go(): void {
    const { simulation, limits } = this;
    for (;;) {
      const e = simulation.advance(PIECE, false);
      if (e.kind === 'ended') this.position = simulation.end?.kind === 'limit' ? 'cut' : 'end';
      else if (e.kind === 'running' && e.choice) this.position = 'choice';
      else if (simulation.stepsRun >= limits.steps) this.position = 'cut';
      else if (limits.stop()) this.position = 'stopped';
      else continue;
      break;
    }
    this.chooser.settle(simulation.kernel);
    this.states.sync();
  }
}
