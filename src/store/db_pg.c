/*
 * PostgreSQL: prepared operations and reading. All statements of an operation travel in one round
 * trip (pipeline mode), with the BEGIN when it is the transaction's first; results are read
 * completely.
 */
#include "store/db_pg.h"

#include <endian.h>
#include <stdio.h>

#include "base/time.h"

/* pg_type.dat */
#define OID_BYTEA 17
#define OID_INT8 20
#define OID_TEXT 25
#define OID_FLOAT8 701

static const Oid type_of[] = {[PARAM_ANY] = 0,
			      [PARAM_INT] = OID_INT8,
			      [PARAM_TEXT] = OID_TEXT,
			      [PARAM_REAL] = OID_FLOAT8,
			      [PARAM_BLOB] = OID_BYTEA};

/* ---- sending ------------------------------------------------------------------------------ */

/* Parameters in PostgreSQL's binary form: no formatting, no escaping, any bytes. */
struct binds {
	const char *values[OP_SQL_MAX_PARAMS];
	int lengths[OP_SQL_MAX_PARAMS];
	int formats[OP_SQL_MAX_PARAMS];
	uint64_t numbers[OP_SQL_MAX_PARAMS];
};

static void bind_number(struct binds *b, size_t i, uint64_t bits)
{
	b->numbers[i] = htobe64(bits);
	b->values[i] = (const char *)&b->numbers[i];
	b->lengths[i] = 8;
}

static void bind_all(struct binds *b, const struct op_stmt *st, const struct value *values)
{
	for (size_t i = 0; i < st->n_params; i++) {
		const struct value *v = &values[st->params[i]];
		uint64_t bits;

		b->formats[i] = 1;
		b->values[i] = NULL;
		b->lengths[i] = 0;
		if (v->type == V_INT) {
			bind_number(b, i, (uint64_t)v->i);
		} else if (v->type == V_REAL) {
			memcpy(&bits, &v->d, sizeof(bits));
			bind_number(b, i, bits);
		} else if (v->type != V_NULL) {
			b->values[i] = v->s.p;
			b->lengths[i] = (int)v->s.len;
		}
	}
}

static void name_of(uint32_t number, char ret[16])
{
	snprintf(ret, 16, "s%u", number);
}

static bool send_prepare(struct pg_conn *c, const struct op_run *run, size_t i, const char *name)
{
	const struct op_stmt *st = &run->script->stmts[i];
	Oid types[OP_SQL_MAX_PARAMS];

	for (size_t k = 0; k < st->n_params; k++)
		types[k] = type_of[run->op->sql->params[st->params[k]].kind];
	return PQsendPrepare(c->c, name, st->pg.p, (int)st->n_params, types);
}

static int backend_check(void *conn, const struct op *op, const struct op_stmt *st,
			 struct buf *ret_message)
{
	struct op_script script = {.stmts = (struct op_stmt *)st, .n_stmts = 1};
	struct op_run run = {.op = op, .script = &script};
	struct pg_conn *c = conn;
	struct fault f;
	PGresult *res = NULL;
	bool end = false;
	int r = 0;

	if (pg_connect(c, &f) < 0 || !send_prepare(c, &run, 0, "") || !PQpipelineSync(c->c)) {
		buf_adds(ret_message, "the database is away");
		return -E_UNAVAILABLE;
	}
	while (!end && pg_result(c, &res) == 0) {
		end = PQresultStatus(res) == PGRES_PIPELINE_SYNC;
		if (res && PQresultStatus(res) == PGRES_FATAL_ERROR) {
			buf_adds(ret_message, PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));
			r = -E_CONFIG;
		}
		PQclear(res);
	}
	return r;
}

static bool send_statement(struct pg_conn *c, struct pg_op *o, const struct op_run *run, size_t i)
{
	const struct op_stmt *st = &run->script->stmts[i];
	uint32_t number = o->names[i] ? o->names[i] : ++c->last_name;
	struct binds b;
	char name[16];

	name_of(number, name);
	if (!o->names[i] && !send_prepare(c, run, i, name))
		return false;
	bind_all(&b, st, run->values);
	if (!PQsendQueryPrepared(c->c, name, (int)st->n_params, b.values, b.lengths, b.formats, 0))
		return false;
	/* Counted as prepared from now on; taken back when the answer says otherwise. */
	o->names[i] = number;
	return true;
}

static const char *begin_text(const struct pg_conn *c)
{
	return c->role == PG_READER ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN";
}

/* ---- answers ------------------------------------------------------------------------------ */

