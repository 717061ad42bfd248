/* Creation and actions: the one place where a case changes its state. */
#include "process/kase.h"

#include "base/id.h"

/* Cases that open or wake one another, at most so deep: a definition that goes round is stopped. */
#define DEPTH_MAX 8
#define NOTE_MAX 4000

/* ---- may it be done? ----------------------------------------------------------------------------
 */

static int refused(struct kase *k, enum error e, struct label why)
{
	return ctx_fail(k->ctx, e, NULL, "%s", label_text(why, k->ctx->lang));
}

static struct label wrong_state(struct kase *k)
{
	struct label now = k->d->states[k->state].label;

	return (struct label){arena_printf(k->arena, "“%s”状态下不能这样做", now.zh),
			      arena_printf(k->arena, "Not possible while '%s'", now.en)};
}

/** @return 0, -E_CONFLICT, -E_FORBIDDEN with the reason in *why, or another error */
static int check_action(struct kase *k, const struct action_def *a, struct label *why)
{
	int r;

	if (!(a->from >> k->state & 1)) {
		*why = wrong_state(k);
		return -E_CONFLICT;
	}
	if (a->verdict != VERDICT_NONE) {
		if (review_my_step(k, &k->d->reviews[a->review], why) < 0)
			return -E_FORBIDDEN;
	} else if (!who_list_has_actor(k, &a->by)) {
		*why = who_why(k, &a->by);
		return -E_FORBIDDEN;
	}
	r = conds_hold(k, &a->guard, why);
	return r < 0 ? r : r == 0 ? -E_CONFLICT : 0;
}

int action_possible(struct kase *k, const struct action_def *a, struct label *ret_why)
{
	int err = check_action(k, a, ret_why);

	return err == 0 ? 1 : err == -E_CONFLICT || err == -E_FORBIDDEN ? 0 : err;
}

/* ---- the change itself ------------------------------------------------------------- */

static void close_tasks(struct kase *k, const struct action_def *a)
{
	for (size_t i = 0; i < k->n_tasks; i++) {
		struct task_row *t = &k->tasks[i];
		char *here;

		if (t->done || t->fresh || (!k->ended && strcmp(t->kind, "review") == 0))
			continue;
		here = a ? arena_printf(k->arena, ",%s,", a->name) : NULL;
		if (k->ended || (a && (!t->until || strstr(t->until, here))))
			t->done = t->dirty = true;
	}
}

int kase_enter(struct kase *k, int state)
{
	k->state = state;
	/* Never the same twice: it also numbers the rounds of a review. */
	k->state_at = k->ctx->now_ms > k->state_at ? k->ctx->now_ms : k->state_at + 1;
	k->votes_loaded = false;
	k->n_votes = 0;
	k->ended = k->d->states[state].kind == STATE_END;
	if (k->ended)
		close_tasks(k, NULL);
	return k->ended ? clocks_stop_all(k) : review_begin(k);
}

/** Whoever acts on a case that lies with his role takes it on. */
static void claim(struct kase *k, const struct action_def *a)
{
	struct who assignee = {.kind = WHO_ASSIGNEE, .field = -1};

	if (k->assignee || !k->assignee_role || a->verdict != VERDICT_NONE)
		return;
	if (k->ctx->actor.id != ACTOR_SYSTEM && who_is_actor(k, &assignee)) {
		k->assignee = k->ctx->actor.id;
		k->assignee_role = NULL;
	}
}

static struct str event_data(struct kase *k)
{
	if (!k->changed.len)
		return STR_NULL;
	return str_of(arena_printf(k->arena, "{\"fields\":[%s]}", k->changed.p));
}

static int run(struct kase *k, const struct action_def *a, struct str opinion)
{
	int from = k->state, err;
	bool entered = a->to >= 0 && a->to != k->state;

	claim(k, a);
	close_tasks(k, a);
	if ((err = kase_event(k, "action", a->name, from, a->to >= 0 ? a->to : from, k->note,
			      event_data(k))) < 0)
		return err;
	if (entered && (err = kase_enter(k, a->to)) < 0)
		return err;
	if ((err = clocks_follow(k, a, entered)) < 0 || (err = effects_run(k, &a->effects)) < 0)
		return err;
	if (a->verdict != VERDICT_NONE && (err = review_vote(k, a, opinion)) < 0)
		return err;
	if (k->ended && (err = clocks_stop_all(k)) < 0)
		return err;
	if ((err = kase_save(k)) < 0 || (err = kase_feed(k, "case.changed", 0, NULL)) < 0)
		return err;
	return k->ended && k->parent_id ? child_ended(k) : 0;
}

