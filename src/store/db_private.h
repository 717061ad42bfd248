/**
 * @file db_private.h  What db.c shares with the two backends. Private to store/.
 */
#ifndef LEXLINE_DB_PRIVATE_H
#define LEXLINE_DB_PRIVATE_H

#include <stdatomic.h>
#include <pthread.h>

#include "base/log.h"
#include "base/map.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "store/db.h"
#include "store/op_sql.h"

#define DB_QUEUE_CAPACITY 4096
#define DB_BATCH_MAX 256
/** How long db_read waits for a connection of the pool. */
#define DB_READ_WAIT_MS 10000
/** How long one without a connection leaves the work to those that have one. */
#define DB_SHARE_WAIT_MS 20

struct tx {
	struct db *db;
	struct ctx *ctx;
	void *conn;	   /**< the backend's */
	struct rows *open; /**< results not yet released */
	int attempt;
	int failed; /**< first error of a statement: nothing but failure may follow */
	bool write;
};

/** Embedded at the start of each backend's result. */
struct rows {
	struct tx *tx;
	struct rows *next_open;
};

/** One queued write. */
struct job {
	struct ctx *ctx;
	db_apply apply;
	db_done done;
	void *arg;
	int64_t queued_us;
	int result;
};

/** What a result of a named operation needs to run. */
struct op_run {
	const struct op *op;
	const struct op_script *script;
	struct value values[OP_SQL_MAX_PARAMS]; /**< by op_sql.params, coerced to their kinds */
	bool want_rows;
	int64_t changed; /**< out */
};

struct db_backend {
	enum db_kind kind;
	int (*open)(struct db *db, struct fault *f);
	void (*close)(struct db *db);
	/** A connection for reading, as void *; called at open, `readers` times. */
	int (*reader_open)(struct db *db, void **ret, struct fault *f);
	void (*reader_close)(void *conn);
	/** The transaction inside a connection. */
	struct tx *(*reader_tx)(void *conn);
	int (*read_begin)(struct tx *tx);
	/** After read_begin said -E_UNAVAILABLE: whether other connections stand and will come
	 * free; NULL: never. */
	bool (*read_elsewhere)(struct db *db);
	void (*read_end)(struct tx *tx);
	/** Ask the server whether it lives, inside a read; NULL: beginning the read has shown it.
	 */
	int (*ping)(struct db *db, struct tx *tx);
	int (*run)(struct tx *tx, struct op_run *run, struct rows **ret);
	int (*migrate)(struct db *db, struct fault *f);
	/** Prepare a statement and forget it. @p conn: of reader_open; the message names no data.
	 */
	int (*check)(void *conn, const struct op *op, const struct op_stmt *st,
		     struct buf *ret_message);

	int (*rows_next)(struct rows *r);
	void (*rows_free)(struct rows *r);
	int (*rows_columns)(const struct rows *r);
	const char *(*rows_name)(const struct rows *r, int col);
	bool (*rows_null)(const struct rows *r, int col);
	int64_t (*rows_int)(const struct rows *r, int col);
	double (*rows_real)(const struct rows *r, int col);
	struct str (*rows_text)(const struct rows *r, int col);
	struct str (*rows_blob)(const struct rows *r, int col);
};
extern const struct db_backend db_backend_sqlite, db_backend_pg;

struct db {
	const struct db_backend *backend;
	char *name, *url, *schema;
	const struct zone *zone;
	int writers, readers;
	bool read_only;
	struct catalogue *ops;

	struct queue *jobs;
	atomic_bool closing;
	unsigned batch_max; /**< LEXLINE_BATCH; the benchmark sets 1 to show what batching brings */

	pthread_mutex_t read_lock;
	pthread_cond_t read_free; /**< a connection came back */
	void **idle;		  /**< a stack: the one used last is warm */
	size_t n_idle, n_readers;

	db_apply on_commit;
	void *on_commit_arg;
	void *state; /**< the backend's */
};

/** Metrics of both backends. */
void db_metric_wait(const struct job *j);
void db_metric_commit(int64_t us, size_t jobs);
void db_metric_retry(void);
void db_metric_queue(struct db *db);

/** Runs apply with tx_current() set; a statement's failure that apply swallowed counts. */
int tx_apply(struct tx *tx, db_apply apply, void *arg);
/** Release what apply left open. */
void tx_close_rows(struct tx *tx);
/** Record the first failure of a statement. @return err */
int tx_fail(struct tx *tx, int err);
struct fault *tx_fault(struct tx *tx);
void rows_link(struct tx *tx, struct rows *r);
void job_finish(struct job *j, int r);

/** migrate.c: the steps of this store from modules/<module>/schema/, in order. */
struct migration {
	const char *name; /**< "cases/001", "cases/001.pg" */
	struct str sql;
	char hash[65];
};
MUST_CHECK int migrations_list(struct arena *a, const char *store, enum db_kind kind,
			       struct migration **ret, size_t *ret_n, struct fault *f);
/** What a backend must do for the runner. */
struct migrator {
	void *conn;
	int (*exec)(void *conn, const char *sql, struct fault *f);
	/** Hash of an applied step in the arena, NULL when it has not run. */
	int (*applied)(void *conn, struct arena *a, const char *name, const char **ret,
		       struct fault *f);
	int (*record)(void *conn, const struct migration *m, struct fault *f);
};
extern const char migrations_bootstrap[];
void migration_hash(struct str sql, char ret[65]);
/** One step in a transaction with its row. */
MUST_CHECK int migration_step(struct arena *a, const struct migrator *m,
			      const struct migration *step, struct fault *f);
MUST_CHECK int migrations_run(struct db *db, const struct migrator *m, struct fault *f);

#endif
