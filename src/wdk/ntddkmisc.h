// Types and macros of ntddk.h and ntifs.h (not wdm.h): ARC names, disk signature, ARC configuration, hardware counters, the processor control
// region, file object extensions, persisted state, system global data.
#pragma once
#include "ntmisc.h"
#define IoAssignArcName(ArcName, DeviceName) (IoCreateSymbolicLink((ArcName), (DeviceName)))
#define IoDeassignArcName(ArcName) (IoDeleteSymbolicLink((ArcName)))
/** A status that may complete an IRP: everything but STATUS_PENDING and all ones, which marks an IRP that no driver has completed (U). */
#define IoIsValidIrpStatus(Status) ((LOGICAL)((Status) != STATUS_PENDING && (ULONG)(Status) != 0xFFFFFFFFUL))

typedef struct _DISK_SIGNATURE { ULONG PartitionStyle; union { struct { ULONG Signature; ULONG CheckSum; } Mbr; struct { GUID DiskId; } Gpt; }; } DISK_SIGNATURE, *PDISK_SIGNATURE;
typedef enum _CONFIGURATION_TYPE {
  ArcSystem, CentralProcessor, FloatingPointProcessor, PrimaryIcache, PrimaryDcache, SecondaryIcache, SecondaryDcache, SecondaryCache, EisaAdapter, TcAdapter, ScsiAdapter, DtiAdapter,
  MultiFunctionAdapter, DiskController, TapeController, CdromController, WormController, SerialController, NetworkController, DisplayController, ParallelController, PointerController,
  KeyboardController, AudioController, OtherController, DiskPeripheral, FloppyDiskPeripheral, TapePeripheral, ModemPeripheral, MonitorPeripheral, PrinterPeripheral, PointerPeripheral,
  KeyboardPeripheral, TerminalPeripheral, OtherPeripheral, LinePeripheral, NetworkPeripheral, SystemMemory, DockingInformation, RealModeIrqRoutingTable, RealModePCIEnumeration, MaximumType
} CONFIGURATION_TYPE, *PCONFIGURATION_TYPE;
typedef NTSTATUS (*PIO_QUERY_DEVICE_ROUTINE)(_In_ PVOID Context, _In_ PUNICODE_STRING PathName, _In_ INTERFACE_TYPE BusType, _In_ ULONG BusNumber, _In_ PKEY_VALUE_FULL_INFORMATION *BusInformation, _In_ CONFIGURATION_TYPE ControllerType, _In_ ULONG ControllerNumber, _In_ PKEY_VALUE_FULL_INFORMATION *ControllerInformation, _In_ CONFIGURATION_TYPE PeripheralType, _In_ ULONG PeripheralNumber, _In_ PKEY_VALUE_FULL_INFORMATION *PeripheralInformation);

typedef struct _OPLOCK_KEY_ECP_CONTEXT { GUID OplockKey; ULONG Reserved; } OPLOCK_KEY_ECP_CONTEXT, *POPLOCK_KEY_ECP_CONTEXT;
typedef struct _OPLOCK_KEY_CONTEXT { USHORT Version; USHORT Flags; GUID ParentOplockKey; GUID TargetOplockKey; ULONG Reserved; } OPLOCK_KEY_CONTEXT, *POPLOCK_KEY_CONTEXT;
#define OPLOCK_KEY_VERSION_WIN7 0x0001
#define OPLOCK_KEY_VERSION_WIN8 0x0002
#define OPLOCK_KEY_FLAG_PARENT_KEY 0x0001
#define OPLOCK_KEY_FLAG_TARGET_KEY 0x0002
typedef struct _IO_FOEXT_SHADOW_FILE { PFILE_OBJECT BackingFileObject; PVOID BackingFltInstance; } IO_FOEXT_SHADOW_FILE, *PIO_FOEXT_SHADOW_FILE;
typedef struct _IO_FOEXT_SILO_PARAMETERS { ULONG Length; union { struct { ULONG HasHardReference : 1; ULONG SpareFlags : 31; }; ULONG Flags; }; PESILO SiloContext; } IO_FOEXT_SILO_PARAMETERS, *PIO_FOEXT_SILO_PARAMETERS;

