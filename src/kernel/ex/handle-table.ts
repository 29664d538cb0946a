// ExEnumHandleTable, ExRemoveHandleTable: undocumented, used by drivers that look for or change handles. The callback gets a copy of the entry in Windows' x64
// encoding (since 8.1): bit 0 unlocked, bits 20 to 63 the address of the object header from bit 4 on, granted access in the low 25 bits of the second word. The
// entry comes locked; the callback sets bit 0 again. Changes of the access are taken over, others are not.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { HANDLE_TABLE, HANDLE_TABLE_ENTRY, OB_GLOBALS } from '../layouts.gen.js';
import { lookupHandle, nextHandle } from '../ob/handle-table.js';
import { entries, initListHead, remove } from '../rtl/list.js';

const ACCESS_BITS = 0x1ffffff;
const UNLOCKED = 1;

const isTable = (k: Kernel, table: Addr): boolean =>
  entries(k.mem, k.globals.OB + OB_GLOBALS.HandleTables).some((e) => e - HANDLE_TABLE.HandleTableList === table);

/** Locals: 0 handle, 1 and 2 the entry as the callback sees it. */
const HANDLE = 0;
const COPY = 1;

/** Windows' encoding of an entry in use, locked. */
function encode(k: Kernel, entry: Addr, at: Addr): void {
  const object = BigInt.asUintN(48, BigInt(k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object))) >> 4n;
  const attributes = BigInt(k.mem.u32(entry + HANDLE_TABLE_ENTRY.Attributes) & 7);
  k.mem.setI64(at, BigInt.asIntN(64, (object << 20n) | (attributes << 17n)));
  k.mem.setPtr(at + 8, k.mem.u32(entry + HANDLE_TABLE_ENTRY.GrantedAccess) & ACCESS_BITS);
}

/** (HandleTable, EnumHandleProcedure, EnumParameter, PHANDLE Handle): TRUE when the procedure said so of a handle. */
function enumerate(k: Kernel, f: Frame): Status {
  const table = f.ptr(0);
  const copy = f.localAddress(COPY);
  if (f.pc === 0) {
    f.set(HANDLE, 0);
    k.mem.checked.ptr(table + HANDLE_TABLE.TableCode);
    if (!isTable(k, table)) {
      k.finding('handle-table-not-valid', 'ExEnumHandleTable with an address that is no handle table');
      return k.return(0);
    }
  } else {
    const entry = lookupHandle(k, table, f.get(HANDLE));
    if (entry !== 0) k.mem.setU32(entry + HANDLE_TABLE_ENTRY.GrantedAccess, k.mem.u32(copy + 8) & ACCESS_BITS);
    if ((k.mem.u8(copy) & UNLOCKED) === 0)
      k.finding(
        'handle-entry-locked',
        'the procedure of ExEnumHandleTable left the entry locked: on Windows the next use of the handle hangs',
      );
    if ((f.result32 & 0xff) !== 0) {
      if (f.ptr(3) !== 0) k.mem.checked.setPtr(f.ptr(3), f.get(HANDLE));
      return k.return(1);
    }
  }
  const handle = nextHandle(k, table, f.get(HANDLE) + (f.pc === 0 ? 0 : 4));
  if (handle === 0) return k.return(0);
  f.set(HANDLE, handle);
  encode(k, lookupHandle(k, table, handle), copy);
  return k.call(f, 1, f.ptr(1), [table, copy, handle, f.ptr(2)]);
}

export const routines: KernelRoutine[] = [
  { name: 'ExEnumHandleTable', locals: 3, cost: 40, step: enumerate },
  {
    // (HandleTable): the table is no longer in the list of all tables
    name: 'ExRemoveHandleTable',
    cost: 10,
    step(k, f) {
      if (!isTable(k, f.ptr(0))) return k.returnVoid();
      remove(k.mem, f.ptr(0) + HANDLE_TABLE.HandleTableList);
      initListHead(k.mem, f.ptr(0) + HANDLE_TABLE.HandleTableList);
      return k.returnVoid();
    },
  },
  // Wakes who waits for a handle table entry; nobody does, since entries are locked only inside one step.
  { name: 'ExfUnblockPushLock', cost: 4, step: (k) => k.returnVoid() },
];
