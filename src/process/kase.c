/* A case in memory: loaded, written back, told to others. */
#include "process/kase.h"

#include "base/id.h"
#include "outreach/feed.h"

/* Columns of case.load and case.lock, in their order. */
enum {
	COL_ID,
	COL_ORG,
	COL_NUMBER,
	COL_PROCESS,
	COL_DEFINITION,
	COL_TITLE,
	COL_STATE,
	COL_ENDED,
	COL_CATEGORY,
	COL_CLIENT,
	COL_CREATED_BY,
	COL_FIRST_ASKER,
	COL_ASSIGNEE,
	COL_ASSIGNEE_ROLE,
	COL_PARENT,
	COL_PARENT_LINK,
	COL_CREATED_AT,
	COL_UPDATED_AT,
	COL_STATE_AT,
	COL_VERSION,
	COL_DUE_AT,
	COL_DUE_CLOCK,
	COL_CLOCK_STATE,
	COL_FIELDS,
	COL_SEALED,
	COL_N_CLOCKS,
	COL_N_TASKS,
	COL_N_CHILDREN,
	COL_N_CITATIONS,
	COL_N_ATTACHMENTS,
	COL_IN_ORG,
};

struct kase *kase_new(struct tx *tx, const struct definition *d)
{
	struct ctx *ctx = tx_ctx(tx);
	struct kase *k = ARENA_NEW(ctx->arena, struct kase);

	*k = (struct kase){
		.tx = tx, .ctx = ctx, .arena = ctx->arena, .lib = ctx->env->process, .d = d};
	k->fields = json_object();
	k->sealed = json_object();
	return k;
}

void kase_free(struct kase *k)
{
	if (!k)
		return;
	json_decref(k->fields);
	json_decref(k->sealed);
	k->fields = k->sealed = NULL;
	buf_free(&k->changed);
}

void kase_freep(struct kase **k)
{
	kase_free(*k);
}

/* ---- loading ------------------------------------------------------------------------------ */

static int read_json(struct kase *k, struct str text, json_t **ret)
{
	json_t *parsed;

	if (!text.p || !text.len)
		return 0;
	if (json_parse(text, &parsed, &k->ctx->fault) < 0)
		return ctx_fail(k->ctx, E_CORRUPT, NULL, "the fields of case %lld can't be read",
				(long long)k->id);
	json_decref(*ret);
	*ret = parsed;
	return 0;
}

static void read_ids(struct kase *k, const struct rows *r)
{
	k->id = rows_int(r, COL_ID);
	k->org_id = rows_int(r, COL_ORG);
	k->client_id = rows_int(r, COL_CLIENT);
	k->created_by = rows_int(r, COL_CREATED_BY);
	k->first_asker = rows_int(r, COL_FIRST_ASKER);
	k->assignee = rows_int(r, COL_ASSIGNEE);
	k->parent_id = rows_int(r, COL_PARENT);
	k->created_at = rows_int(r, COL_CREATED_AT);
	k->updated_at = rows_int(r, COL_UPDATED_AT);
	k->state_at = rows_int(r, COL_STATE_AT);
	k->version = rows_int(r, COL_VERSION);
	k->ended = rows_int(r, COL_ENDED) != 0;
	k->due_at = rows_int(r, COL_DUE_AT);
	k->db_clocks = rows_int(r, COL_N_CLOCKS);
	k->db_tasks = rows_int(r, COL_N_TASKS);
	k->n_children = rows_int(r, COL_N_CHILDREN);
	k->n_citations = rows_int(r, COL_N_CITATIONS);
	k->n_attachments = rows_int(r, COL_N_ATTACHMENTS);
}

