// Packing of 4 until poppack.h. No include guard: each use counts.
#pragma pack(push, 4)
