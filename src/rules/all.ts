// The rules, in the order of src/base/rules.ts. A test compares the two lists.

import { blockingCall } from './blocking-call.js';
import { callsUserMode } from './calls-user-mode.js';
import type { Rule } from './context.js';
import { countedString } from './counted-string.js';
import { irqlTooHigh } from './irql-too-high.js';
import { notUnregistered } from './not-unregistered.js';
import { optionalMember } from './optional-member.js';
import { registeredTooEarly } from './registered-too-early.js';
import { registryCall } from './registry-call.js';
import { slowWork } from './slow-work.js';
import { stackUse } from './stack-use.js';
import { synchronizes } from './synchronizes.js';
import { tooLong } from './too-long.js';
import { unregisterInside } from './unregister-inside.js';
import { waitsForWorkItem } from './waits-for-work-item.js';

export const ALL_RULES: readonly Rule[] = [
  callsUserMode,
  registryCall,
  blockingCall,
  synchronizes,
  slowWork,
  waitsForWorkItem,
  stackUse,
  tooLong,
  notUnregistered,
  unregisterInside,
  registeredTooEarly,
  optionalMember,
  countedString,
  irqlTooHigh,
];