static int read_row(struct kase *k, const struct rows *r)
{
	int err;

	read_ids(k, r);
	k->number = rows_dup(r, COL_NUMBER);
	k->title = rows_dup(r, COL_TITLE);
	k->assignee_role = rows_dup(r, COL_ASSIGNEE_ROLE);
	k->parent_link = rows_dup(r, COL_PARENT_LINK);
	k->due_clock = rows_dup(r, COL_DUE_CLOCK);
	k->clock_state = rows_dup(r, COL_CLOCK_STATE);
	if ((err = read_json(k, rows_text(r, COL_FIELDS), &k->fields)) < 0 ||
	    (err = read_json(k, rows_text(r, COL_SEALED), &k->sealed)) < 0)
		return err;
	k->state = definition_state(k->d, rows_text(r, COL_STATE));
	if (k->state < 0)
		return ctx_fail(k->ctx, E_CORRUPT, NULL,
				"case %lld is in a state its definition lacks", (long long)k->id);
	return 0;
}

/** Room for one more of the @p n items: they themselves, or a copy in twice the room. */
static void *with_room(struct kase *k, void *items, size_t n, size_t *cap, size_t size)
{
	void *more;

	if (n < *cap)
		return items;
	*cap = *cap ? 2 * *cap : 8;
	more = arena_alloc_array(k->arena, *cap, size);
	if (n)
		memcpy(more, items, n * size);
	return more;
}

static struct clock_row *room_for_clock(struct kase *k)
{
	k->clocks = with_room(k, k->clocks, k->n_clocks, &k->cap_clocks, sizeof(*k->clocks));
	return &k->clocks[k->n_clocks++];
}

struct clock_row *kase_add_clock(struct kase *k)
{
	struct clock_row *c = room_for_clock(k);

	*c = (struct clock_row){.id = id_new(), .def = -1, .fresh = true, .dirty = true};
	return c;
}

static enum clock_status status_named(struct str s)
{
	return str_is(s, "running")  ? CLOCK_RUNNING
	       : str_is(s, "paused") ? CLOCK_PAUSED
				     : CLOCK_STOPPED;
}

static int load_clocks(struct kase *k)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = tx_op(k->tx, "case.clocks", ARGS(A_INT("case_id", k->id)), &r);

	while (err >= 0 && (err = rows_next(r)) > 0) {
		struct clock_row *c = room_for_clock(k);

		/* id name status calendar started_at base_at length remaining due_at warned next_at
		 * paused_at stopped_at breached_at */
		*c = (struct clock_row){.id = rows_int(r, 0),
					.def = definition_clock(k->d, rows_text(r, 1)),
					.status = status_named(rows_text(r, 2)),
					.calendar = rows_dup(r, 3),
					.started_at = rows_int(r, 4),
					.base_at = rows_int(r, 5),
					.length = rows_dup(r, 6),
					.remaining = rows_int(r, 7),
					.has_remaining = !rows_null(r, 7),
					.due_at = rows_int(r, 8),
					.warned = rows_int(r, 9),
					.next_at = rows_int(r, 10),
					.paused_at = rows_int(r, 11),
					.stopped_at = rows_int(r, 12),
					.breached_at = rows_int(r, 13)};
	}
	return err;
}

struct task_row *kase_add_task(struct kase *k)
{
	k->tasks = with_room(k, k->tasks, k->n_tasks, &k->cap_tasks, sizeof(*k->tasks));
	k->tasks[k->n_tasks] = (struct task_row){.id = 0};
	return &k->tasks[k->n_tasks++];
}

static int load_tasks(struct kase *k)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = tx_op(k->tx, "case.tasks_open", ARGS(A_INT("case_id", k->id)), &r);

	while (err >= 0 && (err = rows_next(r)) > 0) {
		struct task_row *t = kase_add_task(k);

		*t = (struct task_row){.id = rows_int(r, 0),
				       .kind = rows_dup(r, 1),
				       .person_id = rows_int(r, 2),
				       .role = rows_dup(r, 3),
				       .what = rows_dup(r, 4),
				       .until = rows_dup(r, 5)};
	}
	return err;
}

