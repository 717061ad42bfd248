/* lexline restore: a backup into a new data folder, every file checked against the manifest. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "main/command.h"
#include "main/pg_tools.h"
#include "main/tar.h"
#include "store/config.h"

#define MANIFEST_MAX ((size_t)256 << 20)

struct restore {
	struct arena *arena;
	const char *dir;
	FILE *tar;
	struct map *found; /* name → struct tar_entry in the arena */
	struct fault fault;
};

static int take(struct restore *x, struct tar_entry *e)
{
	const char *path = path_join(x->arena, x->dir, e->name), *slash = strrchr(path, '/');
	int r = file_mkdirs(arena_strndup(x->arena, path, (size_t)(slash - path)), 0700, &x->fault);

	if (r < 0 || (r = tar_take_file(x->tar, e, path, &x->fault)) < 0)
		return r;
	map_put(x->found, str_of(e->name), arena_memdup(x->arena, e, sizeof(*e)));
	return 0;
}

static int take_all(struct restore *x)
{
	struct tar_entry e;
	int r;

	while ((r = tar_next(x->tar, &e, &x->fault)) > 0)
		if ((r = take(x, &e)) < 0)
			return r;
	return r;
}

static int check_file(struct restore *x, const json_t *file)
{
	struct str name = json_get_str(file, "name");
	const struct tar_entry *e = name.p ? map_get(x->found, name) : NULL;

	if (!e || e->size != json_get_int(file, "size", -1) ||
	    !str_is(json_get_str(file, "sha256"), e->sha256))
		return fail(&x->fault, E_CORRUPT, "",
			    "'%.*s' is missing from the backup or damaged", STR_FMT(name));
	return 0;
}

static int check_manifest(struct restore *x)
{
	const char *path = path_join(x->arena, x->dir, "manifest.json");
	CLEANUP(json_decrefp) json_t *manifest = NULL;
	const json_t *files, *file;
	struct str text;
	size_t i;
	int r;

	if ((r = file_read(x->arena, path, MANIFEST_MAX, &text, &x->fault)) < 0 ||
	    (r = json_parse(text, &manifest, &x->fault)) < 0)
		return fail(&x->fault, E_CORRUPT, "", "the backup has no manifest: it is cut off");
	files = json_object_get(manifest, "files");
	if (!json_is_array(files) || json_array_size(files) + 1 != map_count(x->found))
		return fail(&x->fault, E_CORRUPT, "",
			    "the backup does not hold what its manifest says");
	json_array_foreach(files, i, file) if ((r = check_file(x, file)) < 0) return r;
	unlink(path);
	return 0;
}

/* With --db the restored installation lives in that database, whatever the old one was called. */
static int change_database(struct restore *x, const char *db)
{
	const char *path = path_join(x->arena, x->dir, "lexline.yaml");
	CLEANUP(buf_free) struct buf out = {0};
	struct str text, line;
	int r;

	if ((r = file_read(x->arena, path, (size_t)1 << 20, &text, &x->fault)) < 0)
		return r;
	while (str_split(&text, '\n', &line))
		if (line.len && !str_starts(line, STR("database:")) &&
		    !str_starts(line, STR("clients_database:")))
			buf_printf(&out, "%.*s\n", STR_FMT(line));
	buf_printf(&out, "database: \"%s\"\n", db);
	return file_write(path, buf_str(&out), 0600, &x->fault);
}

static int load_dump(struct restore *x, const char *url, const char *name)
{
	const char *path = path_join(x->arena, x->dir, name);
	int r = 0;

	if (!file_exists(path))
		return 0;
	if (!url)
		return fail(&x->fault, E_CONFIG, "",
			    "this backup is of PostgreSQL; name a database with --db");
	if ((r = pg_restore_schema(url, path, &x->fault)) == 0)
		unlink(path);
	return r;
}

static int load_dumps(struct restore *x, const char *db)
{
	struct config *c;
	int r;

	if (db && (r = change_database(x, db)) < 0)
		return r;
	if ((r = config_load(x->arena, x->dir, &c, &x->fault)) < 0 ||
	    (r = load_dump(x, c->db_url, "lexline.dump")) < 0)
		return r;
	return load_dump(x, c->clients_url ? c->clients_url : c->db_url, "clients.dump");
}

static int make_folder(struct restore *x)
{
	const char **names;
	size_t n = 0;
	int r;

	if ((r = file_mkdirs(x->dir, 0700, &x->fault)) < 0 ||
	    (r = file_list(x->arena, x->dir, true, &names, &n, &x->fault)) < 0)
		return r;
	return n ? fail(&x->fault, E_CONFIG, "",
			"%s is not empty; a backup is restored into a new folder only", x->dir)
		 : 0;
}

static int restore(struct restore *x, const char *from, const char *db)
{
	int r;

	x->tar = fopen(from, "re");
	if (!x->tar)
		return fail(&x->fault, E_NOT_FOUND, "", "%s can't be read", from);
	x->found = map_new();
	if ((r = take_all(x)) == 0 && (r = check_manifest(x)) == 0)
		r = load_dumps(x, db);
	map_free(x->found, NULL);
	fclose(x->tar);
	return r;
}

int cmd_restore(const struct command *self, int argc, char **argv)
{
	const char *data = NULL, *from = NULL, *db = NULL;
	const struct option_spec specs[] = {
		{"data", "DIR", "a new or empty folder", &data, NULL, true},
		{"from", "FILE", "a file made by 'lexline backup'", &from, NULL, true},
		{"db", "URL", "for a backup of PostgreSQL: an empty database to restore into", &db,
		 NULL, false},
	};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct restore x = {.arena = a};
	bool with_key;

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	x.dir = data;
	if (make_folder(&x) < 0)
		return command_failed(&x.fault);
	if (restore(&x, from, db) < 0) {
		if (file_remove_tree(data, NULL) < 0)
			command_error("%s could not be removed", data);
		return command_failed(&x.fault);
	}
	with_key = file_exists(path_join(a, data, "master.key"));
	printf("restored into %s%s\n", data,
	       with_key ? ""
			: "; put its master key there as master.key (mode 0600) before serving");
	return EXIT_OK;
}
