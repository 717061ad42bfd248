/*
 * The one writer of a SQLite database: takes all pending writes, a savepoint each, one commit.
 *
 * No artificial delay: a batch forms while the previous commit syncs. Measured on two cores: 6 to
 * 10 times the rate of a transaction per write. Checkpoints run in a thread of their own, so that
 * commits don't wait for them; only when readers hold the log for long the writer does one itself.
 */
#include "store/db_sqlite.h"

#include "base/time.h"

#define CHECKPOINT_EVERY_US 200000
#define CHECKPOINT_PAGES 8192

/* ---- checkpoints -------------------------------------------------------------------------- */

static int after_commit(void *arg, sqlite3 *c, const char *schema, int pages)
{
	struct sq_state *s = arg;

	atomic_store(&s->wal_pages, pages);
	return SQLITE_OK;
}

static int64_t checkpoint_tick(void *arg)
{
	struct sq_state *s = arg;

	if (time_monotonic_us() < s->checkpoint_due_us)
		return s->checkpoint_due_us;
	if (!atomic_exchange(&s->dirty, false))
		return INT64_MAX; /* until the writer nudges */
	sqlite3_wal_checkpoint_v2(s->checkpoint_conn, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	s->checkpoint_due_us = time_monotonic_us() + CHECKPOINT_EVERY_US;
	return s->checkpoint_due_us;
}

/* While the log only grows (a reader holds it) every try is in vain: the next one comes later. */
static void checkpoint_self(struct sq_state *s)
{
	int pages = atomic_load(&s->wal_pages), log = 0, done = 0;

	if (pages < CHECKPOINT_PAGES)
		s->checkpoint_at = CHECKPOINT_PAGES;
	if (pages < s->checkpoint_at)
		return;
	sqlite3_wal_checkpoint_v2(s->writer->c, NULL, SQLITE_CHECKPOINT_PASSIVE, &log, &done);
	s->checkpoint_at = log == done ? CHECKPOINT_PAGES : pages + CHECKPOINT_PAGES / 2;
}

/* ---- a batch ------------------------------------------------------------------------------ */

struct batch {
	struct db *db;
	struct sq_state *s;
	struct sq_conn *c;
	struct job *jobs[DB_BATCH_MAX];
	size_t n;
	bool open; /* a transaction runs */
};

static void fail_job(struct job *j, int r, const struct fault *f)
{
	if (j->result < 0)
		return;
	j->result = r;
	j->ctx->fault = *f;
}

/* The transaction is gone: what it held is lost, and the jobs hear why. */
static void fail_range(struct batch *b, size_t from, size_t to, int r, const struct fault *f)
{
	for (size_t i = from; i < to; i++)
		fail_job(b->jobs[i], r, f);
}

static int begin(struct batch *b, struct fault *f)
{
	int rc = sq_simple(b->c->begin);

	if (rc != SQLITE_OK)
		return sq_fault(b->c->c, rc, "Beginning to write", f);
	b->open = true;
	return 0;
}

static int apply_one(struct batch *b, struct job *j)
{
	struct tx *tx = &b->c->tx;
	int rc, r;

	if ((rc = sq_simple(b->c->savepoint)) != SQLITE_OK)
		return sq_fault(b->c->c, rc, "Beginning to write", &j->ctx->fault);
	*tx = (struct tx){.db = b->db, .ctx = j->ctx, .conn = b->c, .write = true};
	r = tx_apply(tx, j->apply, j->arg);
	if (sqlite3_get_autocommit(b->c->c))
		return r < 0 ? r
			     : ctx_fail(j->ctx, E_IO, NULL, "The database gave the transaction up");
	if (r < 0 && sq_simple(b->c->rollback_to) != SQLITE_OK)
		sq_simple(b->c->rollback);
	if (!sqlite3_get_autocommit(b->c->c) && (rc = sq_simple(b->c->release)) != SQLITE_OK)
		r = sq_fault(b->c->c, rc, "Writing", &j->ctx->fault);
	return r < 0 ? r : 0;
}

/*
 * Apply from job @p from on until the end or until the transaction is lost (disk full and
 * input/output errors may roll all of it back). @return the job behind the last one applied
 */
static size_t apply_from(struct batch *b, size_t from)
{
	size_t i;

	for (i = from; i < b->n; i++) {
		struct job *j = b->jobs[i];

		j->result = apply_one(b, j);
		if (!sqlite3_get_autocommit(b->c->c))
			continue;
		b->open = false;
		if (j->result < 0)
			fail_range(b, from, i, j->result, &j->ctx->fault);
		return i + 1;
	}
	return i;
}

/* The hook of the audit chain. Its failure is logged; entries stay unlinked until the next batch.
 */
static void run_hook(struct batch *b)
{
	db_apply hook = __atomic_load_n(&b->db->on_commit, __ATOMIC_ACQUIRE);
	struct ctx ctx = {.env = b->jobs[0]->ctx->env,
			  .arena = b->s->hook_arena,
			  .actor = {.id = ACTOR_SYSTEM, .name = "system"},
			  .now_ms = time_now_ms()};
	struct job j = {.ctx = &ctx, .apply = hook, .arg = b->db->on_commit_arg};

	if (!hook)
		return;
	if (apply_one(b, &j) < 0)
		log_fault(LOG_ERROR, "db.on_commit", &ctx.fault);
	arena_reset(b->s->hook_arena);
}

static void commit(struct batch *b, size_t from, size_t to)
{
	struct fault f = {0};
	int64_t start = time_monotonic_us();
	int rc, r;

	run_hook(b);
	rc = sqlite3_get_autocommit(b->c->c) ? SQLITE_IOERR : sq_simple(b->c->commit);
	b->open = false;
	if (rc == SQLITE_OK) {
		db_metric_commit(time_monotonic_us() - start, to - from);
		return;
	}
	r = sq_fault(b->c->c, rc, "Saving", &f);
	if (!sqlite3_get_autocommit(b->c->c))
		sq_simple(b->c->rollback);
	fail_range(b, from, to, r, &f);
}

static void run_batch(struct batch *b)
{
	struct fault f = {0};
	size_t from = 0, to;
	int r;

	while (from < b->n) {
		if ((r = begin(b, &f)) < 0) {
			fail_range(b, from, b->n, r, &f);
			break;
		}
		to = apply_from(b, from);
		if (b->open)
			commit(b, from, to);
		from = to;
	}
	for (size_t i = 0; i < b->n; i++)
		job_finish(b->jobs[i], b->jobs[i]->result);
}

static void *writer_main(void *arg)
{
	struct db *db = arg;
	struct sq_state *s = db->state;
	struct batch b = {.db = db, .s = s, .c = s->writer};

	while ((b.n = queue_pop_many(db->jobs, (void **)b.jobs, db->batch_max)) > 0) {
		run_batch(&b);
		db_metric_queue(db);
		checkpoint_self(s);
		if (!atomic_exchange(&s->dirty, true))
			ticker_nudge(s->checkpointer);
	}
	return NULL;
}

/* ---- life --------------------------------------------------------------------------------- */

int sq_writer_start(struct db *db, struct fault *f)
{
	struct sq_state *s = db->state;
	int rc = sqlite3_open_v2(db->url, &s->checkpoint_conn,
				 SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE, NULL);

	if (rc != SQLITE_OK)
		return sq_fault(s->checkpoint_conn, rc, "Opening the database", f);
	sqlite3_exec(s->checkpoint_conn, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0",
		     NULL, NULL, NULL);
	sqlite3_wal_hook(s->writer->c, after_commit, s);
	s->checkpoint_at = CHECKPOINT_PAGES;
	s->hook_arena = arena_new();
	s->checkpointer = ticker_new("checkpoint", checkpoint_tick, s);
	if (thread_start(&s->writer_thread, "writer", writer_main, db) < 0)
		return fail(f, E_NO_MEMORY, NULL, "The writer's thread could not be started");
	s->writer_running = true;
	return 0;
}

void sq_writer_stop(struct db *db)
{
	struct sq_state *s = db->state;

	if (s->writer_running) {
		queue_close(db->jobs);
		pthread_join(s->writer_thread, NULL);
		s->writer_running = false;
	}
	if (s->checkpointer)
		ticker_stop(s->checkpointer);
	if (s->checkpoint_conn)
		sqlite3_close_v2(s->checkpoint_conn);
	arena_free(s->hook_arena);
	s->checkpointer = NULL;
	s->checkpoint_conn = NULL;
	s->hook_arena = NULL;
}
