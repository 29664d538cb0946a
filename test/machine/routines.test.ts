// The dispatcher with routines alone: calls, returns, fuel, unwinding, traps, stack walk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameFlag, MAP, PAGE_SIZE, Reason, Reg, ROUTINE_BASE, Status, toAddress, USER_BASE } from '../../src/machine/abi.js';
import { type ExceptionInfo, Machine } from '../../src/machine/machine.js';
import type { Frame, RoutineDefinition } from '../../src/machine/routine.js';
import { walkStack } from '../../src/machine/walk.js';

const STACK = MAP.stacks.start;
const STACK_TOP = STACK + 6 * PAGE_SIZE;

class Host {
  readonly log: string[] = [];
  readonly routines: readonly RoutineDefinition<never>[];
  readonly machine: Machine;
  unhandled: ExceptionInfo | undefined;
  constructor(routines: readonly RoutineDefinition<Host>[]) {
    this.routines = [{ name: 'unresolved', step: () => Status.Returned }, ...routines] as never;
    this.machine = new Machine({ host: this });
    this.machine.mem.pages.map(STACK, 6 * PAGE_SIZE, { writable: true });
    this.machine.registers.stackLimit = STACK + 512;
  }
  onUnhandled(x: ExceptionInfo): Status {
    this.unhandled = x;
    return this.machine.stop(Reason.BugCheck);
  }
  start(id: number, args: (number | bigint)[]): void {
    this.machine.pushFrame(ROUTINE_BASE + id, args, { prev: 0, base: STACK_TOP });
  }
}

/** 1: f(n) = n == 0 ? 0 : n + f(n - 1), by calls. */
const sum: RoutineDefinition<Host> = {
  name: 'Sum',
  locals: 1,
  cost: 5,
  step: (k, f) => {
    if (f.pc === 0) {
      f.set(0, f.i32(0));
      if (f.i32(0) === 0) {
        k.machine.setReturn(0);
        return Status.Returned;
      }
      f.pc = 1;
      return k.machine.callNumber(ROUTINE_BASE + 1, [f.i32(0) - 1]);
    }
    k.machine.setReturn(f.get(0) + f.result);
    return Status.Returned;
  },
  unwind: (k, f) => k.log.push(`unwind ${f.get(0)}`),
};

test('calls, results and virtual time', () => {
  const h = new Host([sum]);
  h.start(1, [10]);
  assert.equal(h.machine.run(1e6), Reason.Done);
  assert.equal(h.machine.registers.returnValue, 55);
  assert.equal(h.machine.executed, 11 * 5 + 10);
  assert.equal(h.machine.cpu.time, 65);
  assert.equal(h.machine.steps, 65);
});

test('any slicing takes the same steps and gives the same result', () => {
  const h = new Host([sum]);
  h.start(1, [10]);
  let slices = 0;
  while (h.machine.run(1) === Reason.Fuel) slices++;
  assert.equal(h.machine.registers.returnValue, 55);
  assert.equal(h.machine.cpu.time, 65);
  assert.equal(slices > 10, true);
});

test('a deep recursion ends in a stack fault that no handler sees', () => {
  const h = new Host([sum]);
  h.start(1, [1000]);
  assert.equal(h.machine.run(1e6), Reason.BugCheck);
  assert.equal(h.unhandled?.code, 0xc00000fd);
  const frames = walkStack(h.machine);
  assert.equal(frames.length > 50, true);
  assert.equal(
    frames.every((f) => f.name === 'Sum'),
    true,
  );
});

const toucher: RoutineDefinition<Host> = {
  name: 'Toucher',
  step: (k, f) => {
    k.machine.setReturn(k.machine.mem.checked.u32(f.ptr(0)));
    return Status.Returned;
  },
  unwind: (k) => k.log.push('unwind toucher'),
};

