/* The closed set of effects, each in the transaction of the action it belongs to. */
#include "process/kase.h"

#include "base/id.h"
#include "outreach/outbox.h"

/* A role is told through its people, at most so many. */
#define TOLD_MAX 200

/* ---- messages ---------------------------------------------------------------------- */

static struct str message_params(struct kase *k)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct jw w;

	jw_begin(&w, &b);
	jw_obj(&w);
	jw_kid(&w, "case_id", k->id);
	jw_kcstr(&w, "number", k->number);
	jw_kcstr(&w, "title", k->title ? k->title : kase_text(k, k->d->title));
	jw_kcstr(&w, "process", k->d->label.zh);
	jw_kcstr(&w, "state", k->d->states[k->state].label.zh);
	clocks_summarise(k);
	if (k->due_at)
		jw_kcstr(&w, "due", time_format(k->arena, k->due_at, k->ctx->env->zone));
	jw_obj_end(&w);
	return (struct str){arena_strndup(k->arena, b.p, b.len), b.len};
}

static int send(struct kase *k, const char *channel, const char *phrase, int64_t person,
		int64_t client, struct str address)
{
	struct message m = {.channel = channel,
			    .org_id = k->org_id,
			    .person_id = person,
			    .client_id = client,
			    .address = address,
			    .template_name = phrase,
			    .params = message_params(k),
			    .case_id = k->id};

	return outbox_add(k->tx, &m);
}

/** Who has been told already: somebody may be assignee, first asker and supervisor at once. */
typedef VEC(int64_t) person_list;

static bool told_before(person_list *told, int64_t person)
{
	for (size_t i = 0; i < told->n; i++)
		if (told->at[i] == person)
			return true;
	VEC_ADD(told, person);
	return false;
}

static int send_person(struct kase *k, person_list *told, int64_t person, const char *phrase,
		       const char *channel)
{
	/* Nobody needs a message about what he has just done himself. */
	if (!person || person == k->ctx->actor.id || person == ACTOR_SYSTEM ||
	    told_before(told, person))
		return 0;
	return send(k, channel ? channel : "inbox", phrase, person, 0, STR_NULL);
}

static int send_role(struct kase *k, person_list *told, const char *role, const char *phrase,
		     const char *channel)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	person_list people = {0};
	int err = tx_op(
		k->tx, "case.role_people",
		ARGS(A_INT("org_id", k->org_id), A_TEXT("role", role), A_INT("limit", TOLD_MAX)),
		&r);

	while (err >= 0 && (err = rows_next(r)) > 0)
		VEC_ADD(&people, rows_int(r, 0));
	for (size_t i = 0; err == 0 && i < people.n; i++)
		err = send_person(k, told, people.at[i], phrase, channel);
	VEC_FREE(&people);
	return err;
}

/** To a telephone or mail address in a field: of somebody who isn't registered as a client. */
static int send_address(struct kase *k, const struct who *who, const char *phrase,
			const char *channel)
{
	const struct field_def *f = &k->d->fields[who->field];
	struct str address = json_get_str(k->fields, f->name);
	int err;

	if (!field_given(k, who->field))
		return 0;
	if (f->sealed && (err = field_unseal(k, who->field, &address)) < 0)
		return err;
	return send(k,
		    channel		 ? channel
		    : f->type == F_PHONE ? "sms"
					 : "mail",
		    phrase, 0, 0, address);
}

int notify_people(struct kase *k, const struct who_list *to, const char *phrase,
		  const char *channel)
{
	person_list told = {0};
	int err = 0;

	for (size_t i = 0; err == 0 && i < to->n; i++) {
		const struct who *who = &to->at[i];

		if (who->kind == WHO_ROLE)
			err = send_role(k, &told, who->role, phrase, channel);
		else if (who->kind == WHO_CLIENT && k->client_id)
			err = send(k, channel ? channel : "sms", phrase, 0, k->client_id, STR_NULL);
		else if (who->kind == WHO_FIELD && k->d->fields[who->field].type != F_PERSON)
			err = send_address(k, who, phrase, channel);
		else if (who->kind == WHO_ASSIGNEE && !k->assignee && k->assignee_role)
			err = send_role(k, &told, k->assignee_role, phrase, channel);
		else
			err = send_person(k, &told, kase_person(k, who), phrase, channel);
	}
	VEC_FREE(&told);
	return err;
}

