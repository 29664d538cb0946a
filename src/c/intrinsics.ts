// Names that the compiler itself knows: a call becomes a `builtin` node, not a call of an imported routine.
// The types are written as C and are used when no header declares the name; a prototype in a header wins, the name still means the intrinsic.

/** name -> prototype without the name: `long(long volatile *)`. */
const table = new Map<string, string>();

function add(prototype: string, ...names: string[]): void {
  for (const n of names) table.set(n, prototype);
}

const WIDTHS: readonly (readonly [suffix: string, type: string])[] = [
  ['', 'long'],
  ['8', 'char'],
  ['16', 'short'],
  ['64', '__int64'],
];
for (const [suffix, t] of WIDTHS) {
  for (const model of ['', '_acq', '_rel', '_nf']) {
    const end = suffix + model;
    if (suffix !== '8') add(`${t}(${t} volatile *)`, `_InterlockedIncrement${end}`, `_InterlockedDecrement${end}`);
    for (const op of ['Exchange', 'ExchangeAdd', 'And', 'Or', 'Xor']) add(`${t}(${t} volatile *, ${t})`, `_Interlocked${op}${end}`);
    add(`${t}(${t} volatile *, ${t}, ${t})`, `_InterlockedCompareExchange${end}`);
  }
}
add('void *(void *volatile *, void *)', '_InterlockedExchangePointer');
add('void *(void *volatile *, void *, void *)', '_InterlockedCompareExchangePointer');
add('unsigned char(__int64 volatile *, __int64, __int64, __int64 *)', '_InterlockedCompareExchange128');
add(
  'unsigned char(long volatile *, long)',
  '_interlockedbittestandset',
  '_interlockedbittestandreset',
  '_InterlockedBitTestAndSet',
  '_InterlockedBitTestAndReset',
);
add(
  'unsigned char(__int64 volatile *, __int64)',
  '_interlockedbittestandset64',
  '_interlockedbittestandreset64',
  '_InterlockedBitTestAndSet64',
  '_InterlockedBitTestAndReset64',
);
add('unsigned char(const long *, long)', '_bittest');
add('unsigned char(const __int64 *, __int64)', '_bittest64');
add('unsigned char(long *, long)', '_bittestandset', '_bittestandreset', '_bittestandcomplement');
add('unsigned char(__int64 *, __int64)', '_bittestandset64', '_bittestandreset64', '_bittestandcomplement64');
add('unsigned char(unsigned long *, unsigned long)', '_BitScanForward', '_BitScanReverse');
add('unsigned char(unsigned long *, unsigned __int64)', '_BitScanForward64', '_BitScanReverse64');

add('unsigned int(unsigned int, int)', '_rotl', '_rotr');
add('unsigned long(unsigned long, int)', '_lrotl', '_lrotr');
add('unsigned __int64(unsigned __int64, int)', '_rotl64', '_rotr64');
add('unsigned char(unsigned char, unsigned char)', '_rotl8', '_rotr8');
add('unsigned short(unsigned short, unsigned char)', '_rotl16', '_rotr16');
add('unsigned int(unsigned int)', '__popcnt', '__lzcnt');
add('unsigned short(unsigned short)', '__popcnt16', '__lzcnt16', '_byteswap_ushort');
add('unsigned __int64(unsigned __int64)', '__popcnt64', '__lzcnt64', '_byteswap_uint64');
add('unsigned long(unsigned long)', '_byteswap_ulong');
add('unsigned __int64(unsigned __int64, unsigned __int64)', '__umulh');
add('__int64(__int64, __int64)', '__mulh');
add('unsigned __int64(unsigned __int64, unsigned __int64, unsigned __int64 *)', '_umul128');
add('__int64(__int64, __int64, __int64 *)', '_mul128');
add('unsigned __int64(unsigned __int64, unsigned __int64, unsigned char)', '__shiftleft128', '__shiftright128');
add('unsigned __int64(unsigned int, unsigned int)', '__emulu');
add('__int64(int, int)', '__emul');

add('unsigned __int64(void)', '__readcr0', '__readcr2', '__readcr3', '__readcr4', '__readcr8', '__readeflags', '__rdtsc', '_xgetbv0');
add('void(unsigned __int64)', '__writecr0', '__writecr3', '__writecr4', '__writecr8', '__writeeflags');
add('unsigned __int64(unsigned long)', '__readmsr');
add('void(unsigned long, unsigned __int64)', '__writemsr');
add('unsigned __int64(unsigned int *)', '__rdtscp');
add('unsigned char(unsigned long)', '__readgsbyte');
add('unsigned short(unsigned long)', '__readgsword');
add('unsigned long(unsigned long)', '__readgsdword');
add('unsigned __int64(unsigned long)', '__readgsqword');
add('void(int *, int)', '__cpuid');
add('void(int *, int, int)', '__cpuidex');
add('void(void *)', '__invlpg', '__sidt', '__lidt', '_mm_clflush');
add(
  'void(void)',
  '__debugbreak',
  '__int2c',
  '__nop',
  '_mm_pause',
  '_mm_mfence',
  '_mm_lfence',
  '_mm_sfence',
  '__faststorefence',
  '_ReadWriteBarrier',
  '_ReadBarrier',
  '_WriteBarrier',
  '__halt',
  '__wbinvd',
  '_enable',
  '_disable',
  '__ud2',
);
add('void(unsigned int)', '__fastfail');
add('void *(void)', '_ReturnAddress', '_AddressOfReturnAddress');
add('void(const char *, int)', '_mm_prefetch');
add('void(const void *)', '_m_prefetchw', '__prefetchw');
add('void(unsigned char *, unsigned char, unsigned __int64)', '__stosb');
add('void(unsigned short *, unsigned short, unsigned __int64)', '__stosw');
add('void(unsigned long *, unsigned long, unsigned __int64)', '__stosd');
add('void(unsigned __int64 *, unsigned __int64, unsigned __int64)', '__stosq');
add('void(unsigned char *, const unsigned char *, unsigned __int64)', '__movsb');
add('void(unsigned short *, const unsigned short *, unsigned __int64)', '__movsw');
add('void(unsigned long *, const unsigned long *, unsigned __int64)', '__movsd');
add('void(unsigned __int64 *, const unsigned __int64 *, unsigned __int64)', '__movsq');

/** Prototypes of all intrinsics, by name. */
export const INTRINSICS: ReadonlyMap<string, string> = table;

/** Other spellings of the compiler's own questions -> the builtin node's name. */
export const COMPILER_WORDS: ReadonlyMap<string, string> = new Map([
  ['_exception_code', 'exception_code'],
  ['__exception_code', 'exception_code'],
  ['_exception_info', 'exception_info'],
  ['__exception_info', 'exception_info'],
  ['_abnormal_termination', 'abnormal_termination'],
  ['__abnormal_termination', 'abnormal_termination'],
  ['_alloca', 'alloca'],
  ['__builtin_alloca', 'alloca'],
  ['__assume', 'assume'],
  ['_assume', 'assume'],
]);
