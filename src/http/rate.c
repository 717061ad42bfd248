/* Token buckets in a set-associative table. */
#include "http/rate.h"

#include <pthread.h>
#include <sodium.h>

#define SETS 8192
#define WAYS 8
#define LOCKS 64

struct bucket {
	uint64_t key; /* 0: free */
	int64_t used_us;
	double tokens;
};

struct rate {
	uint8_t seed[crypto_shorthash_KEYBYTES];
	pthread_mutex_t lock[LOCKS];
	struct bucket sets[SETS][WAYS];
};

struct rate *rate_new(void)
{
	struct rate *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	randombytes_buf(r->seed, sizeof(r->seed));
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_init(&r->lock[i], NULL);
	return r;
}

void rate_free(struct rate *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < LOCKS; i++)
		pthread_mutex_destroy(&r->lock[i]);
	free(r);
}

int rate_parse(const char *text, struct rate_limit *ret)
{
	static const struct {
		const char *name;
		int seconds;
	} units[] = {{"sec", 1}, {"min", 60}, {"hour", 3600}};
	char unit[8], who[8];
	int n, end = 0;

	if (sscanf(text, "%d/%7[a-z] %7[a-z]%n", &n, unit, who, &end) != 3 || text[end] || n < 1)
		return -E_INVALID;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(unit, units[i].name) != 0)
			continue;
		if (strcmp(who, "ip") != 0 && strcmp(who, "actor") != 0)
			return -E_INVALID;
		*ret = (struct rate_limit){n, units[i].seconds, who[0] == 'a'};
		return 0;
	}
	return -E_INVALID;
}

static uint64_t key_of(const struct rate *r, const char *what, const char *who)
{
	uint8_t text[256];
	uint64_t key = 0;
	int n = snprintf((char *)text, sizeof(text), "%s|%s", what, who);

	crypto_shorthash((uint8_t *)&key, text,
			 n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1, r->seed);
	return key | 1;
}

/* The bucket of the key, or the least recently used one of its set, started full. */
static struct bucket *find(struct bucket *set, uint64_t key, const struct rate_limit *limit,
			   int64_t now_us)
{
	struct bucket *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].used_us < oldest->used_us)
			oldest = &set[i];
	}
	*oldest = (struct bucket){.key = key, .used_us = now_us, .tokens = limit->count};
	return oldest;
}

int rate_take(struct rate *r, const char *what, const char *who, const struct rate_limit *limit,
	      int64_t now_us)
{
	uint64_t key = key_of(r, what, who);
	size_t set = (size_t)(key >> 1) % SETS;
	pthread_mutex_t *lock = &r->lock[set % LOCKS];
	double per_us = (double)limit->count / (limit->per_s * 1e6);
	struct bucket *b;
	int wait = 0;

	pthread_mutex_lock(lock);
	b = find(r->sets[set], key, limit, now_us);
	if (now_us > b->used_us) {
		b->tokens += (double)(now_us - b->used_us) * per_us;
		b->used_us = now_us;
	}
	if (b->tokens > limit->count)
		b->tokens = limit->count;
	if (b->tokens >= 1)
		b->tokens -= 1;
	else
		wait = 1 + (int)((1 - b->tokens) / per_us / 1e6);
	pthread_mutex_unlock(lock);
	return wait;
}
