// Ends the packing that the last pshpackN.h began.
#pragma pack(pop)
