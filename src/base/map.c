/* Open addressing over a list of entries kept in order of insertion. */
#include <pthread.h>
#include <sys/random.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/siphash.h"

#define FREE_SLOT 0
#define DEAD_SLOT 1 /* entry i stands in a slot as i + 2 */

struct entry {
	char *key; /* NULL: removed */
	size_t len;
	uint64_t hash;
	void *value;
};

struct map {
	struct entry *entries;
	size_t n, cap; /* entries, removed ones among them */
	size_t live;
	size_t *slots;
	size_t n_slots; /* power of two */
};

/* Keys may come from strangers: a secret per process keeps them from colliding on purpose. */
static uint64_t seed[2];
static pthread_once_t seeded = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
	if (getrandom(seed, sizeof(seed), 0) != sizeof(seed))
		abort();
}

struct map *map_new(void)
{
	struct map *m = MEM_NEW(struct map);

	pthread_once(&seeded, make_seed);
	m->n_slots = 16;
	m->slots = mem_new(m->n_slots * sizeof(*m->slots));
	return m;
}

void map_free(struct map *m, void (*free_value)(void *))
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++) {
		if (m->entries[i].key && free_value)
			free_value(m->entries[i].value);
		free(m->entries[i].key);
	}
	free(m->entries);
	free(m->slots);
	free(m);
}

/* The slot that holds the key, or NULL. */
static size_t *find(const struct map *m, struct str key, uint64_t hash)
{
	for (size_t at = hash;; at++) {
		size_t *slot = &m->slots[at & (m->n_slots - 1)];
		const struct entry *e;

		if (*slot == FREE_SLOT)
			return NULL;
		if (*slot == DEAD_SLOT)
			continue;
		e = &m->entries[*slot - 2];
		if (e->hash == hash && str_eq((struct str){e->key, e->len}, key))
			return slot;
	}
}

static void place(struct map *m, size_t i)
{
	size_t at = m->entries[i].hash;

	while (m->slots[at & (m->n_slots - 1)] != FREE_SLOT)
		at++;
	m->slots[at & (m->n_slots - 1)] = i + 2;
}

/* Drop removed entries and make room for twice the live ones. */
static void rebuild(struct map *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->entries[i].key)
			m->entries[kept++] = m->entries[i];
	m->n = kept;
	while (m->n_slots < 4 * (kept + 1))
		m->n_slots *= 2;
	free(m->slots);
	m->slots = mem_new(mem_product(m->n_slots, sizeof(*m->slots)));
	for (size_t i = 0; i < m->n; i++)
		place(m, i);
}

void *map_get(const struct map *m, struct str key)
{
	const size_t *slot = find(m, key, siphash13(key.p, key.len, seed));

	return slot ? m->entries[*slot - 2].value : NULL;
}

void *map_put(struct map *m, struct str key, void *value)
{
	uint64_t hash = siphash13(key.p, key.len, seed);
	const size_t *slot = find(m, key, hash);
	struct entry *e;

	if (slot) {
		void *old = m->entries[*slot - 2].value;

		m->entries[*slot - 2].value = value;
		return old;
	}
	/* Every entry ever placed holds a slot until the next rebuild, so this bounds the load. */
	if (m->n + 1 > m->n_slots / 2)
		rebuild(m);
	if (m->n == m->cap)
		m->entries = vec_grow(m->entries, &m->cap, sizeof(*m->entries));
	e = &m->entries[m->n];
	e->key = mem_resize(NULL, key.len + 1);
	if (key.len)
		memcpy(e->key, key.p, key.len);
	e->key[key.len] = '\0';
	e->len = key.len;
	e->hash = hash;
	e->value = value;
	place(m, m->n++);
	m->live++;
	return NULL;
}

void *map_del(struct map *m, struct str key)
{
	size_t *slot = find(m, key, siphash13(key.p, key.len, seed));
	struct entry *e;

	if (!slot)
		return NULL;
	e = &m->entries[*slot - 2];
	*slot = DEAD_SLOT;
	free(e->key);
	e->key = NULL;
	m->live--;
	return e->value;
}

size_t map_count(const struct map *m)
{
	return m->live;
}

bool map_next(const struct map *m, size_t *pos, struct str *ret_key, void **ret_value)
{
	while (*pos < m->n) {
		const struct entry *e = &m->entries[(*pos)++];

		if (!e->key)
			continue;
		if (ret_key)
			*ret_key = (struct str){e->key, e->len};
		if (ret_value)
			*ret_value = e->value;
		return true;
	}
	return false;
}

void *vec_grow(void *at, size_t *cap, size_t elem_size)
{
	*cap = *cap ? mem_product(*cap, 2) : 8;
	return mem_resize(at, mem_product(*cap, elem_size));
}
