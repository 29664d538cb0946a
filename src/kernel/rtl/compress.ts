// RtlCompressBuffer, RtlDecompressBuffer and their chunk-wise relatives. LZNT1 is real; the other formats answer STATUS_UNSUPPORTED_COMPRESSION, as
// Windows does for numbers that it does not know. Everything is read and checked before anything is written.
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { COMPRESSED_DATA_INFO as INFO } from '../layouts.gen.js';
import { CHUNK, chunkAt, compressChunk, decompress, expandChunk } from './lznt1.js';
import { STATUS } from './status.js';

const FORMAT = 0xff;
const LZNT1 = 2;
const ENGINE = 0xff00;
const MAXIMUM = 0x100;
/** sizeof the standard engine's work space: 4096 pairs of pointers and four words (U); of a fragment's: one chunk. */
const STANDARD_WORKSPACE = 0x10020;
const MAXIMUM_WORKSPACE = 0x10020;
const FRAGMENT_WORKSPACE = 0x1000;
/** Larger buffers than the machine's memory are a negative number in disguise: their access faults. */
const LIMIT = 0x40000000;

/** SUCCESS when the format (and, when compressing, the engine) is one that there is. */
function checkFormat(formatAndEngine: number, engine: boolean): number {
  const format = formatAndEngine & FORMAT;
  if (format < 2) return STATUS.INVALID_PARAMETER; // none and default
  if (format !== LZNT1) return STATUS.UNSUPPORTED_COMPRESSION;
  if (engine && (formatAndEngine & ENGINE) > MAXIMUM) return STATUS.NOT_SUPPORTED;
  return STATUS.SUCCESS;
}

const read = (k: Kernel, at: Addr, size: number): Uint8Array =>
  size === 0 ? new Uint8Array() : k.mem.checked.bytes(at, Math.min(size, LIMIT)).slice();
function write(k: Kernel, at: Addr, bytes: Uint8Array): void {
  if (bytes.length) k.mem.checked.setBytes(at, bytes);
}

/** (FormatAndEngine, UncompressedBuffer, UncompressedSize, CompressedBuffer, CompressedSize, ChunkSize, FinalCompressedSize, WorkSpace). */
function compress(k: Kernel, f: Frame): number {
  const bad = checkFormat(f.u16(0), true);
  if (bad !== STATUS.SUCCESS) return bad;
  const data = read(k, f.ptr(1), f.u32(2));
  const room = f.u32(4);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; at < data.length; at += CHUNK) {
    const chunk = compressChunk(data.subarray(at, at + CHUNK), (f.u16(0) & ENGINE) === MAXIMUM);
    chunks.push(chunk);
    size += chunk.length;
    if (size > room) return STATUS.BUFFER_TOO_SMALL;
  }
  let at = f.ptr(3);
  for (const chunk of chunks) {
    write(k, at, chunk);
    at += chunk.length;
  }
  k.machine.charge(data.length >> 3);
  k.mem.checked.setU32(f.ptr(6), size);
  return data.every((b) => b === 0) ? STATUS.BUFFER_ALL_ZEROS : STATUS.SUCCESS;
}

/** (Format, UncompressedBuffer, UncompressedSize, CompressedBuffer, CompressedSize) and the address for the final size; `skip` bytes of the result are left out. */
function decompressTo(k: Kernel, f: Frame, finalSize: Addr, skip: number): number {
  const bad = checkFormat(f.u16(0), false);
  if (bad !== STATUS.SUCCESS) return bad;
  const data = read(k, f.ptr(3), f.u32(4));
  const out = decompress(data, Math.min(f.u32(2) + skip, LIMIT));
  if (out === undefined) return STATUS.BAD_COMPRESSION_BUFFER;
  const kept = out.subarray(Math.min(skip, out.length));
  write(k, f.ptr(1), kept);
  k.machine.charge(out.length >> 4);
  k.mem.checked.setU32(finalSize, kept.length);
  return STATUS.SUCCESS;
}

