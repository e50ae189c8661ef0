#include "fuzz.h"

#define XXH_INLINE_ALL
#include "../../Sources/CPlatform/xxhash/xxhash.h"

static const char *name = "";
static uint64_t inputs, accepted;

static void print_counts(void)
{
    fprintf(stderr, "%s: accepted %llu of %llu\n", name, (unsigned long long)accepted,
            (unsigned long long)inputs);
}

void count_input(const char *target, int is_accepted)
{
    if (inputs++ == 0) {
        name = target;
        atexit(print_counts);
    }
    accepted += is_accepted != 0;
}

size_t header_end(const uint8_t *file, size_t size)
{
    uint64_t length = 0;
    if (size < 8) return size;
    for (int index = 0; index < 8; index++) length |= (uint64_t)file[index] << (8 * index);
    return length > size - 8 ? size : 8 + (size_t)length;
}

static const char prefix[] = "xxh3-64:";
enum { PREFIX = sizeof prefix - 1, DIGITS = 16 };

static void sign(uint8_t *file, size_t size, size_t header_size)
{
    uint8_t *end = file + 8 + header_size;
    for (uint8_t *place = file + 8; place + PREFIX + DIGITS <= end; place++) {
        if (memcmp(place, prefix, PREFIX)) continue;
        char digits[DIGITS + 1];
        memset(place + PREFIX, '0', DIGITS);
        snprintf(digits, sizeof digits, "%016llx", (unsigned long long)XXH3_64bits(file, size));
        memcpy(place + PREFIX, digits, DIGITS);
        return;
    }
}

size_t seal(const uint8_t *header, size_t header_size, const uint8_t *data, size_t data_size,
            uint8_t *file, size_t most)
{
    while (header_size && header[header_size - 1] == ' ') header_size--;
    size_t padded = (8 + header_size + 63) / 64 * 64 - 8;
    if (8 + padded + data_size > most) return 0;
    memmove(file + 8 + padded, data, data_size);
    memmove(file + 8, header, header_size);
    memset(file + 8 + header_size, ' ', padded - header_size);
    for (int index = 0; index < 8; index++) file[index] = (uint8_t)(padded >> (8 * index));
    sign(file, 8 + padded + data_size, padded);
    return 8 + padded + data_size;
}
