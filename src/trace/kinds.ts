// The catalogue of events: every kind that the kernel records, what it means, and the names and meaning of its values. The kernel can record nothing
// else (the type of `Kernel.event` is made from this table), and whoever shows events reads here what a value is: an address of a thread, a status ...
// The values are recorded in the order in which they are written here.

import { WAIT_REASON_NAMES } from '../base/wait-reasons.js';

/** What a value is. The first line are simulated addresses; queries by object look at them. `quad` is 64 bits, given as number or bigint. */
export type ValueMeaning =
  | ('thread' | 'object' | 'lock' | 'code' | 'address')
  | ('number' | 'cpu' | 'irql' | 'priority' | 'pid' | 'tid' | 'status' | 'flag' | 'time')
  | 'text'
  | 'quad';

const ADDRESSES: ReadonlySet<ValueMeaning> = new Set(['thread', 'object', 'lock', 'code', 'address']);
export const isAddressMeaning = (m: ValueMeaning): boolean => ADDRESSES.has(m);

/** Part of an event in the life of a lock: `wait` is a contended try. */
export type LockRole = 'acquire' | 'wait' | 'release';

export interface KindInfo<V extends Readonly<Record<string, ValueMeaning>> = Readonly<Record<string, ValueMeaning>>> {
  /** What happened, in a few words. */
  readonly meaning: string;
  readonly values: V;
  /** Set for lock events: the first value of meaning `lock` is the lock; a value `exclusive` 0 = shared. */
  readonly lock?: LockRole;
}

const k = <const V extends Readonly<Record<string, ValueMeaning>>>(meaning: string, values: V, lock?: LockRole): KindInfo<V> => ({
  meaning,
  values,
  ...(lock ? { lock } : {}),
});

