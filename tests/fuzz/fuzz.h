/**
 * @file fuzz.h  What every fuzz target defines; inputs are hostile bytes.
 */
#ifndef LEXLINE_FUZZ_H
#define LEXLINE_FUZZ_H

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** A claim about the code under test; unlike assert() never compiled out. */
#define CLAIM(x)                         \
	do {                             \
		if (!(x))                \
			__builtin_trap(); \
	} while (0)

static inline struct str fuzz_str(const uint8_t *data, size_t size)
{
	return (struct str){(const char *)data, size};
}

#endif
