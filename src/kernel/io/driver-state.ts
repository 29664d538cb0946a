/** IOP_DRIVER.State */
export const DriverState = { Loading: 1, Started: 2, Unloading: 3, Unloaded: 4, Failed: 5 } as const;
