// The kinds of notify callbacks, as the thread's state and the events name them.
export const CallbackKind = { Process: 1, Thread: 2, Image: 3, ObjectPre: 4, ObjectPost: 5, Registry: 6 } as const;
export type CallbackKindValue = (typeof CallbackKind)[keyof typeof CallbackKind];
export const CALLBACK_KIND_NAMES = ['', 'process', 'thread', 'image', 'object-pre', 'object-post', 'registry'];
