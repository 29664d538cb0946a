// Scenario text -> Scenario. Error-tolerant: an unknown word is reported with the nearest known one and skipped to the next statement, so that one mistake
// gives one message. Grammar: docs/scenario.md.
import type { Diagnostic } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import type {
  DriverBlock,
  Expectation,
  Located,
  ModelsStatement,
  ProcessBlock,
  RegistryKey,
  RegistryValue,
  Scenario,
  StubStatement,
  ThreadBlock,
} from './ast.js';
import { MachineReader } from './machine-reader.js';
import { Stop } from './statement-reader.js';
import { binaryValue, stringValue } from './values.js';

const PRIORITIES: Record<string, number> = {
  idle: -15,
  lowest: -2,
  'below-normal': -1,
  normal: 0,
  'above-normal': 1,
  highest: 2,
  'time-critical': 15,
};

/** What a machine has room for: kernel stacks for threads, user memory for processes (machine/abi.ts). A run says when the whole is too much. */
const MOST_THREADS = 11_000;
const MOST_PROCESSES = 1_000;
/** Stacks in the window of a pico process (ps/pico-window.ts). */
const MOST_WSL_THREADS = 32;

class Parser extends MachineReader {
  private readonly drivers: DriverBlock[] = [];
  private readonly processes: ProcessBlock[] = [];
  private readonly expectations: Expectation[] = [];
  private readonly stubs: StubStatement[] = [];
  private readonly models: ModelsStatement[] = [];

  parse(): Scenario {
    const blocks = {
      machine: () => this.machineBlock(),
      driver: () => this.driverBlock(),
      process: () => this.processBlock('process'),
      program: () => this.processBlock('program'),
      expect: () => this.expectBlock(),
      stub: () => this.stubStatement(this.stubs),
      models: () => this.modelsStatement(this.models),
    };
    while (this.word.kind !== 'eof') {
      if (this.accept(';')) continue;
      this.guarded(() => this.dispatch(blocks, 'block'));
    }
    const { file, machine, drivers, processes, expectations, stubs, models } = this;
    return { file, machine, drivers, processes, expectations, stubs, models };
  }

  // ------------------------------------------------------------ blocks
  private driverBlock(): void {
    const start = this.advance();
    const name = this.string("the driver's name");
    const sources: Located<string>[] = [];
    const includes: Located<string>[] = [];
    const defines: Record<string, string> = {};
    const registry: RegistryKey[] = [];
    const stubs: StubStatement[] = [];
    const models: ModelsStatement[] = [];
    let project: Located<string> | undefined;
    let configuration: Located<string> | undefined;
    let platform: Located<string> | undefined;
    let integrityCheck: boolean | undefined;
    let keepLoaded = false;
    let bootStart = false;
    let demandStart = false;
    const strings = (into: Located<string>[], what: string) => () => {
      this.advance();
      do into.push(this.string(what));
      while (this.accept(','));
    };
    this.statements(
      `of driver "${name.value}"`,
      {
        sources: strings(sources, 'a source file or pattern'),
        include: strings(includes, 'an include folder'),
        project: () => {
          this.advance();
          project = this.string('a .vcxproj file');
          while (this.word.kind === 'word' && (this.is('configuration') || this.is('platform')))
            if (this.advance().text === 'configuration') configuration = this.string('the configuration of the project');
            else platform = this.string('the platform of the project');
        },
        define: () => {
          this.advance();
          if (this.word.kind !== 'word') this.fail(`expected a macro name, found ${this.show()}`);
          const w = this.advance();
          defines[w.text] = '1';
          if (this.is('=')) {
            defines[w.text] = this.lexer.expression().text; // the lexer stands behind the `=`
            this.word = this.lexer.next();
          }
        },
        registry: () => {
          this.advance();
          registry.push(this.registryKey());
        },
        'integrity-check': () => {
          this.advance();
          integrityCheck = this.yesNo();
        },
        'keep-loaded': () => {
          this.advance();
          keepLoaded = true;
        },
        'boot-start': () => {
          this.advance();
          bootStart = true;
        },
        'demand-start': () => {
          this.advance();
          demandStart = true;
        },
        stub: () => this.stubStatement(stubs),
        models: () => this.modelsStatement(models),
      },
      'driver setting',
    );
    if (!sources.length && !project)
      this.error(
        `driver "${name.value}" names no sources`,
        name.range,
        'add  sources "driver/*.c";  or  project "driver/driver.vcxproj";',
        'scenario-no-sources',
      );
    if (bootStart && demandStart) this.error(`driver "${name.value}" is boot-start and demand-start`, name.range);
    if (this.drivers.some((d) => d.name.toLowerCase() === name.value.toLowerCase()))
      this.error(`driver "${name.value}" is declared twice`, name.range);
    this.drivers.push({
      name: name.value,
      range: this.range(start, name.range),
      sources,
      includes,
      defines,
      registry,
      keepLoaded,
      ...(bootStart ? { bootStart } : {}),
      ...(demandStart ? { demandStart } : {}),
      stubs,
      models,
      ...(project ? { project } : {}),
      ...(configuration ? { configuration } : {}),
      ...(platform ? { platform } : {}),
      ...(integrityCheck === undefined ? {} : { integrityCheck }),
    });
  }

