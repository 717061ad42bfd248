/*
 * The writers of a PostgreSQL database: N threads with a connection each, a transaction per job,
 * run again after a serialisation failure, a deadlock or a connection lost before COMMIT was sent.
 */
#include "store/db_pg.h"

#include <unistd.h>

#include <sodium.h>

#include "base/time.h"

#define MAX_ATTEMPTS 10

/* Those who met do not meet again: a random pause that grows. */
static void pause_before(int attempt)
{
	uint32_t limit_us = 500u << (attempt < 8 ? attempt : 8);

	usleep(limit_us / 2 + randombytes_uniform(limit_us));
}

static int attempt_job(struct pg_conn *c, struct job *j, int attempt, bool *ret_again)
{
	struct fault *f = &j->ctx->fault;
	int64_t start;
	int r;

	*ret_again = false;
	if ((r = pg_connect(c, f)) < 0)
		return r;
	c->lost = c->repeat = false;
	c->state = PG_TX_WANTED;
	c->tx = (struct tx){
		.db = c->db, .ctx = j->ctx, .conn = c, .attempt = attempt, .write = true};
	r = tx_apply(&c->tx, j->apply, j->arg);
	if (r < 0) {
		*ret_again = c->repeat || c->lost;
		pg_rollback(c);
		return r;
	}
	start = time_monotonic_us();
	r = pg_commit(c, f);
	/* A connection lost during COMMIT: nobody knows whether it was carried out. Not
	 * acknowledged, not repeated. */
	*ret_again = r < 0 && c->repeat;
	if (r >= 0)
		db_metric_commit(time_monotonic_us() - start, 1);
	return r;
}

static int run_job(struct pg_conn *c, struct job *j)
{
	bool again, was_lost = false;
	int r = 0;

	for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
		r = attempt_job(c, j, attempt, &again);
		if (!again || (c->lost && was_lost))
			break;
		was_lost |= c->lost;
		db_metric_retry();
		if (!c->lost)
			pause_before(attempt);
		if (attempt + 1 < MAX_ATTEMPTS)
			j->ctx->fault = (struct fault){0};
	}
	return r;
}

/* The server gives no more connections while others of ours stand: they do the work. */
static bool left_to_others(struct pg_conn *c, struct job *j)
{
	struct fault f = {0};

	if (pg_connect(c, &f) >= 0 || !pg_others_live(c->db, PG_WRITER) ||
	    !queue_push(c->db->jobs, j))
		return false;
	usleep(DB_SHARE_WAIT_MS * 1000);
	return true;
}

static void *writer_main(void *arg)
{
	struct db *db = arg;
	struct pg_conn *c = pg_conn_new(db, PG_WRITER);
	struct job *j;

	while ((j = queue_pop(db->jobs))) {
		int r;

		if (left_to_others(c, j))
			continue;
		r = run_job(c, j);
		db_metric_queue(db);
		job_finish(j, r);
	}
	pg_conn_free(c);
	return NULL;
}

int pg_writers_start(struct db *db, struct fault *f)
{
	struct pg_state *s = db->state;

	s->threads = calloc((size_t)db->writers, sizeof(pthread_t));
	if (!s->threads)
		abort();
	for (; s->n_threads < db->writers; s->n_threads++)
		if (thread_start(&s->threads[s->n_threads], "pg-writer", writer_main, db) < 0)
			return fail(f, E_NO_MEMORY, NULL, "A writer's thread could not be started");
	return 0;
}

void pg_writers_stop(struct db *db)
{
	struct pg_state *s = db->state;

	queue_close(db->jobs);
	for (int i = 0; i < s->n_threads; i++)
		pthread_join(s->threads[i], NULL);
	free(s->threads);
	s->threads = NULL;
	s->n_threads = 0;
}