struct answers {
	struct op_run *run;
	int begin;			      /* 1: the first answer is BEGIN's */
	bool prepared[OP_SQL_MAX_STATEMENTS]; /* this statement's answer comes after one of its
						 preparation */
	size_t at;			      /* statement */
	bool before_prepare;
	PGresult *rows;
	int err;
};

static void take_result(struct answers *a, PGresult *res)
{
	const struct op_script *script = a->run->script;

	if (a->begin) {
		a->begin = 0;
		return;
	}
	if (a->prepared[a->at]) {
		a->prepared[a->at] = false;
		return;
	}
	if (script->stmts[a->at].writes)
		a->run->changed = strtoll(PQcmdTuples(res), NULL, 10);
	else
		a->run->changed = 0;
	if (a->run->want_rows && (int)a->at == script->rows_at)
		a->rows = res;
	a->at++;
}

/* Read up to the pipeline's end. The first failure counts; what follows it was not carried out. */
static int read_answers(struct pg_conn *c, struct answers *a, struct fault *f)
{
	PGresult *res;
	int r;

	for (;;) {
		if ((r = pg_result(c, &res)) < 0)
			return pg_fault(c, NULL, a->run->op->name, f);
		if (!res)
			continue;
		switch (PQresultStatus(res)) {
		case PGRES_PIPELINE_SYNC:
			PQclear(res);
			return a->err;
		case PGRES_COMMAND_OK:
		case PGRES_TUPLES_OK:
			take_result(a, res);
			break;
		case PGRES_PIPELINE_ABORTED:
			break;
		default:
			if (!a->err)
				a->err = pg_fault(c, res, a->run->op->name, f);
		}
		if (res != a->rows)
			PQclear(res);
	}
}

/* The answer of a COMMIT that nobody waited for. */
static int read_ending(struct pg_conn *c)
{
	PGresult *res;
	bool end = false;

	while (c->ending && !end) {
		if (pg_result(c, &res) < 0)
			return -E_UNAVAILABLE;
		end = PQresultStatus(res) == PGRES_PIPELINE_SYNC;
		PQclear(res);
	}
	c->ending = false;
	return 0;
}

/* ---- an operation ------------------------------------------------------------------------- */

static struct pg_op *get_op(struct pg_conn *c, const struct op_run *run)
{
	uint32_t slot = run->op->sql->slot;
	struct pg_op *o;

	if (slot >= c->n_ops) {
		size_t n = slot + 64;

		c->ops = realloc(c->ops, n * sizeof(c->ops[0]));
		if (!c->ops)
			abort();
		memset(c->ops + c->n_ops, 0, (n - c->n_ops) * sizeof(c->ops[0]));
		c->n_ops = n;
	}
	o = c->ops[slot];
	if (!o) {
		o = c->ops[slot] = calloc(1, sizeof(*o));
		if (!o)
			abort();
	}
	/* After a reload the old names stay on the server until the connection ends: few, and rare.
	 */
	if (o->serial != run->op->sql->serial)
		*o = (struct pg_op){.serial = run->op->sql->serial};
	return o;
}

static int send_all(struct pg_conn *c, struct pg_op *o, struct answers *a)
{
	a->begin = c->state == PG_TX_WANTED;
	if (a->begin && !PQsendQueryParams(c->c, begin_text(c), 0, NULL, NULL, NULL, NULL, 0))
		return -E_UNAVAILABLE;
	for (size_t i = 0; i < a->run->script->n_stmts; i++) {
		a->prepared[i] = !o->names[i];
		if (!send_statement(c, o, a->run, i))
			return -E_UNAVAILABLE;
	}
	c->state = PG_TX_OPEN;
	return PQpipelineSync(c->c) ? 0 : -E_UNAVAILABLE;
}

static int run_once(struct pg_conn *c, struct op_run *run, PGresult **ret, struct fault *f)
{
	bool unprepared[OP_SQL_MAX_STATEMENTS];
	struct answers a = {.run = run};
	struct pg_op *o = get_op(c, run);
	int r;

	for (size_t i = 0; i < run->script->n_stmts; i++)
		unprepared[i] = !o->names[i];
	if (read_ending(c) < 0 || send_all(c, o, &a) < 0)
		return pg_fault(c, NULL, run->op->name, f);
	if ((r = read_answers(c, &a, f)) < 0) {
		PQclear(a.rows);
		for (size_t i = 0; i < run->script->n_stmts && !c->lost; i++)
			if (unprepared[i] && i >= a.at)
				o->names[i] = 0;
		return r;
	}
	*ret = a.rows;
	return 0;
}