export const KINDS = {
  // ---------------------------------------------------------------- dispatcher
  'ke.boot': k('the kernel is up', { cpus: 'number', seed: 'number', build: 'number' }),
  /** reason: why `from` stopped running: wait, exit, preempted, quantum, yield; idle when the CPU had nothing to do. 0 = the idle thread. */
  'ke.switch': k('context switch', { cpu: 'cpu', from: 'thread', to: 'thread', reason: 'text' }),
  /** why: woken, started, preempted, quantum, yield, priority, affinity, displaced, apc. standby 1: it is next on that CPU. */
  'ke.ready': k('thread became ready', { thread: 'thread', cpu: 'cpu', priority: 'priority', standby: 'flag', why: 'text' }),
  /** object: the first of `count`; type 0 = WaitAll, 1 = WaitAny; due: interrupt time in 100 ns, -1 = no timeout. */
  'ke.wait': k('thread waits', {
    thread: 'thread',
    object: 'object',
    count: 'number',
    type: 'number',
    reason: 'text',
    mode: 'number',
    alertable: 'flag',
    due: 'number',
  }),
  'ke.wait.object': k('a further object of the wait before', { thread: 'thread', object: 'object', index: 'number' }),
  /** object: what was signalled, 0 for a timeout or an alert; by: the thread that ran there. */
  'ke.unwait': k('wait ended', { thread: 'thread', status: 'status', object: 'object', by: 'thread' }),
  'ke.boost': k('priority boost', { thread: 'thread', from: 'priority', to: 'priority' }),
  'ke.priority': k('priority changed', { thread: 'thread', from: 'priority', to: 'priority' }),
  'ke.affinity': k('affinity changed', { thread: 'thread', mask: 'quad' }),
  'ke.irql': k('IRQL of the CPU changed', { from: 'irql', to: 'irql' }),
  'ke.thread.start': k('thread may run', { thread: 'thread', start: 'code' }),
  'ke.thread.exit': k('thread ended', { thread: 'thread', status: 'status' }),
  'ke.attach': k('thread attached to a process', { thread: 'thread', process: 'pid' }),
  'ke.detach': k('thread detached from a process', { thread: 'thread', process: 'pid' }),
  'ke.syscall': k('system service called', { thread: 'thread', service: 'text' }),
  'ke.ipi': k('inter-processor interrupt', { routine: 'code' }),
  // ---------------------------------------------------------------- dispatcher objects
  'ke.event.set': k('event set', { event: 'object', previous: 'number' }),
  'ke.event.reset': k('event reset', { event: 'object' }),
  'ke.semaphore.release': k('semaphore released', { semaphore: 'object', previous: 'number', count: 'number' }),
  'ke.mutex.acquire': k('mutex acquired', { mutex: 'lock', thread: 'thread' }, 'acquire'),
  'ke.mutex.wait': k('mutex is owned by another thread', { mutex: 'lock', owner: 'thread' }, 'wait'),
  'ke.mutex.release': k('mutex released', { mutex: 'lock', thread: 'thread' }, 'release'),
  'ke.mutex.abandoned': k('owner of the mutex ended', { mutex: 'lock', thread: 'thread' }, 'release'),
  'ke.system-time': k('system clock set', { delta: 'number' }),
  'ke.timer.set': k('timer set', { timer: 'object', due: 'number', period: 'number', dpc: 'object' }),
  'ke.timer.cancel': k('timer cancelled', { timer: 'object' }),
  'ke.timer.expire': k('timer expired', { timer: 'object' }),
  // ---------------------------------------------------------------- DPC, APC
  'ke.dpc.queue': k('DPC queued', { dpc: 'object', cpu: 'cpu', routine: 'code' }),
  'ke.dpc.start': k('DPC routine called', { dpc: 'object', routine: 'code', cpu: 'cpu' }),
  'ke.dpc.end': k('DPC routine returned', { dpc: 'object', routine: 'code', cpu: 'cpu' }),
  'ke.apc.queue': k('APC queued', { apc: 'object', thread: 'thread', mode: 'number' }),
  'ke.apc.deliver': k('APC delivered', { apc: 'object', thread: 'thread', normal: 'code' }),
  'ke.apc.rundown': k('APC of an ending thread run down', { apc: 'object', thread: 'thread' }),
  'ke.apc.return': k('APC done', { apc: 'object', thread: 'thread' }),
  // ---------------------------------------------------------------- locks
  /** type: plain, queued, rw. */
  'ke.spin.acquire': k('spin lock acquired', { lock: 'lock', exclusive: 'flag', type: 'text' }, 'acquire'),
  'ke.spin.wait': k('CPU spins on the lock', { lock: 'lock' }, 'wait'),
  'ke.spin.release': k('spin lock released', { lock: 'lock' }, 'release'),
  'ex.fastmutex.acquire': k('fast or guarded mutex acquired', { mutex: 'lock' }, 'acquire'),
  'ex.fastmutex.wait': k('fast or guarded mutex is owned by another thread', { mutex: 'lock', owner: 'thread' }, 'wait'),
  'ex.fastmutex.release': k('fast or guarded mutex released', { mutex: 'lock' }, 'release'),
  'ex.resource.acquire': k('ERESOURCE acquired', { resource: 'lock', exclusive: 'flag' }, 'acquire'),
  'ex.resource.wait': k('ERESOURCE is owned by others', { resource: 'lock', exclusive: 'flag' }, 'wait'),
  'ex.resource.release': k('ERESOURCE released', { resource: 'lock', owner: 'thread' }, 'release'),
  'ex.resource.convert': k('ERESOURCE converted from exclusive to shared', { resource: 'lock' }),
  'ex.pushlock.acquire': k('push lock acquired', { lock: 'lock', exclusive: 'flag' }, 'acquire'),
  'ex.pushlock.wait': k('push lock is held by others', { lock: 'lock', exclusive: 'flag' }, 'wait'),
  'ex.pushlock.release': k('push lock released', { lock: 'lock' }, 'release'),
  'ex.rundown.acquire': k('rundown protection taken', { ref: 'lock', count: 'number', exclusive: 'flag' }, 'acquire'),
  'ex.rundown.release': k('rundown protection given back', { ref: 'lock', count: 'number' }, 'release'),
  'ex.rundown.wait': k('rundown waits for its users', { ref: 'object', users: 'number' }),
  'ex.rundown.complete': k('rundown complete', { ref: 'object' }),
  // ---------------------------------------------------------------- work items
  'ex.work.queue': k('work item queued', { item: 'object', routine: 'code', parameter: 'address', priority: 'priority' }),
  'ex.work.start': k('worker thread calls the work routine', { item: 'object', routine: 'code' }),
  'ex.work.end': k('work routine returned', { item: 'object', routine: 'code' }),
  'io.work-item.queue': k('I/O work item queued', { item: 'object', routine: 'code', context: 'address' }),
  'io.work-item': k('I/O work routine called', { item: 'object', routine: 'code' }),
  'io.work-item-return': k('I/O work routine returned', { item: 'object' }),
  // ---------------------------------------------------------------- callbacks
  /** kind: process, thread, image, object-pre, object-post, registry. what: `create 120`, `load \Device\... in 120`. depth 1 = outermost. */
  'ps.callback-enter': k('notify callback called', { kind: 'text', routine: 'code', driver: 'text', what: 'text', depth: 'number' }),
  'ps.callback-leave': k('notify callback returned', { kind: 'text', routine: 'code', result: 'number' }),
  'ps.callback-register': k('notify callback registered', { kind: 'text', routine: 'code', slot: 'number' }),
  'ps.callback-remove': k('notify callback removed', { kind: 'text', routine: 'code' }),
  'ps.callback-remove-waits': k('removal waits for running invocations', { kind: 'text', routine: 'code', running: 'number' }),
  'ps.integrity-check': k('registration refused: the image lacks /INTEGRITYCHECK', { image: 'text', routine: 'code' }),
  'ps.creation-status': k('a process callback set CreationStatus', { process: 'pid', routine: 'code', status: 'status' }),
  'ps.veto-overwritten': k('a process callback overwrote a refusal', { process: 'pid', routine: 'code' }),
  'ob.register-callbacks': k('object callbacks registered', { altitude: 'text', operations: 'number', handle: 'object' }),
  'ob.unregister-callbacks': k('object callbacks removed', { handle: 'object' }),
  'ob.unregister-waits': k('removal waits for running object callbacks', { handle: 'object', running: 'number' }),
  'ob.access-added': k('an object callback tried to add access rights', { routine: 'code', before: 'number', wanted: 'number' }),
  'cm.register-callback': k('registry callback registered', { routine: 'code', altitude: 'text', cookie: 'number' }),
  'cm.unregister-callback': k('registry callback removed', { routine: 'code' }),
  'cm.unregister-waits': k('removal waits for running registry callbacks', { routine: 'code', running: 'number' }),
  'cm.refused': k('a registry callback refused an operation', { routine: 'code', class: 'number', status: 'status' }),
  'cm.operation': k('registry operation', { service: 'text', key: 'text', status: 'status' }),
  // ---------------------------------------------------------------- processes, threads, images
  'ps.process-create': k('process created', {
    process: 'pid',
    parent: 'pid',
    image: 'text',
    commandLine: 'text',
    creator: 'tid',
  }),
  'ps.process-exit': k('process ended', { process: 'pid', status: 'status' }),
  'ps.process-vetoed': k('a callback refused the process', { process: 'pid', status: 'status' }),
  'ps.process-terminate': k('process is told to end', { process: 'pid', status: 'status', by: 'tid' }),
  'ps.process-delete': k('process object deleted', { process: 'pid' }),
  'ps.thread-create': k('thread created', { process: 'pid', thread: 'tid', object: 'thread', name: 'text', user: 'flag' }),
  'ps.thread-exit': k('thread ends', { process: 'pid', thread: 'tid', status: 'status' }),
  'ps.thread-terminate': k('thread is told to end', { process: 'pid', thread: 'tid', status: 'status' }),
  'ps.thread-delete': k('thread object deleted', { process: 'pid', thread: 'tid' }),
  'ps.image-load': k('image mapped', { process: 'pid', image: 'text', base: 'address', size: 'number' }),
  'ps.body-start': k('scenario body begins', { entry: 'address' }),
  'ps.user-exception': k('exception ended a process', {
    process: 'pid',
    thread: 'tid',
    code: 'status',
    address: 'address',
    where: 'text',
  }),
  'ps.silo': k('silo begins or ends', { silo: 'address', what: 'text' }),
  'ps.pico-provider': k('pico provider registered', { routine: 'code' }),
  'ps.pico-exception': k('user exception of a pico thread', { code: 'status', address: 'address' }),
  'ps.not-simulated': k('information class that is not simulated', { service: 'text', class: 'number' }),
  'se.not-simulated': k('information class that is not simulated', { service: 'text', class: 'number' }),
  // ---------------------------------------------------------------- objects and handles
  'ob.create-handle': k('handle created', { process: 'pid', handle: 'number', type: 'text', object: 'object', access: 'number' }),
  'ob.close-handle': k('handle closed', { process: 'pid', handle: 'number', type: 'text', object: 'object' }),
  // ---------------------------------------------------------------- memory
  'mm.view.map': k('view of a section mapped', { process: 'object', address: 'address', bytes: 'number', section: 'object' }),
  'mm.view.unmap': k('view of a section unmapped', { process: 'object', address: 'address' }),
  'mm.pool.allocate': k('pool allocated', { address: 'address', bytes: 'number', tag: 'text', paged: 'flag' }),
  'mm.pool.free': k('pool freed', { address: 'address', bytes: 'number' }),
  'mm.pool.failed': k('pool allocation failed', { bytes: 'quad', tag: 'text' }),
  'mm.mdl.lock': k('pages locked', { mdl: 'object', address: 'address', bytes: 'number' }),
  'mm.mdl.unlock': k('pages unlocked', { mdl: 'object' }),
  'mm.mdl.map': k('pages mapped', { mdl: 'object', address: 'address', bytes: 'number' }),
  'mm.mdl.mapuser': k('pages mapped into a process', { mdl: 'object', address: 'address', bytes: 'number' }),
  'mm.mdl.unmap': k('pages unmapped', { mdl: 'object' }),
  'mm.iospace': k('device memory is not simulated', { physical: 'quad', bytes: 'number', result: 'text' }),
  // ---------------------------------------------------------------- drivers, devices, requests
  'io.load-driver': k('driver image mapped', { driver: 'text', base: 'address', size: 'number' }),
  'io.driver-entry': k('DriverEntry called', { driver: 'text', routine: 'code' }),
  'io.driver-entry-return': k('DriverEntry returned', { driver: 'text', status: 'status' }),
  'io.driver-unload': k('DriverUnload called', { driver: 'text', routine: 'code' }),
  'io.driver-unload-return': k('DriverUnload returned', { driver: 'text' }),
  'io.unloaded': k('driver image gone', { driver: 'text' }),
  'io.no-unload': k('driver has no DriverUnload', { driver: 'text' }),
  'io.unload-pending': k('driver cannot be unloaded: a device is open', { driver: 'text', device: 'object' }),
  'io.leak': k('left behind at unload', { driver: 'text', kind: 'text', text: 'text', address: 'address' }),
  'io.create-device': k('device created', { device: 'object', driver: 'text', name: 'text' }),
  'io.delete-device': k('device deleted', { device: 'object', open: 'number' }),
  'io.create-link': k('symbolic link created', { name: 'text', target: 'text' }),
  'io.delete-link': k('symbolic link deleted', { name: 'text' }),
  'io.attach': k('device attached to a stack', { device: 'object', to: 'object' }),
  'io.control': k('device control request', { file: 'object', code: 'number', input: 'number', output: 'number' }),
  'io.transfer': k('read or write request', { file: 'object', major: 'text', length: 'number' }),
  'io.dispatch': k('dispatch routine called', { irp: 'object', device: 'object', major: 'text', routine: 'code' }),
  'io.dispatch-return': k('dispatch routine returned', { irp: 'object', status: 'status' }),
  'io.complete': k('request completed', { irp: 'object', status: 'status', information: 'number' }),
  'io.completed-pending': k('request completed with STATUS_PENDING', { irp: 'object' }),
  'io.cancel': k('cancel routine called', { irp: 'object', routine: 'code' }),
  'io.cancel-on-exit': k('request cancelled because its thread ends', { irp: 'object' }),
  'io.status-mismatch': k('dispatch status differs from the completed one', { irp: 'object', returned: 'status', completed: 'status' }),
  'io.irql-changed': k('dispatch routine that returned at another IRQL', { routine: 'code', before: 'number', after: 'number' }),
  'io.not-completed': k('request lost by its dispatch routine', { irp: 'object', status: 'status' }),
  'io.information-too-large': k('Information beyond the buffer', { irp: 'object', information: 'number', length: 'number' }),
  'io.error-log': k('error log entry written', { code: 'number' }),
  /** process: in whose context; shown 0: that process wants none (its hard error mode). */
  'io.hard-error': k('hard error message', { status: 'status', text: 'text', process: 'pid', shown: 'flag' }),
  'io.not-simulated': k('I/O that is not simulated', { what: 'text', name: 'text' }),
  // ---------------------------------------------------------------- files of the volume
  'fs.create': k('file opened or created', { file: 'object', name: 'text', result: 'number' }),
  'fs.delete': k('file deleted', { name: 'text' }),
  // ---------------------------------------------------------------- filter manager
  'flt.register': k('minifilter registered', { driver: 'text', filter: 'object' }),
  'flt.unload': k('minifilter asked to unload', { filter: 'object', routine: 'code' }),
  'flt.unregister': k('minifilter unregistered', { filter: 'object' }),
  'flt.port': k('communication port made', { port: 'object', name: 'text' }),
  'flt.port-close': k('communication port closed', { port: 'object' }),
  // ---------------------------------------------------------------- output, ends, findings
  'ke.output': k('driver output', { component: 'number', level: 'number', text: 'text' }),
  'um.output': k('program output', { text: 'text' }),
  'ke.bugcheck': k('bug check', { code: 'number', p1: 'quad', p2: 'quad', p3: 'quad', p4: 'quad', explanation: 'text' }),
  'ke.notsimulated': k('a routine that is not simulated was called', { name: 'text', where: 'text' }),
  'ke.stub': k('call of a stub', { name: 'text', result: 'quad' }),
  'scenario.step': k('the scenario acts', { step: 'number', operation: 'text', name: 'text' }),
  'scenario.step-done': k('the scenario has acted', { step: 'number', status: 'status' }),
  'scenario.limit': k('the machine has no room for what the scenario starts', {
    what: 'text',
    name: 'text',
    started: 'number',
    wanted: 'number',
    status: 'status',
  }),
  'scenario.done': k('the scenario is over', {}),
  /**
   * id: of a best-practice rule (src/base/rules.ts) or a check of the kernel's; severity: error, warning, information; routine: the callback, 0 = none;
   * site: machine step of the driver's call, -1 = none; place: `file:line:column` of it; stack: lines, innermost first. Once per id and site.
   */
  'verifier.finding': k('finding', {
    id: 'text',
    severity: 'text',
    text: 'text',
    routine: 'code',
    site: 'number',
    place: 'text',
    stack: 'text',
  }),
  'verifier.repeat': k('the same finding again', { id: 'text', site: 'number' }),
} as const satisfies Readonly<Record<string, KindInfo>>;

