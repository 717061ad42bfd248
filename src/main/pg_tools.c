/* pg_dump and pg_restore as child processes. */
#include "main/pg_tools.h"

#include <libpq-fe.h>
#include <spawn.h>
#include <sys/wait.h>

#include "base/map.h"

extern char **environ;

/* libpq reads every connection parameter from a variable of its own; these are the ones we pass. */
static const struct {
	const char *keyword, *variable;
} variables[] = {
	{"host", "PGHOST"},
	{"hostaddr", "PGHOSTADDR"},
	{"port", "PGPORT"},
	{"user", "PGUSER"},
	{"password", "PGPASSWORD"},
	{"dbname", "PGDATABASE"},
	{"sslmode", "PGSSLMODE"},
	{"passfile", "PGPASSFILE"},
	{"sslrootcert", "PGSSLROOTCERT"},
	{"sslcert", "PGSSLCERT"},
	{"sslkey", "PGSSLKEY"},
	{"options", "PGOPTIONS"},
	{"target_session_attrs", "PGTARGETSESSIONATTRS"},
};

typedef VEC(char *) env_list;

static void add_variables(struct arena *a, const PQconninfoOption *o, env_list *env)
{
	for (; o->keyword; o++)
		for (size_t i = 0; o->val && i < ARRAY_SIZE(variables); i++)
			if (!strcmp(o->keyword, variables[i].keyword))
				VEC_ADD(env,
					arena_printf(a, "%s=%s", variables[i].variable, o->val));
}

static int make_environment(struct arena *a, const char *url, env_list *env, struct fault *f)
{
	char *message = NULL;
	PQconninfoOption *o = PQconninfoParse(url, &message);

	if (!o) {
		PQfreemem(message);
		return fail(f, E_CONFIG, "database", "the database's address can't be read");
	}
	add_variables(a, o, env);
	PQconninfoFree(o);
	for (char **e = environ; *e; e++)
		if (strncmp(*e, "PG", 2) != 0)
			VEC_ADD(env, *e);
	VEC_ADD(env, NULL);
	return 0;
}

static int run(const char *url, const char *const *argv, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	env_list env = {0};
	pid_t child;
	int r, status = 0;

	if ((r = make_environment(a, url, &env, f)) < 0)
		return r;
	r = posix_spawnp(&child, argv[0], NULL, NULL, (char *const *)argv, env.at);
	VEC_FREE(&env);
	if (r)
		return fail(f, E_NOT_FOUND, "", "%s is not installed (package postgresql-client)",
			    argv[0]);
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return fail(f, E_IO, "", "%s did not finish", argv[0]);
	if (WEXITSTATUS(status) == 127)
		return fail(f, E_NOT_FOUND, "", "%s is not installed (package postgresql-client)",
			    argv[0]);
	return WEXITSTATUS(status)
		       ? fail(f, E_UNAVAILABLE, "", "%s failed; its message stands above", argv[0])
		       : 0;
}

int pg_dump_schema(const char *url, const char *schema, const char *file, struct fault *f)
{
	const char *argv[] = {"pg_dump",    "--format=custom",
			      "--no-owner", "--no-privileges",
			      "--schema",   schema,
			      "--file",	    file,
			      NULL};

	return run(url, argv, f);
}

int pg_restore_schema(const char *url, const char *file, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	PQconninfoOption *o = PQconninfoParse(url, NULL);
	const char *db = "postgres";
	int r;

	for (PQconninfoOption *i = o; i && i->keyword; i++)
		if (!strcmp(i->keyword, "dbname") && i->val)
			db = arena_strdup(a, i->val);
	PQconninfoFree(o);
	const char *argv[] = {"pg_restore",
			      "--exit-on-error",
			      "--single-transaction",
			      "--no-owner",
			      "--no-privileges",
			      "--dbname",
			      db,
			      file,
			      NULL};
	r = run(url, argv, f);
	return r;
}
