/*
 * Bad luck: kill -9 under load, disk full, the server away, an interrupted migration, a second
 * process. Every write that was acknowledged is there afterwards, and nothing hangs.
 */
#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/time.h"
#include "base/yaml.h"
#include "support/temp_store.h"

/* ---- writing under load ------------------------------------------------------------------- */

struct write {
	struct ctx *ctx;
	int64_t id;
	struct load *load;
};

/** Keeps `width` writes in flight; acknowledged ids go to `ack_fd`. */
struct load {
	struct db *db;
	struct env *env;
	int ack_fd;
	atomic_llong next_id;
	atomic_int in_flight, ok, failed, last_error;
	atomic_bool stop;
};

static int add_item(struct tx *tx, void *arg)
{
	const struct write *w = arg;
	char name[32];

	snprintf(name, sizeof(name), "n%lld", (long long)w->id);
	return tx_exec(tx, "item.add",
		       ARGS(A_INT("id", w->id), A_TEXT("name", name), A_INT("amount", 1)), NULL);
}

static void next_write(struct load *l);

static void write_done(void *arg, int r)
{
	struct write *w = arg;
	struct load *l = w->load;

	if (r == 0) {
		atomic_fetch_add(&l->ok, 1);
		if (l->ack_fd >= 0 && write(l->ack_fd, &w->id, sizeof(w->id)) != sizeof(w->id))
			atomic_store(&l->stop, true);
	} else {
		atomic_fetch_add(&l->failed, 1);
		atomic_store(&l->last_error, r);
	}
	ctx_free(w->ctx);
	free(w);
	if (atomic_load(&l->stop))
		atomic_fetch_sub(&l->in_flight, 1);
	else
		next_write(l);
}

static void next_write(struct load *l)
{
	struct write *w = malloc(sizeof(*w));

	*w = (struct write){ctx_new_system(l->env), atomic_fetch_add(&l->next_id, 1), l};
	if (db_write(l->db, w->ctx, add_item, write_done, w) < 0) {
		ctx_free(w->ctx);
		free(w);
		atomic_fetch_sub(&l->in_flight, 1);
	}
}

static void load_start(struct load *l, struct temp_store *t, int64_t first_id, int width,
		       int ack_fd)
{
	*l = (struct load){.db = t->db, .env = &t->env, .ack_fd = ack_fd};
	atomic_store(&l->next_id, first_id);
	atomic_store(&l->in_flight, width);
	for (int i = 0; i < width; i++)
		next_write(l);
}

static void load_stop(struct load *l)
{
	atomic_store(&l->stop, true);
	while (atomic_load(&l->in_flight) > 0)
		sched_yield();
}

static int64_t count_items(struct temp_store *t)
{
	struct tx *tx;
	int64_t n = -1;

	if (db_read(t->db, t->ctx, &tx) < 0)
		return -1;
	if (tx_int(tx, "item.count", NO_ARGS, &n) < 0)
		n = -1;
	db_read_end(tx);
	return n;
}

static void open_store(struct temp_store *t)
{
	struct fault f = {0};

	if (db_open(&t->options, t->ops, &t->db, &f) < 0 || db_migrate(t->db, &f) < 0)
		fail_msg("%s", f.detail);
	t->env.db = t->db;
}

/* ---- kill -9 ------------------------------------------------------------------------------ */

static void child_writes(struct temp_store *t, int64_t first_id, int ack_fd)
{
	struct load l;

	open_store(t);
	load_start(&l, t, first_id, 100, ack_fd);
	for (;;)
		pause();
}

/* Reads acknowledgements until the child is killed, after `n`. */
static size_t kill_after(pid_t child, int fd, size_t n, int64_t *ids, size_t max)
{
	size_t got = 0;

	while (got < max && read(fd, &ids[got], sizeof(ids[0])) == sizeof(ids[0]))
		if (++got == n)
			kill(child, SIGKILL);
	return got;
}

static void all_there(struct temp_store *t, const int64_t *ids, size_t n)
{
	struct tx *tx;
	struct rows *rows;

	assert_int_equal(db_read(t->db, t->ctx, &tx), 0);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(tx_op(tx, "item.get", ARGS(A_INT("id", ids[i])), &rows), 0);
		if (rows_next(rows) != 1)
			fail_msg("write %lld was acknowledged and is gone", (long long)ids[i]);
		rows_free(rows);
	}
	db_read_end(tx);
}