int kase_load_votes(struct kase *k)
{
	const struct review_def *v = definition_review_in(k->d, k->state);
	CLEANUP(rows_freep) struct rows *r = NULL;
	VEC(struct vote_row) votes = {0};
	int err;

	if (k->votes_loaded || !v)
		return 0;
	err = tx_op(k->tx, "case.votes",
		    ARGS(A_INT("case_id", k->id), A_TEXT("review", v->name),
			 A_INT("round", k->state_at)),
		    &r);
	while (err >= 0 && (err = rows_next(r)) > 0) {
		struct vote_row vote = {.step = (int)rows_int(r, 0),
					.person_id = rows_int(r, 1),
					.verdict = str_is(rows_text(r, 2), "approve")
							   ? VERDICT_APPROVE
							   : VERDICT_REJECT,
					.opinion = rows_dup(r, 3),
					.at = rows_int(r, 4)};
		VEC_ADD(&votes, vote);
	}
	if (err == 0) {
		/* Room for the vote that is about to be cast. */
		k->votes = ARENA_ARRAY(k->arena, struct vote_row, votes.n + 1);
		if (votes.n)
			memcpy(k->votes, votes.at, votes.n * sizeof(*k->votes));
		k->n_votes = votes.n;
		k->votes_loaded = true;
	}
	VEC_FREE(&votes);
	return err;
}

static int load_row(struct tx *tx, int64_t id, bool lock, struct kase **ret, bool *ret_in_org)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	struct ctx *ctx = tx_ctx(tx);
	const struct definition *d;
	struct kase *k;
	int err;

	if ((err = tx_op(tx, lock ? "case.lock" : "case.load", ARGS(A_INT("id", id)), &r)) < 0 ||
	    (err = rows_next(r)) < 0)
		return err;
	if (err == 0)
		return ctx_fail(ctx, E_NOT_FOUND, NULL, "there is no such case");
	if ((err = process_by_id(ctx->env->process, tx, rows_int(r, COL_DEFINITION), &d)) < 0)
		return err;
	k = kase_new(tx, d);
	*ret_in_org = rows_int(r, COL_IN_ORG) != 0;
	if ((err = read_row(k, r)) < 0) {
		kase_free(k);
		return err;
	}
	*ret = k;
	return 0;
}

static int load_all(struct tx *tx, int64_t id, bool lock, struct kase **ret, bool *ret_in_org)
{
	struct kase *k = NULL;
	int err;

	if ((err = load_row(tx, id, lock, &k, ret_in_org)) < 0)
		return err;
	if ((k->db_clocks && (err = load_clocks(k)) < 0) ||
	    (k->db_tasks && (err = load_tasks(k)) < 0) || (err = kase_load_votes(k)) < 0) {
		kase_free(k);
		return err;
	}
	*ret = k;
	return 0;
}

int kase_load(struct tx *tx, int64_t id, bool lock, struct kase **ret)
{
	bool in_org;

	return load_all(tx, id, lock, ret, &in_org);
}

/** Concerned: what somebody has had to do with he may go on seeing. */
static bool concerned(const struct kase *k)
{
	int64_t me = k->ctx->actor.id, found;

	if (k->created_by == me || k->assignee == me || k->first_asker == me)
		return true;
	return tx_int(k->tx, "case.has_voted", ARGS(A_INT("case_id", k->id)), &found) == 0;
}

bool kase_visible(const struct kase *k)
{
	const struct actor *a = &k->ctx->actor;

	if (a->id == ACTOR_SYSTEM)
		return true;
	for (const char **r = k->d->visible; *r; r++)
		if (actor_has_role(a, *r))
			return true;
	return concerned(k);
}

int process_load(struct tx *tx, int64_t case_id, struct kase **ret)
{
	bool in_org;
	struct kase *k;
	int err;

	if ((err = load_all(tx, case_id, tx_is_write(tx), &k, &in_org)) < 0)
		return err;
	if ((!in_org && k->ctx->actor.id != ACTOR_SYSTEM) || !kase_visible(k)) {
		kase_free(k);
		return ctx_fail(tx_ctx(tx), E_NOT_FOUND, NULL, "there is no such case");
	}
	*ret = k;
	return 0;
}

