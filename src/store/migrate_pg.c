/*
 * Schema steps on PostgreSQL, one node at a time, and the functions that SQLite has natively
 * (sql_functions.c): the same names with the same results.
 */
#include "store/db_pg.h"

#include <stdio.h>

#include "base/time.h"

/* Any number: what all nodes agree on. */
#define MIGRATION_LOCK "7243911"

/*
 * @ stands for the quoted schema. new_id() makes ids as node 1023, which no process may be
 * (config.c); its sequence is common to all connections, so two ids of one millisecond differ.
 */
static const char functions[] =
	"CREATE OR REPLACE FUNCTION @.jget(j text, k text) RETURNS text LANGUAGE sql IMMUTABLE "
	"PARALLEL SAFE AS "
	"$$ SELECT CASE WHEN j ~ '^\\s*\\{' THEN j::json ->> k END $$;"
	"CREATE OR REPLACE FUNCTION @.jint(j text, k text) RETURNS bigint LANGUAGE sql IMMUTABLE "
	"PARALLEL SAFE AS "
	"$$ SELECT CASE WHEN v ~ '^-?[0-9]{1,18}$' THEN v::bigint WHEN v = 'true' THEN 1 WHEN v = "
	"'false' THEN 0 END"
	" FROM (SELECT @.jget(j, k) AS v) AS x $$;"
	"CREATE OR REPLACE FUNCTION @.local_time(ms bigint) RETURNS timestamp LANGUAGE sql STABLE "
	"PARALLEL SAFE AS "
	"$$ SELECT to_timestamp(floor(ms / 1000.0)) AT TIME ZONE current_setting('lexline.zone') "
	"$$;"
	"CREATE OR REPLACE FUNCTION @.local_day(ms bigint) RETURNS bigint LANGUAGE sql STABLE "
	"PARALLEL SAFE AS "
	"$$ SELECT floor(extract(epoch FROM @.local_time(ms)) / 86400)::bigint $$;"
	"CREATE OR REPLACE FUNCTION @.day_ms(day bigint) RETURNS bigint LANGUAGE sql STABLE "
	"PARALLEL SAFE AS "
	"$$ SELECT (extract(epoch FROM (DATE '1970-01-01' + day::int)::timestamp AT TIME ZONE "
	"current_setting('lexline.zone')) * 1000)::bigint $$;"
	"CREATE OR REPLACE FUNCTION @.local_date_text(ms bigint) RETURNS text LANGUAGE sql STABLE "
	"PARALLEL SAFE AS "
	"$$ SELECT to_char(@.local_time(ms), 'YYYY-MM-DD') $$;"
	"CREATE OR REPLACE FUNCTION @.id_ms(id bigint) RETURNS bigint LANGUAGE sql IMMUTABLE "
	"PARALLEL SAFE AS "
	"$$ SELECT (id >> 22) + 1704067200000 $$;"
	"CREATE OR REPLACE FUNCTION @.greatest2(a anycompatible, b anycompatible) RETURNS "
	"anycompatible"
	" LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT GREATEST(a, b) $$;"
	"CREATE OR REPLACE FUNCTION @.least2(a anycompatible, b anycompatible) RETURNS "
	"anycompatible"
	" LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT LEAST(a, b) $$;"
	"CREATE OR REPLACE FUNCTION @.group_list_step(list text, item text) RETURNS text LANGUAGE "
	"sql IMMUTABLE AS "
	"$$ SELECT CASE WHEN item IS NULL THEN list WHEN list IS NULL THEN item ELSE list || ',' "
	"|| item END $$;"
	"CREATE OR REPLACE AGGREGATE @.group_list(text) (SFUNC = @.group_list_step, STYPE = text);"
	"CREATE SEQUENCE IF NOT EXISTS @.new_id_sequence MINVALUE 0 MAXVALUE 4095 CYCLE;"
	"CREATE OR REPLACE FUNCTION @.new_id() RETURNS bigint LANGUAGE sql VOLATILE AS "
	"$$ SELECT ((floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint - 1704067200000) "
	"<< 22)"
	" | (1023::bigint << 12) | nextval('@.new_id_sequence') $$;";

/* fold(): translate() with every character that utf8_fold() changes. */
static void fold_function(struct buf *sql, const char *schema)
{
	CLEANUP(buf_free) struct buf to = {0};
	char utf8[4];

	buf_printf(sql,
		   "CREATE OR REPLACE FUNCTION %s.fold(t text) RETURNS text LANGUAGE sql IMMUTABLE "
		   "PARALLEL SAFE"
		   " AS $$ SELECT translate(t, '",
		   schema);
	for (uint32_t cp = 1; cp < 0xFFFE; cp++) {
		if (utf8_fold(cp) == cp)
			continue;
		buf_add(sql, utf8, utf8_put(utf8, cp));
		buf_add(&to, utf8, utf8_put(utf8, utf8_fold(cp)));
		if (utf8_fold(cp) == '\'')
			buf_addc(&to, '\'');
	}
	buf_printf(sql, "', '%s') $$;", to.p);
}

