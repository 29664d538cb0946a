// An exploration in VS Code for the Web: a worker of its own (the debug adapter's script), which is ended when the user cancels.
import type * as vscode from 'vscode';
import type { FromAdapterWorker } from '../messages/adapter-worker.js';
import type { Explorer } from './explore.js';
import { answerFileRequest, newWorker } from './worker-adapter.js';

export function workerExplorer(extensionUri: vscode.Uri): Explorer {
  return async (request, onOrders, cancel) => {
    const { worker, release } = await newWorker(extensionUri);
    try {
      return await new Promise((resolve, reject) => {
        cancel.onCancellationRequested(() => resolve(undefined));
        worker.onerror = (event) => reject(new Error(event.message));
        worker.onmessage = (event: MessageEvent<FromAdapterWorker>) => {
          const m = event.data;
          if (m.type === 'explored') resolve(m.answer);
          else if (m.type === 'exploring') onOrders(m.orders);
          else if (m.type !== 'dap') void answerFileRequest(m).then((answer) => worker.postMessage(answer));
        };
        worker.postMessage({ type: 'explore', request });
      });
    } finally {
      worker.terminate();
      release();
    }
  };
}
