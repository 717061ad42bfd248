#include "outreach/lease.h"

#include <pthread.h>
#include <sodium.h>

static int64_t owner_id;

static void draw_owner(void)
{
	uint64_t r;

	randombytes_buf(&r, sizeof(r));
	owner_id = (int64_t)(r >> 2) + 1;
}

int64_t lease_owner(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, draw_owner);
	return owner_id;
}

int lease_take(struct tx *tx, const char *name, int64_t owner, int64_t ms)
{
	int64_t now = tx_ctx(tx)->now_ms, holder;
	int r;

	r = tx_int(tx, "lease.take",
		   ARGS(A_TEXT("name", name), A_INT("owner", owner), A_INT("at", now),
			A_INT("until", now + ms)),
		   &holder);
	return r == -E_NOT_FOUND ? 0 : r < 0 ? r : 1;
}

int lease_release(struct tx *tx, const char *name, int64_t owner)
{
	return tx_op(tx, "lease.release", ARGS(A_TEXT("name", name), A_INT("owner", owner)), NULL);
}
