#include "test.h"

#include "support/process_world.h"

#include "base/file.h"
#include "base/id.h"
#include "base/log.h"
#include "process/calendar_store.h"
#include "store/vault.h"

static const char *source_root(void)
{
	const char *root = getenv("LEXLINE_SOURCE");

	return root ? root : ".";
}

static void load_catalogue(struct process_world *w)
{
	struct yreport r = {0};

	catalogue_free(w->store.ops);
	if (catalogue_load(path_join(w->a, source_root(), "tests/process/world"), NULL, 0,
			   &w->store.ops, &r) < 0)
		fail_msg("operations: %s", r.text.p);
	yreport_free(&r);
	w->env->ops = w->store.ops;
}

void process_world_open(struct process_world *w, enum db_kind kind)
{
	struct fault f = {0};

	memset(w, 0, sizeof(*w));
	w->a = arena_new();
	/* Assets remember their root from the first look on. */
	setenv("LEXLINE_ROOT", source_root(), 1);
	log_set_level(LOG_ERROR);
	temp_store_prepare(&w->store, kind);
	w->env = &w->store.env;
	load_catalogue(w);
	if (db_open(&w->store.options, w->store.ops, &w->store.db, &f) < 0 ||
	    db_migrate(w->store.db, &f) < 0)
		fail_msg("store: %s", f.detail);
	w->env->db = w->store.db;
	w->env->zone = zone_get("Asia/Shanghai");
	w->config.key_file = path_join(w->a, w->store.dir, "master.key");
	w->env->config = &w->config;
	if (vault_create_master(w->config.key_file, &f) < 0 ||
	    vault_open(&w->config, &w->env->vault, &f) < 0 ||
	    vault_attach(w->env->vault, w->env->db, &f) < 0 ||
	    calendars_open(w->env, &w->env->calendars, &f) < 0 ||
	    process_lib_open(w->env, &w->env->process, &f) < 0)
		fail_msg("opening: %s", f.detail);
	calendars_on_change(w->env->calendars, clocks_recompute);
}

void process_world_restart(struct process_world *w)
{
	struct fault f = {0};

	process_lib_close(w->env->process);
	if (process_lib_open(w->env, &w->env->process, &f) < 0)
		fail_msg("opening: %s", f.detail);
}

void process_world_close(struct process_world *w)
{
	process_lib_close(w->env->process);
	calendars_close(w->env->calendars);
	db_close(w->store.db);
	vault_close(w->env->vault);
	ctx_free(w->store.ctx);
	catalogue_free(w->store.ops);
	(void)!file_remove_tree(w->store.dir, NULL);
	arena_free(w->a);
}

struct plant {
	const char *op;
	const struct arg *args;
	size_t n;
};

static int run_plant(struct tx *tx, void *arg)
{
	const struct plant *p = arg;

	return tx_exec(tx, p->op, p->args, p->n, NULL);
}

static void plant(struct process_world *w, const char *op, const struct arg *args, size_t n)
{
	struct ctx *ctx = ctx_new_system(w->env);
	struct plant p = {op, args, n};

	if (db_write_wait(w->env->db, ctx, run_plant, &p) < 0)
		fail_msg("%s: %s", op, ctx->fault.detail);
	ctx_free(ctx);
}

int64_t process_world_org(struct process_world *w, int64_t parent_id, const char *name)
{
	int64_t id = id_new();

	plant(w, "test.plant_org",
	      ARGS(A_INT("id", id), A_INT("parent_id", parent_id), A_TEXT("name", name)));
	return id;
}

int64_t process_world_person(struct process_world *w, const char *name, int64_t org_id,
			     const char **roles, const char **skills)
{
	int64_t id = id_new();
	struct buf list = {0};

	buf_addc(&list, '[');
	for (; skills && *skills; skills++)
		buf_printf(&list, "%s\"%s\"", list.len > 1 ? "," : "", *skills);
	buf_addc(&list, ']');
	plant(w, "test.plant_person",
	      ARGS(A_INT("id", id), A_INT("org_id", org_id), A_TEXT("name", name),
		   A_STR("skills", buf_str(&list))));
	for (; *roles; roles++)
		plant(w, "test.plant_role", ARGS(A_INT("person_id", id), A_TEXT("role", *roles)));
	buf_free(&list);
	return id;
}

struct insert_calendars {
	int64_t org;
	const struct calendar_set *set;
};

static int insert_calendars(struct tx *tx, void *arg)
{
	const struct insert_calendars *in = arg;

	return calendar_set_insert(tx, in->org, in->set);
}

void process_world_calendars(struct process_world *w, int64_t org_id, const char *profile)
{
	struct ctx *ctx = ctx_new_system(w->env);
	struct yreport r = {0};
	struct calendar_set *set;
	struct insert_calendars in;

	if (calendar_set_load_profile(profile, &set, &r) < 0)
		fail_msg("%s: %s", profile, r.text.p ? r.text.p : "no such profile");
	in = (struct insert_calendars){org_id, set};
	if (db_write_wait(w->env->db, ctx, insert_calendars, &in) < 0 ||
	    calendars_reload(w->env->calendars, &ctx->fault) < 0)
		fail_msg("calendars: %s", ctx->fault.detail);
	calendar_set_free(set);
	yreport_free(&r);
	ctx_free(ctx);
}

void process_world_load(struct process_world *w, const char *path)
{
	struct fault f = {0};
	struct str text;

	if (file_read(w->a, path_join(w->a, source_root(), path), 1 << 20, &text, &f) < 0 ||
	    process_lib_add(w->env->process, text, path, &f) < 0)
		fail_msg("%s: %s", path, f.detail);
}

struct ctx *process_world_ctx(struct process_world *w, int64_t person, int64_t org_id,
			      const char **roles, int64_t now_ms)
{
	struct ctx *ctx = ctx_new_system(w->env);

	ctx->now_ms = now_ms;
	ctx->lang = LANG_ZH;
	if (person)
		ctx->actor = (struct actor){.id = person, .org_id = org_id, .roles = roles};
	return ctx;
}
