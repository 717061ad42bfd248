/* Conditions: may it be done, and if not, the reason in words. */
#include "process/kase.h"

/* ---- who ------------------------------------------------------------------------------------ */

bool who_is_actor(const struct kase *k, const struct who *who)
{
	const struct actor *a = &k->ctx->actor;

	if (a->id == 0)
		return false;
	switch (who->kind) {
	case WHO_ROLE:
		return actor_has_role(a, who->role);
	case WHO_ASSIGNEE:
		/* A case that lies with a role is anybody's who holds it. */
		return k->assignee ? k->assignee == a->id
				   : k->assignee_role && actor_has_role(a, k->assignee_role);
	case WHO_CLIENT:
		return actor_has_role(a, "client") && k->created_by == a->id;
	case WHO_ANYONE:
		return true;
	case WHO_SYSTEM:
		return a->id == ACTOR_SYSTEM;
	case WHO_NOBODY:
		return false;
	default:
		return kase_person(k, who) == a->id;
	}
}

bool who_list_has_actor(const struct kase *k, const struct who_list *who)
{
	for (size_t i = 0; i < who->n; i++)
		if (who_is_actor(k, &who->at[i]))
			return true;
	return false;
}

bool who_list_has_person(const struct kase *k, const struct who_list *who, int64_t person)
{
	for (size_t i = 0; i < who->n; i++)
		if (person && kase_person(k, &who->at[i]) == person)
			return true;
	return false;
}

static struct label who_label(struct kase *k, const struct who *who)
{
	static const struct label words[] = {
		[WHO_ASSIGNEE] = {"经办人", "the person in charge"},
		[WHO_CREATOR] = {"登记人", "the person who took it"},
		[WHO_FIRST_ASKER] = {"首问责任人", "the first person asked"},
		[WHO_CLIENT] = {"咨询人", "the client"},
		[WHO_ANYONE] = {"任何人", "anyone"},
		[WHO_SYSTEM] = {"系统", "the system"},
		[WHO_ACTOR] = {"操作人", "the person acting"},
		[WHO_NOBODY] = {"无人", "nobody"},
	};

	if (who->kind == WHO_ROLE)
		return name_role(k->tx, k->lib, who->role);
	if (who->kind == WHO_FIELD)
		return k->d->fields[who->field].label;
	return words[who->kind];
}

struct label who_why(struct kase *k, const struct who_list *who)
{
	CLEANUP(buf_free) struct buf zh = {0};
	CLEANUP(buf_free) struct buf en = {0};

	for (size_t i = 0; i < who->n; i++) {
		struct label l = who_label(k, &who->at[i]);

		buf_printf(&zh, "%s%s", zh.len ? "、" : "只有", l.zh);
		buf_printf(&en, "%s%s", en.len ? ", " : "Only for: ", l.en);
	}
	buf_adds(&zh, "可以这样做");
	return (struct label){arena_strdup(k->arena, zh.p),
			      arena_strdup(k->arena, en.p ? en.p : "")};
}

/* ---- comparisons ------------------------------------------------------------------------------
 */