/* ---- acting ------------------------------------------------------------------------ */

static int take_note(struct kase *k, struct str note)
{
	k->note = str_trim(note);
	if (!k->note.len)
		k->note = STR_NULL;
	if (utf8_count(k->note) > NOTE_MAX)
		return ctx_fail(k->ctx, E_INVALID, "note", "at most %d characters", NOTE_MAX);
	return 0;
}

/** The reviewer's opinion stands beside his vote, not in the case. */
static int take_opinion(struct kase *k, const struct action_def *a, const struct form *form,
			struct str *ret)
{
	*ret = form->fields ? json_get_str(form->fields, "opinion") : STR_NULL;
	*ret = str_trim(*ret);
	if (!ret->len)
		*ret = k->note;
	if (!ret->len && a->verdict == VERDICT_REJECT)
		return ctx_fail(k->ctx, E_INVALID, "opinion", "%s",
				k->ctx->lang == LANG_EN ? "Say why" : "请写明不同意的理由");
	if (utf8_count(*ret) > NOTE_MAX)
		return ctx_fail(k->ctx, E_INVALID, "opinion", "at most %d characters", NOTE_MAX);
	if (!ret->len)
		*ret = STR_NULL;
	k->note = *ret;
	return 0;
}

static int fill(struct kase *k, const struct action_def *a, const struct form *form,
		struct str *opinion)
{
	int err;

	if ((err = take_note(k, form->note)) < 0)
		return err;
	*opinion = STR_NULL;
	if (a->verdict != VERDICT_NONE)
		return take_opinion(k, a, form, opinion);
	if (a->reason && !k->note.p)
		return ctx_fail(k->ctx, E_INVALID, "note", "%s",
				k->ctx->lang == LANG_EN ? "Give the reason" : "请写明理由");
	return form_take(k, &a->form, form->fields, false);
}

int process_act(struct tx *tx, int64_t case_id, struct str action, const struct form *form,
		struct kase **ret)
{
	const struct action_def *a;
	struct label why = {0};
	struct str opinion;
	struct kase *k;
	int err;

	if ((err = process_load(tx, case_id, &k)) < 0)
		return err;
	*ret = k;
	k->consents = form->consents;
	a = definition_action(k->d, action);
	if (!a)
		return ctx_fail(k->ctx, E_NOT_FOUND, NULL, "there is no action '%.*s'",
				STR_FMT(action));
	if (form->version && form->version != k->version)
		return ctx_fail(k->ctx, E_STALE, "version", "the case is at version %lld by now",
				(long long)k->version);
	err = check_action(k, a, &why);
	if (err == -E_CONFLICT || err == -E_FORBIDDEN)
		return refused(k, -err, why);
	if (err < 0 || (err = fill(k, a, form, &opinion)) < 0)
		return err;
	return run(k, a, opinion);
}

int system_act(struct kase *k, const char *action)
{
	const struct action_def *a = definition_action(k->d, str_of(action));
	struct label why = {0};
	int r;

	if (!a || k->ended || !(a->from >> k->state & 1))
		return kase_save(k);
	if (k->depth > DEPTH_MAX)
		return ctx_fail(k->ctx, E_CONFLICT, NULL, "cases wake one another without end");
	if ((r = conds_hold(k, &a->guard, &why)) < 0)
		return r;
	return r ? run(k, a, STR_NULL) : kase_save(k);
}

/* ---- corrections ------------------------------------------------------------------- */