export type KindName = keyof typeof KINDS;

type ValueOf<M> = M extends 'text' ? string : M extends 'quad' ? number | bigint : number;
/** The values that an event of this kind is recorded with. */
export type DataOf<K extends KindName> = { readonly [N in keyof (typeof KINDS)[K]['values']]: ValueOf<(typeof KINDS)[K]['values'][N]> };

export const KIND_NAMES = Object.keys(KINDS) as KindName[];
export const kindInfo = (kind: string): KindInfo | undefined => (KINDS as Readonly<Record<string, KindInfo>>)[kind];

/** Number of a kind for `Trace.note`: its place in the catalogue. */
export const KIND_ID = Object.fromEntries(KIND_NAMES.map((n, i) => [n, i])) as Readonly<Record<KindName, number>>;

/** Texts that frequent events are recorded with; their numbers are the same in every trace. */
export const WORDS = [
  'wait',
  'exit',
  'idle',
  'woken',
  'started',
  'preempted',
  'quantum',
  'yield',
  'priority',
  'affinity',
  'displaced',
  'apc',
  'plain',
  'queued',
  'rw',
  ...WAIT_REASON_NAMES,
] as const;
export type Word = (typeof WORDS)[number];
export const WORD = Object.fromEntries(WORDS.map((w, i) => [w, i])) as Readonly<Record<Word, number>>;
