/*
 * The queue engine. One list of waiting calls a queue, kept in the order in which they are offered; one table of
 * operators. Every change ends in settle(), which offers calls to ready operators until nothing fits any more.
 */
#include "voice/acd.h"

#include <assert.h>

#include "base/json.h"
#include "base/map.h"

#define WAIT_ESTIMATE_MS 120000 /* of one call before anything was measured */

struct waiting {
	int64_t id, place_ms, entered_ms, last_operator, only;
	const struct hotline_queue *queue;
	char *skill; /* NULL: none */
	int priority;
	bool callback, head, offered_callback;
	int64_t position_at_ms;
	int64_t ringing_at; /* person; 0: waits */
};

struct operator_slot {
	int64_t id;
	char **roles, **skills; /* one block */
	enum acd_operator_state state;
	char reason[32];
	int64_t since_ms, idle_since_ms;
	int64_t call_id;	 /* ringing or talking; 0 */
	const struct hotline_queue *queue; /* of that call, for wrap-up; NULL */
	int64_t due_ms;		 /* ring, wrap-up or pause ends; INT64_MAX: never */
	unsigned calls, turn;	 /* taken today; when last offered, for round robin */
	bool leaving;		 /* signed out while talking */
	bool limit_told;
};

struct acd {
	const struct hotline *h;
	acd_act act;
	void *arg;
	VEC(struct waiting) calls; /* sorted: before() */
	VEC(struct operator_slot) people;
	unsigned turn;
	bool open, empty, vacant; /* duty hours; nobody signed in meanwhile; told */
	int64_t empty_since_ms;
	int64_t average_ms; /* of a talk, for the expected wait */
};

/* ---- telling -------------------------------------------------------------------------------------- */

static void tell(struct acd *a, struct acd_action action)
{
	a->act(&action, a->arg);
}

static void set_state(struct acd *a, struct operator_slot *o, enum acd_operator_state s, const char *reason,
		      int64_t now_ms)
{
	if (s == OPERATOR_READY && o->state != OPERATOR_RINGING) /* a caller who hung up costs nobody the turn */
		o->idle_since_ms = now_ms;
	o->state = s;
	o->since_ms = now_ms;
	o->due_ms = INT64_MAX;
	o->limit_told = false;
	snprintf(o->reason, sizeof(o->reason), "%s", reason ? reason : "");
	tell(a, (struct acd_action){.kind = ACD_STATE, .person_id = o->id, .call_id = o->call_id, .state = s,
				    .reason = o->reason});
}

/* ---- finding -------------------------------------------------------------------------------------- */

static struct operator_slot *find_operator(const struct acd *a, int64_t id)
{
	for (size_t i = 0; i < a->people.n; i++)
		if (a->people.at[i].id == id)
			return &a->people.at[i];
	return NULL;
}

static struct waiting *find_call(const struct acd *a, int64_t id)
{
	for (size_t i = 0; i < a->calls.n; i++)
		if (a->calls.at[i].id == id)
			return &a->calls.at[i];
	return NULL;
}

