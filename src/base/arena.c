#include <stdio.h>

#include "base/arena.h"
#include "base/memory.h"

#if defined(__SANITIZE_ADDRESS__)
#define BLOCK_BYTES 0 /* a block for each allocation, so that an overrun is seen */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BLOCK_BYTES 0
#endif
#endif
#ifndef BLOCK_BYTES
#define BLOCK_BYTES (8 * 1024)
#endif

#define ALIGN _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t size, used;
	max_align_t data[];
};

struct arena {
	struct block *now; /* small pieces are cut from here; the first block is last in the list */
	struct block *big; /* pieces with a block of their own */
};

static struct block *block_new(size_t size, struct block *next)
{
	struct block *b = mem_resize(NULL, sizeof(*b) + size);

	b->next = next;
	b->size = size;
	b->used = 0;
	return b;
}

static struct block *block_drop(struct block *b)
{
	struct block *next = b->next;

	free(b);
	return next;
}

struct arena *arena_new(void)
{
	struct arena *a = MEM_NEW(struct arena);

	a->now = block_new(BLOCK_BYTES, NULL);
	return a;
}

void arena_reset(struct arena *a)
{
	while (a->big)
		a->big = block_drop(a->big);
	while (a->now->next)
		a->now = block_drop(a->now);
	a->now->used = 0;
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	free(a->now);
	free(a);
}

void arena_freep(struct arena **a)
{
	arena_free(*a);
	*a = NULL;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need = mem_product(size / ALIGN + (size % ALIGN != 0), ALIGN);
	void *p;

	if (need > BLOCK_BYTES / 4) {
		a->big = block_new(size, a->big);
		return memset(a->big->data, 0, size);
	}
	if (need > a->now->size - a->now->used)
		a->now = block_new(BLOCK_BYTES, a->now);
	p = (char *)a->now->data + a->now->used;
	a->now->used += need;
	return memset(p, 0, need);
}

void *arena_alloc_array(struct arena *a, size_t n, size_t size)
{
	return arena_alloc(a, mem_product(n, size));
}

void *arena_memdup(struct arena *a, const void *p, size_t len)
{
	void *copy = arena_alloc(a, len);

	if (len)
		memcpy(copy, p, len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (len)
		memcpy(copy, s, len);
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	s = arena_alloc(a, len < 0 ? 1 : (size_t)len + 1);
	if (len >= 0)
		vsnprintf(s, (size_t)len + 1, fmt, again);
	va_end(again);
	return s;
}
