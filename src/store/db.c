/*
 * What both databases share: the queue of writes, the pool of read connections, finding an
 * operation and binding its parameters.
 */
#include "store/db_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

METRIC(m_queue, METRIC_GAUGE, "lexline_db_queue_length", "Writes waiting");
METRIC(m_writes, METRIC_COUNTER, "lexline_db_writes_total", "Writes carried out");
METRIC(m_commits, METRIC_COUNTER, "lexline_db_commits_total",
       "Transactions; writes per commit is the size of a batch");
METRIC(m_retries, METRIC_COUNTER, "lexline_db_retries_total", "Transactions run again");
METRIC(m_busy, METRIC_COUNTER, "lexline_db_refused_total", "Writes refused: the queue was full");
METRIC(m_commit, METRIC_HISTOGRAM, "lexline_db_commit_seconds", "Duration of COMMIT");
METRIC(m_wait, METRIC_HISTOGRAM, "lexline_db_write_seconds", "From queueing to done");

static __thread struct tx *current_tx;

void db_metric_wait(const struct job *j)
{
	metric_observe_us(&m_wait, time_monotonic_us() - j->queued_us);
}

void db_metric_commit(int64_t us, size_t jobs)
{
	metric_observe_us(&m_commit, us);
	metric_add(&m_commits, 1);
	metric_add(&m_writes, (int64_t)jobs);
}

void db_metric_retry(void)
{
	metric_add(&m_retries, 1);
}

void db_metric_queue(struct db *db)
{
	metric_set(&m_queue, (int64_t)queue_len(db->jobs));
}

/* ---- opening ------------------------------------------------------------------------------ */

static unsigned batch_limit(void)
{
	const char *text = getenv("LEXLINE_BATCH");
	int64_t n;

	if (!text || str_to_int(str_of(text), &n) < 0 || n < 1 || n > DB_BATCH_MAX)
		return DB_BATCH_MAX;
	return (unsigned)n;
}

static bool is_pg_url(const char *url)
{
	return str_starts(str_of(url), STR("postgresql://")) ||
	       str_starts(str_of(url), STR("postgres://"));
}

static char *dup_text(const char *s)
{
	char *copy = s ? strdup(s) : NULL;

	if (s && !copy)
		abort();
	return copy;
}

static struct db *db_new(const struct db_options *o, struct catalogue *ops)
{
	struct db *db = calloc(1, sizeof(*db));
	pthread_condattr_t attr;

	if (!db)
		abort();
	db->backend = is_pg_url(o->url) ? &db_backend_pg : &db_backend_sqlite;
	db->name = dup_text(o->name);
	db->url = dup_text(o->url);
	db->schema = dup_text(o->schema ? o->schema : "lexline");
	db->zone = zone_get(o->zone ? o->zone : "Asia/Shanghai");
	db->writers = o->writers > 0 ? o->writers : 16;
	db->readers = o->readers > 0 ? o->readers : 4;
	db->read_only = o->read_only;
	db->ops = ops;
	db->batch_max = batch_limit();
	db->jobs = queue_new(DB_QUEUE_CAPACITY);
	pthread_mutex_init(&db->read_lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&db->read_free, &attr);
	pthread_condattr_destroy(&attr);
	db->idle = calloc((size_t)db->readers, sizeof(void *));
	if (!db->idle)
		abort();
	return db;
}

static void db_release(struct db *db)
{
	for (size_t i = 0; i < db->n_idle; i++)
		db->backend->reader_close(db->idle[i]);
	free(db->idle);
	queue_free(db->jobs);
	pthread_cond_destroy(&db->read_free);
	pthread_mutex_destroy(&db->read_lock);
	free(db->name);
	free(db->url);
	free(db->schema);
	free(db);
}

static int open_readers(struct db *db, struct fault *f)
{
	int r;

	for (; db->n_readers < (size_t)db->readers; db->n_readers++) {
		if ((r = db->backend->reader_open(db, &db->idle[db->n_idle], f)) < 0)
			return r;
		db->n_idle++;
	}
	return 0;
}

