// IoRegisterDriverReinitialization: routines that are called after DriverEntry has succeeded, in order; one that registers itself again is called once more.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { IO_GLOBALS, IOP_DRIVER, IOP_REINITIALIZE } from '../layouts.gen.js';
import { entries, insertTail, remove } from '../rtl/list.js';

const next = (k: Kernel, driver: Addr): Addr =>
  entries(k.mem, k.globals.IO + IO_GLOBALS.Reinitialize).find((e) => k.mem.ptr(e + IOP_REINITIALIZE.Driver) === driver) ?? 0;

/** IopReinitializeDriver(DriverObject) */
function reinitialize(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const driver = f.ptr(0);
  const entry = next(k, driver);
  if (entry === 0) return k.returnVoid();
  const [routine, context] = [m.ptr(entry + IOP_REINITIALIZE.Routine), m.u64(entry + IOP_REINITIALIZE.Context)];
  remove(m, entry);
  k.pool.free(entry);
  const count = m.u32(driver + IOP_DRIVER.ReinitializeCount) + 1;
  m.setU32(driver + IOP_DRIVER.ReinitializeCount, count);
  return k.call(f, 1, routine, [driver, context, count]);
}

export const routines: KernelRoutine[] = [
  {
    // (DriverObject, Routine, Context)
    name: 'IoRegisterDriverReinitialization',
    cost: 20,
    step(k, f) {
      const entry = k.pool.allocate('nonpaged', IOP_REINITIALIZE.sizeof, 'IoRe');
      if (entry === 0) return k.returnVoid();
      k.mem.setPtr(entry + IOP_REINITIALIZE.Driver, f.ptr(0));
      k.mem.setPtr(entry + IOP_REINITIALIZE.Routine, f.ptr(1));
      k.mem.setU64(entry + IOP_REINITIALIZE.Context, f.u64(2));
      insertTail(k.mem, k.globals.IO + IO_GLOBALS.Reinitialize, entry + IOP_REINITIALIZE.Link);
      return k.returnVoid();
    },
  },
  { name: 'IopReinitializeDriver', step: reinitialize },
];
