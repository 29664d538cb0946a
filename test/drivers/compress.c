// RtlCompressBuffer and its relatives with LZNT1: streams written by hand, round trips, damaged data, small buffers.
#include "check.h"
LONG g_Failures;

// "F# F# G A A G F# E D D E F# F# E E " as literals and pairs: the example of the public format description
static const UCHAR Example[] = {
  0x38, 0xb0, 0x88, 0x46, 0x23, 0x20, 0x00, 0x20, 0x47, 0x20, 0x41, 0x00, 0x10, 0xa2, 0x47, 0x01, 0xa0, 0x45, 0x20, 0x44, 0x00, 0x08, 0x45, 0x01, 0x50, 0x79,
  0x00, 0xc0, 0x45, 0x20, 0x05, 0x24, 0x13, 0x88, 0x05, 0xb4, 0x02, 0x4a, 0x44, 0xef, 0x03, 0x58, 0x02, 0x8c, 0x09, 0x16, 0x01, 0x48, 0x45, 0x00, 0xbe, 0x00,
  0x9e, 0x00, 0x04, 0x01, 0x18, 0x90, 0x00};
static const CHAR Plain[] = "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A F# F# G A A G F# E D D E F# E D D\0";

static UCHAR Big[20000], Packed[24000], Out[20000];

static VOID ByHand(VOID) {
  ULONG size = 0;
  UCHAR out[256];
  CHECK_EQ(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, sizeof(out), (PUCHAR)Example, sizeof(Example), &size), STATUS_SUCCESS);
  CHECK_EQ(size, sizeof(Plain) - 1);
  CHECK_EQ(RtlCompareMemory(out, Plain, size), size);
  // a run: one byte, then distance 1 and length 9
  static const UCHAR run[] = {0x03, 0xB0, 0x02, 'x', 0x06, 0x00, 0x00, 0x00};
  CHECK_EQ(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, sizeof(out), (PUCHAR)run, sizeof(run), &size), STATUS_SUCCESS);
  CHECK_EQ(size, 10);
  CHECK_EQ(RtlCompareMemory(out, "xxxxxxxxxx", 10), 10);
  // not compressed: header 0x3000 | size - 1
  static const UCHAR raw[] = {0x04, 0x30, 'h', 'e', 'l', 'l', 'o'};
  CHECK_EQ(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, sizeof(out), (PUCHAR)raw, sizeof(raw), &size), STATUS_SUCCESS);
  CHECK_EQ(size, 5);
  CHECK_EQ(RtlCompareMemory(out, "hello", 5), 5);
  // a small buffer gets the beginning
  CHECK_EQ(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, 3, (PUCHAR)raw, sizeof(raw), &size), STATUS_SUCCESS);
  CHECK_EQ(size, 3);
  // damaged: distance before the start, chunk beyond the end, header without its mark
  static const UCHAR back[] = {0x03, 0xB0, 0x02, 'x', 0x06, 0x10};
  static const UCHAR cut[] = {0x10, 0xB0, 0x00, 'x'};
  static const UCHAR mark[] = {0x03, 0xF0, 0x02, 'x', 0x06, 0x00};
  CHECK_EQ(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, sizeof(out), (PUCHAR)back, sizeof(back), &size), STATUS_BAD_COMPRESSION_BUFFER);
  CHECK_EQ(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, sizeof(out), (PUCHAR)cut, sizeof(cut), &size), STATUS_BAD_COMPRESSION_BUFFER);
  CHECK_EQ(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, sizeof(out), (PUCHAR)mark, sizeof(mark), &size), STATUS_BAD_COMPRESSION_BUFFER);
  CHECK_EQ(RtlDecompressBuffer(COMPRESSION_FORMAT_NONE, out, 3, (PUCHAR)raw, sizeof(raw), &size), STATUS_INVALID_PARAMETER);
  CHECK_EQ(RtlDecompressBuffer(9, out, 3, (PUCHAR)raw, sizeof(raw), &size), STATUS_UNSUPPORTED_COMPRESSION);
}

