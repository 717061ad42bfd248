/*
 * SQLite: connections, prepared operations, results. The writer's thread is in writer_sqlite.c.
 */
#include "store/db_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/time.h"

/* Page caches in KiB. Small: the kernel's page cache does the work, and idle memory stays low. */
#define WRITER_CACHE_KB 16384
#define READER_CACHE_KB 2048
#define MMAP_BYTES (256 << 20)
#define BUSY_TIMEOUT_MS 5000

/* ---- failures ----------------------------------------------------------------------------- */

/* "UNIQUE constraint failed: people.name" names no data; the column becomes the fault's field. */
static const char *constraint_column(sqlite3 *c)
{
	const char *dot = strrchr(sqlite3_errmsg(c), '.');

	return dot && strlen(dot) < 64 ? dot + 1 : NULL;
}

static bool no_space(sqlite3 *c)
{
	int e = sqlite3_system_errno(c);

	return e == ENOSPC || e == EDQUOT;
}

static int constraint_fault(sqlite3 *c, const char *what, struct fault *f)
{
	switch (sqlite3_extended_errcode(c)) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return fail(f, E_EXISTS, constraint_column(c), "%s: such an entry exists already",
			    what);
	default:
		return fail(f, E_CONFLICT, constraint_column(c),
			    "%s: the data contradicts a rule of the store", what);
	}
}

static int unexpected(sqlite3 *c, int rc, const char *what, struct fault *f)
{
	log_event(LOG_ERROR, "db.sqlite", "what", what, "code", sqlite3_errstr(rc), "message",
		  sqlite3_errmsg(c), NULL);
	return fail(f, E_INTERNAL, NULL, "%s failed in the database (code %d); the log says more",
		    what, rc);
}

int sq_fault(sqlite3 *c, int rc, const char *what, struct fault *f)
{
	switch (rc & 0xff) {
	case SQLITE_CONSTRAINT:
		return constraint_fault(c, what, f);
	case SQLITE_FULL:
		return fail(
			f, E_DISK_FULL, NULL,
			"The disk with the database is full; free some space. Nothing was damaged");
	case SQLITE_IOERR:
		if (no_space(c))
			return fail(f, E_DISK_FULL, NULL,
				    "The disk with the database is full; free some space. Nothing "
				    "was damaged");
		return fail(f, E_IO, NULL,
			    "Reading or writing the database failed (code %d); check the disk", rc);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fail(f, E_CORRUPT, NULL,
			    "The database file is damaged or no database; stop the server and "
			    "restore a backup");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fail(f, E_BUSY, NULL,
			    "The database is locked by another program; try again");
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return fail(f, E_UNAVAILABLE, NULL,
			    "The database can't be opened for this; check the rights on the data "
			    "folder");
	case SQLITE_NOMEM:
		return fail(f, E_NO_MEMORY, NULL, "Not enough memory for the database");
	case SQLITE_TOOBIG:
		return fail(f, E_TOO_LARGE, NULL, "A value is too large for the database");
	default:
		return unexpected(c, rc, what, f);
	}
}

/* ---- connections -------------------------------------------------------------------------- */

static void library_once(void)
{
	/* Connections are never shared between threads at a time, and counting memory would put one
	 * lock around every allocation. */
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_initialize();
}

static int exec_f(sqlite3 *c, const char *fmt, ...)
{
	va_list ap;
	char *sql;
	int rc;

	va_start(ap, fmt);
	sql = sqlite3_vmprintf(fmt, ap);
	va_end(ap);
	if (!sql)
		return SQLITE_NOMEM;
	rc = sqlite3_exec(c, sql, NULL, NULL, NULL);
	sqlite3_free(sql);
	return rc;
}

