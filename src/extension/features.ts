// What the client shows beyond the debugger's own views: each feature registers itself and answers what ends with the extension.
import type * as vscode from 'vscode';
import { registerHistoryStatus } from './history-status.js';
import { inspector } from './inspector.js';
import { registerNotSimulated } from './not-simulated.js';
import { schedulerPanel } from './scheduler-panel.js';

export type Feature = (context: vscode.ExtensionContext) => vscode.Disposable[];

export const features: readonly Feature[] = [inspector, registerHistoryStatus, registerNotSimulated, schedulerPanel];
