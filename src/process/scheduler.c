/*
 * The one thread that wakes when a clock warns or is due.
 *
 * It sleeps until the next instant any clock has something to do. Each clock is carried out in a
 * transaction of its own that looks again whether it is still due: so it happens exactly once,
 * also when two nodes see it, or when the process ends in between.
 */
#include "process/kase.h"

#include <stdatomic.h>

#include "base/log.h"
#include "base/thread.h"
#include "outreach/feed.h"
#include "outreach/lease.h"
#include "outreach/outbox.h"

#define PAGE 100
/* The wall clock may be set, and another node may have started a clock: look again at least so
 * often. */
#define SLEEP_MAX_MS (60 * 1000)
#define SLEEP_MAX_CLUSTER_MS 1000
#define LEASE_MS (10 * 1000)
#define RETRY_MS 2000

struct scheduler {
	struct process_lib *lib;
	struct ticker *ticker;
	atomic_llong next_ms;  /**< when it means to wake */
	atomic_llong noted_ms; /**< the soonest of clocks that were started meanwhile */
};

struct due {
	int64_t clock_id, case_id, now_ms;
};

/* ---- one clock --------------------------------------------------------------------- */

static int ring(struct tx *tx, void *arg)
{
	const struct due *due = arg;
	CLEANUP(kase_freep) struct kase *k = NULL;
	struct ctx *ctx = tx_ctx(tx);
	int err;

	ctx->touched = 0;
	if ((err = kase_load(tx, due->case_id, true, &k)) < 0)
		return err;
	for (size_t i = 0; i < k->n_clocks; i++) {
		struct clock_row *c = &k->clocks[i];

		if (c->id != due->clock_id)
			continue;
		if (!c->next_at || c->next_at > due->now_ms)
			return 0;
		if ((err = clock_ring(k, c)) < 0)
			return err;
		return kase_save(k);
	}
	return 0;
}

static void wake_others(struct ctx *ctx)
{
	if (ctx->touched & TOUCHED_FEED)
		feed_committed(ctx->env->feed);
	if (ctx->touched & TOUCHED_OUTBOX)
		outbox_nudge(ctx->env->outbox);
}

static int carry_out(struct process_lib *lib, const struct due *due)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(process_lib_env(lib));
	int err;

	ctx->now_ms = due->now_ms;
	err = db_write_wait(ctx->env->db, ctx, ring, (void *)due);
	if (err == 0)
		wake_others(ctx);
	else
		log_fault(LOG_ERROR, "clock.ring", &ctx->fault);
	return err;
}

/* ---- one turn ---------------------------------------------------------------------- */

static int find_due(struct process_lib *lib, int64_t now_ms, struct due *due, size_t *ret_n)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(process_lib_env(lib));
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err;

	*ret_n = 0;
	if ((err = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (err = tx_op(tx, "case.clocks_due", ARGS(A_INT("at", now_ms), A_INT("limit", PAGE)),
			 &r)) < 0)
		return err;
	while ((err = rows_next(r)) > 0 && *ret_n < PAGE)
		due[(*ret_n)++] = (struct due){rows_int(r, 0), rows_int(r, 1), now_ms};
	return err < 0 ? err : 0;
}

static int find_next(struct process_lib *lib, int64_t *ret)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(process_lib_env(lib));
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int err;

	if ((err = db_read(ctx->env->db, ctx, &tx)) < 0)
		return err;
	err = tx_int(tx, "case.clock_next", NO_ARGS, ret);
	if (err == -E_NOT_FOUND) {
		*ret = INT64_MAX;
		err = 0;
	}
	return err;
}

int scheduler_turn(struct process_lib *lib, int64_t now_ms, int64_t *ret_next_ms)
{
	struct due due[PAGE];
	size_t n, failed;
	int err = 0, last = 0;

	do {
		if ((err = find_due(lib, now_ms, due, &n)) < 0)
			return err;
		failed = 0;
		for (size_t i = 0; i < n; i++)
			if ((err = carry_out(lib, &due[i])) < 0) {
				failed++;
				last = err;
			}
		/* Those that failed would be found again at once: leave them to the next turn. */
	} while (n == PAGE && failed < n);
	if (last < 0)
		return last;
	return find_next(lib, ret_next_ms);
}

/* ---- the thread -------------------------------------------------------------------- */

static int take_lease(struct tx *tx, void *arg)
{
	int r = lease_take(tx, "clocks", lease_owner(), LEASE_MS);

	if (r < 0)
		return r;
	*(bool *)arg = r == 1;
	return 0;
}

static bool ours(struct scheduler *s)
{
	struct env *env = process_lib_env(s->lib);
	CLEANUP(ctx_freep) struct ctx *ctx = NULL;
	bool mine = false;

	/* SQLite's file belongs to one process. */
	if (db_kind(env->db) == DB_SQLITE)
		return true;
	ctx = ctx_new_system(env);
	return db_write_wait(env->db, ctx, take_lease, &mine) == 0 && mine;
}