static bool has_value(const json_t *v, const char *const *values)
{
	size_t i;
	json_t *item;

	if (json_is_string(v))
		return list_has(values, json_string_value(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? list_has(values, "yes") || list_has(values, "true")
				       : list_has(values, "no") || list_has(values, "false");
	if (json_is_integer(v)) {
		char text[32];

		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(v));
		return list_has(values, text);
	}
	json_array_foreach((json_t *)v, i, item) if (has_value(item, values)) return true;
	return false;
}

/** An empty yes-no field is a no. */
static bool compares(const struct kase *k, const struct cond *c)
{
	const struct field_def *f = &k->d->fields[c->field];
	const json_t *v = json_object_get(k->fields, f->name);

	if (!v && f->type == F_BOOL)
		return list_has(c->values, "no") || list_has(c->values, "false");
	return v && has_value(v, c->values);
}

static bool ordered(const struct kase *k, const struct cond *c)
{
	const struct field_def *f = &k->d->fields[c->field];
	const json_t *v = json_object_get(k->fields, f->name);
	int64_t n = json_integer_value(v);

	if (!v)
		return false;
	if (json_is_string(v)) {
		struct str s = str_of(json_string_value(v));

		if ((f->type == F_DATE ? date_parse(s, &n) : time_parse(s, &n)) < 0)
			return false;
	}
	return c->kind == C_FIELD_GT ? n > c->number : n < c->number;
}

/* ---- what has to be asked of the store --------------------------------------------- */

static int children(struct kase *k, const struct cond *c)
{
	int64_t n = 0;
	int err;

	if (!k->n_children)
		return c->kind == C_CHILDREN_ENDED;
	err = tx_int(k->tx,
		     c->kind == C_CHILDREN_ENDED ? "case.children_open" : "case.children_count",
		     ARGS(A_INT("parent_id", k->id), A_TEXT("process", c->name)), &n);
	if (err < 0)
		return err;
	return c->kind == C_CHILDREN_ENDED ? n == 0 : n > 0;
}

/** Parameters of an operation, by the types their fields have. */
static struct value param_value(const struct kase *k, int field)
{
	const struct field_def *f = &k->d->fields[field];
	const json_t *v = json_object_get(k->fields, f->name);
	int64_t n;

	if (!v)
		return VAL_NULL;
	if (json_is_boolean(v))
		return VAL_INT(json_is_true(v));
	if (json_is_integer(v))
		return VAL_INT(json_integer_value(v));
	if (!json_is_string(v))
		return VAL_NULL;
	if ((f->type == F_PERSON || f->type == F_CLIENT || f->type == F_CASE) &&
	    str_to_int(str_of(json_string_value(v)), &n) == 0)
		return VAL_INT(n);
	if (f->type == F_DATE && date_parse(str_of(json_string_value(v)), &n) == 0)
		return VAL_INT(n);
	if (f->type == F_TIME && time_parse(str_of(json_string_value(v)), &n) == 0)
		return VAL_INT(n);
	return VAL_STR(str_of(json_string_value(v)));
}

size_t kase_op_args(struct kase *k, const struct bind_param *params, size_t n,
		    const struct arg **ret)
{
	struct arg *args = ARENA_ARRAY(k->arena, struct arg, n + 2);

	args[0] = (struct arg)A_INT("case_id", k->id);
	args[1] = (struct arg)A_INT("org_id", k->org_id);
	for (size_t i = 0; i < n; i++)
		args[i + 2] = (struct arg){params[i].name, param_value(k, params[i].field)};
	*ret = args;
	return n + 2;
}

static int asks_op(struct kase *k, const struct cond *c)
{
	const struct arg *args;
	size_t n = kase_op_args(k, c->params, c->n_params, &args);
	int64_t answer = 0;
	int err = tx_int(k->tx, c->name, args, n, &answer);

	if (err == -E_NOT_FOUND)
		return 0;
	return err < 0 ? err : answer != 0;
}

/* ---- all together ------------------------------------------------------------------------------
 */

static struct label default_reason(struct kase *k, const struct cond *c)
{
	const char *zh = "条件尚未满足", *en = "A condition isn't met yet";

	if (c->field >= 0 && c->kind == C_FIELD_GIVEN && c->yes)
		return (struct label){
			arena_printf(k->arena, "请先填写“%s”", k->d->fields[c->field].label.zh),
			arena_printf(k->arena, "Fill in '%s' first",
				     k->d->fields[c->field].label.en)};
	if (c->field >= 0)
		return (struct label){
			arena_printf(k->arena, "“%s”不符合条件", k->d->fields[c->field].label.zh),
			arena_printf(k->arena, "'%s' doesn't allow it",
				     k->d->fields[c->field].label.en)};
	if (c->kind == C_CHILDREN_ENDED)
		return (struct label){"关联事项尚未办结", "A case opened from here hasn't ended"};
	if (c->kind == C_TASKS_DONE)
		return (struct label){"还有未完成的任务", "A task is still open"};
	if (c->kind == C_CONSENT)
		return (struct label){"尚无当事人的同意记录",
				      "The client's consent isn't recorded"};
	if (c->kind == C_ACTOR_NOT)
		return (struct label){"本人应当回避", "You are too close to this case"};
	return (struct label){zh, en};
}

static int cond_holds(struct kase *k, const struct cond *c, struct label *why);

static int combine(struct kase *k, const struct cond *c, struct label *why)
{
	struct label inner = {0};
	int r;

	for (size_t i = 0; i < c->n_kids; i++) {
		if ((r = cond_holds(k, &c->kids[i], &inner)) < 0)
			return r;
		if (c->kind == C_ALL && r == 0) {
			*why = inner;
			return 0;
		}
		if (c->kind != C_ALL && r == 1)
			return c->kind == C_ANY;
	}
	if (c->kind == C_ANY && !c->otherwise.zh)
		*why = inner;
	return c->kind != C_ANY;
}

static int evaluate(struct kase *k, const struct cond *c, struct label *why)
{
	switch (c->kind) {
	case C_FIELD_IS:
		return compares(k, c);
	case C_FIELD_NOT:
		return !compares(k, c);
	case C_FIELD_GT:
	case C_FIELD_LT:
		return ordered(k, c);
	case C_FIELD_GIVEN:
		return field_given(k, c->field) == c->yes;
	case C_STATE:
		return c->states >> k->state & 1;
	case C_ALL:
	case C_ANY:
	case C_NONE:
		return combine(k, c, why);
	case C_ACTOR:
		return who_is_actor(k, &c->who);
	case C_ACTOR_NOT:
		return !who_is_actor(k, &c->who);
	case C_CHILDREN_ENDED:
	case C_CHILDREN_ANY:
		return children(k, c);
	case C_CLOCK:
		return clock_status_of(k, c->clock) == c->status;
	case C_TASKS_DONE:
		return kase_open_tasks(k) == 0;
	case C_CONSENT:
		return list_has(k->consents, c->name);
	case C_OP:
		return asks_op(k, c);
	}
	return 0;
}

static int cond_holds(struct kase *k, const struct cond *c, struct label *why)
{
	struct label inner = {0};
	int r = evaluate(k, c, &inner);

	if (r == 0)
		*why = c->otherwise.zh ? c->otherwise : inner.zh ? inner : default_reason(k, c);
	return r;
}

int conds_hold(struct kase *k, const struct conds *conds, struct label *ret_why)
{
	struct label why;
	int r = 1;

	for (size_t i = 0; r == 1 && i < conds->n; i++)
		r = cond_holds(k, &conds->at[i], ret_why ? ret_why : &why);
	return r;
}
