/* Schema steps on SQLite (migrate.c), on a connection of their own. */
#include "store/db_sqlite.h"

#include "base/time.h"

static int mig_exec(void *conn, const char *sql, struct fault *f)
{
	struct sq_conn *c = conn;
	int rc = sqlite3_exec(c->c, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : sq_fault(c->c, rc, "Migration", f);
}

static int mig_applied(void *conn, struct arena *a, const char *name, const char **ret,
		       struct fault *f)
{
	struct sq_conn *c = conn;
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(c->c, "SELECT hash FROM migrations WHERE name = ?1", -1, &s,
				    NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(s, 1, name, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	*ret = rc == SQLITE_ROW ? arena_strdup(a, (const char *)sqlite3_column_text(s, 0)) : NULL;
	sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : sq_fault(c->c, rc, "Migration", f);
}

static int mig_record(void *conn, const struct migration *m, struct fault *f)
{
	struct sq_conn *c = conn;
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(
		c->c, "INSERT INTO migrations (name, hash, applied_at) VALUES (?1, ?2, ?3)", -1, &s,
		NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(s, 1, m->name, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(s, 2, m->hash, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(s, 3, time_now_ms());
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	sqlite3_finalize(s);
	return rc == SQLITE_DONE ? 0 : sq_fault(c->c, rc, "Migration", f);
}

int sq_migrate(struct db *db, struct fault *f)
{
	struct migrator m = {.exec = mig_exec, .applied = mig_applied, .record = mig_record};
	struct sq_conn *c;
	int r;

	if ((r = sq_open(db, true, &c, f)) < 0)
		return r;
	m.conn = c;
	r = migrations_run(db, &m, f);
	sq_close(c);
	return r;
}