/** (Format, CompressedBuffer, EndOfCompressedBufferPlus1, ChunkBuffer, ChunkSize): what the next chunk is, and on to the one behind it. */
function describeChunk(k: Kernel, f: Frame): number {
  const bad = checkFormat(f.u16(0), false);
  if (bad !== STATUS.SUCCESS) return bad;
  const m = k.mem.checked;
  const at = m.ptr(f.ptr(1));
  const data = read(k, at, Math.max(0, Math.min(f.ptr(2) - at, CHUNK + 2)));
  const chunk = chunkAt(data, 0);
  if (chunk === 'bad') return STATUS.BAD_COMPRESSION_BUFFER;
  m.setPtr(f.ptr(3), at);
  m.setU32(f.ptr(4), 0);
  if (chunk === undefined) return STATUS.NO_MORE_ENTRIES;
  const header = chunk.compressed ? 0 : 2;
  m.setPtr(f.ptr(3), at + header);
  m.setU32(f.ptr(4), chunk.size - header);
  m.setPtr(f.ptr(1), at + chunk.size);
  return STATUS.SUCCESS;
}

/** (Format, CompressedBuffer, EndOfCompressedBufferPlus1, ChunkBuffer, ChunkSize): room for a chunk; one of 4096 bytes is not compressed and gets its header here. */
function reserveChunk(k: Kernel, f: Frame): number {
  const bad = checkFormat(f.u16(0), false);
  if (bad !== STATUS.SUCCESS) return bad;
  const m = k.mem.checked;
  const at = m.ptr(f.ptr(1));
  const size = f.u32(4);
  const empty = size === 0 ? compressChunk(new Uint8Array(CHUNK), false) : undefined;
  const header = size === CHUNK ? 2 : 0;
  const whole = empty?.length ?? size + header;
  if (size > CHUNK || at + whole > f.ptr(2)) return STATUS.BUFFER_TOO_SMALL;
  if (header) m.setU16(at, 0x3fff);
  if (empty) write(k, at, empty);
  m.setPtr(f.ptr(3), at + header);
  m.setPtr(f.ptr(1), at + whole);
  return STATUS.SUCCESS;
}

/** (UncompressedBuffer, UncompressedSize, CompressedBuffer, CompressedSize, CompressedDataInfo, InfoLength, WorkSpace). */
function compressChunks(k: Kernel, f: Frame): number {
  const m = k.mem.checked;
  const info = f.ptr(4);
  const bad = checkFormat(m.u16(info + INFO.CompressionFormatAndEngine), true);
  if (bad !== STATUS.SUCCESS) return bad;
  const data = read(k, f.ptr(0), f.u32(1));
  const chunkSize = 2 ** m.u8(info + INFO.ChunkShift);
  const count = Math.ceil(data.length / chunkSize);
  if (chunkSize !== CHUNK || f.u32(5) < INFO.CompressedChunkSizes + 4 * count) return STATUS.BUFFER_TOO_SMALL;
  let used = 0;
  const parts: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const chunk = data.subarray(i * CHUNK, (i + 1) * CHUNK);
    const zero = chunk.every((b) => b === 0);
    const packed = zero ? new Uint8Array() : compressChunk(chunk, false);
    parts.push(packed.length > CHUNK ? chunk : packed); // a whole chunk that does not shrink has no header
    used += parts[i].length;
    if (used > f.u32(3)) return STATUS.BUFFER_TOO_SMALL;
  }
  let at = f.ptr(2);
  parts.forEach((p, i) => {
    write(k, at, p);
    at += p.length;
    m.setU32(info + INFO.CompressedChunkSizes + 4 * i, p.length);
  });
  m.setU16(info + INFO.NumberOfChunks, count);
  k.machine.charge(data.length >> 3);
  return STATUS.SUCCESS;
}

