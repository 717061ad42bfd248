/* The rows of a fresh installation. */
#include "people/gate.h"
#include "people/people.h"
#include "process/calendar_store.h"
#include "process/profile.h"

struct install {
	struct ctx *ctx;
	const struct profile *p;
	int64_t *org_ids;
	struct calendar_set *calendars;
	struct arena *a;
};

static int report_fault(struct fault *f, struct yreport *report)
{
	int r = fail(f, E_CONFIG, "profile", "%s",
		     report->text.p ? report->text.p : "the profile is not in order");

	yreport_free(report);
	return r;
}

static int add_orgs(struct install *in)
{
	int r;

	in->org_ids = ARENA_ARRAY(in->a, int64_t, in->p->n_orgs);
	for (size_t i = 0; i < in->p->n_orgs; i++) {
		const struct profile_org *o = &in->p->orgs[i];
		int64_t parent = o->parent < 0 ? 0 : in->org_ids[o->parent];

		if ((r = people_add_org(in->ctx, parent, o->name, o->kind, &in->org_ids[i])) < 0)
			return r;
	}
	return 0;
}

static json_t *role_body(const struct profile_role *role)
{
	json_t *based_on = json_array();

	for (size_t i = 0; role->based_on[i]; i++)
		json_array_append_new(based_on, json_string(role->based_on[i]));
	return json_pack("{s:s,s:i,s:{s:s,s:s},s:o}", "name", role->name, "tier", role->tier,
			 "label", "zh", role->label.zh, "en", role->label.en, "based_on", based_on);
}

/* By the operation an administrator uses: the table of permissions follows at once. */
static int add_role(struct install *in, const struct profile_role *role)
{
	struct ctx *ctx = in->ctx;
	json_t *body = role_body(role);
	struct call call = {
		.ctx = ctx, .op = catalogue_find(ctx->env->ops, "role.create_role"), .body = body};
	int r = op_bind(&call, NULL, 0, body);

	ctx->actor.org_id = in->org_ids[0];
	if (r == 0)
		r = gate_call_wait(&call);
	ctx->actor.org_id = 0;
	call_release(&call);
	json_decref(body);
	return r;
}

static int add_roles(struct install *in)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < in->p->n_roles; i++)
		r = add_role(in, &in->p->roles[i]);
	return r;
}

static int add_calendars(struct tx *tx, void *arg)
{
	struct install *in = arg;

	return calendar_set_insert(tx, in->org_ids[0], in->calendars);
}

static int add_people(struct install *in, struct profile_account *accounts)
{
	for (size_t i = 0; i < in->p->n_people; i++) {
		const struct profile_person *p = &in->p->people[i];
		struct person_new n = {.name = p->name,
				       .display_name = p->display_name,
				       .lang = p->lang,
				       .org_id = in->org_ids[p->org],
				       .roles = p->roles,
				       .skills = p->skills};
		int64_t id;
		int r = people_add(in->ctx, &n, &id, &accounts[i].password);

		if (r < 0)
			return r;
		accounts[i].name = p->name;
		accounts[i].display_name = p->display_name;
	}
	return 0;
}

static int install(struct install *in, struct profile_account *accounts)
{
	struct env *env = in->ctx->env;
	int r;

	if ((r = add_orgs(in)) < 0 || (r = add_roles(in)) < 0 ||
	    (r = db_write_wait(env->db, in->ctx, add_calendars, in)) < 0)
		return r;
	if (env->calendars && (r = calendars_reload(env->calendars, &in->ctx->fault)) < 0)
		return r;
	return add_people(in, accounts);
}

int profile_install(struct env *env, const char *profile, struct arena *a,
		    struct profile_account **ret, size_t *ret_n, struct fault *f)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(env);
	struct install in = {.ctx = ctx, .a = a};
	struct profile_account *accounts;
	struct yreport report = {0};
	struct profile *p;
	int r;

	if (profile_load(a, profile, &p, &report) < 0 ||
	    calendar_set_load_profile(profile, &in.calendars, &report) < 0)
		return report_fault(f, &report);
	in.p = p;
	accounts = ARENA_ARRAY(a, struct profile_account, p->n_people + 1);
	r = install(&in, accounts);
	calendar_set_free(in.calendars);
	/* The passwords were made in the context's arena, which ends here. */
	for (size_t i = 0; r == 0 && i < p->n_people; i++)
		accounts[i].password = arena_strdup(a, accounts[i].password);
	if (r < 0) {
		*f = ctx->fault;
		return r;
	}
	*ret = accounts;
	*ret_n = p->n_people;
	return 0;
}