typedef enum _HARDWARE_COUNTER_TYPE { PMCCounter, MaxHardwareCounterType } HARDWARE_COUNTER_TYPE, *PHARDWARE_COUNTER_TYPE;
typedef struct _HARDWARE_COUNTER { HARDWARE_COUNTER_TYPE Type; ULONG Reserved; ULONG64 Index; } HARDWARE_COUNTER, *PHARDWARE_COUNTER;
typedef enum _MM_ROTATE_DIRECTION { MmToFrameBuffer, MmToFrameBufferNoCopy, MmToRegularMemory, MmToRegularMemoryNoCopy, MmMaximumRotateDirection } MM_ROTATE_DIRECTION, *PMM_ROTATE_DIRECTION;
typedef NTSTATUS MM_ROTATE_COPY_CALLBACK_FUNCTION(_In_ PMDL DestinationMdl, _In_ PMDL SourceMdl, _In_ PVOID Context);
typedef MM_ROTATE_COPY_CALLBACK_FUNCTION *PMM_ROTATE_COPY_CALLBACK_FUNCTION;
typedef struct _NV_MEMORY_RANGE { VOID *BaseAddress; SIZE_T Length; } NV_MEMORY_RANGE, *PNV_MEMORY_RANGE;
typedef enum _RTL_SYSTEM_GLOBAL_DATA_ID {
  GlobalDataIdUnknown, GlobalDataIdRngSeedVersion, GlobalDataIdInterruptTime, GlobalDataIdTimeZoneBias, GlobalDataIdImageNumberLow, GlobalDataIdImageNumberHigh, GlobalDataIdTimeZoneId,
  GlobalDataIdNtMajorVersion, GlobalDataIdNtMinorVersion, GlobalDataIdSystemExpirationDate, GlobalDataIdKdDebuggerEnabled, GlobalDataIdCyclesPerYield, GlobalDataIdSafeBootMode,
  GlobalDataIdLastSystemRITEventTickCount, GlobalDataIdConsoleSharedDataFlags, GlobalDataIdNtSystemRootDrive, GlobalDataIdQpcShift, GlobalDataIdQpcBypassEnabled, GlobalDataIdQpcData, GlobalDataIdQpcBias
} RTL_SYSTEM_GLOBAL_DATA_ID, *PRTL_SYSTEM_GLOBAL_DATA_ID;
typedef struct _CUSTOM_SYSTEM_EVENT_TRIGGER_CONFIG { ULONG Size; PCWSTR TriggerId; } CUSTOM_SYSTEM_EVENT_TRIGGER_CONFIG, *PCUSTOM_SYSTEM_EVENT_TRIGGER_CONFIG;

typedef struct _KPCR {
  union {
    struct { PVOID ExceptionList; PVOID StackBase; PVOID StackLimit; PVOID SubSystemTib; PVOID FiberData; PVOID ArbitraryUserPointer; PVOID TibSelf; };
    struct { PVOID GdtBase; PVOID TssBase; ULONG64 UserRsp; struct _KPCR *Self; struct _KPRCB *CurrentPrcb; PVOID LockArray; PVOID Used_Self; };
  };
  PVOID IdtBase; ULONG64 Unused[2]; KIRQL Irql; UCHAR SecondLevelCacheAssociativity; UCHAR ObsoleteNumber; UCHAR Fill0; ULONG Unused0[3]; USHORT MajorVersion; USHORT MinorVersion;
  ULONG StallScaleFactor; PVOID Unused1[3]; ULONG KernelReserved[15]; ULONG SecondLevelCacheSize; ULONG HalReserved[16]; ULONG Unused2; PVOID KdVersionBlock; PVOID Unused3; ULONG PcrAlign1[24];
} KPCR, *PKPCR;
#define PCR_MINOR_VERSION 1
#define PCR_MAJOR_VERSION 1
/** The region of this processor; whether it can be read is the business of the intrinsic. */
FORCEINLINE PKPCR KeGetPcr(VOID) { return (PKPCR)__readgsqword(FIELD_OFFSET(KPCR, Self)); }
