// What this adapter offers a DAP client, answered to `initialize`.
import type { DebugProtocol } from '@vscode/debugprotocol';

export const CAPABILITIES: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsEvaluateForHovers: true,
  supportsSetVariable: true,
  supportsExceptionInfoRequest: true,
  supportsTerminateRequest: true,
  supportsRestartRequest: true,
  supportsDelayedStackTraceLoading: true,
  supportsStepBack: true,
  supportsBreakpointLocationsRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsCompletionsRequest: true,
  completionTriggerCharacters: ['!', '.', '~', '>', ' ', '_'],
  exceptionBreakpointFilters: [
    { filter: 'bugcheck', label: 'Bug checks', description: 'Stop where the machine would show a stop screen', default: true },
    {
      filter: 'first-chance',
      label: 'First-chance exceptions',
      description: 'Stop when an exception is raised, before a __try/__except handles it',
      default: false,
    },
  ],
};
