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
#define NOTEPAD L"C:\\Windows\\System32\\notepad.exe"
