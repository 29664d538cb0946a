// Intrinsics of the processor: bits, wide arithmetic, blocks, time stamp, CPUID, control registers, control region, return addresses, faults.
#include <intrin.h>
#include "check.h"

LONG g_Failures;

static VOID Bits(VOID) {
  unsigned long index;
  LONG word[3] = {0, 0, 0};
  CHECK(_BitScanForward(&index, 0x50) && index == 4);
  CHECK(_BitScanReverse(&index, 0x50) && index == 6);
  CHECK(!_BitScanForward(&index, 0));
  CHECK(_BitScanForward64(&index, 1ULL << 40) && index == 40);
  CHECK(_BitScanReverse64(&index, 0x8000000000000001ULL) && index == 63);
  CHECK_EQ(__popcnt(0xF0F0), 8);
  CHECK_EQ(__popcnt64(~0ULL), 64);
  CHECK_EQ(__popcnt16(0xFFFF), 16);
  CHECK_EQ(__lzcnt(1), 31);
  CHECK_EQ(__lzcnt(0), 32);
  CHECK_EQ(__lzcnt64(0), 64);
  CHECK_EQ(__lzcnt16(1), 15);
  CHECK_EQ(_tzcnt_u32(0x80), 7);
  CHECK_EQ(_tzcnt_u32(0), 32);
  CHECK_EQ(_tzcnt_u64(0), 64);
  CHECK_EQ(_rotl(0x80000001, 4), 0x18);
  CHECK_EQ(_rotr(0x18, 4), 0x80000001);
  CHECK_EQ(_rotl8(0x81, 1), 3);
  CHECK_EQ(_rotr16(1, 1), 0x8000);
  CHECK(_rotl64(1, 63) == 1ULL << 63);
  CHECK_EQ(_byteswap_ushort(0x1234), 0x3412);
  CHECK_EQ(_byteswap_ulong(0x12345678), 0x78563412);
  CHECK(_byteswap_uint64(0x0102030405060708ULL) == 0x0807060504030201ULL);
  CHECK(!_bittestandset(word, 37) && word[1] == 32);
  CHECK(_bittest(word, 37));
  CHECK(_bittestandreset(word, 37) && word[1] == 0);
  CHECK(!_bittestandcomplement(word, 0) && word[0] == 1);
  CHECK(!_interlockedbittestandset(word, 1) && word[0] == 3);
}

static VOID Wide(VOID) {
  unsigned __int64 high, rest;
  __int64 shigh, srest;
  CHECK(_umul128(~0ULL, ~0ULL, &high) == 1 && high == ~1ULL);
  CHECK(_mul128(-2, 3, &shigh) == -6 && shigh == -1);
  CHECK(__umulh(1ULL << 63, 4) == 2);
  CHECK(__mulh(-1, 1) == -1);
  CHECK(__emulu(0xFFFFFFFF, 0xFFFFFFFF) == 0xFFFFFFFE00000001ULL);
  CHECK(__emul(-2, 5) == -10);
  CHECK(__shiftleft128(1ULL << 63, 1, 1) == 3);
  CHECK(__shiftright128(0, 1, 1) == 1ULL << 63);
  CHECK(__ull_rshift(0x100, 4) == 0x10);
  CHECK(_udiv128(1, 0, 2, &rest) == 1ULL << 63 && rest == 0);
  CHECK(_div128(-1, -7, 2, &srest) == -3 && srest == -1);
}

static VOID Blocks(VOID) {
  UCHAR b[8];
  USHORT w[4], w2[4];
  ULONG d[4], d2[4];
  ULONG64 q[4], q2[4];
  __stosb(b, 0x5a, sizeof b);
  CHECK(b[0] == 0x5a && b[7] == 0x5a);
  __stosw(w, 0x1234, 4);
  CHECK(w[3] == 0x1234);
  __stosd(d, 0xdeadbeef, 4);
  CHECK(d[3] == 0xdeadbeef);
  __stosq(q, 0x1122334455667788ULL, 4);
  CHECK(q[3] == 0x1122334455667788ULL);
  __movsw(w2, w, 4);
  __movsd(d2, d, 4);
  __movsq(q2, q, 4);
  CHECK(w2[3] == w[3] && d2[3] == d[3] && q2[3] == q[3]);
  __movsb(b, (UCHAR *)q, 8);
  CHECK(b[0] == 0x88 && b[7] == 0x11);
  __nop();
  _mm_pause();
  _mm_mfence();
  _mm_lfence();
  _mm_sfence();
  __faststorefence();
  KeMemoryBarrier();
  __wbinvd();
  __invlpg(b);
}

static VOID Time(VOID) {
  unsigned int aux = 99;
  unsigned __int64 a = __rdtsc(), b = ReadTimeStampCounter(), c = __rdtscp(&aux);
  LARGE_INTEGER before = KeQueryPerformanceCounter(NULL), after;
  ULONG64 tick, now;
  CHECK(a < b && b < c);
  CHECK(aux < KeQueryActiveProcessorCount(NULL));
  a = __rdtsc();
  KeStallExecutionProcessor(1000);
  b = __rdtsc();
  CHECK(b - a >= 2000000); // 1 ms at 2 GHz
  CHECK(__readmsr(0x10) >= b);
  after = KeQueryPerformanceCounter(NULL);
  CHECK(after.QuadPart - before.QuadPart >= 10000);
  tick = KeQueryInterruptTimePrecise(&now);
  __halt();
  tick = KeQueryInterruptTimePrecise(&now) - tick;
  CHECK(tick > 100 && tick <= 2 * KeQueryTimeIncrement()); // until the next clock interrupt
}

