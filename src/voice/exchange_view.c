/* The exchange as the console sees it, and telling it when something changed. */
#include "voice/exchange.h"

#include "outreach/feed.h"

#define WALL_EVERY_MS 1000

static const char *const states[] = {"away", "ready", "paused", "ringing", "talking", "wrap_up"};

const char *operator_state_name(enum acd_operator_state s)
{
	return states[s];
}

static int64_t wall_of(int64_t mono)
{
	return mono ? time_now_ms() - (mono_ms() - mono) : 0;
}

static void labelled(struct jw *w, const char *name, const struct label2 *l)
{
	jw_kcstr(w, "name", name);
	jw_kcstr(w, "label_zh", l->zh);
	jw_kcstr(w, "label_en", l->en);
}

/* ---- a call ---------------------------------------------------------------------------------------- */

static const char *const directions[] = {"in", "out", "callback"};

static const char *call_state(const struct phone_call *c)
{
	switch (c->phase) {
	case PHASE_TALKING:
		return c->held_since_ms ? "held" : c->lost_since_ms ? "lost" : "talking";
	case PHASE_DIALLING:
		return "dialling";
	case PHASE_QUEUED:
		return "waiting";
	case PHASE_VOICEMAIL:
		return "voicemail";
	case PHASE_PARKED:
		return "callback";
	case PHASE_OVER:
		return "ended";
	default:
		return c->rec.answered_ms ? "survey" : "menu";
	}
}

void view_call(const struct phone_call *c, const struct desk *d, struct jw *w)
{
	bool rings = d && d->ringing == c;

	jw_obj(w);
	jw_kid(w, "id", c->rec.id);
	jw_kcstr(w, "direction", directions[c->rec.direction]);
	jw_kcstr(w, "state", rings ? "ringing" : call_state(c));
	jw_kcstr(w, "caller", c->rec.caller);
	jw_kcstr(w, "called", c->rec.called);
	jw_kcstr(w, "queue", c->rec.queue);
	jw_kcstr(w, "lang", c->lang);
	jw_kcstr(w, "tier", c->facts.tier);
	jw_kid(w, "client_id", c->rec.client_id);
	jw_kid(w, "case_id", c->rec.case_id);
	jw_kid(w, "operator_id", c->rec.operator_id);
	jw_ktime(w, "began_at", c->rec.began_ms);
	jw_ktime(w, "answered_at", c->rec.answered_ms);
	jw_kbool(w, "browser", c->rec.browser);
	jw_kbool(w, "conference", c->conference);
	jw_kbool(w, "consulting", c->consulting);
	jw_obj_end(w);
}

static void consult(const struct phone_call *c, struct jw *w)
{
	jw_key(w, "consult");
	if (!c || !(c->guest || c->guest_desk)) {
		jw_null(w);
		return;
	}
	jw_obj(w);
	jw_kid(w, "person_id", c->guest_desk ? c->guest_desk->person_id : 0);
	jw_kcstr(w, "name", c->guest_desk ? c->guest_desk->name : "");
	jw_kcstr(w, "state", (c->guest_desk ? c->guest_desk->talking == c : c->guest_up) ? "talking" : "ringing");
	jw_obj_end(w);
}

/* ---- GET /api/line ----------------------------------------------------------------------------------- */

