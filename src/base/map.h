/**
 * @file map.h  A hash map from strings to pointers, and a growing array.
 */
#ifndef LEXLINE_MAP_H
#define LEXLINE_MAP_H

#include "base/text.h"

/** Keys are copied, values are the caller's. Not thread safe; safe to read from many threads. */
struct map;
struct map *map_new(void);
void map_free(struct map *m, void (*free_value)(void *)); /**< free_value may be NULL */
void *map_get(const struct map *m, struct str key);	  /**< NULL when absent */
/** @return the value that was there before, or NULL */
void *map_put(struct map *m, struct str key, void *value);
void *map_del(struct map *m, struct str key); /**< @return what was removed, or NULL */
size_t map_count(const struct map *m);
/** In order of insertion. Start with *pos = 0. */
bool map_next(const struct map *m, size_t *pos, struct str *ret_key, void **ret_value);

/**
 * A growing array of any type:  VEC(struct clock) clocks = {0}; VEC_ADD(&clocks, c);
 * elements in .at[0 … .n-1]; released by VEC_FREE. Element addresses move when it grows.
 */
#define VEC(type)              \
	struct {               \
		type *at;      \
		size_t n, cap; \
	}
#define VEC_ADD(v, item)                                                                        \
	do {                                                                                    \
		if ((v)->n == (v)->cap)                                                         \
			(v)->at = vec_grow((v)->at, &(v)->cap, sizeof((v)->at[0]));             \
		(v)->at[(v)->n++] = (item);                                                     \
	} while (0)
#define VEC_FREE(v) (free((v)->at), (v)->at = NULL, (v)->n = (v)->cap = 0)
void *vec_grow(void *at, size_t *cap, size_t elem_size);

#endif