static int pragmas(sqlite3 *c, bool write)
{
	int rc;

	sqlite3_extended_result_codes(c, 1);
	sqlite3_busy_timeout(c, BUSY_TIMEOUT_MS);
	sqlite3_db_config(c, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	rc = exec_f(c, "PRAGMA mmap_size=%d; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-%d",
		    MMAP_BYTES, write ? WRITER_CACHE_KB : READER_CACHE_KB);
	if (rc == SQLITE_OK && write)
		rc = exec_f(c, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA "
			       "wal_autocheckpoint=0;"
			       "PRAGMA journal_size_limit=67108864; PRAGMA foreign_keys=ON");
	if (rc == SQLITE_OK && !write)
		rc = exec_f(c, "PRAGMA query_only=ON; SELECT 1 FROM sqlite_schema LIMIT 1");
	return rc;
}

static int prepare_simple(sqlite3 *c, const char *sql, sqlite3_stmt **ret)
{
	return sqlite3_prepare_v3(c, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);
}

static int prepare_own(struct sq_conn *c, bool write)
{
	int rc = prepare_simple(c->c, write ? "BEGIN IMMEDIATE" : "BEGIN", &c->begin);

	if (rc == SQLITE_OK)
		rc = prepare_simple(c->c, "COMMIT", &c->commit);
	if (rc == SQLITE_OK)
		rc = prepare_simple(c->c, "ROLLBACK", &c->rollback);
	if (rc == SQLITE_OK && write)
		rc = prepare_simple(c->c, "SAVEPOINT job", &c->savepoint);
	if (rc == SQLITE_OK && write)
		rc = prepare_simple(c->c, "RELEASE job", &c->release);
	if (rc == SQLITE_OK && write)
		rc = prepare_simple(c->c, "ROLLBACK TO job", &c->rollback_to);
	return rc;
}

int sq_open(struct db *db, bool write, struct sq_conn **ret, struct fault *f)
{
	int flags = SQLITE_OPEN_NOMUTEX | (write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	struct sq_conn *c = calloc(1, sizeof(*c));
	int rc, r;

	if (!c)
		abort();
	c->db = db;
	rc = sqlite3_open_v2(db->url, &c->c, flags, NULL);
	if (rc == SQLITE_OK)
		rc = pragmas(c->c, write);
	if (rc == SQLITE_OK)
		rc = sq_functions(c->c, db->zone);
	if (rc == SQLITE_OK)
		rc = prepare_own(c, write);
	if (rc == SQLITE_OK) {
		*ret = c;
		return 0;
	}
	r = sq_fault(c->c, rc, "Opening the database", f);
	sq_close(c);
	return r;
}

static void free_op(struct sq_op *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n_stmts; i++)
		sqlite3_finalize(o->stmts[i]);
	arena_free(o->kept);
	free(o);
}

void sq_close(struct sq_conn *c)
{
	sqlite3_stmt **own[] = {&c->begin,     &c->commit,  &c->rollback,
				&c->savepoint, &c->release, &c->rollback_to};

	for (size_t i = 0; i < c->n_ops; i++)
		free_op(c->ops[i]);
	free(c->ops);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		sqlite3_finalize(*own[i]);
	sqlite3_close_v2(c->c);
	free(c);
}

int sq_simple(sqlite3_stmt *s)
{
	int rc = sqlite3_step(s);

	sqlite3_reset(s);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* ---- opening the database ----------------------------------------------------------------- */

static int already_served(int fd, const char *path, struct fault *f)
{
	char pid[24] = "";

	if (pread(fd, pid, sizeof(pid) - 1, 0) < 0)
		pid[0] = 0;
	pid[strcspn(pid, "\n")] = 0;
	return fail(
		f, E_CONFLICT, NULL,
		"Process %s serves %s already; only one may. Stop it, or use its console or API",
		pid[0] ? pid : "?", path);
}

/* One process writes: its writer thread knows the whole truth about the end of the audit chain. */
static int lock_file(const char *path, int *ret_fd, struct fault *f)
{
	char name[4096];
	int fd;

	if (snprintf(name, sizeof(name), "%s.lock", path) >= (int)sizeof(name))
		return fail(f, E_CONFIG, NULL, "The path of the database is too long");
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(f, errno == ENOSPC ? E_DISK_FULL : E_UNAVAILABLE, NULL,
			    "%s can't be opened: %s", name, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int r = already_served(fd, path, f);

		close(fd);
		return r;
	}
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%ld\n", (long)getpid()) < 0)
		log_event(LOG_WARN, "db.lock", "file", name, "error", strerror(errno), NULL);
	*ret_fd = fd;
	return 0;
}

/* The file is made here, not by SQLite, so that nobody else may read it whatever the umask. */
static int create_file(const char *path, struct fault *f)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail(f, errno == ENOSPC ? E_DISK_FULL : E_UNAVAILABLE, NULL,
			    "%s can't be opened: %s", path, strerror(errno));
	close(fd);
	return 0;
}

static void backend_close(struct db *db)
{
	struct sq_state *s = db->state;

	if (!s)
		return;
	sq_writer_stop(db);
	if (s->writer)
		sq_close(s->writer);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s);
	db->state = NULL;
}

static int backend_open(struct db *db, struct fault *f)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct sq_state *s = calloc(1, sizeof(*s));
	int r;

	pthread_once(&once, library_once);
	if (!s)
		abort();
	db->state = s;
	s->lock_fd = -1;
	if (db->read_only)
		return 0;
	if ((r = lock_file(db->url, &s->lock_fd, f)) < 0 || (r = create_file(db->url, f)) < 0 ||
	    (r = sq_open(db, true, &s->writer, f)) < 0 || (r = sq_writer_start(db, f)) < 0)
		backend_close(db);
	return r;
}