int db_open(const struct db_options *o, struct catalogue *ops, struct db **ret, struct fault *f)
{
	struct db *db = db_new(o, ops);
	int r;

	if (!db->zone) {
		db_release(db);
		return fail(f, E_CONFIG, "zone",
			    "Unknown time zone '%s'; use a name such as Asia/Shanghai", o->zone);
	}
	if ((r = db->backend->open(db, f)) < 0) {
		db_release(db);
		return r;
	}
	if ((r = open_readers(db, f)) < 0) {
		db_close(db);
		return r;
	}
	*ret = db;
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	atomic_store(&db->closing, true);
	queue_close(db->jobs);
	db->backend->close(db);
	db_release(db);
}

enum db_kind db_kind(const struct db *db)
{
	return db->backend->kind;
}

const char *db_name(const struct db *db)
{
	return db->name;
}

int db_migrate(struct db *db, struct fault *f)
{
	return db->backend->migrate(db, f);
}

int db_ping(struct db *db, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct ctx ctx = {.arena = a};
	struct tx *tx;
	int r;

	if ((r = db_read(db, &ctx, &tx)) >= 0) {
		if (db->backend->ping)
			r = db->backend->ping(db, tx);
		db_read_end(tx);
	}
	if (r < 0 && f)
		*f = ctx.fault;
	return r;
}

/* ---- reading ------------------------------------------------------------------------------ */

static void *take_reader(struct db *db)
{
	struct timespec until;
	void *conn = NULL;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += DB_READ_WAIT_MS / 1000;
	pthread_mutex_lock(&db->read_lock);
	while (!db->n_idle)
		if (pthread_cond_timedwait(&db->read_free, &db->read_lock, &until) == ETIMEDOUT)
			break;
	if (db->n_idle)
		conn = db->idle[--db->n_idle];
	pthread_mutex_unlock(&db->read_lock);
	return conn;
}

static void give_reader(struct db *db, void *conn)
{
	pthread_mutex_lock(&db->read_lock);
	db->idle[db->n_idle++] = conn;
	pthread_cond_signal(&db->read_free);
	pthread_mutex_unlock(&db->read_lock);
}

static size_t check_op(struct db *db, void *conn, const struct op *op, struct yreport *report)
{
	const struct op_script *script =
		db->backend->kind == DB_SQLITE ? op->sql->sqlite : op->sql->pg;
	CLEANUP(buf_free) struct buf message = {0};
	struct ynode at = {.file = op->file, .line = 1};

	for (size_t i = 0; i < script->n_stmts; i++)
		if (db->backend->check(conn, op, &script->stmts[i], &message) < 0) {
			yreport_add(report, &at, "%s, statement %zu: %s", op->name, i + 1,
				    message.p);
			return 1;
		}
	return 0;
}

size_t db_check(struct db *db, const struct catalogue *ops, struct yreport *report)
{
	void *conn = take_reader(db);
	size_t bad = 0;

	for (size_t i = 0; conn && i < catalogue_count(ops); i++) {
		const struct op *op = catalogue_at(ops, i);

		if (op->sql && (!strcmp(op->store, db->name) || !strcmp(op->store, "both")))
			bad += check_op(db, conn, op, report);
	}
	if (conn)
		give_reader(db, conn);
	return bad;
}

/* Below all others, and a moment's rest: one that has a connection comes to the top. */
static void put_aside(struct db *db, void *conn)
{
	pthread_mutex_lock(&db->read_lock);
	memmove(db->idle + 1, db->idle, db->n_idle * sizeof(void *));
	db->idle[0] = conn;
	db->n_idle++;
	pthread_cond_signal(&db->read_free);
	pthread_mutex_unlock(&db->read_lock);
	usleep(DB_SHARE_WAIT_MS * 1000);
}

