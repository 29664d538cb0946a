// Options of Driver Verifier that a checking driver asks for, read as the machine block of a scenario would.
import assert from 'node:assert/strict';
import { SourceFile } from '../../src/base/source.js';
import { parseScenario } from '../../src/scenario/parser.js';

/** Settings of the kernel after `verifier WORDS`; none without words. */
export function verifierSettings(words: string | undefined): { readonly verifierFlags?: number; readonly verifierAsked?: number } {
  if (words === undefined) return {};
  const { scenario, diagnostics } = parseScenario(new SourceFile('verifier', `machine { verifier ${words}; }`));
  assert.deepEqual(diagnostics, [], `verifier ${words}`);
  const { verifierFlags, verifierAsked } = scenario.machine;
  return { verifierFlags, verifierAsked };
}