/* ---- records ----------------------------------------------------------------------- */

int ledger_add(struct kase *k, const char *ledger, const char *kind, struct str text,
	       int64_t person_id, const char *source)
{
	return tx_exec(k->tx, "case.ledger_add",
		       ARGS(A_INT("id", id_new()), A_INT("org_id", k->org_id),
			    A_TEXT("ledger", ledger), A_TEXT("kind", kind), A_INT("case_id", k->id),
			    A_ID("person_id", person_id), A_STR("text", text),
			    A_TEXT("source", source)),
		       NULL);
}

static int record_ledger(struct kase *k, const struct effect *e)
{
	struct label text = e->text.zh ? e->text : (struct label){"{note}", "{note}"};
	int64_t person = e->person.n ? kase_person(k, &e->person.at[0]) : k->assignee;

	return ledger_add(k, e->ledger, e->word, kase_label(k, text), person, k->d->source);
}

static int record_field(struct kase *k, const struct effect *e)
{
	const struct field_def *f = &k->d->fields[e->field];
	json_t *v = NULL;
	int err;

	if (e->set == SET_ADD)
		v = json_integer(json_integer_value(json_object_get(k->fields, f->name)) + e->add);
	else if (e->set == SET_NOW && f->type == F_TIME)
		v = json_string(time_format(k->arena, k->ctx->now_ms, NULL));
	else if (e->set == SET_NOW)
		v = json_string(
			date_format(k->arena, zone_local_day(k->ctx->env->zone, k->ctx->now_ms)));
	else if (e->set == SET_ACTOR && k->ctx->actor.id != ACTOR_SYSTEM)
		v = json_string(arena_printf(k->arena, "%lld", (long long)k->ctx->actor.id));
	else if (e->set == SET_VALUE && f->type == F_BOOL)
		v = json_boolean(strcmp(e->value, "yes") == 0 || strcmp(e->value, "true") == 0);
	else if (e->set == SET_VALUE)
		v = json_string(kase_text(k, e->value));
	err = form_set(k, e->field, v);
	json_decref(v);
	return err;
}

static int record_op(struct kase *k, const struct effect *e)
{
	const struct arg *args;
	size_t n = kase_op_args(k, e->params, e->n_params, &args);

	return tx_exec(k->tx, e->op, args, n, NULL);
}

/* ---- tasks, deliveries, requirements ----------------------------------------------- */

int task_add(struct kase *k, const char *kind, const struct who *who, struct label what,
	     const char **until)
{
	CLEANUP(buf_free) struct buf list = {0};
	struct task_row *t = kase_add_task(k);

	for (const char **a = until; a && *a; a++)
		buf_printf(&list, "%s%s,", list.len ? "" : ",", *a);
	*t = (struct task_row){.id = id_new(),
			       .kind = kind,
			       .person_id = kase_person(k, who),
			       .role = who->kind == WHO_ROLE ? who->role : NULL,
			       .what = kase_label(k, what).p,
			       .until = list.len ? arena_strdup(k->arena, list.p) : NULL,
			       .fresh = true,
			       .dirty = true};
	if (!t->person_id && !t->role && who->kind == WHO_ASSIGNEE)
		t->role = k->assignee_role;
	return kase_feed(k, "task.assigned", t->person_id, t->role);
}

/** D04: what was given to whom by which channel; opened_at is filled when it is. */
static int deliver(struct kase *k, const struct effect *e)
{
	const struct field_def *f = &k->d->fields[e->field];
	const struct who *to = &e->to.at[0];
	const char *channel = e->channel ? e->channel : to->kind == WHO_CLIENT ? "sms" : "inbox";
	int64_t person = kase_person(k, to), id = id_new();
	char *data;
	int err;

	if (!field_given(k, e->field))
		return ctx_fail(k->ctx, E_INVALID, f->name, "%s%s",
				label_text(f->label, k->ctx->lang),
				k->ctx->lang == LANG_EN ? " is empty: nothing to deliver"
							: "为空，无法送达");
	err = tx_exec(k->tx, "case.delivery_add",
		      ARGS(A_INT("id", id), A_INT("case_id", k->id), A_TEXT("field", f->name),
			   A_TEXT("channel", channel),
			   A_ID("client_id", to->kind == WHO_CLIENT ? k->client_id : 0),
			   A_ID("person_id", person)),
		      NULL);
	if (err < 0)
		return err;
	data = arena_printf(k->arena,
			    "{\"delivery_id\":\"%lld\",\"field\":\"%s\",\"channel\":\"%s\"}",
			    (long long)id, f->name, channel);
	if ((err = kase_event(k, "delivery", NULL, -1, -1, kase_label(k, f->label), str_of(data))) <
	    0)
		return err;
	return e->phrase ? notify_people(k, &e->to, e->phrase, e->channel) : 0;
}

