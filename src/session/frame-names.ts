// Names of stack frames in the form kernel developers read: `image!function`, kernel routines as `nt!KeWaitForSingleObject`.
import type { StackFrame } from '../machine/walk.js';
import type { Target } from './target.js';

export function frameName(target: Target, frame: StackFrame): string {
  if (frame.kind === 'corrupted') return frame.name;
  if (!frame.info) return `${frame.mode === 'user' ? 'user' : 'nt'}!${frame.name}`;
  const image = target.imageOf(frame.info);
  return `${image?.name ?? 'nt'}!${frame.name}`;
}