static int begin_read(struct db *db, struct ctx *ctx, struct tx **ret, bool *ret_elsewhere)
{
	void *conn = take_reader(db);
	struct tx *tx;
	int r;

	*ret_elsewhere = false;
	if (!conn)
		return ctx_fail(ctx, E_UNAVAILABLE, NULL,
				"All connections for reading were taken for %d seconds; try again",
				DB_READ_WAIT_MS / 1000);
	tx = db->backend->reader_tx(conn);
	*tx = (struct tx){.db = db, .ctx = ctx, .conn = conn};
	if ((r = db->backend->read_begin(tx)) >= 0) {
		*ret = tx;
		return 0;
	}
	*ret_elsewhere = r == -E_UNAVAILABLE && db->backend->read_elsewhere &&
			 db->backend->read_elsewhere(db);
	if (*ret_elsewhere)
		put_aside(db, conn);
	else
		give_reader(db, conn);
	return r;
}

int db_read(struct db *db, struct ctx *ctx, struct tx **ret)
{
	int64_t until_us = time_monotonic_us() + DB_READ_WAIT_MS * 1000LL;
	struct fault before = ctx->fault;
	bool elsewhere;
	int r;

	while ((r = begin_read(db, ctx, ret, &elsewhere)) < 0 && elsewhere &&
	       time_monotonic_us() < until_us)
		ctx->fault = before;
	return r;
}

void db_read_end(struct tx *tx)
{
	if (!tx)
		return;
	tx_close_rows(tx);
	tx->db->backend->read_end(tx);
	give_reader(tx->db, tx->conn);
}

void db_read_endp(struct tx **tx)
{
	db_read_end(*tx);
	*tx = NULL;
}

/* ---- writing ------------------------------------------------------------------------------ */

int db_write(struct db *db, struct ctx *ctx, db_apply apply, db_done done, void *arg)
{
	struct job *j;

	if (db->read_only)
		return ctx_fail(ctx, E_CONFLICT, NULL,
				"The database was opened for reading only; stop the server first");
	if (atomic_load(&db->closing))
		return ctx_fail(ctx, E_CANCELLED, NULL, "The server is shutting down");
	j = malloc(sizeof(*j));
	if (!j)
		abort();
	*j = (struct job){ctx, apply, done, arg, time_monotonic_us(), 0};
	if (!queue_push(db->jobs, j)) {
		free(j);
		metric_add(&m_busy, 1);
		return ctx_fail(ctx, E_BUSY, NULL,
				"Too many writes are waiting; try again in a moment");
	}
	return 0;
}

void job_finish(struct job *j, int r)
{
	db_metric_wait(j);
	if (j->done)
		j->done(j->arg, r < 0 ? r : 0);
	free(j);
}

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done;
	int r;
	db_apply apply;
	void *arg;
};

static int wait_apply(struct tx *tx, void *arg)
{
	struct waiter *w = arg;

	return w->apply(tx, w->arg);
}

static void wait_done(void *arg, int r)
{
	struct waiter *w = arg;

	pthread_mutex_lock(&w->lock);
	w->r = r;
	w->is_done = true;
	pthread_cond_signal(&w->done);
	pthread_mutex_unlock(&w->lock);
}

int db_write_wait(struct db *db, struct ctx *ctx, db_apply apply, void *arg)
{
	struct waiter w = {
		PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0, apply, arg};
	int r;

	if ((r = db_write(db, ctx, wait_apply, wait_done, &w)) < 0)
		return r;
	pthread_mutex_lock(&w.lock);
	while (!w.is_done)
		pthread_cond_wait(&w.done, &w.lock);
	pthread_mutex_unlock(&w.lock);
	return w.r;
}

void db_on_commit(struct db *db, db_apply hook, void *arg)
{
	db->on_commit_arg = arg;
	__atomic_store_n(&db->on_commit, hook, __ATOMIC_RELEASE);
}

/* ---- a transaction ------------------------------------------------------------------------ */

struct ctx *tx_ctx(struct tx *tx)
{
	return tx->ctx;
}