static bool listed(char *const *list, const char *word)
{
	for (; *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

/** Offered first: put back to the head, higher priority, earlier place, smaller id. */
static bool before(const struct waiting *x, const struct waiting *y)
{
	if (x->head != y->head)
		return x->head;
	if (x->priority != y->priority)
		return x->priority > y->priority;
	if (x->place_ms != y->place_ms)
		return x->place_ms < y->place_ms;
	return x->id < y->id;
}

static void insert(struct acd *a, struct waiting w)
{
	size_t i;

	VEC_ADD(&a->calls, w);
	for (i = a->calls.n - 1; i && before(&w, &a->calls.at[i - 1]); i--)
		a->calls.at[i] = a->calls.at[i - 1];
	a->calls.at[i] = w;
}

static void erase(struct acd *a, struct waiting *w)
{
	size_t i = (size_t)(w - a->calls.at);

	free(w->skill);
	memmove(w, w + 1, (a->calls.n - i - 1) * sizeof(*w));
	a->calls.n--;
}

/* ---- who takes what ---------------------------------------------------------------------------------- */

static bool has_skill(const struct operator_slot *o, const struct waiting *w)
{
	return !w->skill || listed(o->skills, w->skill);
}

static bool relaxed(const struct waiting *w, int64_t now_ms)
{
	return w->queue->relax_skill_after_s && now_ms - w->entered_ms >= w->queue->relax_skill_after_s * 1000LL;
}

static bool serves(const struct operator_slot *o, const struct hotline_queue *q)
{
	return listed(o->roles, q->role);
}

static bool may_take(const struct operator_slot *o, const struct waiting *w, int64_t now_ms)
{
	if (w->only)
		return o->id == w->only;
	return serves(o, w->queue) && (has_skill(o, w) || relaxed(w, now_ms));
}

/** A caller who spoke with somebody waits a little for that person, when he is signed in and not paused. */
static bool waits_for_last(const struct acd *a, const struct waiting *w, int64_t now_ms)
{
	const struct operator_slot *last;

	if (!w->queue->last_operator || !w->last_operator ||
	    now_ms - w->entered_ms >= w->queue->sticky_wait_s * 1000LL)
		return false;
	last = find_operator(a, w->last_operator);
	return last && last->state != OPERATOR_AWAY && last->state != OPERATOR_PAUSED && may_take(last, w, now_ms);
}

static size_t n_skills(const struct operator_slot *o)
{
	size_t n = 0;

	while (o->skills[n])
		n++;
	return n;
}

/** Is x the better choice for this call? */
static bool better(const struct waiting *w, const struct operator_slot *x, const struct operator_slot *y)
{
	if (w->queue->last_operator && w->last_operator && (x->id == w->last_operator) != (y->id == w->last_operator))
		return x->id == w->last_operator;
	if (has_skill(x, w) != has_skill(y, w))
		return has_skill(x, w);
	switch (w->queue->strategy) {
	case STRATEGY_BEST_SKILL: /* who can do the fewest other things: the all-rounder stays free */
		if (n_skills(x) != n_skills(y))
			return n_skills(x) < n_skills(y);
		break;
	case STRATEGY_FEWEST_CALLS:
		if (x->calls != y->calls)
			return x->calls < y->calls;
		break;
	case STRATEGY_ROUND_ROBIN:
		return x->turn != y->turn ? x->turn < y->turn : x->id < y->id;
	case STRATEGY_LONGEST_IDLE:
		break;
	}
	return x->idle_since_ms != y->idle_since_ms ? x->idle_since_ms < y->idle_since_ms : x->id < y->id;
}

static struct operator_slot *choose(const struct acd *a, const struct waiting *w, int64_t now_ms)
{
	bool only_last = waits_for_last(a, w, now_ms);
	struct operator_slot *best = NULL;

	for (size_t i = 0; i < a->people.n; i++) {
		struct operator_slot *o = &a->people.at[i];

		if (o->state != OPERATOR_READY || !may_take(o, w, now_ms) || (only_last && o->id != w->last_operator))
			continue;
		if (!best || better(w, o, best))
			best = o;
	}
	return best;
}

static void ring(struct acd *a, struct operator_slot *o, struct waiting *w, int64_t now_ms)
{
	w->ringing_at = o->id;
	o->call_id = w->id;
	o->queue = w->queue;
	o->turn = ++a->turn;
	set_state(a, o, OPERATOR_RINGING, w->queue->name, now_ms);
	o->due_ms = now_ms + w->queue->ring_s * 1000LL;
	tell(a, (struct acd_action){.kind = ACD_RING, .call_id = w->id, .person_id = o->id, .queue = w->queue});
}

static bool anybody_ready(const struct acd *a)
{
	for (size_t i = 0; i < a->people.n; i++)
		if (a->people.at[i].state == OPERATOR_READY)
			return true;
	return false;
}

/* In the order of the list: whoever stands before is offered first. */
static void settle(struct acd *a, int64_t now_ms)
{
	for (size_t i = 0; i < a->calls.n && anybody_ready(a); i++) {
		struct operator_slot *o = a->calls.at[i].ringing_at ? NULL : choose(a, &a->calls.at[i], now_ms);

		if (o)
			ring(a, o, &a->calls.at[i], now_ms);
	}
}

/** The call no longer rings there; the operator is in the state given. */
static void unring(struct acd *a, struct waiting *w, enum acd_operator_state s, const char *reason, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, w->ringing_at);

	w->ringing_at = 0;
	if (s == OPERATOR_PAUSED)
		w->only = 0;
	if (!o)
		return;
	tell(a, (struct acd_action){.kind = ACD_STOP_RING, .call_id = w->id, .person_id = o->id, .queue = w->queue});
	o->call_id = 0;
	o->queue = NULL;
	set_state(a, o, s, reason, now_ms);
}

/* ---- a line with nobody on it (V05) --------------------------------------------------------------------- */

static bool staffed(const struct acd *a)
{
	for (size_t i = 0; i < a->people.n; i++)
		if (a->people.at[i].state != OPERATOR_AWAY)
			return true;
	return false;
}

static void watch_staff(struct acd *a, int64_t now_ms)
{
	bool empty = a->open && !staffed(a);

	if (!empty) {
		if (a->vacant)
			tell(a, (struct acd_action){.kind = ACD_ALARM, .reason = "staffed"});
		a->vacant = false;
	} else if (!a->empty) {
		a->empty_since_ms = now_ms;
	}
	a->empty = empty;
}

/* ---- life -------------------------------------------------------------------------------------------- */

struct acd *acd_new(const struct hotline *h, acd_act act, void *arg)
{
	struct acd *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->h = h;
	a->act = act;
	a->arg = arg;
	a->average_ms = WAIT_ESTIMATE_MS;
	return a;
}

void acd_free(struct acd *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->calls.n; i++)
		free(a->calls.at[i].skill);
	for (size_t i = 0; i < a->people.n; i++)
		free(a->people.at[i].roles);
	VEC_FREE(&a->calls);
	VEC_FREE(&a->people);
	free(a);
}