/* ---- reading ------------------------------------------------------------------------------ */

static int reader_open(struct db *db, void **ret, struct fault *f)
{
	struct sq_conn *c;
	int r = sq_open(db, false, &c, f);

	if (r >= 0)
		*ret = c;
	return r;
}

static void reader_close(void *conn)
{
	sq_close(conn);
}

static struct tx *reader_tx(void *conn)
{
	return &((struct sq_conn *)conn)->tx;
}

static int read_begin(struct tx *tx)
{
	struct sq_conn *c = tx->conn;
	int rc = sq_simple(c->begin);

	return rc == SQLITE_OK ? 0 : sq_fault(c->c, rc, "Beginning to read", tx_fault(tx));
}

static void read_end(struct tx *tx)
{
	struct sq_conn *c = tx->conn;

	if (!sqlite3_get_autocommit(c->c) && sq_simple(c->commit) != SQLITE_OK)
		sq_simple(c->rollback);
}

/* ---- prepared operations ------------------------------------------------------------------ */

static int prepare_op(struct sq_conn *c, const struct op_run *run, struct sq_op **ret)
{
	struct sq_op *o = calloc(1, sizeof(*o));
	int rc = SQLITE_OK;

	if (!o)
		abort();
	o->serial = run->op->sql->serial;
	for (size_t i = 0; i < run->script->n_stmts && rc == SQLITE_OK; i++) {
		struct str sql = run->script->stmts[i].sqlite;

		rc = sqlite3_prepare_v3(c->c, sql.p, (int)sql.len + 1, SQLITE_PREPARE_PERSISTENT,
					&o->stmts[i], NULL);
		o->n_stmts = i + 1;
	}
	if (rc != SQLITE_OK)
		free_op(o);
	else
		*ret = o;
	return rc;
}

static void grow_cache(struct sq_conn *c, uint32_t slot)
{
	size_t n = slot + 64;

	if (slot < c->n_ops)
		return;
	c->ops = realloc(c->ops, n * sizeof(c->ops[0]));
	if (!c->ops)
		abort();
	memset(c->ops + c->n_ops, 0, (n - c->n_ops) * sizeof(c->ops[0]));
	c->n_ops = n;
}

/* The cached statements, or others while the cached ones feed an open result. */
static int get_op(struct sq_conn *c, const struct op_run *run, struct sq_op **ret)
{
	uint32_t slot = run->op->sql->slot;
	struct sq_op *o;
	int rc;

	grow_cache(c, slot);
	o = c->ops[slot];
	if (o && !o->busy && o->serial == run->op->sql->serial) {
		*ret = o;
		return SQLITE_OK;
	}
	if ((rc = prepare_op(c, run, ret)) != SQLITE_OK)
		return rc;
	(*ret)->temporary = o && o->busy;
	if (!(*ret)->temporary) {
		free_op(o);
		c->ops[slot] = *ret;
	}
	return SQLITE_OK;
}

static int bind_value(sqlite3_stmt *s, int at, const struct value *v)
{
	switch (v->type) {
	case V_INT:
		return sqlite3_bind_int64(s, at, v->i);
	case V_REAL:
		return sqlite3_bind_double(s, at, v->d);
	case V_TEXT:
		return sqlite3_bind_text64(s, at, v->s.p, v->s.len, SQLITE_STATIC, SQLITE_UTF8);
	case V_BLOB:
		return sqlite3_bind_blob64(s, at, v->s.p, v->s.len, SQLITE_STATIC);
	case V_NULL:
		break;
	}
	return sqlite3_bind_null(s, at);
}

static int bind_all(sqlite3_stmt *s, const struct op_stmt *st, const struct value *values)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < st->n_params && rc == SQLITE_OK; i++)
		rc = bind_value(s, (int)i + 1, &values[st->params[i]]);
	return rc;
}

static struct value column_value(sqlite3_stmt *s, int col, struct arena *a)
{
	int len = sqlite3_column_bytes(s, col);

	switch (sqlite3_column_type(s, col)) {
	case SQLITE_INTEGER:
		return VAL_INT(sqlite3_column_int64(s, col));
	case SQLITE_FLOAT:
		return (struct value){.type = V_REAL, .d = sqlite3_column_double(s, col)};
	case SQLITE_TEXT:
		return VAL_STR(((struct str){
			arena_strndup(a, (const char *)sqlite3_column_text(s, col), (size_t)len),
			(size_t)len}));
	case SQLITE_BLOB:
		return value_blob((struct str){
			arena_strndup(a, len ? sqlite3_column_blob(s, col) : "", (size_t)len),
			(size_t)len});
	default:
		return VAL_NULL;
	}
}

