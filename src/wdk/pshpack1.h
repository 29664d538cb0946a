// Packing of 1 until poppack.h. No include guard: each use counts.
#pragma pack(push, 1)
