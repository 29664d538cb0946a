// The block `machine`: processors, limits, the version of Windows, unconfirmed facts taken another way, and the options of Driver Verifier.
import { CHOICE_NAMES, CHOICES } from '../base/choices.js';
import {
  VERIFIER_OPTION_NAMES,
  VERIFIER_OPTIONS,
  VERIFIER_STANDARD,
  type VerifierOption,
  verifierNames,
} from '../base/verifier-options.js';
import { DEFAULT_MACHINE, type MachineBlock } from './ast.js';
import { StubReader } from './stub-reader.js';

/** Bits of the standard set whose checks are always on (I/O verification, security) or about what is not simulated (DMA): accepted without a word. */
const IGNORED_FLAGS = 0x90;

export abstract class MachineReader extends StubReader {
  protected readonly machine: MachineBlock = { ...DEFAULT_MACHINE };

  protected machineBlock(): void {
    this.advance();
    const m = this.machine;
    const set = (f: () => void) => () => {
      this.advance();
      f();
    };
    this.statements(
      "after 'machine'",
      {
        cpus: set(() => void (m.cpus = this.integer('the number of CPUs', 1, 64))),
        seed: set(() => void (m.seed = this.integer('the seed', 0, 0xffffffff))),
        windows: set(() => {
          const s = this.string('the Windows version');
          if (!/^\d+\.\d+\.\d+$/.test(s.value)) this.error(`'${s.value}' is not a Windows version`, s.range, 'for example "10.0.22621"');
          else m.windows = s.value;
        }),
        step: set(() => void (m.stepNs = Math.max(1, this.time('the virtual time of one step')))),
        'time-limit': set(() => void (m.timeLimitNs = this.time('the limit of virtual time'))),
        'callback-time': set(() => void (m.callbackTimeNs = this.time('the time that a callback may run'))),
        'callback-stack': set(() => void (m.callbackStackBytes = this.integer('the stack that a callback may use, in bytes', 256, 24576))),
        'priority-separation': set(
          () =>
            void (m.prioritySeparation = this.integer(
              'the value of Win32PrioritySeparation (6 bits: length, kind, separation of quanta)',
              0,
              63,
            )),
        ),
        choice: set(() => this.choice()),
        verifier: set(() => this.verifier()),
        'step-limit': set(() => void (m.stepLimit = this.integer('the limit of steps', 1, Number.MAX_SAFE_INTEGER))),
      },
      'machine setting',
    );
  }

  /** `verifier standard | none | flags N | report | faults N | NAME on | NAME off` ... in any number. */
  private verifier(): void {
    const m = this.machine;
    do {
      const option = VERIFIER_OPTION_NAMES.find((n) => this.is(n));
      if (this.accept('standard')) m.verifierFlags = m.verifierAsked = VERIFIER_STANDARD;
      else if (this.accept('none')) m.verifierFlags = m.verifierAsked = 0;
      else if (this.accept('report')) m.verifierReports = true;
      else if (this.accept('faults')) {
        m.faultProbability = this.integer('how many of 10000 allocations fail', 0, 10000);
        this.switchOption('low-resources', true);
      } else if (this.accept('flags')) {
        const at = this.word;
        const flags = this.integer('the flags of Driver Verifier', 0, 0xffffffff);
        m.verifierFlags = m.verifierAsked = verifierNames(flags).reduce((bits, n) => bits | VERIFIER_OPTIONS[n], 0);
        if (m.verifierFlags !== (flags & ~IGNORED_FLAGS) >>> 0)
          this.error(
            `flags 0x${((flags & ~IGNORED_FLAGS) ^ m.verifierFlags).toString(16)} are not simulated`,
            at,
            `known: ${VERIFIER_OPTION_NAMES.map((n) => `${n} 0x${VERIFIER_OPTIONS[n].toString(16)}`).join(', ')}`,
          );
      } else if (option) {
        this.advance();
        if (this.accept('on')) this.switchOption(option, true);
        else if (this.accept('off')) this.switchOption(option, false);
        else this.fail(`expected 'on' or 'off' after ${option}, found ${this.show()}`);
      } else
        this.fail(
          `Driver Verifier has no option ${this.show()} here`,
          `known: standard, none, report, flags N, faults N, and with on or off: ${VERIFIER_OPTION_NAMES.join(', ')}`,
          'scenario-unknown-word',
        );
    } while (this.word.kind === 'word' && !this.is('}'));
  }

  private switchOption(option: VerifierOption, on: boolean): void {
    const bit = VERIFIER_OPTIONS[option];
    const m = this.machine;
    m.verifierFlags = on ? m.verifierFlags | bit : m.verifierFlags & ~bit;
    m.verifierAsked = on ? m.verifierAsked | bit : m.verifierAsked & ~bit;
  }

  /** `choice NAME VALUE`: an unconfirmed fact taken another way. */
  private choice(): void {
    const name = CHOICE_NAMES.find((n) => this.is(n));
    if (!name) this.fail(`no choice is called ${this.show()}`, `known: ${CHOICE_NAMES.join(', ')}`, 'scenario-unknown-word');
    this.advance();
    const { values, text } = CHOICES[name];
    const value = values.find((v) => this.is(v) || (this.word.kind === 'number' && this.word.text === v));
    if (!value) this.fail(`${name} cannot be ${this.show()}`, `one of ${values.join(', ')}. ${text}`, 'scenario-unknown-word');
    this.advance();
    this.machine.choices = { ...this.machine.choices, [name]: value };
  }
}