static void kill_rounds(enum db_kind kind, int rounds)
{
	static int64_t ids[200000];
	struct temp_store t;
	size_t total = 0;

	temp_store_prepare(&t, kind);
	for (int round = 0; round < rounds; round++) {
		int fd[2];
		pid_t child;
		size_t n;

		assert_int_equal(pipe(fd), 0);
		if ((child = fork()) == 0) {
			close(fd[0]);
			child_writes(&t, (round + 1) * 1000000LL, fd[1]);
		}
		close(fd[1]);
		n = kill_after(child, fd[0], 100 + (size_t)round * 97, ids + total,
			       ARRAY_SIZE(ids) - total);
		close(fd[0]);
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_true(n >= 100);
		total += n;
		open_store(&t);
		all_there(&t, ids, total);
		db_close(t.db);
	}
	print_message("%zu acknowledged writes, %d kills, none missing\n", total, rounds);
	t.db = NULL;
	temp_store_close(&t);
}

static void killed_processes_lose_nothing_on_sqlite(void **state)
{
	kill_rounds(DB_SQLITE, 12);
}

static void killed_processes_lose_nothing_on_postgresql(void **state)
{
	kill_rounds(DB_POSTGRES, 5);
}

/* ---- the server away ---------------------------------------------------------------------- */

static int one_write(struct temp_store *t, int64_t id)
{
	struct write w = {t->ctx, id, NULL};

	return db_write_wait(t->db, t->ctx, add_item, &w);
}

static void a_crashed_server_is_met_again(void **state)
{
	struct temp_store t;
	struct load l;
	struct fault f;
	int64_t start;
	int ok, r;

	if (!temp_pg_is_own())
		return;
	temp_store_open(&t, DB_POSTGRES);
	assert_int_equal(one_write(&t, 1), 0);
	load_start(&l, &t, 1000, 50, -1);
	while (atomic_load(&l.ok) < 200)
		sched_yield();
	temp_pg_halt();
	while (atomic_load(&l.failed) < 100)
		sched_yield();
	assert_int_equal(atomic_load(&l.last_error), -E_UNAVAILABLE);
	load_stop(&l);
	ok = atomic_load(&l.ok);

	start = time_monotonic_us();
	for (int i = 0; i < 20; i++) {
		assert_int_equal(one_write(&t, 2), -E_UNAVAILABLE);
		assert_int_equal(count_items(&t), -1);
		assert_int_equal(db_ping(t.db, &f), -E_UNAVAILABLE);
	}
	assert_in_range(time_monotonic_us() - start, 0, 2000000); /* told at once, no time-outs */

	temp_pg_resume();
	start = time_monotonic_us();
	while ((r = one_write(&t, 3)) == -E_UNAVAILABLE && time_monotonic_us() - start < 15000000)
		sched_yield();
	assert_int_equal(r, 0);
	/* What was in doubt when the server fell may be there; what was acknowledged must be. */
	assert_true(count_items(&t) >= ok + 2);
	assert_int_equal(db_ping(t.db, &f), 0);
	temp_store_close(&t);
}

/* Idle connections that a restart has cut are replaced without anybody noticing. */
static void a_restart_between_two_requests_is_not_noticed(void **state)
{
	struct temp_store t;

	if (!temp_pg_is_own())
		return;
	temp_store_prepare(&t, DB_POSTGRES);
	t.options.writers = 1;
	t.options.readers = 1;
	open_store(&t);
	assert_int_equal(one_write(&t, 1), 0);
	assert_int_equal(count_items(&t), 1);
	temp_pg_halt();
	temp_pg_resume();
	assert_int_equal(count_items(&t), 1);
	assert_int_equal(one_write(&t, 2), 0);
	assert_int_equal(count_items(&t), 2);
	temp_store_close(&t);
}

/* Two transactions that lock the same rows in opposite order: one is run again. */
struct crossing {
	int64_t first, second;
	atomic_int *met;
	int attempts;
};