/* ---- operators ------------------------------------------------------------------------------------------ */

static size_t list_size(const char **list, size_t *n)
{
	size_t bytes = 0;

	for (*n = 0; list && list[*n]; (*n)++)
		bytes += strlen(list[*n]) + 1;
	return bytes;
}

/* Both lists and their words in one block, which `roles` owns. */
static void copy_lists(struct operator_slot *o, const struct acd_operator_info *info)
{
	size_t n, m, bytes = list_size(info->roles, &n) + list_size(info->skills, &m);
	char **block = calloc(1, (n + m + 2) * sizeof(char *) + bytes), *text = (char *)(block + n + m + 2);

	if (!block)
		abort();
	o->roles = block;
	o->skills = block + n + 1;
	for (size_t i = 0; i < n + m; i++) {
		const char *word = i < n ? info->roles[i] : info->skills[i - n];
		size_t len = strlen(word) + 1;

		memcpy(text, word, len);
		(i < n ? o->roles : o->skills - n)[i] = text;
		text += len;
	}
}

void acd_sign_in(struct acd *a, const struct acd_operator_info *info, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, info->person_id);

	if (!o) {
		VEC_ADD(&a->people, ((struct operator_slot){.id = info->person_id, .due_ms = INT64_MAX}));
		o = &a->people.at[a->people.n - 1];
	}
	free(o->roles);
	copy_lists(o, info);
	o->leaving = false;
	if (o->state == OPERATOR_AWAY)
		set_state(a, o, OPERATOR_PAUSED, "signed_in", now_ms);
	watch_staff(a, now_ms);
}

static void go_away(struct acd *a, struct operator_slot *o, int64_t now_ms)
{
	o->leaving = false;
	o->call_id = 0;
	o->queue = NULL;
	set_state(a, o, OPERATOR_AWAY, "", now_ms);
	watch_staff(a, now_ms);
}

void acd_sign_out(struct acd *a, int64_t person_id, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, person_id);

	if (!o || o->state == OPERATOR_AWAY)
		return;
	if (o->state == OPERATOR_TALKING) {
		o->leaving = true;
		return;
	}
	if (o->state == OPERATOR_RINGING) {
		struct waiting *w = find_call(a, o->call_id);

		if (w)
			unring(a, w, OPERATOR_PAUSED, "signed_out", now_ms);
	}
	go_away(a, o, now_ms);
	settle(a, now_ms);
}

int acd_ready(struct acd *a, int64_t person_id, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, person_id);

	if (!o || o->state == OPERATOR_AWAY)
		return -E_NOT_FOUND;
	if (o->state == OPERATOR_TALKING || o->state == OPERATOR_RINGING)
		return -E_CONFLICT;
	if (o->state != OPERATOR_READY)
		set_state(a, o, OPERATOR_READY, "", now_ms);
	settle(a, now_ms);
	return 0;
}

