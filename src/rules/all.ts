// The rules, in the order of src/base/rules.ts. A test compares the two lists.
import type { Rule } from './context.js';
import { registryCall } from './registry-call.js';

export const ALL_RULES: readonly Rule[] = [registryCall];
