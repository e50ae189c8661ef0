#define XXH_INLINE_ALL
#include "../../Sources/CPlatform/xxhash/xxhash.h"

unsigned long long xxh3(const void *bytes, size_t size) { return XXH3_64bits(bytes, size); }
