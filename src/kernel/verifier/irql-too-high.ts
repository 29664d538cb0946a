// irql-too-high at run time: the bug checks that mean "called above its IRQL", named as the rule. Not only in callbacks.
import type { Kernel } from '../kernel.js';
import { report } from './finding.js';
import { currentInvocation } from './invocation.js';

/** First parameters of 0xC4 (DRIVER_VERIFIER_DETECTED_VIOLATION) that complain about the IRQL of a call. */
const SUBCODES: ReadonlySet<number> = new Set([0x33, 0x37, 0x3b, 0x42, 0xe5, 0xea, 0xeb]);
const VERIFIER = 0xc4;
const DPC_WAIT = 0xb8;

/** The IRQL rules of DDI compliance. */
const isIrqlRule = (code: number): boolean => SUBCODES.has(code) || (code >= 0x20002 && code <= 0x20025);

/** A violation that only is reported. */
export function violation(k: Kernel, code: number, text: string): void {
  report(k, {
    rule: isIrqlRule(code) ? 'irql-too-high' : `verifier-0x${code.toString(16)}`,
    severity: 'error',
    text,
    invocation: currentInvocation(k),
  });
}

export function bugCheckRaised(k: Kernel, code: number, parameter1: number | bigint, explanation: string): void {
  if (code !== DPC_WAIT && !(code === VERIFIER && isIrqlRule(Number(parameter1)))) return;
  report(k, { rule: 'irql-too-high', severity: 'error', text: explanation, invocation: currentInvocation(k) });
}
