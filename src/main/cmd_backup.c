/* lexline backup: a consistent copy while the server works. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/time.h"
#include "main/command.h"
#include "main/pg_tools.h"
#include "main/tar.h"
#include "store/config.h"
#include "store/snapshot.h"

struct backup {
	struct arena *arena;
	const char *dir;
	const struct config *config;
	FILE *tar;
	char *scratch; /* a folder for database copies, on the target's file system */
	VEC(struct tar_entry) entries;
	struct fault fault;
};

static int put(struct backup *b, const char *name, const char *path)
{
	struct tar_entry e = {0};
	int r = tar_put_file(b->tar, name, path, &e, &b->fault);

	if (!r)
		VEC_ADD(&b->entries, e);
	return r;
}

static int put_scratch(struct backup *b, const char *name)
{
	const char *path = path_join(b->arena, b->scratch, name);
	int r = put(b, name, path);

	unlink(path);
	return r;
}

static int put_sqlite(struct backup *b, const char *name)
{
	int r = sqlite_snapshot(path_join(b->arena, b->dir, name),
				path_join(b->arena, b->scratch, name), &b->fault);

	return r < 0 ? r : put_scratch(b, name);
}

static int put_pg(struct backup *b, const char *url, const char *schema, const char *name)
{
	int r = pg_dump_schema(url, schema, path_join(b->arena, b->scratch, name), &b->fault);

	return r < 0 ? r : put_scratch(b, name);
}

/* Clients after cases: a client is written before the case that names it. */
static int put_stores(struct backup *b)
{
	const struct config *c = b->config;
	const char *clients = c->clients_url ? c->clients_url : c->db_url;
	int r = c->db_url ? put_pg(b, c->db_url, "lexline", "lexline.dump")
			  : put_sqlite(b, "lexline.db");

	if (r < 0)
		return r;
	return clients ? put_pg(b, clients, "clients", "clients.dump")
		       : put_sqlite(b, "clients.db");
}

/* A blob's file is whole before a row names it, so blobs come after the stores; one destroyed
 * meanwhile may be gone. */
static int put_folder(struct backup *b, const char *folder)
{
	const char *dir = path_join(b->arena, b->dir, folder), **names;
	size_t n;
	int r;

	if (!file_is_dir(dir))
		return 0;
	if ((r = file_list(b->arena, dir, true, &names, &n, &b->fault)) < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (!strncmp(names[i], "tmp/", 4))
			continue;
		r = put(b, path_join(b->arena, folder, names[i]),
			path_join(b->arena, dir, names[i]));
		if (r < 0 && r != -E_NOT_FOUND)
			return r;
	}
	return 0;
}

static int put_manifest(struct backup *b)
{
	CLEANUP(buf_free) struct buf out = {0};
	struct tar_entry e = {0};
	struct jw w;

	jw_begin(&w, &out);
	jw_obj(&w);
	jw_kcstr(&w, "lexline", LEXLINE_VERSION);
	jw_ktime(&w, "made_at", time_now_ms());
	jw_kcstr(&w, "profile", b->config->profile);
	jw_kcstr(&w, "database", b->config->db_url ? "postgresql" : "sqlite");
	jw_key(&w, "files");
	jw_arr(&w);
	for (size_t i = 0; i < b->entries.n; i++) {
		jw_obj(&w);
		jw_kcstr(&w, "name", b->entries.at[i].name);
		jw_kint(&w, "size", b->entries.at[i].size);
		jw_kcstr(&w, "sha256", b->entries.at[i].sha256);
		jw_obj_end(&w);
	}
	jw_arr_end(&w);
	jw_obj_end(&w);
	return tar_put(b->tar, "manifest.json", buf_str(&out), &e, &b->fault);
}

static int put_all(struct backup *b, bool with_key)
{
	int r;

	if ((r = put_stores(b)) < 0 ||
	    (r = put(b, "lexline.yaml", path_join(b->arena, b->dir, "lexline.yaml"))) < 0 ||
	    (r = put_folder(b, "profile")) < 0 || (r = put_folder(b, "blobs")) < 0)
		return r;
	if (with_key && (r = put(b, "master.key", b->config->key_file)) < 0)
		return r;
	if ((r = put_manifest(b)) < 0)
		return r;
	return tar_end(b->tar, &b->fault);
}

/* Beside the target and renamed at the end: a backup that failed leaves nothing that looks like
 * one. */
static int write_backup(struct backup *b, const char *to, bool with_key)
{
	const char *partial = arena_printf(b->arena, "%s.partial", to);
	int r;

	b->scratch = arena_printf(b->arena, "%s.work-XXXXXX", to);
	if (!mkdtemp(b->scratch))
		return fail(&b->fault, E_IO, "", "cannot write beside %s", to);
	umask(0077);
	b->tar = fopen(partial, "we");
	r = b->tar ? put_all(b, with_key) : fail(&b->fault, E_IO, "", "cannot write %s", partial);
	if (b->tar && fclose(b->tar) && !r)
		r = fail(&b->fault, errno == ENOSPC ? E_DISK_FULL : E_IO, "", "writing %s failed",
			 partial);
	if (!r && rename(partial, to) < 0)
		r = fail(&b->fault, E_IO, "", "cannot write %s", to);
	if (r < 0)
		unlink(partial);
	if (file_remove_tree(b->scratch, NULL) < 0)
		command_error("%s could not be removed", b->scratch);
	return r;
}

int cmd_backup(const struct command *self, int argc, char **argv)
{
	const char *data = NULL, *to = NULL;
	bool with_key = false;
	const struct option_spec specs[] = {
		{"data", "DIR", "the data folder; it may be served meanwhile", &data, NULL, true},
		{"to", "FILE", "a tar file to write", &to, NULL, true},
		{"with-key", NULL,
		 "put the master key into it too: then the file alone opens everything", NULL,
		 &with_key, false},
	};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct backup b = {.arena = a};
	struct config *config;
	int r;

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	b.dir = data;
	if (config_load(a, data, &config, &b.fault) < 0)
		return command_failed(&b.fault);
	b.config = config;
	r = write_backup(&b, to, with_key);
	if (!r)
		printf("%zu files in %s%s\n", b.entries.n, to,
		       with_key ? "" : "; the master key is not among them");
	VEC_FREE(&b.entries);
	return r < 0 ? command_failed(&b.fault) : EXIT_OK;
}
