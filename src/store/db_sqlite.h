/**
 * @file db_sqlite.h  One SQLite connection and its prepared operations. Private to store/.
 */
#ifndef LEXLINE_DB_SQLITE_H
#define LEXLINE_DB_SQLITE_H

#include <sqlite3.h>

#include "store/db_private.h"

/** The prepared statements of one operation on one connection, and the result they feed. */
struct sq_op {
	struct rows rows; /**< first: a struct rows is one of these */
	uint32_t serial;  /**< of the op_sql it was made from */
	size_t n_stmts;
	sqlite3_stmt *stmts[OP_SQL_MAX_STATEMENTS];
	bool temporary; /**< the cached one was busy: released with its rows */
	bool busy;
	/* the open result */
	sqlite3_stmt *current;
	bool first; /**< stepped already, the row waits */
	bool end;
	/* rows kept in memory: when other statements of the operation ran after them */
	struct arena *kept;
	struct value **table;
	size_t n_rows, at;
};

struct sq_conn {
	struct db *db;
	sqlite3 *c;
	struct tx tx;	    /**< the one transaction of this connection */
	struct sq_op **ops; /**< by slot */
	size_t n_ops;
	sqlite3_stmt *begin, *commit, *rollback, *savepoint, *release, *rollback_to;
};

/** Everything a SQLite database has beside its pool of readers. */
struct sq_state {
	int lock_fd;
	struct sq_conn *writer;
	pthread_t writer_thread;
	bool writer_running;
	struct ticker *checkpointer;
	sqlite3 *checkpoint_conn;
	int64_t checkpoint_due_us; /**< the checkpointer's own */
	atomic_int wal_pages;	   /**< after the last commit */
	atomic_bool dirty;	   /**< commits since the last checkpoint */
	int checkpoint_at;	   /**< pages; the writer's own limit */
	struct arena *hook_arena;  /**< of the context that on_commit gets */
};

MUST_CHECK int sq_open(struct db *db, bool write, struct sq_conn **ret, struct fault *f);
void sq_close(struct sq_conn *c);
/** Run one of the connection's own statements ("BEGIN"). @return an SQLite code */
int sq_simple(sqlite3_stmt *s);
/** Describe an SQLite failure without SQL text or data. @p what: operation or step. */
int sq_fault(sqlite3 *c, int rc, const char *what, struct fault *f);
/** sql_functions.c: jget(), local_day() and their like. */
MUST_CHECK int sq_functions(sqlite3 *c, const struct zone *zone);

/** End what the operation's rows held; frees a temporary one. */
void sq_reset_op(struct sq_op *o);

/** migrate_sqlite.c */
MUST_CHECK int sq_migrate(struct db *db, struct fault *f);

/** rows_sqlite.c */
int sq_rows_next(struct rows *r);
void sq_rows_free(struct rows *r);
int sq_rows_columns(const struct rows *r);
const char *sq_rows_name(const struct rows *r, int col);
bool sq_rows_null(const struct rows *r, int col);
int64_t sq_rows_int(const struct rows *r, int col);
double sq_rows_real(const struct rows *r, int col);
struct str sq_rows_text(const struct rows *r, int col);
struct str sq_rows_blob(const struct rows *r, int col);

/** writer_sqlite.c */
MUST_CHECK int sq_writer_start(struct db *db, struct fault *f);
void sq_writer_stop(struct db *db);

#endif
