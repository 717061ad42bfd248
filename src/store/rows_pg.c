/* Results of PostgreSQL: complete in memory, values as text. */
#include "store/db_pg.h"

#define OID_BOOL 16

struct pg_rows {
	struct rows rows;
	PGresult *res;
	int at, n;
};

static struct pg_rows *of(const struct rows *r)
{
	return (struct pg_rows *)r;
}

struct rows *pg_rows_new(struct tx *tx, PGresult *res)
{
	struct pg_rows *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->res = res;
	r->at = -1;
	r->n = PQntuples(res);
	rows_link(tx, &r->rows);
	return &r->rows;
}

int pg_rows_next(struct rows *rows)
{
	struct pg_rows *r = of(rows);

	if (r->at + 1 >= r->n)
		return 0;
	r->at++;
	return 1;
}

void pg_rows_free(struct rows *rows)
{
	PQclear(of(rows)->res);
	free(rows);
}

int pg_rows_columns(const struct rows *r)
{
	return PQnfields(of(r)->res);
}

const char *pg_rows_name(const struct rows *r, int col)
{
	return PQfname(of(r)->res, col);
}

bool pg_rows_null(const struct rows *r, int col)
{
	return PQgetisnull(of(r)->res, of(r)->at, col);
}

static const char *text(const struct rows *r, int col)
{
	return PQgetvalue(of(r)->res, of(r)->at, col);
}

/* A condition is 1 or 0 on SQLite; so it is here. */
static bool is_bool(const struct rows *r, int col)
{
	return PQftype(of(r)->res, col) == OID_BOOL;
}

int64_t pg_rows_int(const struct rows *r, int col)
{
	if (pg_rows_null(r, col))
		return 0;
	if (is_bool(r, col))
		return text(r, col)[0] == 't';
	return strtoll(text(r, col), NULL, 10);
}

double pg_rows_real(const struct rows *r, int col)
{
	return pg_rows_null(r, col) ? 0 : strtod(text(r, col), NULL);
}

struct str pg_rows_text(const struct rows *r, int col)
{
	if (pg_rows_null(r, col))
		return STR_NULL;
	if (is_bool(r, col))
		return text(r, col)[0] == 't' ? STR("1") : STR("0");
	return (struct str){text(r, col), (size_t)PQgetlength(of(r)->res, of(r)->at, col)};
}

/* bytea comes as \x and hex digits. */
struct str pg_rows_blob(const struct rows *r, int col)
{
	struct str hex = pg_rows_text(r, col), out;
	uint8_t *bytes;

	if (!hex.p)
		return STR_NULL;
	if (hex.len < 2 || hex.p[0] != '\\' || hex.p[1] != 'x')
		return hex;
	out.len = (hex.len - 2) / 2;
	bytes = arena_alloc(r->tx->ctx->arena, out.len + 1);
	if (hex_decode((struct str){hex.p + 2, hex.len - 2}, bytes, out.len) < 0)
		return STR_NULL;
	out.p = (const char *)bytes;
	return out;
}
