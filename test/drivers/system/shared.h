// Shared by checking drivers and the bodies that act on them.
#pragma once
#ifndef CTL_CODE
#define CTL_CODE(t, f, m, a) (((t) << 16) | ((a) << 14) | ((f) << 2) | (m))
#endif
#define IOCTL_BUFFERED CTL_CODE(0x22, 0x800, 0, 0)
#define IOCTL_IN_DIRECT CTL_CODE(0x22, 0x801, 1, 0)
#define IOCTL_OUT_DIRECT CTL_CODE(0x22, 0x802, 2, 0)
#define IOCTL_NEITHER CTL_CODE(0x22, 0x803, 3, 0)
#define IOCTL_PEND CTL_CODE(0x22, 0x804, 0, 0)
#define IOCTL_RELEASE CTL_CODE(0x22, 0x805, 0, 0)
#define IOCTL_NEEDS_WRITE CTL_CODE(0x22, 0x806, 0, 2)
#define EXPECT(e) ((e) ? (void)0 : (void)printf("FAIL %s:%d %s (error %lu)\n", __FILE__, __LINE__, #e, GetLastError()))
// Facts that a body observes: FACT of check.h says what they are.
#ifndef FACT
#define FACT(source, e)                                                                                                   \
  ((e) ? (void)printf("FACT %d\n", __LINE__) : (void)printf("FAIL %s:%d %s: %s (error %lu)\n", __FILE__, __LINE__, source, #e, GetLastError()))
#define FACT_EQ(source, a, b)                                                                                             \
  do {                                                                                                                    \
    long long a_ = (long long)(a), b_ = (long long)(b);                                                                   \
    if (a_ == b_) printf("FACT %d\n", __LINE__);                                                                          \
    else printf("FAIL %s:%d %s: %s = 0x%I64x, not 0x%I64x\n", __FILE__, __LINE__, source, #a, a_, b_);                    \
  } while (0)
#define MAY_FACT(source, e) FACT(source, e)
#endif
#define NOTEPAD L"C:\\Windows\\System32\\notepad.exe"
