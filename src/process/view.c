/* The case as one person sees it: fields, path, clocks, timeline, and what he may do now. */
#include "process/kase.h"

#define TIMELINE_MAX 500
#define PATH_AHEAD 6

static void kperson(struct kase *k, struct jw *w, const char *key, int64_t id)
{
	jw_key(w, key);
	if (!id) {
		jw_null(w);
		return;
	}
	jw_obj(w);
	jw_kid(w, "id", id);
	jw_kcstr(w, "name", name_person(k->tx, k->lib, id));
	jw_obj_end(w);
}

static void klabel_json(struct jw *w, const char *key, struct str json)
{
	jw_key(w, key);
	jw_raw(w, json);
}

/* ---- head and fields --------------------------------------------------------------- */

static void write_head(struct kase *k, struct jw *w)
{
	jw_kid(w, "id", k->id);
	jw_kcstr(w, "number", k->number);
	jw_kcstr(w, "process", k->d->name);
	klabel_json(w, "process_label", k->d->label_json);
	jw_kcstr(w, "title", k->title);
	jw_kcstr(w, "state", k->d->states[k->state].name);
	klabel_json(w, "state_label", k->d->state_label_json[k->state]);
	jw_kbool(w, "ended", k->ended);
	jw_kint(w, "version", k->version);
	jw_kid(w, "org_id", k->org_id);
	jw_kcstr(w, "org_name", name_org(k->tx, k->lib, k->org_id));
	jw_ktime(w, "created_at", k->created_at);
	jw_ktime(w, "updated_at", k->updated_at);
	kperson(k, w, "created_by", k->created_by);
	kperson(k, w, "assignee", k->assignee);
	jw_kcstr(w, "assignee_role", k->assignee_role);
	kperson(k, w, "first_asker", k->first_asker);
	jw_kid(w, "client_id", k->client_id);
	jw_ktime(w, "due_at", k->due_at);
}

static void write_fields(struct kase *k, struct jw *w)
{
	jw_key(w, "fields");
	jw_obj(w);
	for (size_t i = 0; i < k->d->n_fields; i++) {
		const struct field_def *f = &k->d->fields[i];
		const json_t *v = json_object_get(f->sealed ? k->sealed : k->fields, f->name);

		if (!v)
			continue;
		jw_key(w, f->name);
		if (!f->sealed) {
			jw_json(w, v);
			continue;
		}
		jw_obj(w);
		jw_kbool(w, "sealed", true);
		jw_kstr(w, "hint", json_get_str(v, "hint"));
		jw_obj_end(w);
	}
	jw_obj_end(w);
	klabel_json(w, "field_defs", k->d->fields_json);
}

/* ---- timeline ---------------------------------------------------------------------- */

struct visited {
	int state[64];
	int64_t at[64];
	size_t n;
};

static void visit(struct visited *v, int state, int64_t at)
{
	if (state < 0 || (v->n && v->state[v->n - 1] == state))
		return;
	for (size_t i = 0; i < v->n; i++)
		if (v->state[i] == state)
			v->n = i; /* back again: what came after it counts no more */
	v->state[v->n] = state;
	v->at[v->n++] = at;
}

static struct label event_label(const struct kase *k, struct str kind, struct str action)
{
	static const struct {
		const char *kind;
		struct label label;
	} words[] = {
		{"created", {"登记", "Registered"}},
		{"edit", {"更正信息", "Corrected"}},
		{"note", {"备注", "Note"}},
		{"assigned", {"分派", "Assigned"}},
		{"review", {"复核结论", "Outcome of the review"}},
		{"delivery", {"送达", "Delivered"}},
		{"clock_warning", {"时限预警", "Due soon"}},
		{"clock_breach", {"超过时限", "Overdue"}},
		{"clock_ended", {"期间届满", "Time is over"}},
		{"clock_extended", {"延长时限", "Time extended"}},
		{"opened", {"转办新件", "Opened another case"}},
		{"child_ended", {"关联件办结", "The other case has ended"}},
		{"citation", {"引用法条", "Article cited"}},
		{"attachment", {"上传附件", "File attached"}},
		{"document", {"生成文书", "Document made"}},
		{"reveal", {"查看加密信息", "Sealed field shown"}},
		{"record", {"记录", "Recorded"}},
	};
	const struct action_def *a = action.p ? definition_action(k->d, action) : NULL;

	if (a)
		return a->label;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_is(kind, words[i].kind))
			return words[i].label;
	return (struct label){0};
}

/** Text of an event: what a person wrote, or for these kinds a label that the engine wrote as JSON.
 */
static void write_text(struct jw *w, struct str kind, struct str text)
{
	bool label = str_is(kind, "clock_warning") || str_is(kind, "clock_breach") || str_is(kind, "clock_ended") ||
		     str_is(kind, "review") || str_is(kind, "delivery") || str_is(kind, "record");

	jw_key(w, "text");
	if (label && text.len)
		jw_raw(w, text);
	else
		jw_str(w, text);
}

