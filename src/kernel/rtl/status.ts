// NTSTATUS values of the run-time library: the kernel's (what `k.return` takes).
export { STATUS } from '../status.gen.js';