struct db *tx_db(struct tx *tx)
{
	return tx->db;
}

int tx_attempt(const struct tx *tx)
{
	return tx->attempt;
}

bool tx_is_write(const struct tx *tx)
{
	return tx->write;
}

struct tx *tx_current(void)
{
	return current_tx;
}

struct fault *tx_fault(struct tx *tx)
{
	return &tx->ctx->fault;
}

int tx_fail(struct tx *tx, int err)
{
	if (!tx->failed)
		tx->failed = err;
	return err;
}

int tx_apply(struct tx *tx, db_apply apply, void *arg)
{
	int r;

	tx->failed = 0;
	tx->open = NULL;
	current_tx = tx;
	r = apply(tx, arg);
	current_tx = NULL;
	tx_close_rows(tx);
	return r >= 0 && tx->failed ? tx->failed : r;
}

void rows_link(struct tx *tx, struct rows *r)
{
	r->tx = tx;
	r->next_open = tx->open;
	tx->open = r;
}

void tx_close_rows(struct tx *tx)
{
	while (tx->open)
		rows_free(tx->open);
}

/* ---- running an operation ----------------------------------------------------------------- */

/* The values of the engine's own parameters; a request cannot set them. */
static struct value engine_value(const struct ctx *ctx, enum param_source source)
{
	switch (source) {
	case PARAM_ACTOR:
		return VAL_INT(ctx->actor.id);
	case PARAM_ACTOR_ORG:
		return VAL_INT(ctx->actor.org_id);
	case PARAM_ACTOR_SESSION:
		return VAL_INT(ctx->actor.session_id);
	case PARAM_NOW:
		return VAL_INT(ctx->now_ms);
	case PARAM_ARG:
		break;
	}
	return VAL_NULL;
}

/* Arguments mostly come in the order of the parameters: the search goes on where the last one
 * ended. */
static struct value find_arg(const struct arg *args, size_t n, size_t *hint, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = *hint + i < n ? *hint + i : *hint + i - n;

		if (!strcmp(args[at].name, name)) {
			*hint = at + 1 < n ? at + 1 : 0;
			return args[at].v;
		}
	}
	return VAL_NULL;
}

/* SQLite would take any type in any place; PostgreSQL would not. The same rule for both. */
static int coerce(struct tx *tx, enum param_kind kind, struct value *v)
{
	static const enum value_type wanted[] = {[PARAM_INT] = V_INT,
						 [PARAM_TEXT] = V_TEXT,
						 [PARAM_REAL] = V_REAL,
						 [PARAM_BLOB] = V_BLOB};

	if (kind == PARAM_ANY || v->type == V_NULL || v->type == wanted[kind])
		return 0;
	if (kind == PARAM_REAL && v->type == V_INT) {
		*v = (struct value){.type = V_REAL, .d = (double)v->i};
		return 0;
	}
	if (kind == PARAM_TEXT && v->type == V_INT) {
		*v = VAL_STR(str_of(arena_printf(tx->ctx->arena, "%lld", (long long)v->i)));
		return 0;
	}
	return -E_INTERNAL;
}

static int bind(struct tx *tx, struct op_run *run, const struct arg *args, size_t n_args)
{
	const struct op_sql *sql = run->op->sql;
	size_t hint = 0;

	for (size_t i = 0; i < sql->n_params; i++) {
		const struct op_param *p = &sql->params[i];
		struct value *v = &run->values[i];

		*v = p->source == PARAM_ARG ? find_arg(args, n_args, &hint, p->name)
					    : engine_value(tx->ctx, p->source);
		if (coerce(tx, p->kind, v) < 0)
			return fail(tx_fault(tx), E_INTERNAL, p->name,
				    "Operation %s: the value of %s has another type than declared",
				    run->op->name, p->name);
	}
	return 0;
}

