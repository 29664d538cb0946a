// What the bodies of `subsystem wsl` processes may call: system calls of Linux (x64 numbers) and a few thin wrappers, plus memory and string functions of the C
// library. There is no errno: like the kernel itself, every call returns a negative error number (-ENOENT ...) when it fails.
#pragma once
#define _LINUX_
#include "string.h"

typedef long long ssize_t;
typedef int pid_t;
typedef unsigned int mode_t;
typedef long long off_t;
struct timespec { long long tv_sec; long long tv_nsec; };

#define SYS_read 0
#define SYS_write 1
#define SYS_open 2
#define SYS_close 3
#define SYS_mmap 9
#define SYS_mprotect 10
#define SYS_munmap 11
#define SYS_brk 12
#define SYS_rt_sigaction 13
#define SYS_rt_sigprocmask 14
#define SYS_rt_sigreturn 15
#define SYS_ioctl 16
#define SYS_sched_yield 24
#define SYS_pause 34
#define SYS_nanosleep 35
#define SYS_getpid 39
#define SYS_clone 56
#define SYS_fork 57
#define SYS_vfork 58
#define SYS_execve 59
#define SYS_exit 60
#define SYS_wait4 61
#define SYS_kill 62
#define SYS_getuid 102
#define SYS_getgid 104
#define SYS_geteuid 107
#define SYS_getegid 108
#define SYS_getppid 110
#define SYS_arch_prctl 158
#define SYS_gettid 186
#define SYS_futex 202
#define SYS_set_tid_address 218
#define SYS_exit_group 231
#define SYS_tgkill 234
#define SYS_openat 257

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define ENOEXEC 8
#define EBADF 9
#define ECHILD 10
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EINVAL 22
#define ENOSYS 38

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGABRT 6
#define SIGFPE 8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGTERM 15
#define SIGCHLD 17
#define SIGCONT 18
#define SIGSTOP 19

#define WNOHANG 1
#define WEXITSTATUS(s) (((s) >> 8) & 0xff)
#define WTERMSIG(s) ((s) & 0x7f)
#define WIFEXITED(s) (WTERMSIG(s) == 0)
#define WIFSIGNALED(s) (WTERMSIG(s) != 0)

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_FAILED ((void *)-1)

// One `syscall` instruction: up to six arguments in Rdi, Rsi, Rdx, R10, R8, R9; the result is what the kernel left in Rax.
long long syscall(long long number, ...);

#define fork() ((pid_t)syscall(SYS_fork))
#define vfork() ((pid_t)syscall(SYS_vfork))
#define execve(path, argv, envp) ((int)syscall(SYS_execve, (const char *)(path), (char *const *)(argv), (char *const *)(envp)))
// exec("/bin/ls", "ls", "-l"): the argument vector written out
#define exec(path, ...) execve(path, ((char *const[]){ __VA_ARGS__, 0 }), 0)
#define exit(code) ((void)syscall(SYS_exit_group, (int)(code)))
#define _exit(code) exit(code)
#define getpid() ((pid_t)syscall(SYS_getpid))
#define getppid() ((pid_t)syscall(SYS_getppid))
#define gettid() ((pid_t)syscall(SYS_gettid))
#define write(fd, buffer, count) ((ssize_t)syscall(SYS_write, (int)(fd), (const void *)(buffer), (size_t)(count)))
#define wait4(pid, status, options, usage) ((pid_t)syscall(SYS_wait4, (pid_t)(pid), (int *)(status), (int)(options), (void *)(usage)))
#define waitpid(pid, status, options) wait4(pid, status, options, 0)
#define wait(status) wait4(-1, status, 0, 0)
#define kill(pid, signal) ((int)syscall(SYS_kill, (pid_t)(pid), (int)(signal)))
#define nanosleep(request, left) ((int)syscall(SYS_nanosleep, (const struct timespec *)(request), (struct timespec *)(left)))
#define usleep(us) nanosleep((&(struct timespec){ (us) / 1000000, (us) % 1000000 * 1000 }), 0)
#define sleep(s) nanosleep((&(struct timespec){ (s), 0 }), 0)
#define sched_yield() ((int)syscall(SYS_sched_yield))
#define brk(address) ((void *)syscall(SYS_brk, (void *)(address)))
#define mmap(address, length, protection, flags, fd, offset) \
  ((void *)syscall(SYS_mmap, (void *)(address), (size_t)(length), (int)(protection), (int)(flags), (int)(fd), (off_t)(offset)))
#define munmap(address, length) ((int)syscall(SYS_munmap, (void *)(address), (size_t)(length)))

// Formats in user mode and writes to file descriptor 1.
int printf(const char *format, ...);
int puts(const char *text);
