// Numbers of Linux system calls on x64 and error numbers, as far as the built-in provider and the trace know them. The header of scenario bodies (wdk/linux.h)
// has the same numbers under their SYS_ names; a test compares.
export const SYS = {
  read: 0,
  write: 1,
  open: 2,
  close: 3,
  mmap: 9,
  mprotect: 10,
  munmap: 11,
  brk: 12,
  rt_sigaction: 13,
  rt_sigprocmask: 14,
  rt_sigreturn: 15,
  ioctl: 16,
  sched_yield: 24,
  pause: 34,
  nanosleep: 35,
  getpid: 39,
  clone: 56,
  fork: 57,
  vfork: 58,
  execve: 59,
  exit: 60,
  wait4: 61,
  kill: 62,
  getuid: 102,
  getgid: 104,
  geteuid: 107,
  getegid: 108,
  getppid: 110,
  arch_prctl: 158,
  gettid: 186,
  futex: 202,
  set_tid_address: 218,
  exit_group: 231,
  tgkill: 234,
  openat: 257,
} as const;

const NAMES = new Map<number, string>(Object.entries(SYS).map(([name, n]) => [n, name]));

/** `SYS_fork`, or `syscall 1234` for a number without a name here. */
export const linuxCallName = (n: number): string => {
  const name = NAMES.get(n);
  return name === undefined ? `syscall ${n}` : `SYS_${name}`;
};

export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  ENOEXEC: 8,
  EBADF: 9,
  ECHILD: 10,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EINVAL: 22,
  ENOSYS: 38,
} as const;

/** Signals that the built-in provider does something with. */
export const SIGNAL = { kill: 9, segv: 11, ill: 4, fpe: 8, child: 17, cont: 18, stop: 19, urgent: 23, window: 28 } as const;
