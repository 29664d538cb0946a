// FACT and CHECK for the bodies of `subsystem wsl` processes: they print as those of drivers do, with the line of their file.
#pragma once
#define FACT(source, e) ((e) ? (void)printf("FACT %d\n", __LINE__) : (void)printf("FAIL line %d %s: %s\n", __LINE__, source, #e))
#define FACT_EQ(source, a, b)                                                                                    \
  do {                                                                                                           \
    long long a_ = (long long)(a), b_ = (long long)(b);                                                          \
    if (a_ == b_) printf("FACT %d\n", __LINE__);                                                                 \
    else printf("FAIL line %d %s: %s = 0x%llx, not 0x%llx\n", __LINE__, source, #a, a_, b_);                      \
  } while (0)
#define CHECK(e) ((e) ? (void)0 : (void)printf("FAIL line %d: %s\n", __LINE__, #e))
