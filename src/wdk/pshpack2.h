// Members of what follows lie at multiples of 2 at most, until poppack.h. Meant to be included many times.
#pragma pack(push, 2)
