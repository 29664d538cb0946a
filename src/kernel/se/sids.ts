// Security identifiers as the kernel's own code writes them: the well-known ones of Windows, and that of the one user, which is of our choosing (U).

/** [authority, ...sub-authorities] */
export type Sid = readonly number[];
export const SYSTEM: Sid = [5, 18];
export const USER: Sid = [5, 21, 1004336348, 1177238915, 682003330, 1001];
export const ADMINISTRATORS: Sid = [5, 32, 544];
export const EVERYONE: Sid = [1, 0];
export const RESTRICTED: Sid = [5, 12];

export function sidBytes(sid: Sid): Uint8Array {
  const bytes = new Uint8Array(8 + 4 * (sid.length - 1));
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  bytes[1] = sid.length - 1;
  bytes[7] = sid[0];
  sid.slice(1).forEach((s, i) => {
    view.setUint32(8 + 4 * i, s, true);
  });
  return bytes;
}