/* ---- saving ------------------------------------------------------------------------------- */

static struct value int_or_null(int64_t v)
{
	return v ? VAL_INT(v) : VAL_NULL;
}

static int save_clock(struct kase *k, struct clock_row *c)
{
	static const char *const words[] = {"stopped", "running", "paused", "stopped", "running"};
	const struct arg args[] = {
		A_INT("id", c->id),
		A_INT("case_id", k->id),
		A_INT("org_id", k->org_id),
		A_TEXT("name", c->def >= 0 ? k->d->clocks[c->def].name : ""),
		A_TEXT("status", words[c->status]),
		A_TEXT("calendar", c->calendar),
		A_INT("started_at", c->started_at),
		A_INT("base_at", c->base_at),
		A_TEXT("length", c->length),
		{"remaining", c->has_remaining ? VAL_INT(c->remaining) : VAL_NULL},
		{"due_at", int_or_null(c->due_at)},
		A_INT("warned", c->warned),
		{"next_at", int_or_null(c->next_at)},
		{"paused_at", int_or_null(c->paused_at)},
		{"stopped_at", int_or_null(c->stopped_at)},
		{"breached_at", int_or_null(c->breached_at)},
	};
	int err = tx_exec(k->tx, c->fresh ? "case.clock_add" : "case.clock_set", args,
			  ARRAY_SIZE(args), NULL);

	if (err == 0 && c->next_at)
		scheduler_note(k->lib, c->next_at);
	c->fresh = c->dirty = false;
	return err;
}

static int save_task(struct kase *k, struct task_row *t)
{
	int err;

	if (t->done && t->fresh)
		err = 0;
	else if (t->done)
		err = tx_exec(k->tx, "case.task_done", ARGS(A_INT("id", t->id)), NULL);
	else
		err = tx_exec(k->tx, "case.task_add",
			      ARGS(A_INT("id", t->id), A_INT("case_id", k->id),
				   A_INT("org_id", k->org_id), A_TEXT("kind", t->kind),
				   A_ID("person_id", t->person_id), A_TEXT("role", t->role),
				   A_TEXT("what", t->what), A_TEXT("until", t->until),
				   A_INT("created_at", k->ctx->now_ms)),
			      NULL);
	t->fresh = t->dirty = false;
	return err;
}

static int save_parts(struct kase *k)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < k->n_clocks; i++)
		if (k->clocks[i].dirty)
			err = save_clock(k, &k->clocks[i]);
	for (size_t i = 0; err == 0 && i < k->n_tasks; i++)
		if (k->tasks[i].dirty)
			err = save_task(k, &k->tasks[i]);
	return err;
}

static struct str json_text(struct kase *k, const json_t *j)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct jw w;

	jw_begin(&w, &b);
	jw_json(&w, j);
	return (struct str){arena_strndup(k->arena, b.p, b.len), b.len};
}

int64_t kase_open_tasks(const struct kase *k)
{
	int64_t n = 0;

	for (size_t i = 0; i < k->n_tasks; i++)
		n += !k->tasks[i].done;
	return n;
}

