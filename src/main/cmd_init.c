/* lexline init */
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "main/command.h"
#include "main/system.h"
#include "process/profile.h"
#include "store/vault.h"

static int make_folder(const char *dir, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char **names;
	size_t n = 0;
	int r;

	if ((r = file_mkdirs(dir, 0700, f)) < 0 || (r = file_list(a, dir, true, &names, &n, f)) < 0)
		return r;
	if (n)
		return fail(f, E_CONFIG, "", "%s is not empty; choose another folder or empty it",
			    dir);
	return chmod(dir, 0700) == 0 ? 0 : fail(f, E_IO, "", "cannot set the mode of %s", dir);
}

static const char *base_name(const char *profile)
{
	const char *slash = strrchr(profile, '/');

	return slash && slash[1] ? slash + 1 : profile;
}

static int write_config(struct arena *a, const char *dir, const char *profile, const char *db,
			struct fault *f)
{
	CLEANUP(buf_free) struct buf b = {0};

	buf_printf(&b,
		   "# Lexline: one installation. docs/operations-manual names every key; unknown "
		   "ones are errors.\n"
		   "profile: %s\n"
		   "listen: 127.0.0.1:8080\n",
		   base_name(profile));
	if (db)
		buf_printf(&b, "database: \"%s\"\n", db);
	else
		buf_adds(&b, "# database: postgresql://user@host/name   # without it: SQLite in "
			     "this folder\n");
	return file_write(path_join(a, dir, "lexline.yaml"), buf_str(&b), 0600, f);
}

static bool is_built_in(struct arena *a, const char *profile)
{
	for (const char **name = profile_names(a); *name; name++)
		if (!strcmp(*name, profile))
			return true;
	return false;
}

/* " anhui-microloan demo …" */
static const char *built_in(struct arena *a)
{
	const char *list = "";

	for (const char **name = profile_names(a); *name; name++)
		list = arena_printf(a, "%s %s", list, *name);
	return list;
}

/* Everything that a failure later takes away again. */
static int make_files(struct arena *a, const char *dir, const char *profile, const char *db,
		      struct fault *f)
{
	int r;

	if (!strchr(profile, '/') && !is_built_in(a, profile))
		return fail(f, E_NOT_FOUND, "", "there is no profile '%s'; built in are:%s",
			    profile, built_in(a));
	if ((r = profile_copy(profile, path_join(a, dir, "profile"), f)) < 0 ||
	    (r = write_config(a, dir, profile, db, f)) < 0)
		return r;
	return vault_create_master(path_join(a, dir, "master.key"), f);
}

static void print_accounts(struct profile_account *accounts, size_t n)
{
	puts("first passwords, shown only now (each must be changed at the first sign-in):");
	for (size_t i = 0; i < n; i++) {
		char *password = (char *)accounts[i].password;

		printf("  %-16s %-24s %s\n", accounts[i].name, password, accounts[i].display_name);
		sodium_memzero(password, strlen(password));
	}
}

static int fill(const char *dir, struct fault *f)
{
	CLEANUP(system_closep) struct system *s = NULL;
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct profile_account *accounts;
	const char *profile;
	size_t n;
	int r = system_open(dir, SYSTEM_TOOL, &s, f);

	if (r < 0)
		return r;
	profile = path_join(a, dir, "profile");
	if ((r = profile_install(&s->env, profile, a, &accounts, &n, f)) < 0)
		return r;
	if ((r = demo_load(&s->env, profile, f)) < 0)
		return r;
	print_accounts(accounts, n);
	return 0;
}

int cmd_init(const struct command *self, int argc, char **argv)
{
	const char *data = NULL, *profile = NULL, *db = NULL;
	const struct option_spec specs[] = {
		{"data", "DIR", "made with mode 0700; must be empty or absent", &data, NULL, true},
		{"profile", "NAME", "a built-in profile or the path of a folder", &profile, NULL,
		 true},
		{"db", "URL", "postgresql://…; default: SQLite in DIR", &db, NULL, false},
	};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct fault f = {0}, ignored = {0};

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	if (make_folder(data, &f) < 0)
		return command_failed(&f);
	if (make_files(a, data, profile, db, &f) == 0 && fill(data, &f) == 0) {
		printf("\n%s is ready. Start with: lexline serve --data %s\nKeep a copy of "
		       "%s/master.key in a safe "
		       "place: without it sealed data is lost.\n",
		       data, data, data);
		return EXIT_OK;
	}
	if (file_remove_tree(data, &ignored) < 0)
		command_error("what was begun in %s could not be removed", data);
	return command_failed(&f);
}