static void write_event(struct kase *k, struct jw *w, struct rows *r, struct visited *seen)
{
	int from = definition_state(k->d, rows_text(r, 5)),
	    to = definition_state(k->d, rows_text(r, 6));
	struct str kind = rows_text(r, 2), action = rows_text(r, 4), text = rows_text(r, 7);
	struct label label = event_label(k, kind, action);

	visit(seen, from, rows_int(r, 1));
	visit(seen, to, rows_int(r, 1));
	jw_obj(w);
	jw_kid(w, "id", rows_int(r, 0));
	jw_ktime(w, "at", rows_int(r, 1));
	jw_kstr(w, "kind", kind);
	kperson(k, w, "actor", rows_int(r, 3));
	jw_kstr(w, "action", action);
	jw_key(w, "label");
	jw_label(w, label);
	jw_kcstr(w, "from", from >= 0 ? k->d->states[from].name : NULL);
	jw_kcstr(w, "to", to >= 0 ? k->d->states[to].name : NULL);
	write_text(w, kind, text);
	jw_key(w, "data");
	jw_raw(w, rows_text(r, 8));
	jw_obj_end(w);
}

static int timeline_since(struct kase *k, struct jw *w, int64_t version, struct visited *seen)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = tx_op(k->tx, "case.events",
			ARGS(A_INT("case_id", k->id), A_INT("after_version", version),
			     A_INT("limit", TIMELINE_MAX)),
			&r);

	jw_arr(w);
	while (err >= 0 && (err = rows_next(r)) > 0)
		write_event(k, w, r, seen);
	jw_arr_end(w);
	return err;
}

int process_changes(struct kase *k, int64_t since_version, struct jw *w)
{
	struct visited seen = {0};

	return timeline_since(k, w, since_version, &seen);
}

/* ---- the path of states ------------------------------------------------------------ */

/** Where it most likely goes: the primary action, else the first that leads on. */
static int likely_next(const struct definition *d, int state, uint64_t been)
{
	int best = -1;

	for (size_t i = 0; i < d->n_reviews; i++)
		if (d->reviews[i].state == state && !(been >> d->reviews[i].pass.to & 1))
			return d->reviews[i].pass.to;
	for (size_t i = 0; i < d->n_actions; i++) {
		const struct action_def *a = &d->actions[i];

		if (a->to < 0 || !(a->from >> state & 1) || (been >> a->to & 1))
			continue;
		if (a->primary)
			return a->to;
		if (best < 0)
			best = a->to;
	}
	return best;
}

static void write_step(struct kase *k, struct jw *w, int state, const char *status, int64_t at)
{
	jw_obj(w);
	jw_kcstr(w, "state", k->d->states[state].name);
	klabel_json(w, "label", k->d->state_label_json[state]);
	jw_kcstr(w, "status", status);
	jw_ktime(w, "at", at);
	jw_obj_end(w);
}

static void write_path(struct kase *k, struct jw *w, struct visited *seen)
{
	uint64_t been = 0;
	int state = k->state;

	visit(seen, k->state, k->state_at);
	jw_key(w, "path");
	jw_arr(w);
	for (size_t i = 0; i < seen->n; i++) {
		bool now = i + 1 == seen->n;

		been |= UINT64_C(1) << seen->state[i];
		write_step(k, w, seen->state[i], now && !k->ended ? "now" : "done", seen->at[i]);
	}
	for (int n = 0; !k->ended && n < PATH_AHEAD; n++) {
		state = likely_next(k->d, state, been);
		if (state < 0)
			break;
		been |= UINT64_C(1) << state;
		write_step(k, w, state, "next", 0);
		if (k->d->states[state].kind == STATE_END)
			break;
	}
	jw_arr_end(w);
}

/* ---- clocks, reviews, tasks -------------------------------------------------------- */

static void write_clock(struct kase *k, struct jw *w, const struct clock_row *c)
{
	const struct clock_def *d = c->def >= 0 ? &k->d->clocks[c->def] : NULL;
	enum clock_status status =
		c->status == CLOCK_RUNNING && c->breached_at ? CLOCK_BREACHED : c->status;
	struct period p;

	jw_obj(w);
	jw_kid(w, "id", c->id);
	jw_kcstr(w, "name", d ? d->name : NULL);
	jw_key(w, "label");
	jw_label(w, d ? d->label : (struct label){0});
	jw_kcstr(w, "status", clock_status_names[status]);
	jw_ktime(w, "started_at", c->started_at);
	jw_ktime(w, "due_at", c->due_at);
	jw_ktime(w, "stopped_at", c->stopped_at);
	jw_ktime(w, "breached_at", c->breached_at);
	jw_ktime(w, "warn_at", c->next_at != c->due_at ? c->next_at : 0);
	jw_kcstr(w, "calendar", c->calendar);
	jw_kcstr(w, "source", d ? d->source : NULL);
	jw_kcstr(w, "within", c->length);
	jw_kbool(w, "counts_only_in_hours",
		 c->length && period_parse(str_of(c->length), &p, NULL) == 0 &&
			 period_counts_in_hours(&p));
	jw_obj_end(w);
}