/* All rows into memory: a later statement of the operation must not change what this one saw. */
static int keep_rows(struct sq_op *o, sqlite3_stmt *s, int rc)
{
	int n = sqlite3_column_count(s);
	VEC(struct value *) table = {0};

	if (!o->kept)
		o->kept = arena_new();
	for (; rc == SQLITE_ROW; rc = sqlite3_step(s)) {
		struct value *row = ARENA_ARRAY(o->kept, struct value, (size_t)n);

		for (int i = 0; i < n; i++)
			row[i] = column_value(s, i, o->kept);
		VEC_ADD(&table, row);
	}
	if (table.n)
		o->table = arena_memdup(o->kept, table.at, table.n * sizeof(table.at[0]));
	o->n_rows = table.n;
	VEC_FREE(&table);
	return rc;
}

/* Run one statement. The result's stays open, all others are run to their end. */
static int step_statement(struct sq_conn *c, struct sq_op *o, struct op_run *run, size_t i)
{
	const struct op_stmt *st = &run->script->stmts[i];
	bool is_result = run->want_rows && (int)i == run->script->rows_at;
	bool last = i + 1 == run->script->n_stmts;
	sqlite3_stmt *s = o->stmts[i];
	int rc = bind_all(s, st, run->values);

	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(s);
	run->changed = st->writes ? sqlite3_changes64(c->c) : 0;
	if (is_result) {
		o->current = s;
		if (!last)
			rc = keep_rows(o, s, rc);
		o->first = last && rc == SQLITE_ROW;
		o->end = rc == SQLITE_DONE;
		if (rc == SQLITE_ROW || rc == SQLITE_DONE)
			return SQLITE_OK;
	}
	while (rc == SQLITE_ROW && !st->writes && !is_result)
		rc = SQLITE_DONE; /* nobody looks at the rest of a SELECT */
	while (rc == SQLITE_ROW)
		rc = sqlite3_step(s);
	if (rc == SQLITE_DONE)
		rc = SQLITE_OK;
	if (rc != SQLITE_OK || !is_result)
		sqlite3_reset(s);
	return rc;
}

void sq_reset_op(struct sq_op *o)
{
	for (size_t i = 0; i < o->n_stmts; i++)
		if (o->stmts[i])
			sqlite3_reset(o->stmts[i]);
	o->current = NULL;
	o->table = NULL;
	o->n_rows = o->at = 0;
	if (o->kept)
		arena_reset(o->kept);
	o->busy = false;
	if (o->temporary)
		free_op(o);
}

static int backend_run(struct tx *tx, struct op_run *run, struct rows **ret)
{
	struct sq_conn *c = tx->conn;
	struct sq_op *o = NULL;
	int rc = get_op(c, run, &o), r;

	for (size_t i = 0; rc == SQLITE_OK && i < run->script->n_stmts; i++)
		rc = step_statement(c, o, run, i);
	if (rc != SQLITE_OK) {
		r = sq_fault(c->c, rc, run->op->name, tx_fault(tx));
		if (o)
			sq_reset_op(o);
		return r;
	}
	if (o->current) {
		o->busy = true;
		rows_link(tx, &o->rows);
		*ret = &o->rows;
	} else {
		sq_reset_op(o);
		if (ret)
			*ret = NULL;
	}
	return 0;
}

static int backend_check(void *conn, const struct op *op, const struct op_stmt *st,
			 struct buf *ret_message)
{
	struct sq_conn *c = conn;
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(c->c, st->sqlite.p, -1, &s, NULL);

	sqlite3_finalize(s);
	if (rc == SQLITE_OK)
		return 0;
	buf_adds(ret_message, sqlite3_errmsg(c->c));
	return -E_CONFIG;
}

const struct db_backend db_backend_sqlite = {
	.kind = DB_SQLITE,
	.open = backend_open,
	.close = backend_close,
	.reader_open = reader_open,
	.reader_close = reader_close,
	.reader_tx = reader_tx,
	.read_begin = read_begin,
	.read_end = read_end,
	.run = backend_run,
	.migrate = sq_migrate,
	.check = backend_check,
	.rows_next = sq_rows_next,
	.rows_free = sq_rows_free,
	.rows_columns = sq_rows_columns,
	.rows_name = sq_rows_name,
	.rows_null = sq_rows_null,
	.rows_int = sq_rows_int,
	.rows_real = sq_rows_real,
	.rows_text = sq_rows_text,
	.rows_blob = sq_rows_blob,
};
