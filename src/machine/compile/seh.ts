// Structured exception handling: the protocol between compiled functions and the machine's unwinder (which is not here).
// Tables only: entering a `__try` costs nothing at run time. FunctionInfo.seh lists the regions of a function, inner before outer, by step
// number; the place of a frame is its header.pc (the faulting step, or n + 1 of the call it is in; both numbers of a call lie inside the
// region).
//
// Every region has an area of SEH_AREA_SIZE bytes in the frame, at fp + region.area. Words of the area:
//   +0 except: exception code, written by the machine when it resumes the frame at region.handler (`GetExceptionCode()` in the handler body reads it)
//      finally: FinallyState; AbnormalTermination() = state != Normal
//   +4 finally: step to continue at when state is Leaving (compiled code only)
//   +8 .. +31 free for the machine (state of an unwind that is running this finally body: target frame, target step, code ...)
//
// Search phase. For each frame from the top, for each region that contains header.pc: `except` with `constantFilter` gives the answer at
// once; otherwise the machine pushes a frame for the filter funclet region.filter on top of everything: pc 0, fn, prev = current Top, sp =
// its fp, seh = fp of the frame that owns the region, flags = Funclet (| User in user images), slot 0 = simulated address of
// EXCEPTION_POINTERS, slot 1 = exception code (u32); frame size = fixedSize + 4 slots as always. It runs like any function (may call,
// wait, fault) and *returns* (Status.Returned) the filter value in Reg.ReturnValue as signed 32 bits: > 0 run the handler, 0 go on
// searching, < 0 continue execution (resume the faulting frame at its pc). Unwind phase, from the top frame to the target: for each
// `finally` region containing header.pc, inner first (in the target frame only those inside the target region): area.state =
// FinallyState.Unwinding, header.pc = region.handler, Top = that frame (everything below it is dead), run. At the end of the body the
// frame stops with Reason.Unwind, header.pc = number of the end step, which lies outside the region but inside every outer one: so
// "regions that contain header.pc" then continues with the outer ones. If the body leaves by itself (return, goto), the frame just goes
// on: the unwind is abandoned. At last: target frame: area.code = exception code, header.pc = region.handler, sp unchanged, Top = frame.

export const SEH_AREA_SIZE = 32;
export const SEH_AREA = { code: 0, state: 0, target: 4, machine: 8 } as const;

export const enum FinallyState {
  /** reached by running off the end of the body or by __leave */
  Normal = 0,
  /** entered by the machine's unwinder: ends with Reason.Unwind */
  Unwinding = 1,
  /** entered by return, goto, break or continue out of the body: ends by going to area.target */
  Leaving = 2,
}
