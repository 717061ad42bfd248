/**
 * @file temp_store.h  A fresh store for a test, on SQLite or on a PostgreSQL cluster of its own.
 *
 * The cluster is the one LEXLINE_TEST_PG names, or one started for this test program by
 * tools/pg-temp. Every PostgreSQL store gets a schema of its own.
 */
#ifndef LEXLINE_TEMP_STORE_H
#define LEXLINE_TEMP_STORE_H

#include "store/db.h"
#include "store/op.h"

struct temp_store {
	char dir[64];
	char url[256];
	char schema[40];
	struct db_options options;
	struct catalogue *ops;
	struct db *db; /**< open and migrated */
	struct env env;
	struct ctx *ctx;
};

/** cmocka's set-ups open_sqlite() and open_pg() from an  int open(enum db_kind). */
#define ON_BOTH(open)                            \
	static int open_sqlite(void **state)     \
	{                                        \
		return open(DB_SQLITE);          \
	}                                        \
	static int open_pg(void **state)         \
	{                                        \
		return open(DB_POSTGRES);        \
	}

/** Programs call it first: operations and schema come from tests/unit/store/fixture. */
void temp_store_init(void);
void temp_store_open(struct temp_store *t, enum db_kind kind);
/** Without opening the database: for tests of opening. */
void temp_store_prepare(struct temp_store *t, enum db_kind kind);
void temp_store_close(struct temp_store *t);

/**
 * The operations of these modules alone are found ("cases/schema" is a part of one), NULL-terminated:
 * other rooms' natives need not be linked. Once a program.
 */
void temp_modules(const char *const *names);

/** The cluster's URL; starts it when needed. */
const char *temp_pg_url(void);
/** A crash of the server, and its return. Not with a cluster given by LEXLINE_TEST_PG. */
void temp_pg_halt(void);
void temp_pg_resume(void);
bool temp_pg_is_own(void);

#endif
