// NTSTATUS values as signed 32-bit numbers (what `k.return` and comparisons with `f.result32 | 0` expect), under their names without STATUS_. A name that is
// new here needs `npm run gen`, which takes its value from src/wdk/ntstatus.h.
import { STATUS } from '../status.gen.js';

export const NT = STATUS;

/** NT_SUCCESS: success and informational codes. */
export const ntSuccess = (status: number): boolean => (status | 0) >= 0;
