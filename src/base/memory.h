/**
 * @file memory.h  malloc that never returns NULL; for base/ itself.
 *
 * Everything above uses arenas, buffers, maps and vectors.
 */
#ifndef LEXLINE_MEMORY_H
#define LEXLINE_MEMORY_H

#include "base/common.h"

/** Zeroed. Aborts with a log line when the machine has no memory left, as do the others. */
void *mem_new(size_t size);
void *mem_resize(void *p, size_t size);
/** count * size without overflow. */
size_t mem_product(size_t count, size_t size);

#define MEM_NEW(type) ((type *)mem_new(sizeof(type)))

#endif
