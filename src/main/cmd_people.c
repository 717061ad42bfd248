/* lexline user add, keys rotate, verify audit */
#include <stdio.h>
#include <unistd.h>
#include <sodium.h>

#include "main/command.h"
#include "main/system.h"
#include "people/people.h"
#include "store/config.h"
#include "store/db.h"
#include "store/vault.h"
#include "trust/audit.h"

/* "operator,lawyer" → NULL-terminated list */
static const char **split_roles(struct arena *a, const char *text)
{
	struct str rest = str_of(text), piece;
	const char **list = ARENA_ARRAY(a, const char *, strlen(text) + 2);
	size_t n = 0;

	while (rest.p && str_split(&rest, ',', &piece)) {
		piece = str_trim(piece);
		if (piece.len)
			list[n++] = arena_strndup(a, piece.p, piece.len);
	}
	return list;
}

/* One line, without its end. */
static bool read_password(char *out, size_t size)
{
	size_t len;

	if (!fgets(out, (int)size, stdin))
		return false;
	len = strcspn(out, "\r\n");
	out[len] = '\0';
	return len > 0;
}

int cmd_user_add(const struct command *self, int argc, char **argv)
{
	const char *data = NULL, *name = NULL, *roles = NULL, *org = NULL, *display = NULL,
		   *password;
	bool from_stdin = false;
	const struct option_spec specs[] = {
		{"data", "DIR", "the data folder", &data, NULL, true},
		{"name", "NAME", "to sign in with", &name, NULL, true},
		{"role", "ROLE[,ROLE]", "e.g. operator,lawyer", &roles, NULL, true},
		{"org", "NAME", "organisation; default: the first one", &org, NULL, false},
		{"display-name", "NAME", "as others see it; default: the name", &display, NULL,
		 false},
		{"password-stdin", NULL, "take the first password from stdin instead of making one",
		 NULL, &from_stdin, false},
	};
	CLEANUP(system_closep) struct system *s = NULL;
	CLEANUP(ctx_freep) struct ctx *ctx = NULL;
	struct person_new person = {.lang = "zh"};
	char given[256] = "";
	struct fault f = {0};
	int64_t id;

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	if (system_open(data, SYSTEM_TOOL, &s, &f) < 0)
		return command_failed(&f);
	ctx = ctx_new_system(&s->env);
	person.name = name;
	person.display_name = display;
	person.roles = split_roles(ctx->arena, roles);
	if (from_stdin && !read_password(given, sizeof(given)))
		return command_error("no password on stdin");
	person.password = from_stdin ? given : NULL;
	if (people_find_org(ctx, org, &person.org_id) < 0 ||
	    people_add(ctx, &person, &id, &password) < 0)
		return command_failed(&ctx->fault);
	if (from_stdin)
		printf("%s\n", name);
	else
		printf("%s  %s\n", name, password);
	sodium_memzero((char *)password, strlen(password));
	return EXIT_OK;
}

static int reseal(struct system *s)
{
	struct db *stores[] = {s->env.db, s->env.clients};
	struct fault f = {0};

	for (size_t i = 0; i < ARRAY_SIZE(stores); i++) {
		int64_t n = 0;

		if (vault_reseal(s->env.vault, s->env.ops, stores[i], &n, &f) < 0)
			return command_failed(&f);
		printf("%s: %lld values sealed again\n", db_name(stores[i]), (long long)n);
	}
	return EXIT_OK;
}

int cmd_keys_rotate(const struct command *self, int argc, char **argv)
{
	const char *data = NULL;
	bool master = false, again = false;
	const struct option_spec specs[] = {
		{"data", "DIR", "the data folder", &data, NULL, true},
		{"master", NULL, "make a new master key too and wrap all data keys again", NULL,
		 &master, false},
		{"reseal", NULL, "seal what old keys sealed again with the new ones", NULL, &again,
		 false},
	};
	CLEANUP(system_closep) struct system *s = NULL;
	struct fault f = {0};

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	if (system_open(data, SYSTEM_TOOL, &s, &f) < 0 ||
	    vault_rotate(s->env.vault, master, &f) < 0)
		return command_failed(&f);
	puts(master ? "new master key and data keys are in force" : "new data keys are in force");
	return again ? reseal(s) : EXIT_OK;
}

static int verify(struct system *s, struct db *db)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&s->env);
	struct audit_finding finding = {0};
	int r = audit_verify(db, ctx, &finding);

	if (r < 0 && r != -E_CORRUPT)
		return command_failed(&ctx->fault);
	if (r == 0) {
		printf("%s: whole, %lld entries\n", db_name(db), (long long)finding.entries);
		return EXIT_OK;
	}
	fprintf(stderr, "lexline: %s: broken at entry %lld: %s\n", db_name(db),
		(long long)finding.seq, finding.what);
	return EXIT_FINDINGS;
}

int cmd_verify_audit(const struct command *self, int argc, char **argv)
{
	const char *data = NULL;
	const struct option_spec specs[] = {
		{"data", "DIR", "the data folder", &data, NULL, true},
	};
	CLEANUP(system_closep) struct system *s = NULL;
	struct fault f = {0};
	int cases, clients;

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	if (system_open(data, SYSTEM_LOOK, &s, &f) < 0)
		return command_failed(&f);
	cases = verify(s, s->env.db);
	clients = verify(s, s->env.clients);
	return cases ? cases : clients;
}
