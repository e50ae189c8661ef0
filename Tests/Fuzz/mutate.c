/* The mutator of the targets that read model files: most of its files have a right header length
 * and a right checksum, so that what lies behind those checks is reached. */
#include "fuzz.h"

/* One change of the tensors that keeps their size, most often: a float, to one of the rarer
 * kinds. */
static size_t change_data(uint8_t *data, size_t size, size_t most)
{
    static const uint32_t floats[] = {
        0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x7f7fffff, 0xff7fffff, 0x00000001, 0x00800000,
        0x7f800000, 0x7fc00000, 0x5f000000, 0x1f000000, 0x501502f9, 0xd01502f9,
    };
    if (below(16) == 0) return LLVMFuzzerMutate(data, size, most);
    if (size < 4) return size;
    for (uint32_t changes = 1 + below(4); changes; changes--) {
        size_t place = below((uint32_t)(size / 4)) * 4;
        uint32_t value = below(2) ? floats[below(sizeof floats / sizeof *floats)] : below(UINT32_MAX);
        memcpy(data + place, &value, 4);
    }
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *file, size_t size, size_t most, unsigned seed)
{
    static uint8_t header[MOST_FILE], data[MOST_FILE];
    seed_mutator(seed);
    if (most > MOST_FILE) most = MOST_FILE;
    if (size < 16 || size > most || below(32) == 0) return LLVMFuzzerMutate(file, size, most);
    size_t end = header_end(file, size);
    size_t header_size = end - 8, data_size = size - end;
    memcpy(header, file + 8, header_size);
    memcpy(data, file + end, data_size);
    while (header_size && header[header_size - 1] == ' ') header_size--;
    if (below(2)) data_size = change_data(data, data_size, most - end);
    else header_size = change_text(header, header_size, most - data_size - 8);
    size_t sealed = seal(header, header_size, data, data_size, file, most);
    return sealed ? sealed : LLVMFuzzerMutate(file, size, most);
}
