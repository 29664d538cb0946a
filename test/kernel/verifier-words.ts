// Options of Driver Verifier that a checking driver asks for: `// verifier special-pool off` in the line before TEST_ENTRY or BAD(...).
import { VERIFIER_OPTIONS, VERIFIER_STANDARD, type VerifierOption } from '../../src/base/verifier-options.js';

/** Flag bits after these words. Throws at a word that is none. */
export function verifierFlags(words: string): number {
  let flags = VERIFIER_STANDARD;
  const list = words.trim().split(/\s+/);
  for (let i = 0; i < list.length; i++) {
    const option = VERIFIER_OPTIONS[list[i] as VerifierOption];
    if (list[i] === 'none') flags = 0;
    else if (option !== undefined && list[i + 1] === 'off') flags &= ~option;
    else if (option !== undefined && list[i + 1] === 'on') flags |= option;
    else throw new Error(`verifier: '${list[i]}' in '${words}'`);
    if (option !== undefined) i++;
  }
  return flags;
}

/** For the function of a checking driver that begins at this offset: options for the run. */
export function verifierBefore(text: string, offset: number): { readonly verifierFlags?: number } {
  const line = text.slice(0, offset).trimEnd().split('\n').at(-1) ?? '';
  const m = /^\/\/ verifier (.+)$/.exec(line.trim());
  return m ? { verifierFlags: verifierFlags(m[1]) } : {};
}