/** (UncompressedBuffer, UncompressedSize, CompressedBuffer, CompressedSize, CompressedTail, TailSize, CompressedDataInfo): sizes 0 are zeros, of a whole chunk raw. */
function decompressChunks(k: Kernel, f: Frame): number {
  const m = k.mem.checked;
  const info = f.ptr(6);
  const bad = checkFormat(m.u16(info + INFO.CompressionFormatAndEngine), false);
  if (bad !== STATUS.SUCCESS) return bad;
  const tail = f.u32(5) === 0 ? new Uint8Array() : read(k, f.ptr(4), f.u32(5));
  const head = read(k, f.ptr(2), f.u32(3));
  const data = new Uint8Array(head.length + tail.length);
  data.set(head);
  data.set(tail, head.length);
  const out = new Uint8Array(Math.min(f.u32(1), LIMIT));
  const count = m.u16(info + INFO.NumberOfChunks);
  let at = 0;
  for (let i = 0; i < count && i * CHUNK < out.length; i++) {
    const size = m.u32(info + INFO.CompressedChunkSizes + 4 * i);
    if (at + size > data.length || size > CHUNK) return STATUS.BAD_COMPRESSION_BUFFER;
    const part = data.subarray(at, at + size);
    at += size;
    const packed = size !== 0 && size !== CHUNK;
    const bytes = packed && size > 1 && part[1] & 0x80 ? expandChunk(part.subarray(2)) : part.subarray(packed ? 2 : 0);
    if (bytes === undefined) return STATUS.BAD_COMPRESSION_BUFFER;
    out.set(bytes.subarray(0, out.length - i * CHUNK), i * CHUNK);
  }
  write(k, f.ptr(0), out);
  k.machine.charge(out.length >> 4);
  return STATUS.SUCCESS;
}

export const routines: KernelRoutine[] = [
  {
    // (FormatAndEngine, CompressBufferWorkSpaceSize, CompressFragmentWorkSpaceSize)
    name: 'RtlGetCompressionWorkSpaceSize',
    step(k, f) {
      const bad = checkFormat(f.u16(0), true);
      if (bad !== STATUS.SUCCESS) return k.return(bad);
      k.mem.checked.setU32(f.ptr(1), (f.u16(0) & ENGINE) === MAXIMUM ? MAXIMUM_WORKSPACE : STANDARD_WORKSPACE);
      k.mem.checked.setU32(f.ptr(2), FRAGMENT_WORKSPACE);
      return k.return(STATUS.SUCCESS);
    },
  },
  { name: 'RtlCompressBuffer', cost: 50, step: (k, f) => k.return(compress(k, f)) },
  { name: 'RtlDecompressBuffer', cost: 50, step: (k, f) => k.return(decompressTo(k, f, f.ptr(5), 0)) },
  { name: 'RtlDecompressBufferEx', cost: 50, step: (k, f) => k.return(decompressTo(k, f, f.ptr(5), 0)) },
  { name: 'RtlDecompressBufferEx2', cost: 50, step: (k, f) => k.return(decompressTo(k, f, f.ptr(6), 0)) },
  { name: 'RtlDecompressFragment', cost: 50, step: (k, f) => k.return(decompressTo(k, f, f.ptr(6), f.u32(5))) },
  { name: 'RtlDecompressFragmentEx', cost: 50, step: (k, f) => k.return(decompressTo(k, f, f.ptr(7), f.u32(5))) },
  { name: 'RtlDescribeChunk', step: (k, f) => k.return(describeChunk(k, f)) },
  { name: 'RtlReserveChunk', step: (k, f) => k.return(reserveChunk(k, f)) },
  { name: 'RtlCompressChunks', cost: 50, step: (k, f) => k.return(compressChunks(k, f)) },
  { name: 'RtlDecompressChunks', cost: 50, step: (k, f) => k.return(decompressChunks(k, f)) },
];