  private yesNo(): boolean {
    if (this.accept('yes') || this.accept('on')) return true;
    if (this.accept('no') || this.accept('off')) return false;
    this.fail(`expected yes or no, found ${this.show()}`);
  }

  private registryKey(): RegistryKey {
    const path = this.string('the key below the service key').value;
    const values: RegistryValue[] = [];
    this.want('{', 'after the registry key');
    while (!this.accept('}')) {
      if (this.word.kind === 'eof') this.fail('the registry key is not closed', 'add the missing }');
      if (this.accept(';')) continue;
      const name = this.string('a value name').value;
      this.want('=', 'after the value name');
      const type = this.word.text;
      const w = this.advance();
      if (type === 'dword' || type === 'qword') {
        const n = this.integer(`the ${type}`, 0, type === 'dword' ? 0xffffffff : Number.MAX_SAFE_INTEGER);
        values.push({ name, type, data: binaryValue(n, type === 'dword' ? 4 : 8) });
      } else if (type === 'string' || type === 'expand-string')
        values.push({ name, type, data: stringValue([this.string('the text').value], false) });
      else if (type === 'multi-string') {
        const all = [this.string('the text').value];
        while (this.accept(',')) all.push(this.string('the text').value);
        values.push({ name, type, data: stringValue(all, true) });
      } else if (type === 'binary') {
        const hex = this.string('the bytes in hexadecimal').value.replace(/[\s,]/g, '');
        if (!/^([0-9A-Fa-f]{2})*$/.test(hex)) this.error('these are not bytes in hexadecimal', w, 'for example binary "01 02 ff"');
        else values.push({ name, type, data: Uint8Array.from(hex.match(/../g) ?? [], (h) => Number.parseInt(h, 16)) });
      } else {
        this.error(`unknown registry type '${type}'`, w, 'known: dword, qword, string, expand-string, multi-string, binary');
        throw new Stop();
      }
    }
    return { path, values };
  }

  private processBlock(kind: 'process' | 'program'): void {
    const start = this.advance();
    const path = this.string('the path of the executable');
    let commandLine: string | undefined;
    let subsystem: 'win32' | 'wsl' = 'win32';
    let delayNs = 0;
    let count = 1;
    while (this.word.kind === 'word') {
      if (this.accept('command')) commandLine = this.string('the command line').value;
      else if (this.accept('subsystem')) {
        if (!this.is('wsl') && !this.is('win32')) this.fail(`unknown subsystem ${this.show()}`, 'known: win32, wsl');
        subsystem = this.advance().text as 'win32' | 'wsl';
      } else if (this.accept('at')) delayNs = this.time('the start time');
      else if (this.is('count')) {
        if (kind === 'program') this.error("a program has no 'count': it runs as often as it is started", this.word);
        this.advance();
        count = this.integer('the number of processes', 1, MOST_PROCESSES);
      } else this.fail(`unknown process option ${this.show()}`, 'known: command, subsystem, at, count', 'scenario-unknown-word');
    }
    const threads: ThreadBlock[] = [];
    const kept: { start: number; end: number }[] = [];
    this.want('{', `of process "${path.value}"`);
    while (!this.is('}')) {
      if (this.word.kind === 'eof') {
        this.error(`process "${path.value}" is not closed`, path.range, 'add the missing }');
        break;
      }
      if (this.accept(';')) continue;
      if (this.word.kind === 'directive') {
        const w = this.advance();
        kept.push({ start: w.start, end: w.end });
        continue;
      }
      this.guarded(() =>
        this.dispatch(
          {
            thread: () => {
              const t = this.threadBlock();
              const all = threads.reduce((n, o) => n + o.count, t.count);
              if (subsystem === 'wsl' && t.count !== 1)
                this.error("a thread of a WSL process has no 'count'", t.range, 'write one thread block for each');
              else if (subsystem === 'wsl' && all > MOST_WSL_THREADS)
                this.error(`a WSL process can have at most ${MOST_WSL_THREADS} threads of its own`, t.range);
              else if (all > MOST_THREADS) this.error(`a process can have at most ${MOST_THREADS} threads of its own, not ${all}`, t.range);
              else if (threads.some((o) => o.name === t.name)) this.error(`thread '${t.name}' is declared twice in this process`, t.range);
              else threads.push(t);
            },
            code: () => {
              this.advance();
              if (!this.is('{')) this.fail(`expected '{' after 'code', found ${this.show()}`);
              const open = this.word.start;
              const end = this.lexer.skipBody(open);
              this.word = this.lexer.next();
              if (end !== undefined) kept.push({ start: open + 1, end });
            },
          },
          'process item',
        ),
      );
    }
    if (this.is('}')) this.advance();
    this.processes.push({
      kind,
      path: path.value,
      subsystem,
      delayNs,
      count,
      range: this.range(start, path.range),
      threads,
      kept,
      ...(commandLine === undefined ? {} : { commandLine }),
    });
  }

