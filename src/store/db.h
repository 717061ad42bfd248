/**
 * @file db.h  One database, SQLite or PostgreSQL, behind one interface.
 *
 * Invariants
 *  - SQL is never text in C: a statement is an operation of the catalogue, run by name.
 *  - Reads run on a snapshot of a read-only connection.
 *  - Writes are apply + done pairs. `apply` runs SQL inside a transaction, does nothing slow,
 *    touches nothing outside its argument that a second run would spoil (PostgreSQL repeats it
 *    after a serialisation failure), and checks its preconditions itself. `done` runs exactly
 *    once, after COMMIT or after the failure, on a thread of the store: it must not block.
 *  - SQLite: one writer thread takes all pending writes, a savepoint each, one commit for the
 *    batch, then all dones (measured: shared notes in docs/decisions.md). PostgreSQL: N
 *    connections, a transaction each, READ COMMITTED unless the operation locks.
 *  - What `done` reported as 0 survives kill -9.
 */
#ifndef LEXLINE_DB_H
#define LEXLINE_DB_H

#include "base/arena.h"
#include "store/ctx.h"
#include "store/value.h"

enum db_kind { DB_SQLITE, DB_POSTGRES };

struct db_options {
	const char *name;   /**< "cases" or "clients": picks the operations and migrations of that store */
	const char *url;    /**< path of the SQLite file, or postgresql://… */
	const char *schema; /**< PostgreSQL schema: "lexline" or "clients" */
	const char *zone;   /**< for local_day() and its like */
	int writers;	    /**< PostgreSQL connections; ignored by SQLite */
	int readers;	    /**< size of the pool of read connections */
	bool read_only;	    /**< only reads: also while another process serves the same file */
};

/** @return 0, -E_UNAVAILABLE (server away), -E_CONFLICT (another process serves this file), -E_CORRUPT */
MUST_CHECK int db_open(const struct db_options *o, struct catalogue *ops, struct db **ret, struct fault *f);
/** Finishes what is queued. */
void db_close(struct db *db);
enum db_kind db_kind(const struct db *db);
const char *db_name(const struct db *db);
/** Bring the schema up to date: forward only, each step in a transaction, safe to interrupt. */
MUST_CHECK int db_migrate(struct db *db, struct fault *f);
/** 0 when a trivial read works now. */
MUST_CHECK int db_ping(struct db *db, struct fault *f);

struct yreport;
/** Prepare every operation of this store without running it. @return how many the database refuses; they are in the report */
size_t db_check(struct db *db, const struct catalogue *ops, struct yreport *report);

/* ---- transactions ------------------------------------------------------------------------- */

struct tx; /**< a snapshot to read from, or a write transaction inside apply */

/** A snapshot for reading; blocks while the pool is empty. @return 0, -E_UNAVAILABLE */
MUST_CHECK int db_read(struct db *db, struct ctx *ctx, struct tx **ret);
void db_read_end(struct tx *tx);
void db_read_endp(struct tx **tx); /**< for CLEANUP */

typedef int (*db_apply)(struct tx *tx, void *arg);
typedef void (*db_done)(void *arg, int r);

/**
 * Queue a write. Never blocks.
 * @param ctx  bound as :actor, :now …; gets the fault; must live until done
 * @return 0 (done will be called), -E_BUSY (queue full: done is not called), -E_CANCELLED
 */
MUST_CHECK int db_write(struct db *db, struct ctx *ctx, db_apply apply, db_done done, void *arg);
/** The same, waiting for the result: for the command line, jobs and tests, never for HTTP workers. */
MUST_CHECK int db_write_wait(struct db *db, struct ctx *ctx, db_apply apply, void *arg);

struct ctx *tx_ctx(struct tx *tx);
struct db *tx_db(struct tx *tx);
/** Counts the runs of apply, from 0: state kept outside the database starts afresh when it isn't 0. */
int tx_attempt(const struct tx *tx);
bool tx_is_write(const struct tx *tx);
/** The write transaction whose apply runs on this thread; NULL outside. The vault asks, so as not to wait for the writer it sits in. */
struct tx *tx_current(void);

/**
 * Called inside the transaction just before each COMMIT on SQLite's batch, and by a periodic
 * job on PostgreSQL: links the audit entries (trust/audit.c). At most one.
 */
void db_on_commit(struct db *db, db_apply hook, void *arg);

/* ---- statements --------------------------------------------------------------------------- */

struct rows; /**< an open result; belongs to its tx; release before the next write of the same op */

/**
 * Run an operation by name. After an error of a statement the transaction can only fail: later calls
 * and the commit return that error (PostgreSQL knows nothing else, so SQLite does the same); use
 * ON CONFLICT … RETURNING where a duplicate is expected. Parameters the operation names and @p args lacks are NULL, except
 * :actor, :actor_org, :actor_session, :now which the engine binds from the context.
 * An operation with several statements runs them in order; rows come from the last SELECT
 * or RETURNING.
 * @param[out] ret  NULL when rows don't matter
 * @return 0, -E_NOT_FOUND never (no rows is no error), -E_EXISTS (unique constraint),
 *         -E_CONFLICT (other constraint), -E_DISK_FULL, -E_UNAVAILABLE, -E_CORRUPT
 */
MUST_CHECK int tx_op(struct tx *tx, const char *op, const struct arg *args, size_t n_args, struct rows **ret);
/** As tx_op for a write; *ret_changed: rows the last statement changed. */
MUST_CHECK int tx_exec(struct tx *tx, const char *op, const struct arg *args, size_t n_args, int64_t *ret_changed);
/** First row's first column as int. @return 0, -E_NOT_FOUND when there is no row */
MUST_CHECK int tx_int(struct tx *tx, const char *op, const struct arg *args, size_t n_args, int64_t *ret);

/** @return 1 a row is there, 0 the end, negative error */
MUST_CHECK int rows_next(struct rows *r);
void rows_free(struct rows *r);
void rows_freep(struct rows **r); /**< for CLEANUP */
int rows_columns(const struct rows *r);
/** Column index by name, -1 when absent. */
int rows_col(const struct rows *r, const char *name);
bool rows_null(const struct rows *r, int col);
int64_t rows_int(const struct rows *r, int col); /**< NULL is 0 */
double rows_real(const struct rows *r, int col);
/** Valid until the next rows_next; NUL-terminated; NULL column is STR_NULL. */
struct str rows_text(const struct rows *r, int col);
struct str rows_blob(const struct rows *r, int col);
/** Copied into the request's arena. NULL column is NULL. */
char *rows_dup(const struct rows *r, int col);

#endif
