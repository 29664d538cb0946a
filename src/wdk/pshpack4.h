// Members of what follows lie at multiples of 4 at most, until poppack.h. Meant to be included many times.
#pragma pack(push, 4)
