// The contract between compiled code, the machine and the kernel: address map, register file, frame layout, status words.
// Everything here is plain numbers so that wasm, TypeScript and a checkpoint see the same thing. One concept: "what lies where".
//
// Addresses. A simulated address is 64 bits. In TypeScript it is a JS number holding the *signed* 64-bit value (`Addr`): kernel addresses
// are negative (0xFFFFF80001000000 = KERNEL_BASE + 0x01000000), user addresses positive; both are exact in a double. A 64-bit value read from
// memory that is not exactly representable is non-canonical and no access to it succeeds.
// An *offset* is a place in linear memory (0 .. MEMORY_SIZE). Kernel address = KERNEL_BASE + offset. A user address of the current process
// = USER_BASE + (offset - REG_USER_OFFSET): each process has one contiguous window. Frame pointers (`fp`) are offsets, never addresses.

/** Simulated 64-bit address as signed number. */
export type Addr = number;

export const KERNEL_BASE = -0x80000000000; // 0xFFFFF800_00000000, low 32 bits zero
/** Upper half of every kernel address; the lower half is the offset. */
export const KERNEL_HIGH = Math.floor(KERNEL_BASE / 4294967296);
export const USER_BASE = 0x7ff600000000; // every process sees its window here
/**
 * 1784 MiB of simulated memory, reserved at start, never grown (committed by the host where it is touched). Offsets, also those of host-only memory, stay below
 * 2 GiB because frame pointers are signed words; a race machine has 4 shadow words for each word up to the end of the stacks above, which fills 4 GiB.
 */
export const MEMORY_SIZE = 0x6f800000;
export const PAGE_SIZE = 4096;
export const PAGE_SHIFT = 12;

/** The fixed map (offsets). docs/ARCHITECTURE.md shows it as a table; a test checks that the regions do not overlap. */
export const MAP = {
  /** never mapped: NULL-relative kernel offsets fault */
  nullGuard: { start: 0, end: 0x00010000 },
  /** nt image: code addresses of DDIs and of our own kernel C, then the kernel's global variables (KPCRs, list heads, tables) */
  nt: { start: 0x00010000, end: 0x01000000 },
  /** driver images, placed at compile time, 64 KiB aligned */
  drivers: { start: 0x01000000, end: 0x04000000 },
  /** pool (special pool pages and packed blocks), MDL mappings, kernel objects */
  pool: { start: 0x04000000, end: 0x10000000 },
  /** kernel stacks: KERNEL_STACK_SIZE + guard pages each, 11,700 of them; DPC stacks first */
  stacks: { start: 0x10000000, end: 0x24000000 },
  /** user windows of processes */
  user: { start: 0x24000000, end: 0x6f800000 },
} as const;

// ---------------------------------------------------------------- host-only memory (above MEMORY_SIZE; compiled code reaches it by constant offset only)
/** One byte a page: bits that deny (see Deny). */
export const DENY_TABLE = MEMORY_SIZE; // MEMORY_SIZE >> 12 = 0x6f800 bytes
/** One byte a page, non-zero = written since the last checkpoint. */
export const DIRTY_TABLE = MEMORY_SIZE + 0x80000;
/** Register file, see Reg. One page. */
export const REGISTERS = MEMORY_SIZE + 0x100000;
/** Race variant: one byte a page whose shadow words changed since the last checkpoint, see shadow.ts. 0x24000 bytes. */
export const SHADOW_DIRTY = MEMORY_SIZE + 0x110000;
/** Debug variant: one byte a step (global step number): non-zero = stop before it. */
export const BREAK_TABLE = MEMORY_SIZE + 0x180000;
export const BREAK_TABLE_SIZE = 0x400000; // 4 Mi steps
export const HOST_END = BREAK_TABLE + BREAK_TABLE_SIZE;
export const WASM_PAGES = HOST_END / 65536;