int acd_pause(struct acd *a, int64_t person_id, const char *reason, int limit_s, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, person_id);

	if (!o || o->state == OPERATOR_AWAY)
		return -E_NOT_FOUND;
	if (o->state == OPERATOR_TALKING || o->state == OPERATOR_RINGING)
		return -E_CONFLICT;
	set_state(a, o, OPERATOR_PAUSED, reason, now_ms);
	if (limit_s > 0)
		o->due_ms = now_ms + limit_s * 1000LL;
	return 0;
}

int acd_busy(struct acd *a, int64_t person_id, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, person_id);

	if (!o || o->state == OPERATOR_AWAY)
		return -E_NOT_FOUND;
	if (o->state == OPERATOR_TALKING || o->state == OPERATOR_RINGING)
		return -E_CONFLICT;
	o->call_id = 0;
	o->queue = NULL;
	set_state(a, o, OPERATOR_TALKING, "", now_ms);
	return 0;
}

enum acd_operator_state acd_operator_state(const struct acd *a, int64_t person_id, const char **ret_reason,
					   int64_t *ret_since_ms)
{
	const struct operator_slot *o = find_operator(a, person_id);

	if (ret_reason)
		*ret_reason = o ? o->reason : "";
	if (ret_since_ms)
		*ret_since_ms = o ? o->since_ms : 0;
	return o ? o->state : OPERATOR_AWAY;
}

bool acd_operator_has_skill(const struct acd *a, int64_t person_id, const char *skill)
{
	const struct operator_slot *o = find_operator(a, person_id);

	return o && listed(o->skills, skill);
}

void acd_operator_skills(const struct acd *a, int64_t person_id, struct jw *w)
{
	const struct operator_slot *o = find_operator(a, person_id);

	jw_arr(w);
	for (size_t i = 0; o && o->skills[i]; i++)
		jw_cstr(w, o->skills[i]);
	jw_arr_end(w);
}

/* ---- calls ------------------------------------------------------------------------------------------------ */

int acd_enter(struct acd *a, const struct acd_call_info *c, int64_t now_ms)
{
	const char *skill = c->skill ? c->skill : c->queue->skill;
	struct waiting w = {
		.id = c->call_id,
		.place_ms = c->place_ms ? c->place_ms : now_ms,
		.entered_ms = now_ms,
		.last_operator = c->last_operator,
		.only = c->only,
		.queue = c->queue,
		.priority = c->queue->priority + c->priority,
		.callback = c->callback,
		.head = c->head,
		.position_at_ms = c->queue->position_every_s ? now_ms + c->queue->position_every_s * 1000LL : INT64_MAX,
	};

	if (find_call(a, c->call_id))
		return -E_EXISTS;
	if (skill && !(w.skill = strdup(skill)))
		abort();
	insert(a, w);
	settle(a, now_ms);
	return 0;
}

void acd_leave(struct acd *a, int64_t call_id, int64_t now_ms)
{
	struct waiting *w = find_call(a, call_id);

	if (!w)
		return;
	if (w->ringing_at)
		unring(a, w, OPERATOR_READY, "", now_ms);
	erase(a, w);
	settle(a, now_ms);
}

int acd_answer(struct acd *a, int64_t person_id, int64_t call_id, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, person_id);
	struct waiting *w = find_call(a, call_id);

	if (!o || !w || o->state != OPERATOR_RINGING || o->call_id != call_id || w->ringing_at != person_id)
		return -E_CONFLICT;
	o->calls++;
	erase(a, w);
	set_state(a, o, OPERATOR_TALKING, o->queue->name, now_ms);
	return 0;
}

void acd_refuse(struct acd *a, int64_t person_id, int64_t call_id, int64_t now_ms)
{
	struct waiting *w = find_call(a, call_id);

	if (!w || w->ringing_at != person_id)
		return;
	unring(a, w, OPERATOR_PAUSED, "refused", now_ms);
	settle(a, now_ms);
}