static int take_both(struct tx *tx, void *arg)
{
	struct crossing *c = arg;
	int r;

	c->attempts = tx_attempt(tx) + 1;
	if ((r = tx_exec(tx, "item.take", ARGS(A_INT("id", c->first), A_INT("n", 1)), NULL)) < 0)
		return r;
	if (tx_attempt(tx) == 0) {
		atomic_fetch_add(c->met, 1);
		while (atomic_load(c->met) < 2)
			sched_yield();
	}
	return tx_exec(tx, "item.take", ARGS(A_INT("id", c->second), A_INT("n", 1)), NULL);
}

struct result {
	struct ctx *ctx;
	atomic_int done;
	int r;
};

static struct result results[2];
static struct crossing crossings[2];

static void crossing_done(void *arg, int r)
{
	struct result *res = &results[(struct crossing *)arg - crossings];

	res->r = r;
	atomic_store(&res->done, 1);
}

static int add_two(struct tx *tx, void *arg)
{
	for (int64_t id = 1; id <= 2; id++) {
		int r = tx_exec(tx, "item.add",
				ARGS(A_INT("id", id), A_TEXT("name", id == 1 ? "a" : "b"),
				     A_INT("amount", 10)),
				NULL);
		if (r < 0)
			return r;
	}
	return 0;
}

static void a_deadlock_is_run_again(void **state)
{
	struct temp_store t;
	atomic_int met = 0;
	struct tx *tx;
	int64_t total;

	temp_store_open(&t, DB_POSTGRES);
	assert_int_equal(db_write_wait(t.db, t.ctx, add_two, NULL), 0);
	for (int i = 0; i < 2; i++) {
		crossings[i] = (struct crossing){i ? 2 : 1, i ? 1 : 2, &met, 0};
		results[i] = (struct result){.ctx = ctx_new_system(&t.env)};
		assert_int_equal(
			db_write(t.db, results[i].ctx, take_both, crossing_done, &crossings[i]), 0);
	}
	for (int i = 0; i < 2; i++)
		while (!atomic_load(&results[i].done))
			usleep(1000);
	for (int i = 0; i < 2; i++)
		ctx_free(results[i].ctx);
	assert_int_equal(results[0].r, 0);
	assert_int_equal(results[1].r, 0);
	assert_true(crossings[0].attempts + crossings[1].attempts >= 3);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_int(tx, "item.total", NO_ARGS, &total), 0);
	assert_int_equal(total, 16);
	db_read_end(tx);
	temp_store_close(&t);
}

/* ---- disk full ---------------------------------------------------------------------------- */

/*
 * A file system that is full after so many bytes: SQLite's own VFS, with the write method of every
 * file replaced. -1: never full.
 */
static atomic_llong space_left = -1;
static sqlite3_vfs small_disk;
/* SQLite has one table of methods for databases and one for logs, which it doesn't lock. */
static struct {
	sqlite3_io_methods small;
	const sqlite3_io_methods *real;
} tables[4];
static sqlite3_vfs *real_vfs;

static size_t table_of(const sqlite3_io_methods *real)
{
	size_t i = 0;

	while (tables[i].real && tables[i].real != real)
		i++;
	assert_true(i < ARRAY_SIZE(tables));
	return i;
}

static int small_write(sqlite3_file *file, const void *p, int len, sqlite3_int64 at)
{
	long long left = atomic_load(&space_left);

	if (left >= 0 && left < len)
		return SQLITE_FULL;
	if (left >= 0)
		atomic_fetch_sub(&space_left, len);
	return CONTAINER_OF(file->pMethods, __typeof__(tables[0]), small)
		->real->xWrite(file, p, len, at);
}

static int small_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
		      int *out_flags)
{
	int rc = real_vfs->xOpen(real_vfs, name, file, flags, out_flags);

	if (rc == SQLITE_OK && file->pMethods) {
		size_t i = table_of(file->pMethods);

		if (!tables[i].real) {
			tables[i].real = file->pMethods;
			tables[i].small = *file->pMethods;
			tables[i].small.xWrite = small_write;
		}
		file->pMethods = &tables[i].small;
	}
	return rc;
}

static void small_disk_on(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	small_disk = *real_vfs;
	small_disk.zName = "small-disk";
	small_disk.xOpen = small_open;
	assert_int_equal(sqlite3_vfs_register(&small_disk, 1), SQLITE_OK);
}

static void small_disk_off(void)
{
	atomic_store(&space_left, -1);
	sqlite3_vfs_unregister(&small_disk);
	sqlite3_vfs_register(real_vfs, 1);
}

