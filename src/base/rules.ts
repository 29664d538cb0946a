// Ids and titles of the best-practice rules for process, thread, image and object callbacks: one id for the static half (src/rules), the run-time half
// (src/kernel/verifier), the page (docs/rules/ID.md) and the examples (test/rules). A test joins all four by this list.

export interface RuleInfo {
  /** Stable; shown as the diagnostic's code, in reports and in SARIF. */
  readonly id: string;
  /** What is wrong, in a few words. */
  readonly title: string;
}

export const RULES = [
  { id: 'calls-user-mode', title: 'Callback calls a user-mode service' },
  { id: 'registry-call', title: 'Callback makes registry calls' },
  { id: 'blocking-call', title: 'Callback blocks or does IPC' },
  { id: 'synchronizes', title: 'Callback synchronizes with other threads' },
  { id: 'slow-work', title: 'Slow work in a callback is not queued to a worker' },
  { id: 'waits-for-work-item', title: 'Callback waits for its own work item' },
  { id: 'stack-use', title: 'Callback uses much kernel stack' },
  { id: 'too-long', title: 'Callback is too long or too deep' },
  { id: 'not-unregistered', title: 'Callback is not unregistered' },
  { id: 'unregister-inside', title: 'Callback unregisters itself from inside' },
  { id: 'registered-too-early', title: 'Callback is registered before what it uses is initialised' },
  { id: 'optional-member', title: 'Optional member is used without a NULL test' },
  { id: 'counted-string', title: 'Counted string is used as terminated' },
  { id: 'irql-too-high', title: 'DDI is called above its IRQL' },
] as const satisfies readonly RuleInfo[];

export type RuleId = (typeof RULES)[number]['id'];
