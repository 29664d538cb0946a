// Addresses of the Internet as text and back.
#include "check.h"
LONG g_Failures;
struct in_addr { UCHAR b[4]; };
struct in6_addr { UCHAR b[16]; };

static BOOLEAN Shown(const UCHAR *bytes, PCSTR text) {
  CHAR out[46];
  PCHAR end = RtlIpv6AddressToStringA((const struct in6_addr *)bytes, out);
  return strcmp(out, text) == 0 && end == out + strlen(text);
}

static BOOLEAN Reads4(PCSTR text, BOOLEAN strict, ULONG address, LONG used) {
  struct in_addr a = { { 0 } };
  PCSTR end = NULL;
  return RtlIpv4StringToAddressA(text, strict, &end, &a) == STATUS_SUCCESS && RtlUlongByteSwap(*(PULONG)&a) == address && end == text + used;
}

TEST_ENTRY {
  static const UCHAR loopback[16] = { [15] = 1 }, link[16] = { 0xfe, 0x80, [8] = 2, 0x1f, [12] = 0xab, [15] = 0x10 };
  static const UCHAR mapped[16] = { [10] = 0xff, 0xff, 192, 168, 0, 7 }, none[16] = { 0 };
  static const UCHAR full[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6 };
  struct in_addr v4 = { { 10, 0, 200, 3 } }, a;
  struct in6_addr v6;
  WCHAR wide[46];
  PCWSTR wend;
  PCSTR end;
  CHAR out[16];
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  FACT("documentation RtlIpv4AddressToStringA: the terminating NUL comes back", RtlIpv4AddressToStringA(&v4, out) == out + 10 && strcmp(out, "10.0.200.3") == 0);
  FACT("documentation RtlIpv4AddressToStringW: the same in Unicode", RtlIpv4AddressToStringW(&v4, wide) == wide + 10 && wcscmp(wide, L"10.0.200.3") == 0);
  FACT("documentation RtlIpv6AddressToStringA: a run of zeros is two colons", Shown(loopback, "::1") && Shown(none, "::"));
  FACT("documentation RtlIpv6AddressToStringA: the longest run", Shown(link, "fe80::21f:0:ab00:10"));
  FACT("documentation RtlIpv6AddressToStringA: an IPv4-mapped address ends in dotted form", Shown(mapped, "::ffff:192.168.0.7"));
  FACT("documentation RtlIpv6AddressToStringA: lower case, no leading zeros", Shown(full, "2001:db8:1:2:3:4:5:6"));
  FACT("documentation RtlIpv6AddressToStringW: the same in Unicode", RtlIpv6AddressToStringW((const struct in6_addr *)full, wide) == wide + 20 && wcscmp(wide, L"2001:db8:1:2:3:4:5:6") == 0);
  FACT("documentation RtlIpv4StringToAddressA: four decimal parts", Reads4("192.168.1.20", TRUE, 0xc0a80114, 12));
  FACT("documentation RtlIpv4StringToAddressA: Terminator is where the address ended", Reads4("1.2.3.4:80", TRUE, 0x01020304, 7));
  FACT("documentation RtlIpv4StringToAddressA: not strict, fewer parts of which the last fills the rest", Reads4("10.258", FALSE, 0x0a000102, 6));
  FACT("documentation RtlIpv4StringToAddressA: not strict, hexadecimal and octal", Reads4("0x7f.010.0.1", FALSE, 0x7f080001, 12));
  FACT_EQ("documentation RtlIpv4StringToAddressA: strict, STATUS_INVALID_PARAMETER for fewer parts", RtlIpv4StringToAddressA("10.258", TRUE, &end, &a), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation RtlIpv4StringToAddressA: a part that is too large", RtlIpv4StringToAddressA("1.256.1.1", TRUE, &end, &a), STATUS_INVALID_PARAMETER);
  FACT("documentation RtlIpv4StringToAddressW: the same in Unicode", RtlIpv4StringToAddressW(L"1.2.3.4", TRUE, &wend, &a) == STATUS_SUCCESS && a.b[3] == 4 && *wend == 0);
  FACT("documentation RtlIpv6StringToAddressA: a run of zeros anywhere", RtlIpv6StringToAddressA("fe80::21f:0:ab00:10", &end, &v6) == STATUS_SUCCESS && memcmp(&v6, link, 16) == 0 && *end == 0);
  FACT("documentation RtlIpv6StringToAddressA: a dotted end", RtlIpv6StringToAddressA("::ffff:192.168.0.7/96", &end, &v6) == STATUS_SUCCESS && memcmp(&v6, mapped, 16) == 0 && *end == '/');
  FACT_EQ("documentation RtlIpv6StringToAddressA: STATUS_INVALID_PARAMETER for seven groups", RtlIpv6StringToAddressA("1:2:3:4:5:6:7", &end, &v6), STATUS_INVALID_PARAMETER);
  FACT("documentation RtlIpv6StringToAddressW: the same in Unicode", RtlIpv6StringToAddressW(L"::1", &wend, &v6) == STATUS_SUCCESS && memcmp(&v6, loopback, 16) == 0 && *wend == 0);
  return RESULT();
}