static int backend_run(struct tx *tx, struct op_run *run, struct rows **ret)
{
	struct pg_conn *c = tx->conn;
	bool fresh = c->state == PG_TX_WANTED;
	PGresult *res = NULL;
	int r = run_once(c, run, &res, tx_fault(tx));

	/* An idle connection that broke unnoticed: nothing of this transaction has happened yet. */
	if (r == -E_UNAVAILABLE && c->lost && fresh && pg_connect(c, tx_fault(tx)) == 0) {
		c->state = PG_TX_WANTED;
		r = run_once(c, run, &res, tx_fault(tx));
	}
	if (r < 0)
		return r;
	if (ret)
		*ret = res ? pg_rows_new(tx, res) : NULL;
	return 0;
}

/* ---- reading ------------------------------------------------------------------------------ */

static int reader_open(struct db *db, void **ret, struct fault *f)
{
	/* Connects when first used: a server that is away now may be back then. */
	*ret = pg_conn_new(db, PG_READER);
	return 0;
}

static void reader_close(void *conn)
{
	pg_conn_free(conn);
}

static struct tx *reader_tx(void *conn)
{
	return &((struct pg_conn *)conn)->tx;
}

static int read_begin(struct tx *tx)
{
	struct pg_conn *c = tx->conn;
	int r = pg_connect(c, tx_fault(tx));

	c->repeat = false;
	c->state = r < 0 ? PG_TX_NONE : PG_TX_WANTED;
	return r;
}

static bool read_elsewhere(struct db *db)
{
	return pg_others_live(db, PG_READER);
}

/* Nobody needs to wait for the end of a snapshot: the answer is read before the next one. */
static void read_end(struct tx *tx)
{
	struct pg_conn *c = tx->conn;
	bool open = c->state == PG_TX_OPEN && !c->lost;

	c->state = PG_TX_NONE;
	if (!open)
		return;
	if (PQsendQueryParams(c->c, "COMMIT", 0, NULL, NULL, NULL, NULL, 0) && PQpipelineSync(c->c))
		c->ending = true;
	else
		c->lost = true;
}

/* A ping must ask the server, unlike the begin of a read. */
static int backend_ping(struct db *db, struct tx *tx)
{
	struct pg_conn *c = tx->conn;
	struct fault *f = tx_fault(tx);

	for (int attempt = 0; attempt < 2; attempt++) {
		if (pg_connect(c, f) < 0)
			return -E_UNAVAILABLE;
		if (read_ending(c) == 0 &&
		    PQsendQueryParams(c->c, begin_text(c), 0, NULL, NULL, NULL, NULL, 0) &&
		    PQpipelineSync(c->c)) {
			c->ending = true;
			if (read_ending(c) == 0) {
				c->state = PG_TX_OPEN;
				return 0;
			}
		}
		c->lost = true;
	}
	return fail(f, E_UNAVAILABLE, NULL,
		    "The database is away; the server tries to reach it again");
}

/* ---- life --------------------------------------------------------------------------------- */

static void backend_close(struct db *db)
{
	struct pg_state *s = db->state;

	if (!s)
		return;
	pg_writers_stop(db);
	free(s);
	db->state = NULL;
}

static int backend_open(struct db *db, struct fault *f)
{
	struct pg_conn *probe;
	int r;

	db->state = calloc(1, sizeof(struct pg_state));
	if (!db->state)
		abort();
	probe = pg_conn_new(db, db->read_only ? PG_READER : PG_WRITER);
	r = pg_connect(probe, f);
	pg_conn_free(probe);
	if (r >= 0 && !db->read_only)
		r = pg_writers_start(db, f);
	if (r < 0)
		backend_close(db);
	return r;
}

const struct db_backend db_backend_pg = {
	.kind = DB_POSTGRES,
	.open = backend_open,
	.close = backend_close,
	.reader_open = reader_open,
	.reader_close = reader_close,
	.reader_tx = reader_tx,
	.read_begin = read_begin,
	.read_elsewhere = read_elsewhere,
	.read_end = read_end,
	.ping = backend_ping,
	.run = backend_run,
	.migrate = pg_migrate,
	.check = backend_check,
	.rows_next = pg_rows_next,
	.rows_free = pg_rows_free,
	.rows_columns = pg_rows_columns,
	.rows_name = pg_rows_name,
	.rows_null = pg_rows_null,
	.rows_int = pg_rows_int,
	.rows_real = pg_rows_real,
	.rows_text = pg_rows_text,
	.rows_blob = pg_rows_blob,
};
