// What @vscode/debugadapter expects of `process` when it is loaded in a web worker: its Node-only paths (sockets, signals, log files) are never
// taken there, but it looks at the platform and the events module schedules with nextTick.
export const process = {
  platform: 'web',
  argv: [],
  env: {},
  nextTick: (action, ...args) => queueMicrotask(() => action(...args)),
  on: () => process,
  removeListener: () => process,
  exit: () => {},
};