static VOID RoundTrip(ULONG length, USHORT engine) {
  ULONG packed = 0, size = 0, work = 0, fragment = 0;
  CHECK_EQ(RtlGetCompressionWorkSpaceSize(COMPRESSION_FORMAT_LZNT1 | engine, &work, &fragment), STATUS_SUCCESS);
  PVOID space = ExAllocatePoolWithTag(PagedPool, work, 'pmoC');
  CHECK_EQ(RtlCompressBuffer(COMPRESSION_FORMAT_LZNT1 | engine, Big, length, Packed, sizeof(Packed), 4096, &packed, space), STATUS_SUCCESS);
  CHECK(packed <= length + 2 * (length / 4096 + 1));
  CHECK_EQ(RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, Out, sizeof(Out), Packed, packed, &size), STATUS_SUCCESS);
  CHECK_EQ(size, length);
  CHECK_EQ(RtlCompareMemory(Big, Out, length), length);
  CHECK_EQ(RtlCompressBuffer(COMPRESSION_FORMAT_LZNT1 | engine, Big, length, Packed, packed - 1, 4096, &size, space), STATUS_BUFFER_TOO_SMALL);
  // a piece from the middle
  CHECK_EQ(RtlCompressBuffer(COMPRESSION_FORMAT_LZNT1 | engine, Big, length, Packed, sizeof(Packed), 4096, &packed, space), STATUS_SUCCESS);
  CHECK_EQ(RtlDecompressFragment(COMPRESSION_FORMAT_LZNT1, Out, 100, Packed, packed, length / 2, &size, space), STATUS_SUCCESS);
  CHECK_EQ(size, 100);
  CHECK_EQ(RtlCompareMemory(Big + length / 2, Out, 100), 100);
  // chunk by chunk
  PUCHAR at = Packed, chunk;
  ULONG chunks = 0;
  while (RtlDescribeChunk(COMPRESSION_FORMAT_LZNT1, &at, Packed + packed, &chunk, &size) == STATUS_SUCCESS) chunks++;
  CHECK_EQ(chunks, (length + 4095) / 4096);
  CHECK(at == Packed + packed);
  ExFreePool(space);
}

static VOID Chunks(VOID) {
  UCHAR buffer[FIELD_OFFSET(COMPRESSED_DATA_INFO, CompressedChunkSizes) + 5 * sizeof(ULONG)];
  PCOMPRESSED_DATA_INFO info = (PCOMPRESSED_DATA_INFO)buffer;
  RtlZeroMemory(buffer, sizeof(buffer));
  info->CompressionFormatAndEngine = COMPRESSION_FORMAT_LZNT1;
  info->CompressionUnitShift = 16;
  info->ChunkShift = 12;
  info->ClusterShift = 12;
  RtlZeroMemory(Big + 4096, 4096);
  CHECK_EQ(RtlCompressChunks(Big, sizeof(Big), Packed, sizeof(Packed), info, sizeof(buffer), NULL), STATUS_SUCCESS);
  CHECK_EQ(info->NumberOfChunks, 5);
  CHECK_EQ(info->CompressedChunkSizes[1], 0);
  RtlFillMemory(Out, sizeof(Out), 0xAA);
  CHECK_EQ(RtlDecompressChunks(Out, sizeof(Out), Packed, sizeof(Packed), NULL, 0, info), STATUS_SUCCESS);
  CHECK_EQ(RtlCompareMemory(Big, Out, sizeof(Big)), sizeof(Big));
  CHECK_EQ(RtlCompressChunks(Big, sizeof(Big), Packed, sizeof(Packed), info, 12, NULL), STATUS_BUFFER_TOO_SMALL);
}

TEST_ENTRY {
  ULONG seed = 1, packed;
  ByHand();
  for (ULONG i = 0; i < sizeof(Big); i++) Big[i] = (UCHAR)("driver process thread "[i % 22] + (i / 997) % 3);
  RoundTrip(20000, COMPRESSION_ENGINE_STANDARD);
  RoundTrip(20000, COMPRESSION_ENGINE_MAXIMUM);
  RoundTrip(4096, COMPRESSION_ENGINE_STANDARD);
  RoundTrip(4097, COMPRESSION_ENGINE_STANDARD);
  for (ULONG i = 0; i < sizeof(Big); i++) Big[i] = (UCHAR)(RtlRandomEx(&seed) >> 8);
  RoundTrip(9000, COMPRESSION_ENGINE_STANDARD);
  Chunks();
  RtlZeroMemory(Big, sizeof(Big));
  CHECK_EQ(RtlCompressBuffer(COMPRESSION_FORMAT_LZNT1, Big, sizeof(Big), Packed, sizeof(Packed), 4096, &packed, NULL), STATUS_BUFFER_ALL_ZEROS);
  CHECK(packed < 100);
  CHECK_EQ(RtlCompressBuffer(COMPRESSION_FORMAT_LZNT1 | COMPRESSION_ENGINE_HIBER, Big, 10, Packed, 100, 4096, &packed, NULL), STATUS_NOT_SUPPORTED);
  PUCHAR at = Packed, chunk;
  CHECK_EQ(RtlReserveChunk(COMPRESSION_FORMAT_LZNT1, &at, Packed + 5000, &chunk, 4096), STATUS_SUCCESS);
  CHECK(chunk == Packed + 2 && at == Packed + 4098);
  CHECK_EQ(*(PUSHORT)Packed, 0x3FFF);
  CHECK_EQ(RtlReserveChunk(COMPRESSION_FORMAT_LZNT1, &at, Packed + 5000, &chunk, 4096), STATUS_BUFFER_TOO_SMALL);
  return RESULT();
}

BAD(OutputTooShort, 0xCD, -1) {
  PUCHAR out = ExAllocatePoolWithTag(NonPagedPool, 32, 'pmoC');
  ULONG size;
  RtlDecompressBuffer(COMPRESSION_FORMAT_LZNT1, out, 1024, (PUCHAR)Example, sizeof(Example), &size);
  return STATUS_SUCCESS;
}