void acd_talk_end(struct acd *a, int64_t person_id, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, person_id);
	const struct hotline_queue *q;

	if (!o || o->state != OPERATOR_TALKING)
		return;
	q = o->queue;
	if (q)
		a->average_ms += (now_ms - o->since_ms - a->average_ms) / 16;
	o->call_id = 0;
	o->queue = NULL;
	if (o->leaving) {
		go_away(a, o, now_ms);
	} else if (q && q->wrap_s) {
		set_state(a, o, OPERATOR_WRAP_UP, q->name, now_ms);
		o->due_ms = now_ms + q->wrap_s * 1000LL;
	} else {
		set_state(a, o, OPERATOR_READY, "", now_ms);
		settle(a, now_ms);
	}
}

void acd_lost(struct acd *a, int64_t person_id, const char *reason, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, person_id);

	if (!o || o->state != OPERATOR_TALKING)
		return;
	o->call_id = 0;
	o->queue = NULL;
	if (o->leaving)
		go_away(a, o, now_ms);
	else
		set_state(a, o, OPERATOR_PAUSED, reason, now_ms);
}

void acd_wrapped_up(struct acd *a, int64_t person_id, int64_t now_ms)
{
	struct operator_slot *o = find_operator(a, person_id);

	if (!o || o->state != OPERATOR_WRAP_UP)
		return;
	set_state(a, o, OPERATOR_READY, "", now_ms);
	settle(a, now_ms);
}

int acd_to_callback(struct acd *a, int64_t call_id, int64_t now_ms)
{
	struct waiting *w = find_call(a, call_id);

	if (!w || w->callback)
		return -E_NOT_FOUND;
	if (w->ringing_at)
		unring(a, w, OPERATOR_READY, "", now_ms);
	w->callback = true;
	settle(a, now_ms);
	return 0;
}

/* ---- time --------------------------------------------------------------------------------------------------- */

static int64_t earlier(int64_t x, int64_t y)
{
	return x < y ? x : y;
}

static void rang_in_vain(struct acd *a, struct operator_slot *o, int64_t now_ms)
{
	struct waiting *w = find_call(a, o->call_id);
	int64_t id = o->id;

	assert(w);
	unring(a, w, OPERATOR_PAUSED, "unanswered", now_ms);
	tell(a, (struct acd_action){.kind = ACD_ALARM, .person_id = id, .reason = "unanswered"});
}

static void operator_due(struct acd *a, struct operator_slot *o, int64_t now_ms)
{
	if (o->due_ms > now_ms)
		return;
	o->due_ms = INT64_MAX;
	if (o->state == OPERATOR_RINGING) {
		rang_in_vain(a, o, now_ms);
	} else if (o->state == OPERATOR_WRAP_UP) {
		set_state(a, o, OPERATOR_READY, "", now_ms);
	} else if (o->state == OPERATOR_PAUSED && !o->limit_told) {
		o->limit_told = true;
		tell(a, (struct acd_action){.kind = ACD_ALARM, .person_id = o->id, .reason = "pause_limit"});
	}
}

/** The instant this waiting call needs something, now_ms or before when it is due. */
static int64_t call_due(const struct waiting *w, int64_t now_ms)
{
	const struct hotline_queue *q = w->queue;
	int64_t at = INT64_MAX;

	if (!w->callback && q->max_wait_s)
		at = earlier(at, w->entered_ms + q->max_wait_s * 1000LL);
	if (w->ringing_at)
		return at;
	if (!w->callback)
		at = earlier(at, w->position_at_ms);
	if (!w->callback && q->callback_after_s && !w->offered_callback)
		at = earlier(at, w->entered_ms + q->callback_after_s * 1000LL);
	if (q->relax_skill_after_s && w->skill && !relaxed(w, now_ms))
		at = earlier(at, w->entered_ms + q->relax_skill_after_s * 1000LL);
	if (q->last_operator && w->last_operator && w->entered_ms + q->sticky_wait_s * 1000LL > now_ms)
		at = earlier(at, w->entered_ms + q->sticky_wait_s * 1000LL);
	return at;
}

static int expected_wait_s(const struct acd *a, const struct waiting *w, int position)
{
	int working = 0;

	for (size_t i = 0; i < a->people.n; i++) {
		enum acd_operator_state s = a->people.at[i].state;

		working += serves(&a->people.at[i], w->queue) && s != OPERATOR_AWAY && s != OPERATOR_PAUSED;
	}
	return working ? (int)(a->average_ms * position / working / 1000) : 0;
}

