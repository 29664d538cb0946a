// User images in a process window: the same code in two windows, user addresses of locals, exceptions on user stacks, no way to kernel memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import { FrameFlag, MAP, PAGE_SIZE, Reason, ROUTINE_BASE, Status, toAddress, USER_BASE } from '../../src/machine/abi.js';
import { compileImage } from '../../src/machine/compile/compile-image.js';
import { type ExceptionInfo, Machine } from '../../src/machine/machine.js';
import { routineFixedSize } from '../../src/machine/routine.js';
import { walkStack } from '../../src/machine/walk.js';

const SOURCE = `
void keep(void *p);
int global = 5; int *self = &global;
int caught; int (*indirect)(int);
static int twice(int n) { return 2 * n; }
static int filter(unsigned long code) { return code == 0xC0000005 ? 1 : 0; }
int main(void *kernel) {
  int local = 3; int *p = &local;
  keep(p); keep(self);
  __try { *(int *)kernel = 1; } __except (filter(_exception_code())) { caught++; }
  __try { *(int *)0 = 1; } __except (1) { caught++; }
  __try { ((int (*)(void))kernel)(); } __except (1) { caught++; }
  indirect = twice; global++;
  return *p + indirect(*self) + 100 * caught;
}
int crash(void) { return *(volatile int *)16; }`;

const WINDOW = MAP.user.start;
const SIZE = 64 * PAGE_SIZE;

class World {
  readonly kept: number[] = [];
  unhandled: ExceptionInfo | undefined;
  readonly routines = [
    { name: 'unresolved', step: () => Status.Returned },
    { name: 'keep', step: (k: World, f: { ptr(i: number): number }) => (k.kept.push(f.ptr(0)), Status.Returned) },
  ] as never;
  readonly machine = new Machine({ host: this as never });
  onUnhandled(x: ExceptionInfo): Status {
    this.unhandled = x;
    return this.machine.stop(Reason.Dispatch);
  }
}

function image() {
  const unit = compileUnit('u.c', { files: new MemoryFiles({ 'u.c': SOURCE }), builtinHeaders: {}, includePaths: [], defines: {} });
  assert.deepEqual(
    unit.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message),
    [],
  );
  const keep = { number: ROUTINE_BASE + 1, fixedSize: routineFixedSize(0), address: toAddress(MAP.nt.start + 16) };
  const imports = { func: (name: string) => (name === 'keep' ? keep : undefined), data: () => undefined };
  return compileImage({ name: 'u', mode: 'user', units: [unit], start: 0x10000, imports, functionBase: 1, stepBase: 1, debug: false });
}

test('one user image in two windows', () => {
  const w = new World();
  const m = w.machine;
  const u = image();
  m.loadImages([u]);
  const r = m.registers;
  const main = u.functions.find((f) => f.name === 'main')!;
  const crash = u.functions.find((f) => f.name === 'crash')!;
  for (const window of [WINDOW, WINDOW + 0x1000000]) {
    m.mapImage(u, window);
    m.mem.pages.map(window + 40 * PAGE_SIZE, 8 * PAGE_SIZE, { writable: true, user: true });
    r.setUserWindow(window, SIZE, USER_BASE - window);
    r.userMode = true;
    r.stackLimit = window + 40 * PAGE_SIZE;
    for (const slice of [1_000_000, 1]) {
      m.pushFrame(main.number, [toAddress(MAP.pool.start)], { prev: 0, base: window + 48 * PAGE_SIZE, flags: FrameFlag.User });
      w.kept.length = 0;
      m.mem.setI32(USER_BASE + u.globals.find((g) => g.symbol.name === 'caught')!.offset, 0);
      m.mem.setI32(USER_BASE + u.globals.find((g) => g.symbol.name === 'global')!.offset, 5);
      let reason = m.run(slice);
      while (reason === Reason.Fuel) reason = m.run(slice);
      assert.equal(reason, Reason.Done);
      assert.equal(r.returnValue, 3 + 12 + 300);
      assert.equal(
        w.kept.every((a) => a > USER_BASE && a < USER_BASE + SIZE),
        true,
      );
    }
  }
  m.pushFrame(crash.number, [], { prev: 0, base: WINDOW + 0x1000000 + 48 * PAGE_SIZE, flags: FrameFlag.User });
  assert.equal(m.run(1000), Reason.Dispatch);
  assert.deepEqual(
    [w.unhandled?.code, w.unhandled?.address, w.unhandled!.ip > USER_BASE, w.unhandled!.record > USER_BASE],
    [0xc0000005, 16, true, true],
  );
  assert.equal(m.mem.u32(w.unhandled!.record), 0xc0000005);
  assert.deepEqual(
    walkStack(m).map((f) => f.mode),
    ['user', 'user'],
  );
});
