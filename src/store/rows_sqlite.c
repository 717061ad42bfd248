/* Results of SQLite: read row by row, or kept in memory (keep_rows() in db_sqlite.c). */
#include "store/db_sqlite.h"

static struct sq_op *op_of(const struct rows *r)
{
	return (struct sq_op *)r;
}

static const struct value *kept(const struct rows *r, int col)
{
	struct sq_op *o = op_of(r);

	return o->table ? &o->table[o->at - 1][col] : NULL;
}

int sq_rows_next(struct rows *r)
{
	struct sq_op *o = op_of(r);
	int rc;

	if (o->table)
		return o->at < o->n_rows ? (o->at++, 1) : 0;
	if (o->end)
		return 0;
	if (o->first) {
		o->first = false;
		return 1;
	}
	rc = sqlite3_step(o->current);
	if (rc == SQLITE_ROW)
		return 1;
	o->end = true;
	if (rc == SQLITE_DONE)
		return 0;
	return sq_fault(sqlite3_db_handle(o->current), rc, "Reading", tx_fault(r->tx));
}

void sq_rows_free(struct rows *r)
{
	sq_reset_op(op_of(r));
}

int sq_rows_columns(const struct rows *r)
{
	return sqlite3_column_count(op_of(r)->current);
}

const char *sq_rows_name(const struct rows *r, int col)
{
	return sqlite3_column_name(op_of(r)->current, col);
}

bool sq_rows_null(const struct rows *r, int col)
{
	const struct value *v = kept(r, col);

	return v ? v->type == V_NULL : sqlite3_column_type(op_of(r)->current, col) == SQLITE_NULL;
}

int64_t sq_rows_int(const struct rows *r, int col)
{
	const struct value *v = kept(r, col);
	int64_t n = 0;

	if (!v)
		return sqlite3_column_int64(op_of(r)->current, col);
	if (v->type == V_TEXT)
		return str_to_int(v->s, &n) < 0 ? 0 : n;
	return v->type == V_INT ? v->i : v->type == V_REAL ? (int64_t)v->d : 0;
}

double sq_rows_real(const struct rows *r, int col)
{
	const struct value *v = kept(r, col);

	if (!v)
		return sqlite3_column_double(op_of(r)->current, col);
	if (v->type == V_TEXT)
		return strtod(v->s.p, NULL);
	return v->type == V_REAL ? v->d : v->type == V_INT ? (double)v->i : 0;
}

static struct str kept_text(const struct rows *r, const struct value *v)
{
	struct arena *a = op_of(r)->kept;

	switch (v->type) {
	case V_TEXT:
	case V_BLOB:
		return v->s;
	case V_INT:
		return str_of(arena_printf(a, "%lld", (long long)v->i));
	case V_REAL:
		return str_of(arena_printf(a, "%.15g", v->d));
	default:
		return STR_NULL;
	}
}

struct str sq_rows_text(const struct rows *r, int col)
{
	const struct value *v = kept(r, col);
	sqlite3_stmt *s = op_of(r)->current;
	const char *p;

	if (v)
		return kept_text(r, v);
	p = (const char *)sqlite3_column_text(s, col);
	return p ? (struct str){p, (size_t)sqlite3_column_bytes(s, col)} : STR_NULL;
}

struct str sq_rows_blob(const struct rows *r, int col)
{
	const struct value *v = kept(r, col);
	sqlite3_stmt *s = op_of(r)->current;
	const char *p;

	if (v)
		return kept_text(r, v);
	if (sqlite3_column_type(s, col) == SQLITE_NULL)
		return STR_NULL;
	p = sqlite3_column_blob(s, col);
	return (struct str){p ? p : "", (size_t)sqlite3_column_bytes(s, col)};
}