static void write_clocks(struct kase *k, struct jw *w)
{
	jw_key(w, "clocks");
	jw_arr(w);
	for (size_t i = 0; i < k->n_clocks; i++)
		write_clock(k, w, &k->clocks[i]);
	jw_arr_end(w);
}

static void write_votes(struct kase *k, struct jw *w, int step)
{
	jw_key(w, "votes");
	jw_arr(w);
	for (size_t i = 0; i < k->n_votes; i++) {
		const struct vote_row *v = &k->votes[i];

		if (v->step != step)
			continue;
		jw_obj(w);
		kperson(k, w, "person", v->person_id);
		jw_kcstr(w, "verdict", v->verdict == VERDICT_APPROVE ? "approve" : "reject");
		jw_kcstr(w, "opinion", v->opinion);
		jw_ktime(w, "at", v->at);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void write_review(struct kase *k, struct jw *w, const struct review_def *v)
{
	uint64_t open = review_open_steps(k, v);
	size_t now = 0;

	while (now < v->n_steps && !(open >> now & 1))
		now++;
	jw_obj(w);
	jw_kcstr(w, "name", v->name);
	jw_key(w, "label");
	jw_label(w, v->label);
	jw_kint(w, "step", (int64_t)now);
	jw_key(w, "steps");
	jw_arr(w);
	for (size_t i = 0; i < v->n_steps; i++) {
		jw_obj(w);
		jw_key(w, "label");
		jw_label(w, v->steps[i].label);
		jw_kcstr(w, "role", v->steps[i].who.role);
		jw_kint(w, "need", v->steps[i].need);
		jw_kint(w, "of", v->steps[i].of);
		jw_kbool(w, "open", open >> i & 1);
		write_votes(k, w, (int)i);
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_obj_end(w);
}

static void write_reviews(struct kase *k, struct jw *w)
{
	const struct review_def *v = definition_review_in(k->d, k->state);

	jw_key(w, "reviews");
	jw_arr(w);
	if (v)
		write_review(k, w, v);
	jw_arr_end(w);
	jw_key(w, "tasks");
	jw_arr(w);
	for (size_t i = 0; i < k->n_tasks; i++) {
		const struct task_row *t = &k->tasks[i];

		if (t->done)
			continue;
		jw_obj(w);
		jw_kid(w, "id", t->id);
		jw_kcstr(w, "kind", t->kind);
		kperson(k, w, "person", t->person_id);
		jw_kcstr(w, "role", t->role);
		jw_key(w, "what");
		jw_raw(w, str_of(t->what));
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

/* ---- actions
 * ------------------------------------------------------------------------------------------------------
 */

/** Only the engine does it: nothing to show. */
static bool only_system(const struct action_def *a)
{
	for (size_t i = 0; i < a->by.n; i++)
		if (a->by.at[i].kind != WHO_SYSTEM)
			return false;
	return true;
}

static int write_action(struct kase *k, struct jw *w, const struct action_def *a)
{
	struct label why = {0};
	int possible = action_possible(k, a, &why);

	if (possible < 0)
		return possible;
	/* Its object was written when the definition was parsed, but for the end. */
	jw_raw(w, a->json);
	buf_adds(w->out, possible ? ",\"enabled\":true,\"why\":" : ",\"enabled\":false,\"why\":");
	w->comma = false;
	jw_label(w, possible ? (struct label){0} : why);
	buf_addc(w->out, '}');
	w->comma = true;
	return 0;
}

static int write_actions(struct kase *k, struct jw *w)
{
	int err = 0;

	jw_key(w, "actions");
	jw_arr(w);
	for (size_t i = 0; err == 0 && i < k->d->n_actions; i++)
		if ((k->d->actions[i].from >> k->state & 1) && !only_system(&k->d->actions[i]))
			err = write_action(k, w, &k->d->actions[i]);
	jw_arr_end(w);
	return err;
}

static void write_editable(struct kase *k, struct jw *w)
{
	const struct state_def *s = &k->d->states[k->state];

	jw_key(w, "editable");
	jw_arr(w);
	if (s->edit.n && who_list_has_actor(k, &s->editors))
		for (size_t i = 0; i < s->edit.n; i++)
			jw_cstr(w, k->d->fields[s->edit.at[i].field].name);
	jw_arr_end(w);
}

/* ---- what hangs on it
 * -----------------------------------------------------------------------------------------------
 */

/* Another case is named only to who may see it. @return 1, 0, negative error */
static int is_seen(struct kase *k, int64_t case_id)
{
	int r = process_sees(k->tx, case_id);

	return r == -E_NOT_FOUND ? 0 : r < 0 ? r : 1;
}

static int write_child(struct kase *k, struct jw *w, struct rows *r)
{
	const struct definition *d;
	int err, state;

	if ((err = process_by_id(k->lib, k->tx, rows_int(r, 4), &d)) < 0)
		return err;
	state = definition_state(d, rows_text(r, 3));
	jw_obj(w);
	jw_kid(w, "id", rows_int(r, 0));
	jw_kstr(w, "number", rows_text(r, 1));
	jw_kstr(w, "title", rows_text(r, 2));
	klabel_json(w, "process_label", d->label_json);
	klabel_json(w, "state_label", state >= 0 ? d->state_label_json[state] : STR_NULL);
	jw_kbool(w, "ended", rows_int(r, 5) != 0);
	jw_obj_end(w);
	return 0;
}

static int write_children(struct kase *k, struct jw *w)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = 0;

	jw_key(w, "children");
	jw_arr(w);
	if (k->n_children)
		err = tx_op(k->tx, "case.children", ARGS(A_INT("parent_id", k->id)), &r);
	while (k->n_children && err >= 0 && (err = rows_next(r)) > 0)
		if ((err = is_seen(k, rows_int(r, 0))) > 0)
			err = write_child(k, w, r);
	jw_arr_end(w);
	return err;
}

static int write_parent(struct kase *k, struct jw *w)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = 0;

	jw_key(w, "parent");
	if (k->parent_id && (err = is_seen(k, k->parent_id)) > 0 &&
	    (err = tx_op(k->tx, "case.brief", ARGS(A_INT("id", k->parent_id)), &r)) >= 0)
		err = rows_next(r);
	if (err <= 0) {
		jw_null(w);
		return err;
	}
	jw_obj(w);
	jw_kid(w, "id", rows_int(r, 0));
	jw_kstr(w, "number", rows_text(r, 1));
	jw_kstr(w, "title", rows_text(r, 2));
	jw_obj_end(w);
	return 0;
}

static int write_citations(struct kase *k, struct jw *w)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = 0;

	jw_key(w, "citations");
	jw_arr(w);
	if (k->n_citations)
		err = tx_op(k->tx, "case.citations_of", ARGS(A_INT("case_id", k->id)), &r);
	while (k->n_citations && err >= 0 && (err = rows_next(r)) > 0) {
		jw_obj(w);
		jw_kid(w, "id", rows_int(r, 0));
		jw_kid(w, "article_id", rows_int(r, 1));
		jw_kstr(w, "law", rows_text(r, 2));
		jw_kstr(w, "article", rows_text(r, 3));
		jw_kstr(w, "text", rows_text(r, 4));
		kperson(k, w, "cited_by", rows_int(r, 5));
		jw_ktime(w, "cited_at", rows_int(r, 6));
		jw_obj_end(w);
	}
	jw_arr_end(w);
	return err;
}

static int write_attachments(struct kase *k, struct jw *w)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = 0;

	jw_key(w, "attachments");
	jw_arr(w);
	if (k->n_attachments)
		err = tx_op(k->tx, "case.attachments_of", ARGS(A_INT("case_id", k->id)), &r);
	while (k->n_attachments && err >= 0 && (err = rows_next(r)) > 0) {
		jw_obj(w);
		jw_kid(w, "id", rows_int(r, 0));
		jw_kstr(w, "name", rows_text(r, 1));
		jw_kint(w, "size", rows_int(r, 2));
		jw_kstr(w, "media_type", rows_text(r, 3));
		jw_kstr(w, "sha256", rows_text(r, 4));
		jw_ktime(w, "at", rows_int(r, 5));
		kperson(k, w, "by", rows_int(r, 6));
		jw_obj_end(w);
	}
	jw_arr_end(w);
	return err;
}

int process_view(struct kase *k, struct jw *w)
{
	struct visited seen = {0};
	int err;

	jw_obj(w);
	write_head(k, w);
	write_fields(k, w);
	write_clocks(k, w);
	write_reviews(k, w);
	write_editable(k, w);
	jw_key(w, "timeline");
	if ((err = timeline_since(k, w, 0, &seen)) < 0 || (err = write_actions(k, w)) < 0 ||
	    (err = write_children(k, w)) < 0 || (err = write_parent(k, w)) < 0 ||
	    (err = write_citations(k, w)) < 0 || (err = write_attachments(k, w)) < 0)
		return err;
	write_path(k, w, &seen);
	jw_obj_end(w);
	return 0;
}