static void check_integrity(const char *path)
{
	sqlite3 *c;
	sqlite3_stmt *s;

	assert_int_equal(sqlite3_open_v2(path, &c, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(c, "PRAGMA integrity_check", -1, &s, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(s, 0), "ok");
	sqlite3_finalize(s);
	sqlite3_close(c);
}

/* The disk fills up at many different places of a batch; each time it must fail clearly and go on
 * afterwards. */
static void a_full_disk_damages_nothing(void **state)
{
	struct temp_store t;
	struct load l;
	int64_t expected = 0, base = 0;

	small_disk_on();
	temp_store_open(&t, DB_SQLITE);
	for (int round = 0; round < 25; round++) {
		base += 1000000;
		atomic_store(&space_left, 3000 + round * 4111);
		load_start(&l, &t, base, 60, -1);
		while (atomic_load(&l.failed) < 60)
			sched_yield();
		load_stop(&l);
		assert_int_equal(atomic_load(&l.last_error), -E_DISK_FULL);
		expected += atomic_load(&l.ok);
		atomic_store(&space_left, -1);
		assert_int_equal(count_items(&t), expected);
		assert_int_equal(one_write(&t, base + 999999), 0);
		expected++;
	}
	assert_int_equal(count_items(&t), expected);
	db_close(t.db);
	t.db = NULL;
	check_integrity(t.url);
	open_store(&t);
	assert_int_equal(count_items(&t), expected);
	temp_store_close(&t);
	small_disk_off();
}

static void a_damaged_file_is_named(void **state)
{
	struct temp_store t;
	struct fault f = {0};

	temp_store_prepare(&t, DB_SQLITE);
	assert_int_equal(file_write(t.url,
				    STR("This is no database, whatever its name may say. It is "
					"long enough to be one, "
					"though, because short files count as empty."),
				    0600, &f),
			 0);
	assert_int_equal(db_open(&t.options, t.ops, &t.db, &f), -E_CORRUPT);
	t.db = NULL;
	temp_store_close(&t);
}

/* ---- a second process --------------------------------------------------------------------- */

static void a_second_server_is_refused(void **state)
{
	struct temp_store t;
	struct db *second = NULL;
	struct stat st;
	struct fault f = {0};

	temp_store_open(&t, DB_SQLITE);
	assert_int_equal(db_open(&t.options, t.ops, &second, &f), -E_CONFLICT);
	assert_non_null(strstr(f.detail, "already"));
	t.options.read_only = true;
	assert_int_equal(db_open(&t.options, t.ops, &second, &f), 0);
	assert_int_equal(db_write_wait(second, t.ctx, add_two, NULL), -E_CONFLICT);
	db_close(second);
	assert_int_equal(stat(t.url, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	temp_store_close(&t);
}

static void a_dead_process_leaves_no_lock(void **state)
{
	struct temp_store t;
	pid_t child;

	temp_store_prepare(&t, DB_SQLITE);
	if ((child = fork()) == 0) {
		open_store(&t);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	open_store(&t);
	temp_store_close(&t);
}

/* ---- migrations --------------------------------------------------------------------------- */

#define SLOW_ROWS "400000"

static void put_step(const char *root, const char *name, const char *sql)
{
	struct fault f;
	char path[256];

	snprintf(path, sizeof(path), "%s/modules/x/schema", root);
	assert_int_equal(file_mkdirs(path, 0700, &f), 0);
	snprintf(path, sizeof(path), "%s/modules/x/schema/%s.sql", root, name);
	assert_int_equal(file_write(path, str_of(sql), 0600, &f), 0);
}

/* `test --migrate URL SCHEMA`: open and migrate; the fault's text goes to stdout. */
static int migrate_main(const char *url, const char *schema)
{
	struct db_options o = {.name = "cases",
			       .url = url,
			       .schema = schema,
			       .zone = "Asia/Shanghai",
			       .readers = 1};
	struct fault f = {0};
	struct db *db;
	int r;

	log_set_level(LOG_ERROR);
	if ((r = db_open(&o, NULL, &db, &f)) == 0) {
		r = db_migrate(db, &f);
		db_close(db);
	}
	fputs(f.detail, stdout);
	return -r;
}

/* In a program of its own, because built-in files are read once. -1000: killed. */
static int migrate_in_child(struct temp_store *t, const char *root, int kill_after_ms, char *detail)
{
	int fd[2], status;
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(fd), 0);
	if ((child = fork()) == 0) {
		setenv("LEXLINE_ROOT", root, 1);
		dup2(fd[1], 1);
		execl("/proc/self/exe", "test", "--migrate", t->url, t->schema, NULL);
		_exit(127);
	}
	if (kill_after_ms) {
		usleep((useconds_t)kill_after_ms * 1000);
		kill(child, SIGKILL);
	}
	close(fd[1]);
	n = read(fd[0], detail, sizeof(((struct fault *)0)->detail) - 1);
	detail[n > 0 ? n : 0] = 0;
	close(fd[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -1000;
}

static const char slow_step[] =
	"-- store: both\n"
	"CREATE TABLE slow (id bigint NOT NULL PRIMARY KEY);\n"
	"INSERT INTO slow WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i "
	"< " SLOW_ROWS ") SELECT i FROM c;\n"
	"CREATE INDEX slow_again ON slow (id);\n";

static void interrupted(enum db_kind kind)
{
	char root[] = "/tmp/lexline-root-XXXXXX", detail[512];
	struct temp_store t;
	struct fault f;
	int killed = 0;

	assert_non_null(mkdtemp(root));
	temp_store_prepare(&t, kind);
	put_step(root, "001", "-- store: both\nCREATE TABLE x (id bigint NOT NULL PRIMARY KEY);\n");
	put_step(root, "002", slow_step);
	for (int ms = 30; ms <= 150; ms += 40)
		killed += migrate_in_child(&t, root, ms, detail) == -1000;
	assert_true(killed > 0);
	assert_int_equal(migrate_in_child(&t, root, 0, detail), 0);
	assert_int_equal(migrate_in_child(&t, root, 0, detail), 0);

	/* A step that fails half-way keeps nothing; mended, it runs. */
	put_step(root, "003",
		 "-- store: both\nCREATE TABLE y (id bigint);\nINSERT INTO nowhere VALUES (1);\n");
	assert_int_equal(migrate_in_child(&t, root, 0, detail), -E_INTERNAL);
	assert_non_null(strstr(detail, "x/003"));
	put_step(root, "003", "-- store: both\nCREATE TABLE y (id bigint);\n");
	assert_int_equal(migrate_in_child(&t, root, 0, detail), 0);

	/* What has run is never changed. */
	put_step(root, "001",
		 "-- store: both\nCREATE TABLE x (id bigint NOT NULL PRIMARY KEY, more text);\n");
	assert_int_equal(migrate_in_child(&t, root, 0, detail), -E_CONFIG);
	assert_non_null(strstr(detail, "x/001"));
	put_step(root, "001", "CREATE TABLE x (id bigint);\n");
	assert_int_equal(migrate_in_child(&t, root, 0, detail), -E_CONFIG);
	assert_non_null(strstr(detail, "first line"));

	t.db = NULL;
	temp_store_close(&t);
	assert_int_equal(file_remove_tree(root, &f), 0);
}

static void an_interrupted_migration_goes_on_sqlite(void **state)
{
	interrupted(DB_SQLITE);
}

static void an_interrupted_migration_goes_on_postgresql(void **state)
{
	interrupted(DB_POSTGRES);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		/* first those that fork: no threads run yet */
		cmocka_unit_test(killed_processes_lose_nothing_on_sqlite),
		cmocka_unit_test(killed_processes_lose_nothing_on_postgresql),
		cmocka_unit_test(an_interrupted_migration_goes_on_sqlite),
		cmocka_unit_test(an_interrupted_migration_goes_on_postgresql),
		cmocka_unit_test(a_dead_process_leaves_no_lock),
		cmocka_unit_test(a_second_server_is_refused),
		cmocka_unit_test(a_full_disk_damages_nothing),
		cmocka_unit_test(a_damaged_file_is_named),
		cmocka_unit_test(a_deadlock_is_run_again),
		cmocka_unit_test(a_restart_between_two_requests_is_not_noticed),
		cmocka_unit_test(a_crashed_server_is_met_again),
	};

	if (argc == 4 && !strcmp(argv[1], "--migrate"))
		return migrate_main(argv[2], argv[3]);
	temp_store_init();
	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
