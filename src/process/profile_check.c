/* A whole profile before it goes to work: its processes against its calendars, phrases, roles. */
#include "process/process.h"

#include "base/assets.h"
#include "base/file.h"
#include "process/profile.h"

/* Those every installation has: modules/people/schema. */
static const char *const built_in_roles[] = {
	"client",     "external",   "adviser",	      "assistant",  "operator",
	"archivist",  "editor",	    "secretariat",    "specialist", "lawyer",
	"legal_team", "compliance", "risk_committee", "auditor",    "partner",
	"supervisor", "director",   "admin",	      NULL};

/* What the engine itself sends. */
static const char *const engine_messages[] = {"case_assigned", "case_unassigned", "clock_warning",
					      "clock_breach", NULL};

struct check {
	struct arena *a;
	const struct profile *profile;
	const struct catalogue *ops;
	struct calendar_set *calendars;
	const struct ynode *phrases;
	VEC(const struct definition *) processes;
	struct yreport *r;
};

static bool has_op(void *arg, const char *name)
{
	const struct check *c = arg;
	const struct op *op = catalogue_find(c->ops, name);

	return op && op->via == VIA_PROCESS;
}

static bool has_calendar(void *arg, const char *name)
{
	const struct check *c = arg;

	return calendar_set_get(c->calendars, 0, name) != NULL;
}

static bool has_phrase(void *arg, const char *key)
{
	const struct check *c = arg;

	return yaml_get(yaml_get(c->phrases, "messages"), key) ||
	       yaml_get(yaml_get(c->phrases, "phrases"), key);
}

static bool has_role(void *arg, const char *role)
{
	const struct check *c = arg;

	for (size_t i = 0; i < c->profile->n_roles; i++)
		if (strcmp(c->profile->roles[i].name, role) == 0)
			return true;
	return list_has(built_in_roles, role);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool is_known(const struct check *c, const char *name)
{
	for (size_t i = 0; i < c->processes.n; i++)
		if (strcmp(c->processes.at[i]->name, name) == 0)
			return true;
	return false;
}

static void add(struct check *c, struct str text, const char *file)
{
	struct definition *d;

	if (definition_parse(text, file, &d, c->r) == 0)
		VEC_ADD(&c->processes, d);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static int add_folder(struct check *c, const char *dir, struct fault *f)
{
	const char **names;
	size_t n;
	int err;

	if (!file_is_dir(dir))
		return 0;
	if ((err = file_list(c->a, dir, false, &names, &n, f)) < 0)
		return err;
	for (size_t i = 0; i < n; i++) {
		struct str text;

		if (!ends_with(names[i], ".yaml"))
			continue;
		if ((err = file_read(c->a, path_join(c->a, dir, names[i]), 1 << 20, &text, f)) < 0)
			return err;
		add(c, text, path_join(c->a, dir, names[i]));
	}
	return 0;
}

static void add_assets(struct check *c, const char *prefix, const char *end)
{
	const struct asset **list;
	size_t n = asset_list(c->a, prefix, &list);

	for (size_t i = 0; i < n; i++)
		if (strstr(list[i]->path, "/processes/") && ends_with(list[i]->path, end))
			add(c, list[i]->data, list[i]->path);
}

static int read_processes(struct check *c, const char *profile, struct fault *f)
{
	int err = 0;

	if (file_is_dir(profile))
		err = add_folder(c, path_join(c->a, profile, "processes"), f);
	else
		add_assets(c, arena_printf(c->a, "profiles/%s/", profile), ".yaml");
	for (const char **name = c->profile->processes; err == 0 && name && *name; name++) {
		size_t before = c->processes.n, findings = c->r->n;

		if (is_known(c, *name))
			continue;
		add_assets(c, "modules/", arena_printf(c->a, "/processes/%s.yaml", *name));
		if (c->processes.n == before && c->r->n == findings)
			yreport_add(c->r, NULL,
				    "%s: profile.yaml names the process '%s', which no module has",
				    profile, *name);
	}
	return err;
}

static int draw(struct check *c, const struct definition *d, const char *dir, struct fault *f)
{
	CLEANUP(buf_free) struct buf svg = {0};

	definition_draw(d, LANG_ZH, NULL, NULL, &svg);
	return file_write(arena_printf(c->a, "%s/%s.svg", dir, d->name), buf_str(&svg), 0644, f);
}

static int prove(struct check *c, const char *draw_dir, struct fault *f)
{
	struct check_world world = {c->processes.at, c->processes.n, has_op, has_calendar,
				    has_phrase,	     has_role,	     c};
	int err = 0;

	for (const char *const *m = engine_messages; *m; m++)
		if (!has_phrase(c, *m))
			yreport_add(c->r, c->phrases,
				    "phrases.yaml lacks the engine's message '%s'", *m);
	for (size_t i = 0; err == 0 && i < c->processes.n; i++) {
		definition_check(c->processes.at[i], &world, c->r);
		if (draw_dir)
			err = draw(c, c->processes.at[i], draw_dir, f);
	}
	return err;
}

int profile_check(const char *profile, const struct catalogue *ops, const char *draw_dir,
		  struct yreport *r, size_t *ret_n, struct fault *f)
{
	struct check c = {.a = arena_new(), .ops = ops, .r = r};
	struct profile *p;
	struct ynode *phrases = NULL;
	int err;

	if (profile_load(c.a, profile, &p, r) < 0 ||
	    calendar_set_load_profile(profile, &c.calendars, r) < 0) {
		arena_free(c.a);
		return fail(f, E_CONFIG, "", "the profile '%s' can't be read", profile);
	}
	c.profile = p;
	(void)!profile_file(c.a, profile, "phrases.yaml", &phrases, r);
	c.phrases = phrases;
	err = read_processes(&c, profile, f);
	if (err == 0)
		err = prove(&c, draw_dir, f);
	*ret_n = c.processes.n;
	for (size_t i = 0; i < c.processes.n; i++)
		definition_free((struct definition *)c.processes.at[i]);
	VEC_FREE(&c.processes);
	calendar_set_free(c.calendars);
	arena_free(c.a);
	return err;
}
