// The command line: interlock run | explore | replay | check | compile | ddis | dap | lsp. Exit codes: 0 the expectations hold, 1 they do not (or a bug check happened), 2 bad
// input (or something that is not simulated: the run says nothing then), 3 no verdict within the budget (explore), 4 a defect of Interlock.
import type { BadInputReport } from '../scenario/report.js';
import { parseArguments, UsageError } from './arguments.js';

const USAGE = `interlock: Windows driver source on a simulated Windows kernel

  interlock run FILE.scenario [--cpus N] [--seed N] [--json]   run a scenario (or a .c file under the default scenario) and tell its story
  interlock explore FILE.scenario [--strategy random|pct|exhaustive] [--schedules N] [--depth N] [--seed N] [--seconds N] [--cpus N]
                    [--output FILE] [--json]                   run it under other orders of its threads until one fails
  interlock replay FILE.schedule [--json] [--force]            run the order that explore found
  interlock check PATH [--format text|json|sarif] [--level L]  best-practice rules over a driver (folder, .c, .vcxproj, .scenario)
  interlock compile PATH [--json] [--define X=Y] [--include DIR]   errors of a driver, and what comes of each routine it calls
  interlock ddis [NAME-PATTERN] [--status simulated|inline|declared] [--json]
                                                               every declared routine: header, IRQL, annotations, whether it is simulated
  interlock dap [--port N]                                     debug adapter on standard streams, or on a port of this machine
  interlock lsp                                                language server on standard streams
  interlock --version | --help

exit: 0 the expectations hold (check: clean, compile: no error), 1 they do not or the machine bug checked (check: findings at or above the
      level, compile: errors),
      2 bad input or something that is not simulated yet, 3 explore: the budget was spent without a verdict
`;

async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case 'run': {
      const { runCommand } = await import('./run.js');
      const a = parseArguments(rest, { cpus: 'number', seed: 'number', json: 'flag' }, 1);
      return runCommand(a.positional[0], a.options);
    }
    case 'explore': {
      const { EXPLORE_OPTIONS, exploreCommand } = await import('./explore.js');
      const a = parseArguments(rest, EXPLORE_OPTIONS, 1);
      return exploreCommand(a.positional[0], a.options);
    }
    case 'replay': {
      const { replayCommand } = await import('./explore.js');
      const a = parseArguments(rest, { json: 'flag', force: 'flag' }, 1);
      return replayCommand(a.positional[0], a.options);
    }
    case 'check': {
      const { CHECK_OPTIONS, checkCommand } = await import('./check.js');
      const a = parseArguments(rest, CHECK_OPTIONS, 1);
      return checkCommand(a.positional[0], a.options);
    }
    case 'ddis': {
      const { DDIS_OPTIONS, ddisCommand } = await import('./ddis.js');
      const a = parseArguments(rest, DDIS_OPTIONS, 0, 1);
      return ddisCommand(a.positional[0], a.options);
    }
    case 'compile': {
      const { COMPILE_OPTIONS, compileCommand } = await import('./compile.js');
      const a = parseArguments(rest, COMPILE_OPTIONS, 1);
      return compileCommand(a.positional[0], a.options.json === true, a.lists.include, a.lists.define);
    }
    case 'dap': {
      const { servePort, serveStdio } = await import('./dap.js');
      const a = parseArguments(rest, { port: 'number' }, 0);
      if (a.options.port === undefined) {
        serveStdio();
      } else {
        const port = await servePort(a.options.port as number);
        process.stderr.write(`interlock: debug adapter listens on 127.0.0.1:${port}\n`);
      }
      return new Promise(() => {}); // the adapter ends the process
    }
    case 'lsp': {
      const { serveLanguage } = await import('./lsp.js');
      parseArguments(rest, { stdio: 'flag' }, 0); // many editors add --stdio
      serveLanguage();
      return new Promise(() => {}); // the connection ends the process
    }
    case '--version': {
      const { version } = await import('./version.js');
      process.stdout.write(`${version}\n`);
      return 0;
    }
    case '--help':
    case '-h':
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case undefined:
      throw new UsageError('no command given');
    default:
      throw new UsageError(`unknown command '${command}'`);
  }
}

/** A wrong call in the form of docs/json.md, for programs that read standard output. */
function usageReport(message: string): string {
  const report: BadInputReport = { verdict: 'bad-input', errors: [{ severity: 'error', code: 'usage', message }] };
  return `${JSON.stringify(report, null, 2)}\n`;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (e: unknown) => {
    if (e instanceof UsageError) {
      if (process.argv.includes('--json')) process.stdout.write(usageReport(e.message));
      process.stderr.write(`interlock: ${e.message}\n\n${USAGE}`);
    } else process.stderr.write(`interlock failed: ${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n`);
    process.exitCode = e instanceof UsageError ? 2 : 4;
  },
);
