// Packing of 2 until poppack.h. No include guard: each use counts.
#pragma pack(push, 2)