test('a fault in a routine is an exception at its frame; record and pointers are in simulated memory', () => {
  const h = new Host([sum, toucher]);
  h.start(2, [0x10]);
  assert.equal(h.machine.run(1000), Reason.BugCheck);
  const x = h.unhandled!;
  assert.deepEqual([x.code, x.address, x.size, x.parameters], [0xc0000005, 0x10, 4, [0n, 0x10n]]);
  const m = h.machine.mem;
  assert.equal(m.u32(x.record), 0xc0000005);
  assert.equal(m.u32(x.record + 0x18), 2);
  assert.equal(m.ptr(x.record + 0x28), 0x10);
  assert.equal(m.ptr(x.pointers), x.record);
  assert.equal(m.ptr(x.pointers + 8), x.context);
  assert.deepEqual(
    walkStack(h.machine).map((f) => `${f.kind} ${f.name}`),
    ['internal KiDispatchException', 'routine Toucher'],
  );
});

test('the host may resolve a fault: the routine runs again', () => {
  const h = new Host([sum, toucher]);
  const host = Object.assign(h, {
    onFault: () => {
      h.machine.mem.pages.map(MAP.pool.start, PAGE_SIZE, {});
      return h.machine.stop(Reason.Call);
    },
  });
  h.machine.mem.setU32(toAddress(MAP.pool.start), 42);
  host.start(2, [toAddress(MAP.pool.start)]);
  assert.equal(h.machine.run(1000), Reason.Done);
  assert.equal(h.machine.registers.returnValue, 42);
});

test('first chance stops are resumable and cost no time', () => {
  const times: number[] = [];
  for (const stop of [false, true]) {
    const h = new Host([sum, toucher]);
    if (stop) h.machine.stopOnException = () => true;
    h.start(2, [0x10]);
    if (stop) {
      assert.equal(h.machine.run(1000), Reason.DebugBreak);
      assert.equal(h.machine.exception()?.code, 0xc0000005);
    }
    assert.equal(h.machine.run(1000), Reason.BugCheck);
    times.push(h.machine.cpu.time);
  }
  assert.equal(times[0], times[1]);
});

test('software raise carries its parameters', () => {
  const raiser: RoutineDefinition<Host> = { name: 'Raiser', step: (k) => k.machine.raise(0xc000009a, { parameters: [7, -1] }) };
  const h = new Host([raiser]);
  h.start(1, []);
  assert.equal(h.machine.run(100), Reason.BugCheck);
  assert.equal(h.unhandled?.code, 0xc000009a);
  assert.equal(h.unhandled?.flags, 1);
  assert.deepEqual(h.unhandled?.parameters, [7n, 0xffffffffffffffffn]);
});

test('a call to an address without code faults', () => {
  const caller: RoutineDefinition<Host> = {
    name: 'Caller',
    step: (k, f) => {
      f.pc = 1;
      return k.machine.call(f.ptr(0), [1, 2]);
    },
  };
  const h = new Host([caller]);
  h.start(1, [toAddress(MAP.drivers.start)]);
  assert.equal(h.machine.run(100), Reason.BugCheck);
  assert.deepEqual([h.unhandled?.parameters[0], h.unhandled?.address], [8n, toAddress(MAP.drivers.start)]);
});

test('code entries make routines callable by address', () => {
  const caller: RoutineDefinition<Host> = {
    name: 'Caller',
    step: (k, f) => {
      if (f.pc === 0) {
        f.pc = 1;
        return k.machine.call(f.ptr(0), [4]);
      }
      k.machine.setReturn(f.result);
      return Status.Returned;
    },
  };
  const h = new Host([sum, caller]);
  h.machine.mem.pages.map(MAP.nt.start, PAGE_SIZE, { executable: true });
  h.machine.writeCodeEntry(MAP.nt.start + 16, ROUTINE_BASE + 1);
  h.start(2, [toAddress(MAP.nt.start + 16)]);
  assert.equal(h.machine.run(100), Reason.Done);
  assert.equal(h.machine.registers.returnValue, 10);
});