static int save_row(struct kase *k)
{
	bool has_sealed = json_object_size(k->sealed) > 0;
	const struct arg args[] = {
		A_INT("id", k->id),
		A_INT("version", k->fresh ? 1 : k->version),
		A_TEXT("title", k->title),
		A_TEXT("state", k->d->states[k->state].name),
		A_INT("ended", k->ended),
		A_STR("category", kase_field_text(k, k->d->category)),
		A_ID("client_id", k->client_id),
		A_ID("assignee_id", k->assignee),
		A_TEXT("assignee_role", k->assignee_role),
		A_INT("updated_at", k->updated_at),
		A_INT("state_at", k->state_at),
		{"due_at", int_or_null(k->due_at)},
		A_TEXT("due_clock", k->due_clock),
		A_TEXT("clock_state", k->clock_state),
		A_STR("fields", json_text(k, k->fields)),
		A_STR("sealed", has_sealed ? json_text(k, k->sealed) : STR_NULL),
		A_INT("n_clocks", (int64_t)k->n_clocks),
		A_INT("n_tasks", kase_open_tasks(k)),
		A_INT("n_children", k->n_children),
		A_INT("n_citations", k->n_citations),
		A_INT("n_attachments", k->n_attachments),
		/* the rest for an insert only */
		A_INT("org_id", k->org_id),
		A_TEXT("number", k->number),
		A_TEXT("process", k->d->name),
		A_INT("definition_id", k->d->id),
		A_INT("created_by", k->created_by),
		A_ID("first_asker_id", k->first_asker),
		A_ID("parent_id", k->parent_id),
		A_TEXT("parent_link", k->parent_link),
		A_INT("created_at", k->created_at),
	};
	int64_t version = 1;
	int err;

	if (k->fresh)
		err = tx_exec(k->tx, "case.insert", args, ARRAY_SIZE(args), NULL);
	else
		err = tx_int(k->tx, "case.update", args, ARRAY_SIZE(args) - 9, &version);
	if (err == -E_NOT_FOUND)
		return ctx_fail(k->ctx, E_STALE, NULL, "somebody else changed the case meanwhile");
	if (err == 0) {
		k->version = version;
		k->fresh = false;
	}
	return err;
}

/** What the person called it, kept beside the fields; else the process's template. */
static const char *title_of(struct kase *k)
{
	const char *given = json_string_value(json_object_get(k->fields, FIELD_TITLE)), *text;

	if (given)
		return given;
	text = kase_text(k, k->d->title);
	return *text ? text : label_text(k->d->label, LANG_ZH);
}

int kase_save(struct kase *k)
{
	int err;

	clocks_summarise(k);
	k->updated_at = k->ctx->now_ms;
	k->title = title_of(k);
	if ((err = save_row(k)) < 0)
		return err;
	return save_parts(k);
}

/* ---- timeline and feed -------------------------------------------------------------------- */

int kase_event(struct kase *k, const char *kind, const char *action, int from, int to,
	       struct str text, struct str data)
{
	int64_t id = id_new();
	int64_t actor = k->ctx->actor.id;

	k->event_id = id;
	return tx_exec(k->tx, "case.event_add",
		       ARGS(A_INT("id", id), A_INT("case_id", k->id), A_INT("at", k->ctx->now_ms),
			    A_TEXT("kind", kind), A_ID("actor_id", actor), A_TEXT("action", action),
			    A_TEXT("from_state", from >= 0 ? k->d->states[from].name : NULL),
			    A_TEXT("to_state", to >= 0 ? k->d->states[to].name : NULL),
			    A_STR("text", text), A_STR("data", data),
			    A_INT("version", k->fresh ? 1 : k->version + 1)),
		       NULL);
}

int kase_feed(struct kase *k, const char *kind, int64_t person_id, const char *role)
{
	const char *due = k->due_at ? time_format(k->arena, k->due_at, NULL) : NULL;
	char *data = arena_printf(
		k->arena,
		"{\"case_id\":\"%lld\",\"state\":\"%s\",\"version\":%lld,\"due_at\":%s%s%s}",
		(long long)k->id, k->d->states[k->state].name, (long long)k->version,
		due ? "\"" : "", due ? due : "null", due ? "\"" : "");
	struct feed_event e = {.kind = kind,
			       .org_id = k->org_id,
			       .person_id = person_id,
			       .role = role,
			       .case_id = k->id,
			       .data = str_of(data)};

	return feed_add(k->tx, &e);
}
