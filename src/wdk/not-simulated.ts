// Why a declared routine is not simulated: the part of Windows that is missing. The marks themselves are NOT_SIMULATED (not-simulated.gen.ts): a list of
// names that `npm run gen` writes and a test compares with what the kernel really has, so that neither a forgotten routine nor a mark that has become
// untrue stays unnoticed. The reasons below are by name; the first that fits counts.
import { NOT_SIMULATED } from './not-simulated.gen.js';

export interface Reason {
  /** Stable word for programs: `cache-manager`. */
  readonly id: string;
  /** What is missing, as part of "... is not simulated"; empty: nothing but work stands against it. */
  readonly what: string;
  readonly names: RegExp;
}

export const REASONS: readonly Reason[] = [
  r('processor', 'access to control, debug and model-specific registers, ports and descriptor tables', /^_/),
  r(
    'transactions',
    'the kernel transaction manager',
    /^Tm[A-Z]|Transact|Enlistment|ResourceManager|^(Zw|Nt)(Commit|Prepare|PrePrepare|Rollback|Propagation|SinglePhase|RegisterProtocol)/,
  ),
  r('cache-manager', 'the cache manager', /^Cc[A-Z]|Mdl(Read|Write)|FsRtl(CopyRead|CopyWrite|PrepareMdl|\w*Cc\w*)/),
  r('oplocks', 'opportunistic and byte-range locks of file systems', /Oplock|FsRtl\w*Lock|^(Zw|Nt)(Lock|Unlock)File/),
  r('minifilter', 'operations that reach a minifilter (callbacks, names, contexts of files)', /^Flt/),
  r(
    'file-system',
    'a file system and what is written for one',
    /^FsRtl|StreamFile|ShareAccess|^Io\w*(FileSystem|FsRegistration|FsTrack|FsZeroing|Vpb|Verify|MasterIrp|SfioStream|KsrPersistent|FileOrigin|LinkShare|ShadowFile|Partition|VolumeDevice|Quota|EaBuffer|FileObject|FileInformation|VolumeInformation|InformationByName|Disk|CopyInformation|PageRead|PageWrite|Filters|NetworkAttributes|IgnoreSharing)|Placeholder|Reparse|8[dD]ot3|8Dot3|MmCanFile|MmDoesFile|MmFlushImage|MmForceSection|MmIsFileSection|MmGetMaximumFile|MmPrefetch|^RtlCreateSystemVolume/,
  ),
  r('files', 'files on a disk', /^(Zw|Nt)\w*(File|FileEx|InformationByName|AttributesFile)$|^(Zw|Nt)CopyFileChunk/),
  r('silos', 'server silos and containers', /Silo|Container/),
  r('power', 'the power manager', /^Po[A-Z]|PowerInformation|SystemPower|ProcessorFeaturePresent_/),
  r('wmi', 'Windows Management Instrumentation', /WMI|^Wmi/),
  r('event-tracing', 'Event Tracing for Windows', /^Etw|^SeEtw|ActivityId|CorrelationVector|^Trace/),
  r('cryptography', 'cryptographic providers', /^BCrypt|^SystemPrng/),
  r('registry', 'this part of the registry', /^(Zw|Nt)\w*Key|RegistryValue|^Cm[A-Z]/),
  r('sections', 'sections and views of files', /Section(Ex)?$|ViewOf|MapView|UnmapView|VirtualMemory|^Mm\w*(Mapping|Mirror|View)/),
  r(
    'hardware',
    'devices: interrupts, DMA, bus addresses, physical memory',
    /Interrupt|Adapter|Dma|^Hal|^Io\w*(Controller|MapRegisters|MapTransfer|BusAddress|Resource|Iommu)|PhysicalMemory|CacheAttribute|NonVolatile|IoSpace|MemoryDump|^__|IoRectangle|AllCaches|HardwareCounter|AuxiliaryCounter|MemIoResource|DeviceAts|^(READ|WRITE)_/,
  ),
  r(
    'plug-and-play',
    'the Plug and Play manager',
    /^Io\w*(DeviceInterface|DeviceProperty|PropertyData|PlugPlay|DeviceRelations|DeviceState|ReportDetected|RootDevice|TargetDevice|Eject|RegistryKey|DeviceNumaNode|RemovalForReset|KeepAlive|InitialStack|ConfigurationInformation|DriverDirectory|DeviceDirectory)|^Rtl\w*Package/,
  ),
  r(
    'security',
    'security descriptors, access checks, token changes and auditing',
    /^Se[A-Z]|^Sec[A-Z]|Token|AuditAlarm|SecurityObject|ObjectSecurity|PrivilegeCheck|Impersonat|^Rtl\w*(SecurityDescriptor|SD|Sd|Sid|Ace)$|AccessCheck|^IoCheck\w*Access|^PsRevertToSelf/,
  ),
  r('network-modules', 'the Network Module Registrar', /^Nmr/),
  r('firmware', 'firmware tables and variables', /Firmware/),
  r(
    'processors',
    'hot-plugged processors, groups and NUMA nodes',
    /Processor(Change|Relationship)|NodeActive|NodePages|MultipleGroup|AffinityToken/,
  ),
  r('verifier', 'thunks that a driver puts into the verifier', /VerifierThunks|VerifierSpecial/),
  r('crt', 'this part of the C library, which drivers cannot link', /^[a-z]/),
];
function r(id: string, what: string, names: RegExp): Reason {
  return { id, what, names };
}

/** Simulated one day: nothing but work stands against it. */
export const NOT_YET: Reason = { id: 'not-yet', what: '', names: /./ };

/** The reason as a sentence's end: `the cache manager is not simulated`, `not simulated yet`. */
export const reasonText = (reason: Reason): string => (reason.what ? `${reason.what}: not simulated` : 'not simulated yet');

/** The reason that a routine of this name would be marked with. */
export function reasonByName(name: string): Reason {
  return REASONS.find((x) => x.names.test(name)) ?? NOT_YET;
}

let marks: ReadonlyMap<string, Reason> | undefined;
/** Mark of a routine; undefined: it is simulated, or no header declares it. */
export function notSimulated(name: string): Reason | undefined {
  marks ??= new Map(
    Object.entries(NOT_SIMULATED).flatMap(([id, names]) => {
      const reason = REASONS.find((x) => x.id === id) ?? NOT_YET;
      return names.trim() === ''
        ? []
        : names
            .trim()
            .split(/\s+/)
            .map((n) => [n, reason] as const);
    }),
  );
  return marks.get(name);
}
/** Names of all marks. */
export function markedNames(): ReadonlySet<string> {
  notSimulated('');
  return new Set(marks!.keys());
}
