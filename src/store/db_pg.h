/**
 * @file db_pg.h  One PostgreSQL connection and its prepared operations. Private to store/.
 */
#ifndef LEXLINE_DB_PG_H
#define LEXLINE_DB_PG_H

#include <libpq-fe.h>

#include "store/db_private.h"

enum pg_role { PG_READER, PG_WRITER, PG_MIGRATOR, PG_ROLES };

/** Where the connection's transaction stands. BEGIN travels together with the first statement. */
enum pg_tx_state { PG_TX_NONE, PG_TX_WANTED, PG_TX_OPEN };

/** Which statements of one operation are prepared on one connection. */
struct pg_op {
	uint32_t serial;
	size_t n_stmts;
	uint32_t names[OP_SQL_MAX_STATEMENTS]; /**< the statement is called "s<number>"; 0: not
						  prepared */
};

struct pg_conn {
	struct db *db;
	enum pg_role role;
	PGconn *c; /**< NULL: not connected; always in pipeline mode */
	struct tx tx;
	enum pg_tx_state state;
	bool ending; /**< a COMMIT was sent whose answer nobody has read yet */
	bool lost;   /**< the connection broke since the transaction was wanted */
	bool repeat; /**< serialisation failure or deadlock: the transaction may succeed when run
			again */
	struct pg_op **ops; /**< by slot */
	size_t n_ops;
	uint32_t last_name;
	int nulls; /**< ends of statements in a row */
	bool live; /**< counted in pg_state.live */
};

struct pg_state {
	pthread_t *threads;
	int n_threads;
	/* The server is away: nobody tries before that instant (monotonic µs), everybody fails at
	 * once. */
	atomic_llong down_until_us;
	atomic_int backoff_ms;
	atomic_int live[PG_ROLES]; /**< connections that stand, by role */
};

struct pg_conn *pg_conn_new(struct db *db, enum pg_role role);
void pg_conn_free(struct pg_conn *c);
/** Connected on return, or -E_UNAVAILABLE at once while the server is known to be away. */
MUST_CHECK int pg_connect(struct pg_conn *c, struct fault *f);
/** Whether others of that role stand: the server is there, it only gives no more connections. */
bool pg_others_live(struct db *db, enum pg_role role);
/** Forget the connection; the next pg_connect makes another. */
void pg_drop(struct pg_conn *c);
/** Describe a failed result without SQL text or data; sets c->repeat and c->lost. */
int pg_fault(struct pg_conn *c, const PGresult *res, const char *what, struct fault *f);
/** Next result of the pipeline, NULL between two statements; waits with a limit. -E_UNAVAILABLE
 * when lost. */
MUST_CHECK int pg_result(struct pg_conn *c, PGresult **ret);
/** COMMIT or ROLLBACK and wait. */
MUST_CHECK int pg_commit(struct pg_conn *c, struct fault *f);
void pg_rollback(struct pg_conn *c);

/** migrate_pg.c */
int pg_migrate(struct db *db, struct fault *f);
/** writer_pg.c */
MUST_CHECK int pg_writers_start(struct db *db, struct fault *f);
void pg_writers_stop(struct db *db);
/** rows_pg.c: a result becomes rows; takes res. */
struct rows *pg_rows_new(struct tx *tx, PGresult *res);

int pg_rows_next(struct rows *r);
void pg_rows_free(struct rows *r);
int pg_rows_columns(const struct rows *r);
const char *pg_rows_name(const struct rows *r, int col);
bool pg_rows_null(const struct rows *r, int col);
int64_t pg_rows_int(const struct rows *r, int col);
double pg_rows_real(const struct rows *r, int col);
struct str pg_rows_text(const struct rows *r, int col);
struct str pg_rows_blob(const struct rows *r, int col);

#endif
