// too-long at run time: virtual time that one invocation ran, waits and other threads not counted.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { VF_INVOCATION } from '../layouts.gen.js';
import { callbackName, report, siteOfFunction } from './finding.js';
import { kindWord, stepsOfThread } from './invocation.js';

/** So many times the limit is an error. */
const ERROR = 10;

export function checkTime(k: Kernel, invocation: Addr): void {
  const steps = stepsOfThread(k, k.currentThread()) - k.mem.ptr(invocation + VF_INVOCATION.Started);
  const ns = steps * k.config.stepNs;
  const limit = k.config.callbackTimeNs;
  if (ns <= limit) return;
  report(k, {
    rule: 'too-long',
    severity: ns > ERROR * limit ? 'error' : 'warning',
    text: `${callbackName(k, invocation)} ran ${(ns / 1000).toFixed(1)} us in ${kindWord(k, invocation)} callback (limit ${limit / 1000} us); every such event of the system pays that`,
    site: siteOfFunction(k, k.mem.ptr(invocation + VF_INVOCATION.Routine)),
    invocation,
  });
}