static int find_op(struct tx *tx, const char *name, const struct op **ret)
{
	struct env *env = tx->ctx->env;
	const struct op *op = catalogue_find(env && env->ops ? env->ops : tx->db->ops, name);

	if (!op || !op->sql)
		return fail(tx_fault(tx), E_INTERNAL, NULL, "There is no SQL operation '%s'", name);
	if (strcmp(op->store, tx->db->name) && strcmp(op->store, "both"))
		return fail(tx_fault(tx), E_INTERNAL, NULL,
			    "Operation %s belongs to the store '%s', not '%s'", name, op->store,
			    tx->db->name);
	if (op->sql->writes && !tx->write)
		return fail(tx_fault(tx), E_INTERNAL, NULL,
			    "Operation %s writes and can't run in a reading transaction", name);
	*ret = op;
	return 0;
}

static int run_op(struct tx *tx, const char *name, const struct arg *args, size_t n_args,
		  struct rows **ret, int64_t *ret_changed)
{
	struct op_run run;
	int r;

	if (tx->failed)
		return tx->failed;
	if ((r = find_op(tx, name, &run.op)) < 0 || (r = bind(tx, &run, args, n_args)) < 0)
		return tx_fail(tx, r);
	run.script = tx->db->backend->kind == DB_SQLITE ? run.op->sql->sqlite : run.op->sql->pg;
	run.want_rows = ret != NULL;
	run.changed = 0;
	if ((r = tx->db->backend->run(tx, &run, ret)) < 0)
		return tx_fail(tx, r);
	if (ret_changed)
		*ret_changed = run.changed;
	return 0;
}

int tx_op(struct tx *tx, const char *op, const struct arg *args, size_t n_args, struct rows **ret)
{
	return run_op(tx, op, args, n_args, ret, NULL);
}

int tx_exec(struct tx *tx, const char *op, const struct arg *args, size_t n_args,
	    int64_t *ret_changed)
{
	return run_op(tx, op, args, n_args, NULL, ret_changed);
}

int tx_int(struct tx *tx, const char *op, const struct arg *args, size_t n_args, int64_t *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = run_op(tx, op, args, n_args, &rows, NULL)) < 0 || (r = rows_next(rows)) < 0)
		return r;
	if (!r)
		return -E_NOT_FOUND;
	*ret = rows_int(rows, 0);
	return 0;
}

/* ---- rows --------------------------------------------------------------------------------- */

static const struct db_backend *of(const struct rows *r)
{
	return r->tx->db->backend;
}

int rows_next(struct rows *r)
{
	int n;

	if (!r) /* an operation without a result */
		return 0;
	n = of(r)->rows_next(r);
	return n < 0 ? tx_fail(r->tx, n) : n;
}

void rows_free(struct rows *r)
{
	struct rows **at;

	if (!r)
		return;
	for (at = &r->tx->open; *at && *at != r; at = &(*at)->next_open)
		;
	if (*at)
		*at = r->next_open;
	of(r)->rows_free(r);
}

void rows_freep(struct rows **r)
{
	rows_free(*r);
	*r = NULL;
}

int rows_columns(const struct rows *r)
{
	return r ? of(r)->rows_columns(r) : 0;
}

int rows_col(const struct rows *r, const char *name)
{
	int n = rows_columns(r);

	for (int i = 0; i < n; i++)
		if (!strcmp(of(r)->rows_name(r, i), name))
			return i;
	return -1;
}

bool rows_null(const struct rows *r, int col)
{
	return of(r)->rows_null(r, col);
}

int64_t rows_int(const struct rows *r, int col)
{
	return of(r)->rows_int(r, col);
}

double rows_real(const struct rows *r, int col)
{
	return of(r)->rows_real(r, col);
}

struct str rows_text(const struct rows *r, int col)
{
	return of(r)->rows_text(r, col);
}

struct str rows_blob(const struct rows *r, int col)
{
	return of(r)->rows_blob(r, col);
}

char *rows_dup(const struct rows *r, int col)
{
	struct str s = rows_text(r, col);

	return s.p ? arena_strndup(r->tx->ctx->arena, s.p, s.len) : NULL;
}