/** Deny bits of a page. An access is refused (slow path) when `deny[page] & mask` is non-zero, mask = READ_MASK or WRITE_MASK register. */
export enum Deny {
  Read = 1, // not present
  Write = 2, // not present or read-only
  Execute = 4,
  Pageable = 8, // refused while IRQL >= DISPATCH_LEVEL
  Supervisor = 16, // refused in user mode
  Watch = 32, // data breakpoint somewhere in the page: slow path decides
  Slow = 64, // pool page with state bytes: slow path decides
  Observe = 128, // every page, while an observer sees all accesses (observer.ts): slow path asks it
}
export const DENY_UNMAPPED = 7;
/** Bits that belong to the host and not to the simulated state: checkpoints leave them out. */
export const DENY_HOST = Deny.Watch | Deny.Observe;

/**
 * Register file: 32-bit words (64-bit ones are 8-aligned) at REGISTERS + n. It is the register set of the CPU that is running *now*; the machine saves
 * and loads it on a CPU switch. In linear memory (not wasm globals) because a constant-address load is as fast and TypeScript reads it as a typed array.
 */
export enum Reg {
  /** Steps left in this slice; a stop is taken before a step when it is < 0 after the decrement (or the step's break byte is set in the debug variant). */
  Fuel = 0,
  /** fp (offset) of the innermost frame; 0 = no frame. Valid whenever control is outside wasm. */
  Top = 4,
  /** Why wasm was left (Reason). */
  Reason = 8,
  /** Lowest offset a frame may start at on the current stack; below = stack overflow (Fault.Stack). */
  StackLimit = 12,
  ReadMask = 16,
  WriteMask = 20,
  /** Offset of the current process' user window and its size in bytes (0: none). */
  UserOffset = 24,
  UserSize = 28,
  /** Return value of the last function, 64 bits (floats as their bits, small integers extended to 64 as their type demands). */
  ReturnValue = 32,
  /** Fault details: address (64), then kind and size. */
  FaultAddress = 40,
  FaultKind = 48,
  FaultSize = 52,
  /** Address - offset for frames of user-mode code (64 bits): `&local` in user code = fp + slot + this. Kernel code uses KERNEL_BASE. */
  UserBias = 56,
  /** IRQL of this CPU (CR8). */
  Irql = 64,
  /** Number of this CPU. */
  Cpu = 68,
  /** 0 kernel mode, 1 user mode (chooses masks). */
  UserMode = 72,
  /** Global step number at the last stop (debugger, trace). */
  StopStep = 76,
  /** SEH: exception code being filtered/handled (for _exception_code()), set by the machine before a filter or handler runs. */
  ExceptionCode = 80,
  /** Lowest offset a callee frame may start at to be called directly by compiled code; between StackLimit and this the call goes through the dispatcher (see compile/imports.ts). */
  CallLimit = 84,
  /** Race variant: shadow word of an access by who runs now, twice (64 bits), see shadow.ts. */
  Epoch = 88,
  Size = 128,
}

/** Result of a compiled function, of a routine and of `run`: Returned = finished, value in Reg.ReturnValue; Stopped = unwind the host stack, Reg.Reason says why. */
export enum Status {
  Returned = 0,
  Stopped = 1,
}

export enum Reason {
  None = 0,
  /** fuel used up; Top will resume at its pc */
  Fuel = 1,
  /** break byte set (debug variant) before step Reg.StopStep */
  Break = 2,
  /** a routine pushed a frame: the dispatcher just goes on with Top */
  Call = 3,
  /** the current thread cannot go on (waits, terminated, preempted): the kernel picks another */
  Dispatch = 4,
  /** a check failed: Reg.Fault*; Top is the faulting frame (pc = the faulting step) */
  Fault = 5,
  /** bug check raised: the run is over; details in the kernel */
  BugCheck = 6,
  /** Top is 0: the outermost frame of this stack returned */
  Done = 7,
  /** `_finally` funclet or filter finished, used inside the machine's unwinder */
  Unwind = 8,
  /** `__debugbreak` / assertion: stop for the debugger, resumable */
  DebugBreak = 9,
  /** the observer stopped the machine before an access or routine step that others can see; Top goes on with it */
  Visible = 10,
}

