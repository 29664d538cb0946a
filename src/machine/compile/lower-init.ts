// Initialisers of automatic objects: zero the storage where C says so, then the explicit stores in source order.

import { objectSize, sizeOf } from '../../c/layout.js';
import type { Initializer } from '../../c/tree.js';
import type { CType } from '../../c/types.js';
import { lowerCall } from './lower-call.js';
import { lowerValue } from './lower-expression.js';
import { isUnshared, lowerPlace, type Place, writePlace } from './lower-place.js';
import { copyRecord, lowerRecord } from './lower-record.js';
import type { Lowering } from './lowering.js';
import { shape } from './value.js';

export function lowerInit(L: Lowering, place: Place, type: CType, init: Initializer): void {
  if (init.zero) {
    const size = objectSize(type, init);
    if (size > 0) L.step({ k: 'fill', dst: place.mem, size }, 'store', init.range);
  }
  for (const item of init.items) {
    const mem = { ...place.mem, offset: place.mem.offset + item.offset };
    const bits = item.bitWidth === undefined ? undefined : { offset: item.bitOffset ?? 0, width: item.bitWidth };
    const at: Place = { mem, bits };
    const e = item.value;
    if (e.kind === 'string' && item.type.kind === 'array') {
      const size = Math.min(sizeOf(item.type), e.bytes.length);
      if (size > 0) L.step({ k: 'copy', dst: mem, src: lowerPlace(L, e).mem, size }, 'store', e.range);
    } else if (item.type.kind === 'record') {
      copyRecord(L, at, lowerRecord(L, e), sizeOf(item.type));
    } else if (e.kind === 'call' && !bits && isUnshared(at) && e.type.kind !== 'void' && shape(e.type).width === shape(item.type).width) {
      lowerCall(L, e, { slot: mem.slot!, offset: mem.offset, width: shape(item.type).width }, true);
    } else {
      const v = lowerValue(L, e);
      writePlace(L, at, item.type, isUnshared(at) ? v : L.loadFree(v, e.range));
    }
  }
}
