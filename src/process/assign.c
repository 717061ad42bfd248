/* Who works on it: by role, skill, the client's last adviser, the first person asked, the lightest
 * load. */
#include "process/kase.h"

#define CANDIDATES_MAX 100

struct candidates {
	int64_t id[CANDIDATES_MAX]; /**< the least loaded first */
	size_t n;
};

static bool among(const struct candidates *c, int64_t person)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->id[i] == person)
			return true;
	return false;
}

static int find_candidates(struct kase *k, const struct effect *e, struct candidates *c)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	struct str skill =
		e->field >= 0 ? json_get_str(k->fields, k->d->fields[e->field].name) : STR_NULL;
	int err;

	c->n = 0;
	err = tx_op(k->tx, "case.candidates",
		    ARGS(A_INT("org_id", k->org_id), A_TEXT("role", e->to.at[0].role),
			 A_STR("skill", skill)),
		    &r);
	while (err >= 0 && (err = rows_next(r)) > 0)
		if (c->n < CANDIDATES_MAX && !who_list_has_person(k, &e->except, rows_int(r, 0)))
			c->id[c->n++] = rows_int(r, 0);
	return err;
}

static int last_for_client(struct kase *k, const struct candidates *c, int64_t *ret)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err;

	if (!k->client_id)
		return 0;
	err = tx_op(k->tx, "case.last_for_client",
		    ARGS(A_INT("client_id", k->client_id), A_INT("case_id", k->id)), &r);
	while (!*ret && err >= 0 && (err = rows_next(r)) > 0)
		if (among(c, rows_int(r, 0)))
			*ret = rows_int(r, 0);
	return err < 0 ? err : 0;
}

/** Whom the operation names, in its order: a roster, for one. */
static int named_by(struct kase *k, const char *op, const struct candidates *c, int64_t *ret)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	const struct arg *args;
	size_t n = kase_op_args(k, NULL, 0, &args);
	int err = tx_op(k->tx, op, args, n, &r);

	while (!*ret && err >= 0 && (err = rows_next(r)) > 0)
		if (among(c, rows_int(r, 0)))
			*ret = rows_int(r, 0);
	return err < 0 ? err : 0;
}

static int choose(struct kase *k, const struct effect *e, const struct candidates *c, int64_t *ret)
{
	int err = 0;

	*ret = 0;
	for (size_t i = 0; err == 0 && !*ret && i < e->n_prefer; i++) {
		const struct prefer *p = &e->prefer[i];

		if (p->kind == PREFER_LAST_FOR_CLIENT)
			err = last_for_client(k, c, ret);
		else if (p->kind == PREFER_OP)
			err = named_by(k, p->op, c, ret);
		else if (p->kind == PREFER_FIRST_ASKER && among(c, k->first_asker))
			*ret = k->first_asker;
		else if (p->kind == PREFER_LEAST_LOAD && c->n)
			*ret = c->id[0];
	}
	if (err == 0 && !*ret && c->n)
		*ret = c->id[0];
	return err;
}

/** The new person is told, and it stands in the timeline who works on it. */
static int give(struct kase *k, int64_t person)
{
	struct who to = {.kind = WHO_ASSIGNEE, .field = -1};
	struct who_list list = {&to, 1};
	char *data;
	int err;

	if (person == k->assignee && !k->assignee_role)
		return 0;
	k->assignee = person;
	k->assignee_role = NULL;
	data = arena_printf(k->arena, "{\"person_id\":\"%lld\"}", (long long)person);
	if ((err = kase_event(k, "assigned", NULL, -1, -1, STR_NULL, str_of(data))) < 0 ||
	    (err = kase_feed(k, "task.assigned", person, NULL)) < 0)
		return err;
	return notify_people(k, &list, "case_assigned", "inbox");
}

/** Nobody found: it lies with the role until somebody takes it, and those who lead the line know.
 */
static int give_role(struct kase *k, const char *role)
{
	struct who to = {.kind = WHO_ROLE, .role = "supervisor", .field = -1};
	struct who_list list = {&to, 1};
	char *data = arena_printf(k->arena, "{\"role\":\"%s\"}", role);
	int err;

	k->assignee = 0;
	k->assignee_role = role;
	if ((err = kase_event(k, "assigned", NULL, -1, -1, STR_NULL, str_of(data))) < 0 ||
	    (err = kase_feed(k, "task.assigned", 0, role)) < 0)
		return err;
	return notify_people(k, &list, "case_unassigned", "inbox");
}

static int assign_role(struct kase *k, const struct effect *e)
{
	struct candidates c;
	int64_t person;
	int err;

	if ((err = find_candidates(k, e, &c)) < 0 || (err = choose(k, e, &c, &person)) < 0)
		return err;
	return person ? give(k, person) : give_role(k, e->to.at[0].role);
}

int assign_run(struct kase *k, const struct effect *e)
{
	const struct who *to = &e->to.at[0];
	int64_t person = kase_person(k, to);

	if (to->kind == WHO_ROLE)
		return assign_role(k, e);
	if (to->kind == WHO_NOBODY) {
		k->assignee = 0;
		k->assignee_role = NULL;
		return 0;
	}
	if (!person && to->kind == WHO_FIELD)
		return ctx_fail(k->ctx, E_INVALID, k->d->fields[to->field].name, "%s",
				k->ctx->lang == LANG_EN ? "Choose a person" : "请选择人员");
	return person ? give(k, person) : 0;
}
