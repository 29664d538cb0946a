// Facts about Windows that are not confirmed in public, where a machine can be told which way to take: `machine { choice NAME VALUE; }`. The first value is the
// default. The kernel asks with `k.choice(NAME)`; a run lists those that it asked for and that could have been otherwise (reference: its unconfirmed and its optional entries).
// Names of concepts stand here and not in the kernel because the language server reads scenarios without one.

export interface Choice {
  /** The first is the default. */
  readonly values: readonly [string, string, ...string[]];
  /** Page and section of the reference. */
  readonly source: string;
  /** What is chosen, as a sentence; and what each value means. */
  readonly text: string;
}

/** Append at the end: a run remembers which were asked for by their index (at most 64). */
export const CHOICES = {
  'thread-callback-twice': {
    values: ['accept', 'reject'],
    source: 'callbacks 3',
    text: 'A thread callback that is registered already: accepted and called twice, or rejected with STATUS_INVALID_PARAMETER',
  },
  'threaded-dpc': {
    values: ['enabled', 'disabled'],
    source: 'scheduler 10',
    text: 'Threaded DPCs: run in a thread of their CPU at PASSIVE_LEVEL, or as ordinary DPCs at DISPATCH_LEVEL (ThreadDpcEnable = 0)',
  },
  'worker-threads': {
    values: ['4096', '16'],
    source: 'scheduler 15',
    text: 'Worker threads of one queue at most: 4096 (since Windows 8), or 16 (before): how many work items may wait for others before their queue stands still',
  },
  'subsystem-veto': {
    values: ['deny', 'ignore'],
    source: 'subsystem-processes 3, 5',
    text: 'An error in CreationStatus for a subsystem process: the process is refused and its creator gets the status, or nothing happens',
  },
  'subsystem-names': {
    values: ['given', 'null'],
    source: 'subsystem-processes 3',
    text: 'FileObject, ImageFileName and CommandLine of a subsystem process: as the provider gave them, or all NULL',
  },
  'fork-image-name': {
    values: ['null', 'same'],
    source: 'subsystem-processes 3',
    text: 'ImageFileName of the process that fork makes: NULL, or that of its parent',
  },
  'pico-thread-start': {
    values: ['running', 'suspended'],
    source: 'subsystem-processes 4',
    text: 'A thread made with the CreateThread routine of a pico provider: runs at once, or waits for ResumeThread',
  },
  'token-kernel-handle': {
    values: ['required', 'optional'],
    source: 'ps-routines 7',
    text: 'ZwOpenProcessTokenEx and ZwOpenThreadTokenEx from kernel mode without OBJ_KERNEL_HANDLE: refused with STATUS_INVALID_PARAMETER as documented, or a handle of the current process',
  },
  'id-reuse': {
    values: ['late', 'soon'],
    source: 'ps-routines conventions',
    text: 'A process or thread ID whose object is gone: used again as late as possible (after all other free IDs), or by the next process or thread',
  },
  'id-low-bits': {
    values: ['ignored', 'compared'],
    source: 'ps-routines conventions',
    text: 'Looking up an ID that is not a multiple of 4: the two low bits are ignored as those of a handle, or nothing is found',
  },
  'lookup-unknown-thread': {
    values: ['invalid-cid', 'invalid-parameter'],
    source: 'ps-routines 3',
    text: 'PsLookupThreadByThreadId of an unknown ID: STATUS_INVALID_CID as since Vista, or STATUS_INVALID_PARAMETER as documented',
  },
  'legacy-parent-id': {
    values: ['always', 'inherit-handles-only'],
    source: 'callbacks 2',
    text: 'ParentId of PsSetCreateProcessNotifyRoutine callbacks: always the ID of the parent, or NULL for a process that was created without inherit-handles, as the documentation of the Ex2 routine says',
  },
  veto: {
    values: ['last-wins', 'first-wins', 'stop-at-first'],
    source: 'callbacks 2',
    text: 'After a process callback stored an error in CreationStatus: the later ones run and the last value counts; they run but cannot take the error back; or they are not called',
  },
  'vetoed-process-exit': {
    values: ['in-creator', 'in-its-thread', 'not-told'],
    source: 'callbacks 2, 6',
    text: "Exit notification of a refused process: in the creator's context, in the context of its own first thread, which ends without having run, or not at all",
  },
  'creation-status-warning': {
    values: ['refuses', 'ignored'],
    source: 'callbacks 2',
    text: 'A warning (0x8...) in CreationStatus: it is no success and refuses the process, or only errors (0xC...) do',
  },
  'process-callback-kinds': {
    values: ['one-table', 'by-kind'],
    source: 'callbacks 2',
    text: 'One routine registered as legacy, Ex and Ex2 process callback: refused as registered already, or only a second registration of the same kind is refused',
  },
  'creation-order': {
    values: ['process-first', 'thread-first'],
    source: 'callbacks 3, 6',
    text: 'Callbacks for a new process in the context of its creator: those for the process come before those for its first thread, or after them',
  },
  'callback-order': {
    values: ['slots', 'slots-backwards'],
    source: 'callbacks 6',
    text: 'Order among callbacks of one kind: slot by slot, which is registration order until a slot is used again, or from the last slot to the first',
  },
  'non-system-thread-irql': {
    values: ['passive', 'apc'],
    source: 'callbacks 3',
    text: 'IRQL of a PsCreateThreadNotifyNonSystem callback for a new thread: PASSIVE_LEVEL or APC_LEVEL',
  },
  'subsystems-thread-context': {
    values: ['creator', 'new-thread'],
    source: 'callbacks 3',
    text: 'Context of a PsCreateThreadNotifySubsystems callback for a new thread: the thread that creates it, or the new thread itself',
  },
  'thread-ex-integrity-check': {
    values: ['not-needed', 'needed'],
    source: 'callbacks 2',
    text: 'PsSetCreateThreadNotifyRoutineEx for an image that is not linked with /INTEGRITYCHECK: accepted, or refused with STATUS_ACCESS_DENIED',
  },
  'object-integrity-check': {
    values: ['not-needed', 'needed'],
    source: 'callbacks 5',
    text: 'ObRegisterCallbacks for an image that is not linked with /INTEGRITYCHECK: accepted, or refused with STATUS_ACCESS_DENIED',
  },
  'thread-callback-limit': {
    values: ['sixty-four', 'eight'],
    source: 'ps-routines 1',
    text: 'How many thread callbacks there can be: 64 as in the other tables, or 8 as in the documentation of Windows 2000',
  },
  'image-callback-guarded': {
    values: ['no', 'yes'],
    source: 'callbacks 4',
    text: 'Image callbacks run in a critical region: special kernel APCs are delivered in it, or they are off too (a guarded region), so that I/O waited for there never completes',
  },
  'image-signature': {
    values: ['not-evaluated', 'evaluated'],
    source: 'callbacks 4',
    text: 'ImageSignatureLevel and ImageSignatureType: 0 as for an image that code integrity did not evaluate, or filled (files of Windows: level 12, cached catalog; drivers: level 4, embedded)',
  },
  'legacy-exit-parent-id': {
    values: ['same', 'null'],
    source: 'callbacks 2',
    text: 'ParentId of a PsSetCreateProcessNotifyRoutine callback at the exit of a process: as at its creation, or NULL',
  },
  'exiting-process-lookup': {
    values: ['found', 'not-found'],
    source: 'callbacks 2',
    text: 'PsLookupProcessByProcessId of a process whose exit is being reported: finds it while its object exists, or ends in STATUS_INVALID_CID from then on',
  },
  'exit-callback-status': {
    values: ['final', 'pending'],
    source: 'callbacks 2',
    text: 'PsGetProcessExitStatus while the exit callbacks of a process run: its exit status, or STATUS_PENDING until they have returned',
  },
  'creation-status-on-entry': {
    values: ['carried', 'success'],
    source: 'callbacks 2',
    text: 'CreationStatus that a process callback sees: what an earlier callback stored, or STATUS_SUCCESS (what was stored counts as before)',
  },
  'object-callback-order': {
    values: ['altitude', 'registration'],
    source: 'callbacks 5',
    text: 'Order of the pre-operation callbacks of ObRegisterCallbacks: from the highest altitude down, or in order of registration',
  },
  'subsystem-thread-callbacks': {
    values: ['subsystems-only', 'all'],
    source: 'callbacks 8',
    text: 'Threads of subsystem processes are reported to: callbacks registered with PsCreateThreadNotifySubsystems only, or to all thread callbacks',
  },
  'subsystem-object-callbacks': {
    values: ['called', 'not-called'],
    source: 'callbacks 8',
    text: 'ObRegisterCallbacks and handles to subsystem processes and their threads: the callbacks are called as for others, or not',
  },
  'subsystem-open-name': {
    values: ['no', 'yes'],
    source: 'subsystem-processes 3',
    text: 'FileOpenNameAvailable of a subsystem process that has an ImageFileName: 0, or 1',
  },
  'subsystem-image-name': {
    values: ['path', 'empty'],
    source: 'subsystem-processes 2',
    text: 'ProcessImageFileName and ProcessImageFileNameWin32 of a subsystem process: the path of the file behind the program, or an empty string as in early versions',
  },
  'subsystem-locate-name': {
    values: ['path', 'fails'],
    source: 'subsystem-processes 2',
    text: 'SeLocateProcessImageName of a subsystem process: the path of the file behind the program, or STATUS_NOT_FOUND',
  },
  'subsystem-veto-errno': {
    values: ['eacces', 'enoexec'],
    source: 'subsystem-processes 5',
    text: "What Linux programs see when a callback refused their fork or exec: EACCES, or ENOEXEC (the kernel's own provider)",
  },
} as const satisfies Record<string, Choice>;

export type ChoiceName = keyof typeof CHOICES;
export type ChoiceValue<N extends ChoiceName> = (typeof CHOICES)[N]['values'][number];

export const CHOICE_NAMES = Object.keys(CHOICES) as ChoiceName[];
