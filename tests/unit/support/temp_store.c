#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/yaml.h"
#include "support/temp_store.h"

static char pg_dir[64], pg_url[256];

static const char *source_root(void)
{
	const char *root = getenv("LEXLINE_SOURCE");

	return root ? root : ".";
}

static void run_tool(const char *verb)
{
	char command[512];

	snprintf(command, sizeof(command), "%s/tools/pg-temp %s %s", source_root(), verb, pg_dir);
	if (system(command) != 0)
		fail_msg("%s failed", command);
}

static void pg_stop(void)
{
	if (pg_dir[0] && pg_url[0])
		run_tool("stop");
}

static void pg_start(void)
{
	char command[512];
	FILE *out;

	snprintf(pg_dir, sizeof(pg_dir), "/tmp/lexline-pg-XXXXXX");
	assert_non_null(mkdtemp(pg_dir));
	snprintf(command, sizeof(command), "%s/tools/pg-temp start %s", source_root(), pg_dir);
	assert_non_null(out = popen(command, "r"));
	if (!fgets(pg_url, sizeof(pg_url), out))
		pg_url[0] = 0;
	assert_int_equal(pclose(out), 0);
	pg_url[strcspn(pg_url, "\n")] = 0;
	atexit(pg_stop);
}

const char *temp_pg_url(void)
{
	const char *given = getenv("LEXLINE_TEST_PG");

	if (given && given[0])
		return given;
	if (!pg_url[0])
		pg_start();
	return pg_url;
}

bool temp_pg_is_own(void)
{
	temp_pg_url();
	return pg_dir[0] != 0;
}

void temp_pg_halt(void)
{
	run_tool("halt");
}

void temp_pg_resume(void)
{
	run_tool("resume");
}

void temp_store_init(void)
{
	char root[512];

	snprintf(root, sizeof(root), "%s/tests/unit/store/fixture", source_root());
	setenv("LEXLINE_ROOT", root, 1);
	log_set_level(LOG_ERROR);
}

static char modules_root[64];

static void remove_modules(void)
{
	struct fault f;

	if (file_remove_tree(modules_root, &f) < 0)
		fprintf(stderr, "%s\n", f.detail);
}

static void link_module(struct arena *a, const char *name)
{
	char *from = realpath(arena_printf(a, "%s/modules/%s", source_root(), name), NULL);
	const char *to = arena_printf(a, "%s/modules/%s", modules_root, name);
	const char *folder = arena_strndup(a, to, (size_t)(strrchr(to, '/') - to));

	if (mkdir(folder, 0700) < 0)
		assert_int_equal(errno, EEXIST);
	assert_non_null(from);
	assert_int_equal(symlink(from, to), 0);
	free(from);
}

void temp_modules(const char *const *names)
{
	struct arena *a;

	if (modules_root[0])
		return;
	a = arena_new();
	snprintf(modules_root, sizeof(modules_root), "/tmp/lexline-root-XXXXXX");
	assert_non_null(mkdtemp(modules_root));
	atexit(remove_modules);
	assert_int_equal(mkdir(arena_printf(a, "%s/modules", modules_root), 0700), 0);
	for (; *names; names++)
		link_module(a, *names);
	setenv("LEXLINE_ROOT", modules_root, 1);
	arena_free(a);
}

static void load_catalogue(struct temp_store *t)
{
	struct yreport report = {0};

	if (catalogue_load(NULL, NULL, 0, &t->ops, &report) < 0)
		fail_msg("operations: %s", report.text.p);
	yreport_free(&report);
}

void temp_store_prepare(struct temp_store *t, enum db_kind kind)
{
	static int count;

	memset(t, 0, sizeof(*t));
	snprintf(t->dir, sizeof(t->dir), "/tmp/lexline-test-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->schema, sizeof(t->schema), "t_%ld_%d", (long)getpid(), ++count);
	if (kind == DB_SQLITE)
		snprintf(t->url, sizeof(t->url), "%s/store.db", t->dir);
	else
		snprintf(t->url, sizeof(t->url), "%s", temp_pg_url());
	load_catalogue(t);
	t->options = (struct db_options){.name = "cases",
					 .url = t->url,
					 .schema = t->schema,
					 .zone = "Asia/Shanghai",
					 .writers = 8,
					 .readers = 4};
	t->env.ops = t->ops;
	t->env.data_dir = t->dir;
	t->ctx = ctx_new_system(&t->env);
}

void temp_store_open(struct temp_store *t, enum db_kind kind)
{
	struct fault f = {0};

	temp_store_prepare(t, kind);
	if (db_open(&t->options, t->ops, &t->db, &f) < 0 || db_migrate(t->db, &f) < 0)
		fail_msg("opening the store: %s", f.detail);
	t->env.db = t->db;
}

void temp_store_close(struct temp_store *t)
{
	struct fault f;

	db_close(t->db);
	ctx_free(t->ctx);
	catalogue_free(t->ops);
	if (file_remove_tree(t->dir, &f) < 0)
		fail_msg("%s", f.detail);
}
