// User mode of pico processes: the `syscall` instruction as a routine, where a thread begins and ends, and printf. Names begin with `lx!`, and only bodies of
// `subsystem wsl` reach them (imports.ts); there is no ntdll, no TEB and no Win32 here.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { PS_GLOBALS } from '../layouts.gen.js';
import { SYS } from '../lx/numbers.js';
import { Entry } from '../ps/pico-context.js';
import { picoSystemCall } from '../ps/pico-syscall.js';
import { formatText } from '../rtl/format.js';

const PRINT_BYTES = 1024;
const PRINT_SLOTS = PRINT_BYTES / 8;

const systemCall = (k: Kernel, f: Frame, nextPc: number, number: number, ...args: (Addr | bigint)[]): Status =>
  picoSystemCall(
    k,
    f,
    nextPc,
    BigInt(number),
    Array.from({ length: 6 }, (_, i) => BigInt(args[i] ?? 0)),
  );

/** Writes text that a body prints: in user mode it is formatted, then written to descriptor 1. */
function print(k: Kernel, f: Frame, text: string): Status {
  const shown = text.slice(0, PRINT_BYTES - 1);
  k.machine.charge(shown.length >> 2);
  k.mem.writeAnsi(f.localAddress(0), shown, true);
  return systemCall(k, f, 1, SYS.write, 1, f.localAddress(0), shown.length);
}

/** What a function that is called at a new place does when it returns. */
const ON_RETURN: Readonly<Record<number, number>> = {
  [Entry.Start]: SYS.exit_group,
  [Entry.Thread]: SYS.exit,
  [Entry.Signal]: SYS.rt_sigreturn,
};

export const routines: KernelRoutine[] = [
  {
    // (number, up to six arguments)
    name: 'lx!syscall',
    cost: 5,
    step(k, f) {
      if (f.pc === 1) return k.returnBig(f.result64);
      return picoSystemCall(
        k,
        f,
        1,
        f.i64(0),
        Array.from({ length: 6 }, (_, i) => f.i64(1 + i)),
      );
    },
  },
  {
    // (code, Entry, four arguments): outermost frame of a thread or signal handler
    name: 'lx!start',
    cost: 20,
    step(k, f) {
      if (f.pc === 0) {
        if (f.u32(1) !== Entry.Signal) k.event('ps.body-start', { entry: f.ptr(0) });
        return k.call(f, 1, f.ptr(0), [f.i64(2), f.i64(3), f.i64(4), f.i64(5)]);
      }
      // a provider that lets the call come back is asked again
      return systemCall(k, f, 1, ON_RETURN[f.u32(1)] ?? SYS.exit, 0);
    },
  },
  {
    // A program that no block describes: lives for a moment
    name: 'lx!default',
    locals: 2,
    step(k, f) {
      if (f.pc !== 0) return k.return(0);
      const ns = k.mem.i64(k.globals.PS + PS_GLOBALS.DefaultLifetime) * 100n;
      k.mem.setI64(f.localAddress(0), ns / 1_000_000_000n);
      k.mem.setI64(f.localAddress(1), ns % 1_000_000_000n);
      return systemCall(k, f, 1, SYS.nanosleep, f.localAddress(0), 0);
    },
  },
  {
    name: 'lx!printf',
    locals: PRINT_SLOTS,
    step: (k, f) =>
      f.pc === 0
        ? print(k, f, formatText(k.mem.checked, k.mem.checked.readAnsiz(f.ptr(0)), f.slotAddress(1), false))
        : k.return(f.result32 | 0),
  },
  {
    name: 'lx!puts',
    locals: PRINT_SLOTS,
    step: (k, f) => (f.pc === 0 ? print(k, f, `${k.mem.checked.readAnsiz(f.ptr(0))}\n`) : k.return(f.result32 | 0)),
  },
];
