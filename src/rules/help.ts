// One paragraph about each rule: why it is a problem and what to do. Shown by hover, in SARIF and as the first lines of the rule's page (a test compares them).
import type { RuleId } from '../base/rules.js';

export const RULE_HELP: Readonly<Record<RuleId, string>> = {
  'calls-user-mode':
    'A callback that asks a user-mode service and waits for the answer can wait for itself: the service may start a process, load an image or need a lock that the caller of the callback holds. Decide from what the driver knows, and tell the service afterwards.',
  'registry-call':
    "Registry calls in a callback can block on hive locks, read from disk and run other drivers' registry callbacks while a process, thread or image waits. Read settings once in DriverEntry; move the rest to a work item.",
  'blocking-call':
    'A callback that waits holds up the thread that creates or ends something, with normal kernel APCs off and the locks of its callers held. Poll with a zero timeout, or move the wait to a work item or thread of the driver.',
  synchronizes:
    'A lock that a callback takes makes every event of its kind stand behind the other holders. That is harmless while they hold it for a few instructions, and a deadlock or a stall when one of them waits, removes callbacks or raises the same event meanwhile.',
  'slow-work':
    "File I/O, work in another process' address space and big copies in a callback are paid at every event in the system. Copy what is needed and queue a work item.",
  'waits-for-work-item':
    'A callback that waits for the work it has queued is slower than one that does the work itself, and deadlocks when the worker needs what the callback holds, or when all workers stand in such callbacks. Let the work finish on its own.',
  'stack-use':
    'Callbacks run on the kernel stack of whoever creates or ends something: 24 KB in all, much of it used by file systems and filters already. Keep frames small and take big buffers from pool.',
  'too-long':
    'A callback runs at every event of its kind in the whole system, one after the other for all drivers. Keep it short and flat, without unbounded loops; leave the rest to a work item.',
  'not-unregistered':
    'A callback that is still registered when the driver is gone is called in freed memory: bug check 0xCE. Remove it at the start of DriverUnload and on every path on which DriverEntry fails after registering it.',
  'unregister-inside':
    'Removing a callback waits until no invocation of it runs. From inside the callback that is never, so the thread hangs. Set a flag inside and remove the callback in DriverUnload or from a work item.',
  'registered-too-early':
    'A callback can run on another processor as soon as it is registered. Initialise the locks, lists and events that it uses before that, and make registering the last step of DriverEntry.',
  'optional-member':
    'Windows leaves some parameters and members NULL: CreateInfo when a process ends, CommandLine, the image name of an image callback, and for subsystem processes also FileObject and ImageFileName. Test them on every path before use; an assertion is no test in a free build.',
  'counted-string':
    'A UNICODE_STRING is counted by its Length; no zero needs to follow its Buffer. Print it with %wZ, and use RtlCompareUnicodeString, RtlPrefixUnicodeString and RtlCopyUnicodeString instead of wcs routines.',
  'irql-too-high':
    'Each DDI may be called up to the IRQL that its documentation states. Above it, it page faults, waits or uses a lock wrongly: bug check 0xA, or a hang. Do the call before the IRQL is raised or after it is lowered, or in a work item.',
};
