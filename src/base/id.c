#include <stdatomic.h>

#include "base/id.h"
#include "base/time.h"

#define EPOCH_MS 1704067200000 /* 2024-01-01T00:00:00Z */
#define NODE_BITS 10
#define SEQ_BITS 12

static unsigned node_number;
static atomic_llong last;    /* ms << SEQ_BITS | sequence of the newest id */
static atomic_llong last_at; /* the same of id_new_at() */

void id_set_node(unsigned node)
{
	node_number = node & ((1u << NODE_BITS) - 1);
}

static int64_t next_id(atomic_llong *newest, int64_t at_ms)
{
	long long now = (at_ms - EPOCH_MS) << SEQ_BITS;
	long long seen = atomic_load(newest), next;

	/* A full sequence or a clock that stepped back borrows from the milliseconds to come. */
	do {
		next = now > seen ? now : seen + 1;
	} while (!atomic_compare_exchange_weak(newest, &seen, next));
	return (next >> SEQ_BITS) << (NODE_BITS + SEQ_BITS) | (int64_t)node_number << SEQ_BITS |
	       (next & ((1 << SEQ_BITS) - 1));
}

int64_t id_new(void)
{
	return next_id(&last, time_now_ms());
}

int64_t id_new_at(int64_t at_ms)
{
	return next_id(&last_at, at_ms > EPOCH_MS ? at_ms : EPOCH_MS + 1);
}

int64_t id_time_ms(int64_t id)
{
	return (id >> (NODE_BITS + SEQ_BITS)) + EPOCH_MS;
}

int64_t id_at_ms(int64_t at_ms)
{
	int64_t ms = at_ms - EPOCH_MS, most = INT64_MAX >> (NODE_BITS + SEQ_BITS);

	if (ms < 0)
		ms = 0;
	return (ms > most ? most : ms) << (NODE_BITS + SEQ_BITS);
}