static VOID Identity(VOID) {
  int r[4];
  char vendor[13];
  ULONG highest;
  __cpuid(r, 0);
  highest = (ULONG)r[0];
  *(int *)vendor = r[1];
  *(int *)(vendor + 4) = r[3];
  *(int *)(vendor + 8) = r[2];
  vendor[12] = 0;
  CHECK(strcmp(vendor, "GenuineIntel") == 0);
  CHECK(highest >= 7);
  __cpuid(r, 1);
  CHECK((r[3] & (1 << 26)) && (r[2] & (1 << 23))); // SSE2, POPCNT
  CHECK(!(r[2] & (1 << 5)));                       // no VMX: its instructions are not simulated
  CHECK(!(r[2] & (1u << 31)));                     // no hypervisor
  CHECK(((r[2] >> 27) & 1) && (__readcr4() & (1 << 18)));
  CHECK_EQ(_xgetbv(0) & 3, 3);
  __cpuidex(r, 7, 0);
  CHECK(((r[1] >> 7) & 1) == (int)((__readcr4() >> 20) & 1));
  __cpuid(r, (int)0x80000000);
  CHECK((ULONG)r[0] >= 0x80000004);
  __cpuid(r, (int)0x80000001);
  CHECK(r[3] & (1 << 29));
}

static VOID Registers(VOID) {
  PKPCR pcr;
  KIRQL old;
  CHECK((__readcr0() & 0x80010001) == 0x80010001); // PG, WP, PE
  CHECK(__readeflags() & 0x200);
  CHECK(__readmsr(0xC0000080) & 0x400);
  CHECK_EQ(__readcr8(), PASSIVE_LEVEL);
  CHECK((PKTHREAD)__readgsqword(0x188) == KeGetCurrentThread());
  old = KeGetCurrentIrql();
  __writecr8(DISPATCH_LEVEL);
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  CHECK_EQ(__readcr8(), DISPATCH_LEVEL);
  // at DISPATCH_LEVEL the thread stays on its processor
  pcr = (PKPCR)__readgsqword(FIELD_OFFSET(KPCR, Self));
  CHECK(pcr->Self == pcr);
  CHECK_EQ(pcr->Irql, DISPATCH_LEVEL);
  CHECK((ULONG64)pcr->CurrentPrcb == __readgsqword(0x20));
  CHECK(((PKTHREAD *)pcr->CurrentPrcb)[1] == KeGetCurrentThread());
  CHECK_EQ(__readgsdword(0x1a4), KeGetCurrentProcessorNumber());
  __writecr8(old);
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  __try {
    __writecr8(16);
    CHECK(FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    CHECK(GetExceptionCode() == STATUS_ACCESS_VIOLATION);
  }
}

__declspec(noinline) static PVOID WhoCalls(VOID) { return _ReturnAddress(); }
__declspec(noinline) static PVOID Place(VOID) { return _AddressOfReturnAddress(); }
__declspec(noinline) static PVOID Other(VOID) { return WhoCalls(); }

static VOID Addresses(VOID) {
  ULONG_PTR low, high;
  PVOID place = Place();
  CHECK(WhoCalls() == (PVOID)Addresses);
  CHECK(Other() == (PVOID)Other);
  IoGetStackLimits(&low, &high);
  CHECK((ULONG_PTR)place > low && (ULONG_PTR)place < high);
  // it lies below what the caller has on the stack
  CHECK((ULONG_PTR)place < (ULONG_PTR)&low || (ULONG_PTR)place < (ULONG_PTR)&high);
}

static VOID Faults(VOID) {
  unsigned __int64 rest, zero = 0;
  int caught = 0;
  __try {
    __ud2();
  } __except (GetExceptionCode() == STATUS_ILLEGAL_INSTRUCTION ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
    caught |= 1;
  }
  __try {
    (VOID)_udiv128(0, 1, zero, &rest);
  } __except (GetExceptionCode() == STATUS_INTEGER_DIVIDE_BY_ZERO ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
    caught |= 2;
  }
  __try {
    (VOID)_udiv128(1, 0, 1, &rest);
  } __except (GetExceptionCode() == STATUS_INTEGER_OVERFLOW ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
    caught |= 4;
  }
  __try {
    __cpuid((int *)NULL, 0);
  } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
    caught |= 8;
  }
  CHECK_EQ(caught, 15);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  Bits();
  Wide();
  Blocks();
  Time();
  Identity();
  Registers();
  Addresses();
  Faults();
  return RESULT();
}

BAD(FailFast, 0x139, 5) {
  __fastfail(FAST_FAIL_INVALID_ARG);
}

BAD(IllegalInstruction, 0x7E, 0xC000001D) {
  __ud2();
  return STATUS_SUCCESS;
}

static VOID LowerInDpc(PKDPC Dpc, PVOID Context, PVOID A, PVOID B) {
  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A);
  UNREFERENCED_PARAMETER(B);
  __writecr8(PASSIVE_LEVEL);
}
static KDPC g_Dpc;
BAD(LowerWithinDpc, 0xC4, 0x31) {
  KeInitializeDpc(&g_Dpc, LowerInDpc, NULL);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  SleepMs(5);
  return STATUS_SUCCESS;
}
