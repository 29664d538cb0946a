// Keyword classes the parser dispatches on. One table each, so that a word is added in one place.

/** Basic type words as bit counters: a set of words gives a sum, and the sum names the type (see BASIC_TYPES in declarations.ts). */
export const enum W {
  Void = 1 << 0,
  Char = 1 << 2,
  Short = 1 << 4,
  Int = 1 << 6,
  Long = 1 << 8,
  Float = 1 << 11,
  Double = 1 << 12,
  Signed = 1 << 13,
  Unsigned = 1 << 15,
  Bool = 1 << 17,
  Int8 = 1 << 18,
  Int16 = 1 << 19,
  Int32 = 1 << 20,
  Int64 = 1 << 21,
  Wchar = 1 << 22,
}

export const BASIC_WORDS: ReadonlyMap<string, number> = new Map<string, number>([
  ['void', W.Void],
  ['char', W.Char],
  ['short', W.Short],
  ['int', W.Int],
  ['long', W.Long],
  ['float', W.Float],
  ['double', W.Double],
  ['signed', W.Signed],
  ['unsigned', W.Unsigned],
  ['_Bool', W.Bool],
  ['__int8', W.Int8],
  ['__int16', W.Int16],
  ['__int32', W.Int32],
  ['__int64', W.Int64],
  ['__wchar_t', W.Wchar],
]);

export const CALLING_CONVENTIONS: ReadonlySet<string> = new Set([
  '__cdecl',
  '__stdcall',
  '__fastcall',
  '__vectorcall',
  '__thiscall',
  '__clrcall',
]);

/** Words that may begin a type name. */
export const TYPE_WORDS: ReadonlySet<string> = new Set([
  ...BASIC_WORDS.keys(),
  'struct',
  'union',
  'enum',
  'const',
  'volatile',
  'restrict',
  '__restrict',
  '__unaligned',
  '_Atomic',
  '_Complex',
  '__w64',
  '__declspec',
]);

/** Words that may begin a declaration. */
export const DECLARATION_WORDS: ReadonlySet<string> = new Set([
  ...TYPE_WORDS,
  'typedef',
  'extern',
  'static',
  'auto',
  'register',
  'inline',
  '__inline',
  '__forceinline',
  '_Noreturn',
  '_Alignas',
  '_Thread_local',
  '__attribute__',
  '__extension__',
  '__based',
  ...CALLING_CONVENTIONS,
]);

/** Identifiers that only C++ has; met at the start of a declaration or expression they get one clear message. */
export const CPP_WORDS: ReadonlySet<string> = new Set([
  'class',
  'namespace',
  'template',
  'using',
  'typename',
  'constexpr',
  'operator',
  'virtual',
  'public',
  'private',
  'protected',
  'friend',
  'mutable',
  'nullptr',
  'static_cast',
  'reinterpret_cast',
  'const_cast',
  'dynamic_cast',
  'decltype',
  'noexcept',
  'new',
  'delete',
  'explicit',
]);
