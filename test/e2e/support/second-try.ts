// A user interface on a busy machine sometimes misses a click or is drawn late: what timed out is tried once more from the start, and the test says so.
// Anything else (a wrong text, a failed assertion) fails at once.
import type { TestContext } from 'node:test';

export async function withSecondTry(t: TestContext, attempt: () => Promise<void>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
    t.diagnostic(`timed out and tried again: ${error.message.split('\n')[0]}`);
    await attempt();
  }
}
