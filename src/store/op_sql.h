/**
 * @file op_sql.h  The statements of one operation, prepared for both databases. Private to store/.
 *
 * The catalogue's loader calls op_sql_parse() for every operation that isn't native; db_sqlite.c
 * and db_pg.c run what comes out. Everything lives in the catalogue's arena and is immutable.
 *
 * Connections keep prepared statements in a cache indexed by `slot`; `serial` tells whether what
 * lies there belongs to this very operation. After a reload the slots are the same, the serials are
 * new, and stale statements are replaced as they are met. No cache keeps a pointer to a `struct
 * op_sql`.
 */
#ifndef LEXLINE_OP_SQL_H
#define LEXLINE_OP_SQL_H

#include "base/yaml.h"
#include "store/db.h"
#include "store/op.h"

/** More is an error when loading. */
#define OP_SQL_MAX_PARAMS 64
#define OP_SQL_MAX_STATEMENTS 16

/** What the database must be told about a parameter. */
enum param_kind {
	PARAM_ANY, /**< undeclared: the type of the value bound first */
	PARAM_INT, /**< bigint: ids, instants, money, dates, booleans */
	PARAM_TEXT,
	PARAM_REAL,
	PARAM_BLOB,
};

/** Who binds it. */
enum param_source { PARAM_ARG, PARAM_ACTOR, PARAM_ACTOR_ORG, PARAM_ACTOR_SESSION, PARAM_NOW };

struct op_param {
	const char *name; /**< without the colon */
	enum param_kind kind;
	enum param_source source;
};

struct op_stmt {
	struct str sqlite; /**< parameters as ?1 ?2 …; comments removed; NUL-terminated */
	struct str pg;	   /**< parameters as $1 $2 … */
	uint8_t *params;   /**< [k]: index into op_sql.params of ?k+1 */
	size_t n_params;
	bool rows; /**< SELECT, VALUES or RETURNING */
	bool writes;
};

/** One of the two texts of an operation; both point to the same when there is no .pg.sql. */
struct op_script {
	struct op_stmt *stmts;
	size_t n_stmts;
	int rows_at; /**< the statement whose rows are the result; -1: none */
};

struct op_sql {
	uint32_t slot;	 /**< dense within a catalogue, from 0 */
	uint32_t serial; /**< never given twice in a process, > 0 */
	struct op_param *params;
	size_t n_params;
	const struct op_script *sqlite, *pg;
	bool writes; /**< any statement of either text does */
};

/** A piece of a file: the SQL behind the head. */
struct op_source {
	const char *file;
	int line;	 /**< of the first byte of text */
	struct str text; /**< STR_NULL: absent */
};

struct op_sql_in {
	const char *op; /**< its name, for messages */
	uint32_t slot;	/**< the operation's number in its catalogue */
	struct op_source portable;
	struct op_source pg; /**< NAME.pg.sql; absent: the portable text serves both */
	const struct op_field *in;
	size_t n_in;
	bool declared_only; /**< an undeclared parameter is a finding: for operations with a route
			     */
};

/**
 * Split into statements at `;` outside strings and comments, number the parameters, and type them
 * by the `in:` fields and the names the engine binds. Findings (unclosed string, a statement that
 * is no SELECT/INSERT/UPDATE/DELETE, positional parameters, an `in:` field that no statement uses)
 * go to @p report.
 * @return 0, -E_CONFIG
 */
MUST_CHECK int op_sql_parse(struct arena *a, const struct op_sql_in *in, struct op_sql **ret,
			    struct yreport *report);

#endif
