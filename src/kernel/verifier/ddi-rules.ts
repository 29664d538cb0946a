// DDI compliance: the IRQL rules of Static Driver Verifier that Driver Verifier checks while running, with the routines that each names and its sub-code of bug
// check 0xC4 (reference: verification-rules 2.1, bugchecks 8). A routine of no rule is 0xE5. Routines that check their own IRQL say so with their own codes.

interface IrqlRule {
  readonly code: number;
  readonly name: string;
  readonly routines: string;
}

const RULES: readonly IrqlRule[] = [
  { code: 0x20002, name: 'IrqlApcLte', routines: 'ObGetObjectSecurity ObReleaseObjectSecurity' },
  {
    code: 0x20003,
    name: 'IrqlDispatch',
    routines:
      'KeInsertDeviceQueue KeInsertByKeyDeviceQueue KeRemoveDeviceQueue KeRemoveByKeyDeviceQueue IoStartNextPacket IoAllocateController IoFreeController',
  },
  {
    code: 0x20006,
    name: 'IrqlExApcLte2',
    routines:
      'CmRegisterCallback CmRegisterCallbackEx CmUnRegisterCallback ExAllocateFromPagedLookasideList ExFreeToPagedLookasideList ExInitializePagedLookasideList ExDeletePagedLookasideList ExAllocatePoolWithQuota ExAllocatePoolWithQuotaTag ExRegisterCallback ExUnregisterCallback ExSetTimerResolution ProbeForRead ProbeForWrite',
  },
  {
    code: 0x20008,
    name: 'IrqlExPassive',
    routines: 'ExCreateCallback ExIsProcessorFeaturePresent ExRaiseAccessViolation ExRaiseDatatypeMisalignment ExUuidCreate',
  },
  { code: 0x20009, name: 'IrqlIoApcLte', routines: 'IoDeleteDevice IoGetInitialStack IoRaiseHardError IoRaiseInformationalHardError' },
  {
    code: 0x2000a,
    name: 'IrqlIoPassive1',
    routines: 'IoAttachDevice IoCreateDevice IoSetDeviceInterfaceState IoBuildDeviceIoControlRequest',
  },
  { code: 0x2000b, name: 'IrqlIoPassive2', routines: 'IoCheckShareAccess IoConnectInterrupt IoCreateController' },
  { code: 0x2000c, name: 'IrqlIoPassive3', routines: 'IoDetachDevice IoAssignArcName IoRegisterDeviceInterface IoCreateSymbolicLink' },
  {
    code: 0x2000d,
    name: 'IrqlIoPassive4',
    routines:
      'IoCreateFile IoCreateNotificationEvent IoCreateSynchronizationEvent IoCreateUnprotectedSymbolicLink IoDeleteSymbolicLink IoDeassignArcName IoDeleteController IoDisconnectInterrupt',
  },
  {
    code: 0x2000e,
    name: 'IrqlIoPassive5',
    routines:
      'IoGetConfigurationInformation IoGetDeviceObjectPointer IoInitializeTimer IoRegisterShutdownNotification IoUnregisterShutdownNotification IoRegisterDriverReinitialization',
  },
  { code: 0x2000f, name: 'IrqlKeApcLte1', routines: 'KeDelayExecutionThread KeQueryActiveProcessors' },
  {
    code: 0x20010,
    name: 'IrqlKeApcLte2',
    routines:
      'KeEnterGuardedRegion KeLeaveGuardedRegion KeAreApcsDisabled KeAreAllApcsDisabled KeRegisterNmiCallback KeDeregisterNmiCallback',
  },
  {
    code: 0x20011,
    name: 'IrqlKeDispatchLte',
    routines:
      'KeCancelTimer KeClearEvent KeResetEvent KePulseEvent KeReadStateEvent KeInitializeTimer KeInitializeTimerEx KeSetTimer KeSetTimerEx KeReadStateTimer KeReleaseMutex KeInitializeSemaphore KeRaiseIrqlToDpcLevel KeSaveFloatingPointState KeFlushIoBuffers',
  },
  { code: 0x20016, name: 'IrqlKeSetEvent', routines: 'KeSetEvent' },
  {
    code: 0x20019,
    name: 'IrqlMmApcLte',
    routines:
      'MmAllocatePagesForMdl MmAllocatePagesForMdlEx MmFreePagesFromMdl MmLockPagableDataSection MmLockPagableSectionByHandle MmUnlockPagableImageSection MmPageEntireDriver MmResetDriverPaging MmSecureVirtualMemory MmUnsecureVirtualMemory MmAllocateNonCachedMemory MmFreeNonCachedMemory',
  },
  { code: 0x2001a, name: 'IrqlMmDispatch', routines: 'MmFreeContiguousMemory' },
  { code: 0x2001b, name: 'IrqlObPassive', routines: 'ObReferenceObjectByHandle' },
  {
    code: 0x2001c,
    name: 'IrqlPsPassive',
    routines:
      'PsCreateSystemThread PsGetVersion PsSetCreateProcessNotifyRoutine PsSetCreateThreadNotifyRoutine PsSetLoadImageNotifyRoutine PsTerminateSystemThread',
  },
  { code: 0x2001e, name: 'IrqlRtlPassive', routines: 'RtlDeleteRegistryValue' },
  {
    code: 0x2001f,
    name: 'IrqlZwPassive',
    routines:
      'ZwClose ZwCreateKey ZwOpenKey ZwDeleteKey ZwEnumerateKey ZwEnumerateValueKey ZwFlushKey ZwQueryKey ZwQueryValueKey ZwSetValueKey',
  },
  { code: 0x20022, name: 'IrqlIoDispatch', routines: 'IoGetDeviceToVerify IoSetDeviceToVerify' },
  {
    code: 0x20023,
    name: 'IrqlIoRtlZwPassive',
    routines:
      'IoCreateFileEx IoGetDeviceDirectory IoGetDriverDirectory IoOpenDeviceRegistryKey IoOpenDeviceInterfaceRegistryKey RtlCreateRegistryKey RtlWriteRegistryValue ZwCreateFile ZwDeleteFile ZwDeleteValueKey ZwFlushBuffersFile ZwFlushBuffersFileEx ZwRenameKey ZwSetInformationFile ZwSetInformationKey ZwCreateDirectoryObject',
  },
  { code: 0x20024, name: 'IrqlNtifsApcPassive', routines: 'ZwWriteFile' },
];

const byRoutine = new Map<string, IrqlRule>(RULES.flatMap((r) => r.routines.split(' ').map((n) => [n, r] as const)));

/** The rule that a call of a routine at a wrong IRQL breaks; undefined: none names it. */
export const irqlRule = (routine: string): { readonly code: number; readonly name: string } | undefined => byRoutine.get(routine);