  private threadBlock(): ThreadBlock {
    const start = this.advance();
    if (this.word.kind !== 'word' || !/^[A-Za-z_]\w*$/.test(this.word.text))
      this.fail(`expected the thread's name, found ${this.show()}`, 'a name that is a C identifier, for example: thread worker { ... }');
    if (this.file.text.slice(start.start, this.word.start).includes('\n'))
      this.error("the thread's name must stand on the line of 'thread'", this.word);
    const name = this.advance();
    let priority = 0;
    let affinity = 0;
    let delayNs = 0;
    let count = 1;
    while (this.word.kind === 'word') {
      if (this.accept('priority')) {
        if (!Object.hasOwn(PRIORITIES, this.word.text))
          this.fail(`unknown priority ${this.show()}`, `known: ${Object.keys(PRIORITIES).join(', ')}`);
        priority = PRIORITIES[this.advance().text];
      } else if (this.accept('cpu')) affinity = 2 ** this.integer('the CPU', 0, 63);
      else if (this.accept('at')) delayNs = this.time('the start time');
      else if (this.accept('count')) count = this.integer('the number of threads', 1, MOST_THREADS);
      else this.fail(`unknown thread option ${this.show()}`, 'known: priority, cpu, at, count', 'scenario-unknown-word');
    }
    if (!this.is('{')) this.fail(`expected '{' and the C body of thread '${name.text}', found ${this.show()}`);
    const bodyStart = this.word.start;
    const bodyEnd = this.lexer.skipBody(bodyStart) ?? this.file.text.length;
    this.word = this.lexer.next();
    return { name: name.text, range: this.range(start, name), priority, affinity, delayNs, count, bodyStart, bodyEnd };
  }

  private expectBlock(): void {
    this.advance();
    const expression = (kind: 'always' | 'finally') => () => {
      const w = this.word;
      this.lexer.offset = w.end;
      const e = this.lexer.expression();
      this.word = this.lexer.next();
      if (e.text === '') this.error(`'${kind}' needs a C expression`, w, `for example: ${kind} g_Count == 0;`);
      else this.expectations.push({ kind, expression: e.text, expressionStart: e.start, range: this.lexer.range(w.start, e.end) });
    };
    this.statements(
      "after 'expect'",
      {
        no: () => {
          const w = this.advance();
          const what = this.word.text;
          if (what === 'output') {
            this.advance();
            const s = this.string('the text');
            this.expectations.push({ kind: 'output', text: s.value, present: false, range: this.range(w, s.range) });
          } else if (what === 'bugcheck' || what === 'leak' || what === 'race' || what === 'deadlock') {
            this.expectations.push({ kind: 'no', what, range: this.range(w, this.word) });
            this.advance();
          } else if (what === 'finding') {
            const end = this.advance();
            if (this.word.kind !== 'string') this.expectations.push({ kind: 'no-finding', range: this.range(w, end) });
            else {
              const id = this.string('the id of the finding');
              this.expectations.push({ kind: 'no-finding', id: id.value, range: this.range(w, id.range) });
            }
          } else
            this.fail(
              `unknown expectation 'no ${what}'`,
              'known: no bugcheck, no leak, no race, no deadlock, no finding, no finding "ID", no output "text"',
              'scenario-unknown-word',
            );
        },
        bugcheck: () => {
          const w = this.advance();
          const end = this.word;
          this.expectations.push({ kind: 'bugcheck', code: this.integer('the bug check code', 0, 0xffffffff), range: this.range(w, end) });
        },
        always: expression('always'),
        finally: expression('finally'),
        calls: () => {
          const w = this.advance();
          if (this.word.kind !== 'word') this.fail(`expected a function name, found ${this.show()}`);
          const f = this.advance().text;
          const op = this.word.text;
          if (!['==', '!=', '<', '<=', '>', '>='].includes(op))
            this.fail(`expected a comparison, found ${this.show()}`, 'for example: calls OnProcessNotify == 6;');
          this.advance();
          const end = this.word;
          const count = this.integer('the number of calls', 0, Number.MAX_SAFE_INTEGER);
          this.expectations.push({ kind: 'calls', function: f, op: op as '==', count, range: this.range(w, end) });
        },
        output: () => {
          const w = this.advance();
          const s = this.string('the text');
          this.expectations.push({ kind: 'output', text: s.value, present: true, range: this.range(w, s.range) });
        },
      },
      'expectation',
    );
  }
}

/** Parses a scenario file; never throws. A scenario with errors is still returned as far as it was understood. */
export function parseScenario(file: SourceFile): { scenario: Scenario; diagnostics: Diagnostic[] } {
  const p = new Parser(file);
  const scenario = p.parse();
  return { scenario, diagnostics: p.diagnostics };
}
