// Names of IRP major functions, for events and messages.
const NAMES = (
  'IRP_MJ_CREATE IRP_MJ_CREATE_NAMED_PIPE IRP_MJ_CLOSE IRP_MJ_READ IRP_MJ_WRITE IRP_MJ_QUERY_INFORMATION IRP_MJ_SET_INFORMATION IRP_MJ_QUERY_EA IRP_MJ_SET_EA ' +
  'IRP_MJ_FLUSH_BUFFERS IRP_MJ_QUERY_VOLUME_INFORMATION IRP_MJ_SET_VOLUME_INFORMATION IRP_MJ_DIRECTORY_CONTROL IRP_MJ_FILE_SYSTEM_CONTROL IRP_MJ_DEVICE_CONTROL ' +
  'IRP_MJ_INTERNAL_DEVICE_CONTROL IRP_MJ_SHUTDOWN IRP_MJ_LOCK_CONTROL IRP_MJ_CLEANUP IRP_MJ_CREATE_MAILSLOT IRP_MJ_QUERY_SECURITY IRP_MJ_SET_SECURITY IRP_MJ_POWER ' +
  'IRP_MJ_SYSTEM_CONTROL IRP_MJ_DEVICE_CHANGE IRP_MJ_QUERY_QUOTA IRP_MJ_SET_QUOTA IRP_MJ_PNP'
).split(' ');

export const Major = {
  Create: 0,
  Close: 2,
  Read: 3,
  Write: 4,
  QueryInformation: 5,
  SetInformation: 6,
  FlushBuffers: 9,
  QueryVolumeInformation: 10,
  DirectoryControl: 12,
  FileSystemControl: 13,
  DeviceControl: 14,
  InternalDeviceControl: 15,
  Shutdown: 16,
  Cleanup: 18,
} as const;
export const majorName = (major: number): string => NAMES[major] ?? `IRP_MJ 0x${major.toString(16)}`;
