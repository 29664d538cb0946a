// Packing of 8 until poppack.h. No include guard: each use counts.
#pragma pack(push, 8)