static void announce(struct acd *a, struct waiting *w, int64_t now_ms)
{
	int position = acd_position(a, w->id);

	w->position_at_ms = now_ms + w->queue->position_every_s * 1000LL;
	tell(a, (struct acd_action){.kind = ACD_POSITION, .call_id = w->id, .queue = w->queue, .position = position,
				    .wait_s = expected_wait_s(a, w, position)});
}

/** False when the call has left the queue. */
static bool tick_call(struct acd *a, struct waiting *w, int64_t now_ms)
{
	const struct hotline_queue *q = w->queue;

	if (w->callback)
		return true;
	if (q->max_wait_s && now_ms - w->entered_ms >= q->max_wait_s * 1000LL) {
		struct acd_action over = {.kind = ACD_OVERFLOW, .call_id = w->id, .queue = q};

		if (w->ringing_at)
			unring(a, w, OPERATOR_READY, "", now_ms);
		erase(a, w);
		tell(a, over);
		return false;
	}
	if (w->ringing_at)
		return true;
	if (q->callback_after_s && !w->offered_callback && now_ms - w->entered_ms >= q->callback_after_s * 1000LL) {
		w->offered_callback = true;
		w->position_at_ms = q->position_every_s ? now_ms + q->position_every_s * 1000LL : INT64_MAX;
		tell(a, (struct acd_action){.kind = ACD_OFFER_CALLBACK, .call_id = w->id, .queue = q});
	} else if (w->position_at_ms <= now_ms) {
		announce(a, w, now_ms);
	}
	return true;
}

static int64_t tick_vacancy(struct acd *a, int64_t now_ms)
{
	int64_t at;

	watch_staff(a, now_ms);
	if (!a->empty || a->vacant)
		return INT64_MAX;
	at = a->empty_since_ms + a->h->vacant_after_s * 1000LL;
	if (at > now_ms)
		return at;
	a->vacant = true;
	tell(a, (struct acd_action){.kind = ACD_ALARM, .reason = "vacant"});
	return INT64_MAX;
}

int64_t acd_tick(struct acd *a, int64_t now_ms)
{
	int64_t next;

	for (size_t i = 0; i < a->people.n; i++)
		operator_due(a, &a->people.at[i], now_ms);
	for (size_t i = 0; i < a->calls.n;)
		i += tick_call(a, &a->calls.at[i], now_ms);
	settle(a, now_ms);
	next = tick_vacancy(a, now_ms);
	for (size_t i = 0; i < a->people.n; i++)
		next = earlier(next, a->people.at[i].due_ms);
	for (size_t i = 0; i < a->calls.n; i++)
		next = earlier(next, call_due(&a->calls.at[i], now_ms));
	return next;
}

void acd_open(struct acd *a, bool open, int64_t now_ms)
{
	a->open = open;
	watch_staff(a, now_ms);
}

/* ---- looking ------------------------------------------------------------------------------------------------ */

void acd_view(const struct acd *a, const struct hotline_queue *q, int64_t now_ms, struct acd_queue_view *ret)
{
	struct acd_queue_view v = {0};

	for (size_t i = 0; i < a->calls.n; i++) {
		const struct waiting *w = &a->calls.at[i];

		if (w->queue != q)
			continue;
		v.callbacks += w->callback;
		v.waiting += !w->callback;
		if (!w->callback && now_ms - w->place_ms > v.longest_wait_ms)
			v.longest_wait_ms = now_ms - w->place_ms;
	}
	for (size_t i = 0; i < a->people.n; i++) {
		const struct operator_slot *o = &a->people.at[i];

		if (!serves(o, q))
			continue;
		v.ready += o->state == OPERATOR_READY;
		v.ringing += o->state == OPERATOR_RINGING;
		v.talking += o->state == OPERATOR_TALKING;
		v.paused += o->state == OPERATOR_PAUSED;
		v.wrap_up += o->state == OPERATOR_WRAP_UP;
	}
	*ret = v;
}

int acd_position(const struct acd *a, int64_t call_id)
{
	const struct waiting *w = find_call(a, call_id);
	int n = 1;

	if (!w)
		return 0;
	for (const struct waiting *x = a->calls.at; x < w; x++)
		n += x->queue == w->queue && !x->ringing_at;
	return n;
}