export enum Fault {
  Read = 0,
  Write = 1,
  Execute = 2,
  /** fp would be below StackLimit */
  Stack = 3,
  DivideByZero = 4,
  IntegerOverflow = 5, // INT_MIN / -1
  /** illegal instruction: call of a function without code, unreachable reached */
  Illegal = 6,
  /** misaligned interlocked access */
  Misaligned = 7,
  /** raised by software: RtlRaiseException, ExRaiseStatus (code in Reg.ExceptionCode) */
  Raise = 8,
  /** __fastfail(code): code in FaultAddress; not catchable */
  FastFail = 9,
}

// ---------------------------------------------------------------- frames
/**
 * A frame lies on a simulated stack that grows downwards; fp is its lowest offset, 16-aligned:
 *   fp + 0   i32 pc       local step number to (re)start at; 0 = function entry. During a call: the number *after which* it resumes (see below).
 *   fp + 4   i32 fn       global function number: < ROUTINE_BASE a compiled function (index in the one wasm table), else ROUTINE_BASE + routine id
 *   fp + 8   i32 prev     fp of the caller, 0 = outermost
 *   fp + 12  i32 sp       lowest offset in use by this frame (= fp, lower after _alloca): callees are placed below it
 *   fp + 16  i32 seh      funclets: fp of the parent frame; functions with __try: abnormal-termination state
 *   fp + 20  i32 flags    FrameFlag bits
 *   fp + 24  i64 scratch  for routines: result of a pushed callee is copied here by the dispatcher before it resumes the frame
 *   fp + 32  locals and temporaries (compiled functions) or 8-byte local slots (routines)
 *   fp + fixedSize        argument slots, 8 bytes each, in order (Microsoft x64: narrow integers in the low bytes, upper bytes unspecified for compiled
 *                         callers -> callee truncates; structs of 1,2,4,8 bytes by value, others by pointer to a copy; big results by hidden pointer as slot 0;
 *                         variadic arguments follow contiguously; va_list is the simulated address of the next slot)
 * A caller places a callee of fixed size S with n slots (n = max(actual args, 4)) at calleeFp = (caller.sp - (S + 8n)) & ~15 — with the argument slots at calleeFp + S —,
 * checks StackLimit, stores callee pc = 0, fn, prev = caller fp, sp = calleeFp, flags = 0, stores its own pc (so that stack walks are exact at any time), and calls.
 * fixedSize of any function number is in FRAME_SIZE table of the program (compile time for direct calls, `Program.frameSize(fn)` for indirect).
 */
/** Alignment of fp. */
export const FRAME_ALIGN = 16;
export const FRAME = { pc: 0, fn: 4, prev: 8, sp: 12, seh: 16, flags: 20, result: 24, header: 32 } as const;
/** Function numbers from here on are kernel routines in TypeScript. */
export const ROUTINE_BASE = 0x100000;

export enum FrameFlag {
  /** user-mode frame */
  User = 1,
  /** first frame of a system call on the kernel stack (SEH search stops here) */
  SystemCall = 2,
  /** first frame of a DPC / interrupt on its own stack */
  Interrupt = 4,
  /** exception filter or finally funclet */
  Funclet = 8,
  /** first frame of an APC delivery */
  Apc = 16,
}

/**
 * Code addresses. Function k of an image has the address image.codeStart + 16 * k; the 16 bytes there hold {u32 CODE_MAGIC, u32 function number, u32 fixedSize, u32 extra}: an indirect call
 * checks range, 16-alignment, the page's Execute permission and the magic, then reads the number. Unloading an image unmaps these pages, so a later call faults.
 */
export const CODE_MAGIC = 0xc0de0f0b;
export const CODE_STRIDE = 16;

/** Every access by compiled code of `size` bytes at address a: off = a - KERNEL_BASE (unsigned compare with MEMORY_SIZE), page check, else slow path. */
export const toOffset = (a: Addr): number => a - KERNEL_BASE;
export const toAddress = (offset: number): Addr => KERNEL_BASE + offset;
export const isKernelAddress = (a: Addr): boolean => a >= KERNEL_BASE && a < KERNEL_BASE + MEMORY_SIZE;

/** `0xFFFFF80001000000`-style text of an address (16 upper-case digits, WinDbg-like without the backtick). */
export function formatAddress(a: Addr): string {
  return BigInt.asUintN(64, BigInt(a)).toString(16).toUpperCase().padStart(16, '0');
}