test('requestStop counts only the steps taken', () => {
  const stopper: RoutineDefinition<Host> = {
    name: 'Stopper',
    cost: 7,
    step: (k, f) => {
      if (f.pc === 0) {
        f.pc = 1;
        k.machine.requestStop();
        return k.machine.stop(Reason.Call);
      }
      return Status.Returned;
    },
  };
  const h = new Host([stopper]);
  h.start(1, []);
  assert.equal(h.machine.run(100000), Reason.Fuel);
  assert.equal(h.machine.executed, 7);
  assert.equal(h.machine.run(100000), Reason.Done);
  assert.equal(h.machine.cpu.time, 8);
});

test('a trap frame keeps the registers of the interrupted code', () => {
  const h = new Host([sum]);
  h.start(1, [3]);
  assert.equal(h.machine.run(11), Reason.Fuel);
  h.machine.setReturn(99);
  const before = h.machine.registers.top;
  const trap = h.machine.pushTrap(FrameFlag.Interrupt);
  h.machine.pushFrame(ROUTINE_BASE + 1, [5]);
  while (h.machine.registers.top !== trap && h.machine.registers.top !== before) h.machine.run(1);
  assert.equal(h.machine.run(0), Reason.Fuel);
  assert.equal(h.machine.registers.top, before);
  assert.equal(h.machine.registers.returnValue, 99);
  assert.equal(h.machine.run(1000), Reason.Done);
  assert.equal(h.machine.registers.returnValue, 6);
});

test('frames of user mode see their slots at user addresses', () => {
  let seen = 0;
  const r: RoutineDefinition<Host> = {
    name: 'R',
    locals: 1,
    step: (_k: Host, f: Frame) => {
      seen = f.slotAddress(0);
      return Status.Returned;
    },
  };
  const h = new Host([r]);
  h.machine.registers.setUserWindow(STACK, 6 * PAGE_SIZE, USER_BASE - STACK);
  h.machine.pushFrame(ROUTINE_BASE + 1, [123], { prev: 0, base: STACK_TOP, flags: FrameFlag.User });
  h.machine.run(10);
  assert.equal(h.machine.mem.ptr(seen), 123);
  assert.equal(seen > 0, true);
});

test('a checkpoint between two steps, restored in a fresh machine, runs to the same end', () => {
  const h = new Host([sum]);
  h.start(1, [12]);
  h.machine.run(40);
  const bytes = h.machine.serialize(h.machine.checkpoint());
  h.machine.run(1e6);
  const g = new Host([sum]);
  g.machine.restore(g.machine.deserialize(bytes));
  assert.equal(g.machine.run(1e6), Reason.Done);
  assert.equal(g.machine.registers.returnValue, 78);
  assert.equal(g.machine.cpu.time, h.machine.cpu.time);
});

test('an overwritten chain ends the walk and the run, not the host', () => {
  const h = new Host([sum]);
  h.start(1, [10]);
  h.machine.run(30);
  const top = h.machine.registers.top;
  h.machine.mem.raw.setI32(top + 8, 0x12345); // prev
  assert.equal(walkStack(h.machine).at(-1)?.kind, 'corrupted');
  assert.equal(h.machine.run(1e6), Reason.BugCheck);
  assert.equal(h.unhandled?.code, 0xc000001d);
  h.machine.mem.raw.setI32(top + 8, top); // a ring
  assert.equal(walkStack(h.machine, top).length, 2);
});

test('every CPU has its own registers and clock', () => {
  const m = new Machine({ cpus: 3 });
  m.setReg(Reg.Irql, 2);
  m.cpu.time = 5;
  m.switchCpu(2);
  assert.deepEqual([m.reg(Reg.Cpu), m.reg(Reg.Irql), m.now], [2, 0, 0]);
  m.switchCpu(0);
  assert.deepEqual([m.reg(Reg.Cpu), m.reg(Reg.Irql), m.now], [0, 2, 5]);
});