int process_edit(struct tx *tx, int64_t case_id, const struct form *form, struct kase **ret)
{
	const struct state_def *s;
	struct kase *k;
	int err;

	if ((err = process_load(tx, case_id, &k)) < 0)
		return err;
	*ret = k;
	s = &k->d->states[k->state];
	if (form->version && form->version != k->version)
		return ctx_fail(k->ctx, E_STALE, "version", "the case is at version %lld by now",
				(long long)k->version);
	if (!s->edit.n)
		return refused(k, E_CONFLICT, wrong_state(k));
	if (!who_list_has_actor(k, &s->editors))
		return refused(k, E_FORBIDDEN, who_why(k, &s->editors));
	if ((err = take_note(k, form->note)) < 0 ||
	    (err = form_take(k, &s->edit, form->fields, true)) < 0 ||
	    (err = kase_event(k, "edit", NULL, -1, -1, k->note, event_data(k))) < 0 ||
	    (err = kase_save(k)) < 0)
		return err;
	return kase_feed(k, "case.changed", 0, NULL);
}

/* ---- creation ---------------------------------------------------------------------- */

static int take_defaults(struct kase *k)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < k->d->n_fields; i++) {
		const struct field_def *f = &k->d->fields[i];
		json_t *v;

		if (!f->dflt || field_given(k, (int)i))
			continue;
		v = f->type == F_BOOL ? json_boolean(strcmp(f->dflt, "yes") == 0)
				      : json_string(f->dflt);
		err = form_set(k, (int)i, v);
		json_decref(v);
	}
	return err;
}

/** The creator works on it when the process has work for him, else it waits for somebody to take
 * it. */
static int first_assignment(struct kase *k)
{
	const struct actor *a = &k->ctx->actor;

	if (k->d->assign)
		return assign_run(k, k->d->assign);
	if (a->id != ACTOR_SYSTEM)
		k->assignee = a->id;
	return 0;
}

int create_in(struct kase *k, const struct form *form, bool by_person)
{
	const struct action_def *a = &k->d->create;
	struct label why = {0};
	int err;

	if ((err = take_note(k, form->note)) < 0 ||
	    (by_person && (err = form_take(k, &a->form, form->fields, false)) < 0) ||
	    (err = take_defaults(k)) < 0)
		return err;
	if (by_person && (err = conds_hold(k, &a->guard, &why)) <= 0)
		return err < 0 ? err : refused(k, E_CONFLICT, why);
	if ((err = number_take(k, &k->number)) < 0 || (err = first_assignment(k)) < 0 ||
	    (err = kase_event(k, "created", "create", -1, k->state, k->note, STR_NULL)) < 0 ||
	    (err = clocks_follow(k, a, true)) < 0 || (err = review_begin(k)) < 0 ||
	    (err = effects_run(k, &a->effects)) < 0 || (err = kase_save(k)) < 0)
		return err;
	return kase_feed(k, "case.changed", 0, NULL);
}

struct kase *kase_begin(struct tx *tx, const struct definition *d, int64_t org_id)
{
	struct kase *k = kase_new(tx, d);
	const struct actor *a = &k->ctx->actor;

	k->id = id_new_at(k->ctx->now_ms);
	k->org_id = org_id;
	k->fresh = true;
	k->created_by = a->id;
	k->first_asker = a->id == ACTOR_SYSTEM ? 0 : a->id;
	k->created_at = k->updated_at = k->state_at = k->ctx->now_ms;
	k->version = 1;
	return k;
}

static int take_title(struct kase *k, struct str title)
{
	title = str_trim(title);
	if (!title.len)
		return 0;
	if (utf8_count(title) > 200)
		return ctx_fail(k->ctx, E_INVALID, "title", "at most 200 characters");
	return json_object_set_new(k->fields, FIELD_TITLE, json_stringn(title.p, title.len));
}

int process_create(struct tx *tx, const struct definition *d, const struct form *form,
		   struct kase **ret)
{
	struct ctx *ctx = tx_ctx(tx);
	struct kase *k = kase_begin(tx, d, ctx->actor.org_id);
	int err;

	*ret = k;
	k->consents = form->consents;
	if ((err = kase_tie_client(k, form->client_id)) < 0)
		return err;
	if (ctx->actor.id != ACTOR_SYSTEM && !who_list_has_actor(k, &d->create.by))
		return refused(k, E_FORBIDDEN, who_why(k, &d->create.by));
	if ((err = take_title(k, form->title)) < 0)
		return err;
	return create_in(k, form, true);
}