static void queues(struct exchange *x, struct jw *w, bool full)
{
	const struct hotline *h = x->hotline;
	int64_t now = mono_ms();

	jw_key(w, "queues");
	jw_arr(w);
	for (size_t i = 0; i < h->n_queues; i++) {
		struct acd_queue_view v;

		acd_view(x->acd, &h->queues[i], now, &v);
		jw_obj(w);
		labelled(w, h->queues[i].name, &h->queues[i].label);
		jw_kint(w, "waiting", v.waiting);
		jw_kint(w, "longest_wait_ms", v.longest_wait_ms);
		if (full) {
			jw_kint(w, "callbacks", v.callbacks);
			jw_kint(w, "ready", v.ready);
			jw_kint(w, "ringing", v.ringing);
			jw_kint(w, "talking", v.talking);
			jw_kint(w, "paused", v.paused);
			jw_kint(w, "wrap_up", v.wrap_up);
		}
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static void pauses(struct exchange *x, struct jw *w)
{
	jw_key(w, "pauses");
	jw_arr(w);
	for (size_t i = 0; i < x->hotline->n_pauses; i++) {
		const struct hotline_pause *p = &x->hotline->pauses[i];

		jw_obj(w);
		labelled(w, p->name, &p->label);
		jw_kint(w, "limit_s", p->limit_s);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

static const char *media_of(struct exchange *x, const struct desk *d, int64_t person_id)
{
	if (d && d->browser && d->browser_up)
		return "browser";
	return signalling_phone_there(x->signalling, person_id) ? "phone" : NULL;
}

static const char *supervising(const struct desk *d)
{
	if (!d || d->supervising == SIDE_CALLER)
		return NULL;
	return d->supervising == SIDE_LISTEN ? "listen" : d->supervising == SIDE_WHISPER ? "whisper" : "barge";
}

void view_desk(struct exchange *x, int64_t person_id, struct jw *w)
{
	struct desk *d = desk_find(x, person_id);
	const char *reason;
	int64_t since, wrap_until = 0;
	enum acd_operator_state s = acd_operator_state(x->acd, person_id, &reason, &since);
	const struct phone_call *c = d ? (d->ringing ? d->ringing : d->talking) : NULL;

	if (s == OPERATOR_WRAP_UP) {
		const struct hotline_queue *q = hotline_queue(x->hotline, reason);

		wrap_until = q ? wall_of(since) + q->wrap_s * 1000LL : 0;
	}
	jw_obj(w);
	jw_kcstr(w, "state", operator_state_name(s));
	jw_kcstr(w, "reason", reason);
	jw_ktime(w, "since", wall_of(since));
	jw_kbool(w, "signed_in", s != OPERATOR_AWAY);
	jw_kcstr(w, "media", media_of(x, d, person_id));
	jw_kbool(w, "muted", d && d->muted);
	jw_kcstr(w, "supervising", supervising(d));
	jw_kbool(w, "consulted", d && d->consulted);
	jw_key(w, "call");
	if (c)
		view_call(c, d, w);
	else
		jw_null(w);
	consult(c && d && c->desk == d ? c : NULL, w);
	queues(x, w, false);
	pauses(x, w);
	jw_ktime(w, "wrap_until", wrap_until);
	jw_kbool(w, "draining", x->draining);
	jw_obj_end(w);
}

/* ---- the wallboard, whom a call can be given to ------------------------------------------------------------ */

static void operators(struct exchange *x, struct jw *w)
{
	jw_key(w, "operators");
	jw_arr(w);
	for (struct desk *d = x->desks; d; d = d->next) {
		const char *reason;
		int64_t since;
		enum acd_operator_state s = acd_operator_state(x->acd, d->person_id, &reason, &since);

		if (s == OPERATOR_AWAY)
			continue;
		jw_obj(w);
		jw_kid(w, "person_id", d->person_id);
		jw_kcstr(w, "name", d->name);
		jw_kcstr(w, "state", operator_state_name(s));
		jw_kcstr(w, "reason", reason);
		jw_ktime(w, "since", wall_of(since));
		jw_kcstr(w, "media", media_of(x, d, d->person_id));
		jw_kid(w, "call_id", d->talking ? d->talking->rec.id : 0);
		jw_obj_end(w);
	}
	jw_arr_end(w);
}

void view_wall(struct exchange *x, struct jw *w)
{
	jw_obj(w);
	jw_ktime(w, "at", time_now_ms());
	queues(x, w, true);
	operators(x, w);
	jw_key(w, "calls");
	jw_arr(w);
	for (struct phone_call *c = x->calls; c; c = c->next)
		view_call(c, NULL, w);
	jw_arr_end(w);
	jw_key(w, "today");
	wall_today(x->wall, time_now_ms(), w);
	jw_key(w, "trunks");
	jw_obj(w);
	signalling_status(x->signalling, w);
	jw_obj_end(w);
	jw_kint(w, "recordings_pending", tapes_pending(x->tapes));
	jw_obj_end(w);
}

void view_targets(struct exchange *x, int64_t but, struct jw *w)
{
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	for (struct desk *d = x->desks; d; d = d->next) {
		enum acd_operator_state s = acd_operator_state(x->acd, d->person_id, NULL, NULL);

		if (s == OPERATOR_AWAY || d->person_id == but)
			continue;
		jw_obj(w);
		jw_kid(w, "person_id", d->person_id);
		jw_kcstr(w, "name", d->name);
		jw_kcstr(w, "state", operator_state_name(s));
		jw_key(w, "skills");
		acd_operator_skills(x->acd, d->person_id, w);
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_obj_end(w);
}

/* ---- a caller's browser ----------------------------------------------------------------------------------------- */

static const char *said_text(const struct phone_call *c)
{
	for (size_t i = 0; c->said && i < c->x->hotline->n_prompts; i++) {
		const struct hotline_prompt *p = &c->x->hotline->prompts[i];

		if (strcmp(p->name, c->said) == 0)
			return strcmp(c->lang, "en") == 0 && p->text_en ? p->text_en : p->text_zh;
	}
	return NULL;
}

void view_portal(const struct phone_call *c, struct jw *w)
{
	const char *state = c->phase == PHASE_ASKING ? "connecting" : call_state(c);

	jw_obj(w);
	jw_kcstr(w, "state", state);
	jw_kcstr(w, "text", said_text(c));
	jw_kcstr(w, "lang", c->lang);
	jw_kint(w, "position", acd_position(c->x->acd, c->rec.id));
	jw_kbool(w, "keys", c->cmd.keys);
	jw_ktime(w, "began_at", c->rec.began_ms);
	jw_ktime(w, "answered_at", c->rec.answered_ms);
	jw_obj_end(w);
}

/* ---- telling ------------------------------------------------------------------------------------------------------ */

struct news {
	struct feed *feed;
	struct feed_event e;
	struct buf text;
};

/* On the teller's thread: the streams' locks may be held for long. */
static void tell(void *unused, void *item)
{
	struct news *n = item;

	n->e.data = buf_str(&n->text);
	feed_flash(n->feed, &n->e);
	buf_free(&n->text);
	free(n);
}

void view_start(struct exchange *x)
{
	x->teller = pool_new("line-tell", 1, 4096, tell, NULL);
}

void view_stop(struct exchange *x)
{
	if (x->teller)
		pool_drain_free(x->teller);
	x->teller = NULL;
}

static struct news *news_new(struct exchange *x, const char *kind, int64_t org_id, int64_t person_id, const char *role)
{
	struct news *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	n->feed = x->env->feed;
	n->e = (struct feed_event){.kind = kind, .org_id = org_id, .person_id = person_id, .role = role};
	return n;
}

static void carry(struct exchange *x, struct news *n)
{
	if (pool_push(x->teller, n))
		return;
	buf_free(&n->text); /* the console asks again when it sees nothing */
	free(n);
}

static void tell_desk(struct exchange *x, struct desk *d)
{
	struct news *n = news_new(x, "line.state", d->org_id, d->person_id, NULL);
	struct jw w;

	jw_begin(&w, &n->text);
	view_desk(x, d->person_id, &w);
	carry(x, n);
}

static void tell_wall_in(struct exchange *x, int64_t org_id)
{
	struct news *n = news_new(x, "line.wall", org_id, 0, "supervisor");
	struct jw w;

	jw_begin(&w, &n->text);
	view_wall(x, &w);
	carry(x, n);
}

static bool was_told(const struct exchange *x, const struct desk *until)
{
	for (const struct desk *d = x->desks; d != until; d = d->next)
		if (d->org_id == until->org_id)
			return true;
	return until->org_id == x->org_id;
}

/* Who supervises is of the line's organisation or of one whose people serve it. */
static void tell_wall(struct exchange *x)
{
	tell_wall_in(x, x->org_id);
	for (const struct desk *d = x->desks; d; d = d->next)
		if (!was_told(x, d))
			tell_wall_in(x, d->org_id);
}

void view_changed(struct exchange *x, struct desk *d)
{
	if (d)
		d->dirty = true;
	x->wall_dirty = true;
}

void view_flush(struct exchange *x)
{
	int64_t now = mono_ms();

	if (!x->teller)
		return;
	for (struct desk *d = x->desks; d; d = d->next) {
		if (d->dirty)
			tell_desk(x, d);
		d->dirty = false;
	}
	if (x->wall_dirty && now - x->wall_told_ms >= WALL_EVERY_MS) {
		x->wall_told_ms = now;
		x->wall_dirty = false;
		tell_wall(x);
	}
}