static void functions_text(struct buf *sql, const char *schema)
{
	for (const char *p = functions; *p; p++)
		if (*p == '@')
			buf_adds(sql, schema);
		else
			buf_addc(sql, *p);
	fold_function(sql, schema);
}

/* ---- the migrator ------------------------------------------------------------------------- */

static bool ok(const PGresult *res)
{
	return PQresultStatus(res) == PGRES_COMMAND_OK || PQresultStatus(res) == PGRES_TUPLES_OK;
}

static int mig_exec(void *conn, const char *sql, struct fault *f)
{
	struct pg_conn *c = conn;
	PGresult *res = PQexec(c->c, sql);
	int r = ok(res) ? 0 : pg_fault(c, res, "Migration", f);

	PQclear(res);
	return r;
}

static int query(struct pg_conn *c, const char *sql, const char *const *values, int n,
		 PGresult **ret, struct fault *f)
{
	PGresult *res = PQexecParams(c->c, sql, n, NULL, values, NULL, NULL, 0);
	int r;

	if (ok(res)) {
		*ret = res;
		return 0;
	}
	r = pg_fault(c, res, "Migration", f);
	PQclear(res);
	return r;
}

static int mig_applied(void *conn, struct arena *a, const char *name, const char **ret,
		       struct fault *f)
{
	PGresult *res;
	int r = query(conn, "SELECT hash FROM migrations WHERE name = $1", &name, 1, &res, f);

	if (r < 0)
		return r;
	*ret = PQntuples(res) ? arena_strdup(a, PQgetvalue(res, 0, 0)) : NULL;
	PQclear(res);
	return 0;
}

static int mig_record(void *conn, const struct migration *m, struct fault *f)
{
	char at[24];
	const char *values[] = {m->name, m->hash, at};
	PGresult *res;
	int r;

	snprintf(at, sizeof(at), "%lld", (long long)time_now_ms());
	r = query(conn,
		  "INSERT INTO migrations (name, hash, applied_at) VALUES ($1, $2, $3::bigint)"
		  " ON CONFLICT (name) DO UPDATE SET hash = excluded.hash, applied_at = "
		  "excluded.applied_at",
		  values, 3, &res, f);
	if (r == 0)
		PQclear(res);
	return r;
}

/* A role that may not make schemas finds one made for it. */
static int make_schema(struct pg_conn *c, const char *quoted, struct fault *f)
{
	const char *name = c->db->schema;
	CLEANUP(buf_free) struct buf sql = {0};
	PGresult *res;
	bool there;
	int r = query(c, "SELECT 1 FROM pg_namespace WHERE nspname = $1", &name, 1, &res, f);

	if (r < 0)
		return r;
	there = PQntuples(res) > 0;
	PQclear(res);
	if (there)
		return 0;
	buf_printf(&sql, "CREATE SCHEMA %s", quoted);
	return mig_exec(c, sql.p, f);
}

/* Written again only when the text changed: replacing a function disturbs whoever uses it. */
static int make_functions(struct pg_conn *c, const struct migrator *m, const char *quoted,
			  struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf sql = {0};
	struct migration step = {.name = "store/functions"};
	const char *applied;
	int r;

	functions_text(&sql, quoted);
	step.sql = buf_str(&sql);
	migration_hash(step.sql, step.hash);
	if ((r = mig_exec(c, migrations_bootstrap, f)) < 0 ||
	    (r = mig_applied(c, a, step.name, &applied, f)) < 0)
		return r;
	if (applied && !strcmp(applied, step.hash))
		return 0;
	return migration_step(a, m, &step, f);
}

static int migrate_locked(struct pg_conn *c, struct fault *f)
{
	struct migrator m = {c, mig_exec, mig_applied, mig_record};
	char *quoted = PQescapeIdentifier(c->c, c->db->schema, strlen(c->db->schema));
	int r;

	if (!quoted)
		return fail(f, E_NO_MEMORY, NULL, "Not enough memory");
	if ((r = make_schema(c, quoted, f)) == 0 && (r = make_functions(c, &m, quoted, f)) == 0)
		r = migrations_run(c->db, &m, f);
	PQfreemem(quoted);
	return r;
}

int pg_migrate(struct db *db, struct fault *f)
{
	struct pg_conn *c = pg_conn_new(db, PG_MIGRATOR);
	int r;

	/* The lock goes with the connection, however it ends. */
	if ((r = pg_connect(c, f)) == 0 &&
	    (r = mig_exec(c, "SELECT pg_advisory_lock(" MIGRATION_LOCK ")", f)) == 0)
		r = migrate_locked(c, f);
	pg_conn_free(c);
	return r;
}
