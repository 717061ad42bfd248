/**
 * @file arena.h  Request-lifetime memory: allocate freely, release all at once.
 *
 * Out of memory aborts the process with a log line (a request's arena is bounded by the body
 * limit; a failing malloc of a few KB means the machine is lost). Not thread safe: an arena
 * belongs to whoever carries the request at the moment.
 */
#ifndef LEXLINE_ARENA_H
#define LEXLINE_ARENA_H

#include <stdarg.h>

#include "base/common.h"

struct arena;

struct arena *arena_new(void);
/** Forget everything, keep the first block for the next request. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);
/** For CLEANUP. */
void arena_freep(struct arena **a);

/** Zeroed, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_alloc_array(struct arena *a, size_t n, size_t size); /**< an overflow counts as out of memory */
void *arena_memdup(struct arena *a, const void *p, size_t len);
/** NULL in, NULL out. */
char *arena_strdup(struct arena *a, const char *s);
/** Copy @p len bytes and end them with NUL. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) VPRINTF(2);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_alloc_array((a), (n), sizeof(type)))

#endif