static int require(struct kase *k, const struct effect *e)
{
	struct label why = {0};
	int r = conds_hold(k, &e->conds, &why);

	if (r == 0)
		return ctx_fail(k->ctx, E_CONFLICT, NULL, "%s", label_text(why, k->ctx->lang));
	return r < 0 ? r : 0;
}

/** The period of an extension: said in the definition, or "3 working days" or a number of working
 * days in a field. */
static int extension(struct kase *k, const struct effect *e, struct period *ret)
{
	const struct field_def *f;
	const json_t *v;

	*ret = e->by;
	if (e->by_field < 0)
		return 0;
	f = &k->d->fields[e->by_field];
	v = json_object_get(k->fields, f->name);
	if (json_is_integer(v) && json_integer_value(v) > 0 && json_integer_value(v) < 1000) {
		*ret = (struct period){PERIOD_WORKING_DAYS, (int32_t)json_integer_value(v)};
		return 0;
	}
	if (!json_is_string(v) || period_parse(str_of(json_string_value(v)), ret, NULL) < 0)
		return ctx_fail(k->ctx, E_INVALID, f->name, "%s",
				k->ctx->lang == LANG_EN ? "Say for how long" : "请写明延长多久");
	return 0;
}

static int clock_effect(struct kase *k, const struct effect *e)
{
	const struct clock_def *d = &k->d->clocks[e->clock];
	struct period by = {0};
	char *data;
	int err;

	if (e->verb != CLOCK_EXTEND)
		return clock_verb_run(k, e->clock, e->verb, NULL);
	if (!k->note.p && k->ctx->actor.id != ACTOR_SYSTEM)
		return ctx_fail(k->ctx, E_INVALID, "note", "%s",
				k->ctx->lang == LANG_EN ? "An extension needs its reason"
							: "延长期限须写明理由");
	if ((err = extension(k, e, &by)) < 0 ||
	    (err = clock_verb_run(k, e->clock, CLOCK_EXTEND, &by)) < 0)
		return err;
	data = arena_printf(k->arena, "{\"clock\":\"%s\",\"by\":\"%s\"}", d->name,
			    period_format(k->arena, &by));
	return kase_event(k, "clock_extended", NULL, -1, -1, k->note, str_of(data));
}

/* ---- all of them ------------------------------------------------------------------- */

static int effect_run(struct kase *k, const struct effect *e)
{
	switch (e->kind) {
	case FX_NOTIFY:
		return notify_people(k, &e->to, e->phrase, e->channel);
	case FX_ASSIGN:
		return assign_run(k, e);
	case FX_OPEN:
		return child_open(k, e);
	case FX_LEDGER:
		return record_ledger(k, e);
	case FX_EVENT:
		return kase_event(k, "record", NULL, -1, -1, kase_label(k, e->text), STR_NULL);
	case FX_FIELD:
		return record_field(k, e);
	case FX_OP:
		return record_op(k, e);
	case FX_DELIVER:
		return deliver(k, e);
	case FX_CLOCK:
		return clock_effect(k, e);
	case FX_REQUIRE:
		return require(k, e);
	case FX_TASK:
		return task_add(k, "task", &e->to.at[0], e->text, e->until);
	}
	return 0;
}

int effects_run(struct kase *k, const struct effects *fx)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < fx->n; i++) {
		r = conds_hold(k, &fx->at[i].when, NULL);
		if (r == 1)
			r = effect_run(k, &fx->at[i]);
	}
	return r < 0 ? r : 0;
}