static int64_t turn(void *arg)
{
	struct scheduler *s = arg;
	bool cluster = db_kind(process_lib_env(s->lib)->db) == DB_POSTGRES;
	int64_t now = time_now_ms(), next = INT64_MAX,
		longest = cluster ? SLEEP_MAX_CLUSTER_MS : SLEEP_MAX_MS;
	struct fault f = {0};
	int64_t sleep_ms;

	atomic_store(&s->next_ms, now);
	/* Another node may have changed a calendar. */
	if (cluster && calendars_reload(process_lib_env(s->lib)->calendars, &f) < 0)
		log_fault(LOG_WARN, "calendars.reload", &f);
	if (!ours(s))
		next = now + SLEEP_MAX_CLUSTER_MS;
	else if (scheduler_turn(s->lib, now, &next) < 0)
		next = now + RETRY_MS;
	if (next > now + longest)
		next = now + longest;
	atomic_store(&s->next_ms, next);
	sleep_ms = next - time_now_ms();
	return time_monotonic_us() + (sleep_ms > 0 ? sleep_ms * 1000 : 0);
}

int scheduler_start(struct process_lib *lib)
{
	struct scheduler *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->lib = lib;
	atomic_init(&s->next_ms, INT64_MAX);
	atomic_init(&s->noted_ms, INT64_MAX);
	*process_lib_scheduler(lib) = s;
	s->ticker = ticker_new("clocks", turn, s);
	return s->ticker ? 0 : -E_NO_MEMORY;
}

void scheduler_stop(struct process_lib *lib)
{
	struct scheduler *s = *process_lib_scheduler(lib);

	if (!s)
		return;
	*process_lib_scheduler(lib) = NULL;
	ticker_stop(s->ticker);
	free(s);
}

/* Noted while the transaction writes, acted on after its commit: earlier the thread would see
 * nothing. */
void scheduler_note(struct process_lib *lib, int64_t next_ms)
{
	struct scheduler *s = *process_lib_scheduler(lib);
	long long seen;

	if (!s)
		return;
	seen = atomic_load(&s->noted_ms);
	while (next_ms < seen && !atomic_compare_exchange_weak(&s->noted_ms, &seen, next_ms))
		;
}

void scheduler_wake(struct process_lib *lib)
{
	struct scheduler *s = *process_lib_scheduler(lib);
	long long noted;

	if (!s)
		return;
	noted = atomic_load(&s->noted_ms);
	if (noted < atomic_load(&s->next_ms)) {
		atomic_store(&s->noted_ms, INT64_MAX);
		ticker_nudge(s->ticker);
	}
}

/* ---- a calendar has changed -------------------------------------------------------- */

struct running {
	int64_t id, case_id, org_id;
};

static int page_of(struct tx *tx, int64_t org_id, int64_t after, struct running *list,
		   size_t *ret_n)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = tx_op(tx, "case.clocks_running",
			ARGS(A_INT("org_id", org_id), A_INT("after", after), A_INT("limit", PAGE)),
			&r);

	*ret_n = 0;
	while (err >= 0 && *ret_n < PAGE && (err = rows_next(r)) > 0)
		list[(*ret_n)++] = (struct running){rows_int(r, 0), rows_int(r, 1), rows_int(r, 2)};
	return err < 0 ? err : 0;
}

/** A clock that becomes due later gets back the breach it has suffered only when it is still
 * behind. */
static int recompute_case(struct tx *tx, const struct calendar_set *set, const struct running *at)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	bool changed = false;
	int err;

	if ((err = kase_load(tx, at->case_id, true, &k)) < 0)
		return err;
	k->lib_calendars = set;
	for (size_t i = 0; i < k->n_clocks; i++) {
		struct clock_row *c = &k->clocks[i];
		int64_t before = c->due_at;

		if (c->id != at->id || c->status != CLOCK_RUNNING)
			continue;
		if ((err = clock_reschedule(k, c)) < 0)
			return err;
		c->dirty = changed = c->due_at != before;
	}
	return changed ? kase_save(k) : 0;
}

int clocks_recompute(struct tx *tx, const struct calendar_set *set, int64_t org_id)
{
	struct running list[PAGE];
	int64_t after = 0;
	size_t n;
	int err = 0;

	do {
		if ((err = page_of(tx, org_id, after, list, &n)) < 0)
			return err;
		for (size_t i = 0; err == 0 && i < n; i++)
			err = recompute_case(tx, set, &list[i]);
		after = n ? list[n - 1].id : 0;
	} while (err == 0 && n == PAGE);
	return err;
}
