/* The exchange's life; calls come in; time passes; what the queue engine says is carried out. */
#include "voice/exchange.h"

#include "base/id.h"
#include "base/log.h"
#include "base/metrics.h"
#include "process/calendar.h"

#define TICK_MS 100

METRIC(m_calls, METRIC_COUNTER, "lexline_calls_total", "Calls that came in");
METRIC(m_running, METRIC_GAUGE, "lexline_calls_running", "Calls that run now");
METRIC(m_turned_away, METRIC_COUNTER, "lexline_calls_turned_away_total", "Calls refused: full, draining, no such number");

int64_t mono_ms(void)
{
	return time_monotonic_us() / 1000;
}

/* ---- calls ---------------------------------------------------------------------------------------- */

struct phone_call *phone_call_new(struct exchange *x, enum call_direction d)
{
	struct phone_call *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->x = x;
	c->rec.id = id_new();
	c->rec.org_id = x->org_id;
	c->rec.direction = d;
	c->rec.began_ms = time_now_ms();
	c->timeout_ms = INT64_MAX;
	c->lang = x->hotline->languages[0];
	snprintf(c->rec.hotline, sizeof(c->rec.hotline), "%s", x->hotline->name);
	snprintf(c->rec.lang, sizeof(c->rec.lang), "%s", c->lang);
	c->next = x->calls;
	x->calls = c;
	x->n_calls++;
	metric_set(&m_running, x->n_calls);
	view_changed(x, NULL);
	return c;
}

struct phone_call *phone_call_find(struct exchange *x, int64_t id)
{
	struct phone_call *c = x->calls;

	while (c && c->rec.id != id)
		c = c->next;
	return c;
}

void call_event(struct phone_call *c, int64_t person_id, const char *kind, const char *detail)
{
	struct call_event e = {.call_id = c->rec.id, .at_ms = time_now_ms(), .person_id = person_id};

	snprintf(e.kind, sizeof(e.kind), "%s", kind);
	snprintf(e.detail, sizeof(e.detail), "%s", detail ? detail : "");
	book_event(c->x->book, &e);
}

static void unlink_call(struct phone_call *c)
{
	struct phone_call **at = &c->x->calls;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->x->n_calls--;
	metric_set(&m_running, c->x->n_calls);
}

static void forget_old_prompts(struct exchange *x)
{
	for (size_t i = 0; i < x->old_prompts.n; i++)
		prompts_unref(x->old_prompts.at[i]);
	VEC_FREE(&x->old_prompts);
}

/* What is playing now goes on with the old ones; they go when no call is left that could hear them. */
void exchange_set_prompts(struct exchange *x, struct prompts *p)
{
	VEC_ADD(&x->old_prompts, x->prompts);
	x->prompts = p;
	if (x->n_calls == 0)
		forget_old_prompts(x);
}

static void count_call(const struct phone_call *c)
{
	const struct hotline_queue *q = hotline_queue(c->x->hotline, c->rec.queue);

	wall_count(c->x->wall, &c->rec, q ? q->short_abandon_s : SHORT_ABANDON_S,
		   q ? q->service_level_s : SERVICE_LEVEL_S, c->rec.ended_ms);
}

void phone_call_over(struct phone_call *c, enum call_outcome o, const char *reason)
{
	struct exchange *x = c->x;

	if (c->phase == PHASE_OVER)
		return;
	c->phase = PHASE_OVER;
	c->rec.ended_ms = time_now_ms();
	if (c->held_since_ms)
		c->rec.hold_ms += c->rec.ended_ms - c->held_since_ms;
	if (c->rec.outcome == CALL_RUNNING)
		c->rec.outcome = o;
	snprintf(c->rec.end_reason, sizeof(c->rec.end_reason), "%s", reason);
	for (struct desk *d = x->desks; d; d = d->next) {
		if (d->talking == c && d->supervising != SIDE_CALLER)
			talk_stop_supervising(d);
		if (d->ringing == c && d->consulted)
			d->ringing = NULL, view_changed(x, d);
	}
	if (c->desk)
		desk_release(c->desk);
	if (c->guest_desk)
		desk_release(c->guest_desk);
	leg_drop(c->guest, 0);
	leg_drop(c->caller, 0);
	acd_leave(x->acd, c->rec.id, mono_ms());
	tape_end(c->tape);
	bridge_free(c->bridge);
	unlink_call(c);
	count_call(c);
	book_ended(x->book, &c->rec);
	view_changed(x, NULL);
	free(c);
	if (x->n_calls == 0)
		forget_old_prompts(x);
	exchange_settle(x);
}

/* ---- calls come in ---------------------------------------------------------------------------------- */

static void caller_is_known(int64_t call_id, const struct caller_facts *facts, void *exchange)
{
	struct phone_call *c = phone_call_find(exchange, call_id);

	if (!c || c->known)
		return;
	c->known = true;
	c->facts = *facts;
	c->rec.client_id = facts->client_id;
	if (c->phase == PHASE_ASKING && c->caller_up)
		call_start_flow(c);
}

/* Answered: the caller's voice flows; the flow begins as soon as the book has said who calls. */
static void caller_answered(struct phone_call *c)
{
	c->caller_up = true;
	if (c->known)
		call_start_flow(c);
	else
		c->timeout_ms = mono_ms() + 500;
}

static void inbound_event(struct leg *l, const struct leg_event *e, void *call)
{
	struct phone_call *c = call;

	if (e->kind == LEG_ANSWERED && !c->caller_up)
		caller_answered(c);
	else
		caller_event(l, e, c);
}

static int refuse(struct exchange *x, int status)
{
	metric_add(&m_turned_away, 1);
	return status;
}

static void fill_record(struct phone_call *c, const struct incoming *in, const struct hotline_number *n)
{
	snprintf(c->rec.caller, sizeof(c->rec.caller), "%s", in->caller);
	snprintf(c->rec.called, sizeof(c->rec.called), "%s", n->number);
	snprintf(c->rec.trunk, sizeof(c->rec.trunk), "%s", in->trunk ? in->trunk : "");
	c->lang = n->lang;
	snprintf(c->rec.lang, sizeof(c->rec.lang), "%s", c->lang);
}

static void phone_dialled(struct leg *l, const struct leg_event *e, void *desk)
{
	struct desk *d = desk;

	if (e->kind != LEG_ENDED)
		return;
	if (d->phone == l)
		d->phone = NULL;
	leg_free(l);
	if (d->talking && d->talking->desk == d)
		talk_end(d->talking, false);
}

/* A desk phone dials: as if its owner had pressed "call" in the console, with the telephone as the leg. */
static int phone_dials(struct exchange *x, struct leg *l, const struct incoming *in)
{
	struct desk *d = desk_find(x, in->person_id);
	struct fault f = {0};

	if (!d || d->talking || d->ringing || d->phone)
		return refuse(x, d ? 486 : 403);
	d->phone = l;
	d->phone_up = true;
	leg_handle(l, phone_dialled, d);
	if (talk_dial(d, in->called, 0, 0, &f) < 0 || leg_answer(l) < 0) {
		d->phone = NULL;
		return refuse(x, 403);
	}
	return 0;
}

int exchange_incoming(struct leg *l, const struct incoming *in, void *exchange)
{
	struct exchange *x = exchange;
	const struct hotline_number *n;
	struct phone_call *c;

	if (in->person_id)
		return phone_dials(x, l, in);
	if (x->draining || x->n_calls >= (unsigned)x->config->max_calls)
		return refuse(x, 503);
	n = *in->called ? hotline_number(x->hotline, in->called) : &x->hotline->numbers[0];
	if (!n || !(c = phone_call_new(x, CALL_IN)))
		return refuse(x, n ? 503 : 404);
	metric_add(&m_calls, 1);
	c->caller = l;
	c->rec.browser = leg_kind(l) == LEG_BROWSER;
	fill_record(c, in, n);
	leg_handle(l, inbound_event, c);
	leg_ring(l);
	book_call(x->book, &c->rec);
	call_event(c, 0, "arrived", NULL);
	book_ask_caller(x->book, c->rec.id, c->rec.caller, x->hotline->name, caller_is_known, x);
	if (leg_answer(l) < 0) {
		c->caller = NULL;
		phone_call_over(c, CALL_FAILED, "not_acceptable");
		return 488;
	}
	return 0;
}

void exchange_phone(int64_t person_id, bool there, void *exchange)
{
	struct exchange *x = exchange;
	struct desk *d = desk_find(x, person_id);

	if (d)
		view_changed(x, d);
}

void exchange_trunk(const char *name, const char *state, const char *reason, void *exchange)
{
	struct exchange *x = exchange;

	log_event(LOG_INFO, "voice.trunk", "trunk", name, "state", state, "reason", reason ? reason : "", NULL);
	book_alarm(x->book, strcmp(state, "up") == 0 ? "trunk_up" : "trunk_down", 0, name, time_now_ms());
	view_changed(x, NULL);
}

/* ---- what the engine says -------------------------------------------------------------------------------- */

static void engine_said(const struct acd_action *a, void *exchange)
{
	struct exchange *x = exchange;

	VEC_ADD(&x->actions, *a);
}

static void operator_state(struct exchange *x, const struct acd_action *a)
{
	struct desk *d = desk_find(x, a->person_id);

	book_presence(x->book, a->person_id, operator_state_name(a->state), a->reason, time_now_ms());
	view_changed(x, d);
}

static void overflow(struct exchange *x, const struct acd_action *a)
{
	struct phone_call *c = phone_call_find(x, a->call_id);

	if (!c)
		return;
	call_event(c, 0, "overflow", NULL);
	call_report(c, FLOW_EV_OVERFLOW, 0);
}

static void carry_out(struct exchange *x, const struct acd_action *a)
{
	struct phone_call *c = a->call_id ? phone_call_find(x, a->call_id) : NULL;

	switch (a->kind) {
	case ACD_RING:
		desk_ring(x, a);
		break;
	case ACD_STOP_RING:
		desk_stop_ring(x, a);
		break;
	case ACD_OVERFLOW:
		overflow(x, a);
		break;
	case ACD_POSITION:
		if (c && c->phase == PHASE_QUEUED)
			call_say_position(c, a);
		break;
	case ACD_OFFER_CALLBACK:
		if (c && c->phase == PHASE_QUEUED)
			call_offer_callback(c);
		break;
	case ACD_STATE:
		operator_state(x, a);
		break;
	case ACD_ALARM:
		book_alarm(x->book, a->reason, a->person_id, x->hotline->name, time_now_ms());
		break;
	}
}

/* The reasons in actions point into the engine, which may have changed them meanwhile: states are read anew there. */
void exchange_settle(struct exchange *x)
{
	if (x->settling)
		return;
	x->settling = true;
	for (size_t i = 0; i < x->actions.n; i++) {
		struct acd_action a = x->actions.at[i]; /* the list may move */

		carry_out(x, &a);
	}
	x->actions.n = 0;
	x->settling = false;
}

/* ---- time ------------------------------------------------------------------------------------------------- */

static bool is_open(const struct exchange *x)
{
	const struct calendar *cal = calendars_get(x->env->calendars, x->org_id, x->hotline->calendar);

	return cal && calendar_is_open(cal, time_now_ms());
}

static struct phone_call *find_due(struct exchange *x, int64_t now)
{
	struct phone_call *c = x->calls;

	while (c && c->timeout_ms > now)
		c = c->next;
	return c;
}

static void tick_calls(struct exchange *x, int64_t now)
{
	struct phone_call *c, *next;

	while ((c = find_due(x, now))) { /* from the head each time: handling one may end others */
		c->timeout_ms = INT64_MAX;
		if (c->phase == PHASE_ASKING)
			call_start_flow(c);
		else
			call_timeout(c);
	}
	for (c = x->calls; c; c = next) {
		next = c->next;
		if (c->lost_since_ms || c->caller_lost_ms)
			talk_tick(c, now);
	}
}

static void tick(void *exchange)
{
	struct exchange *x = exchange;
	int64_t now = mono_ms();

	tmr_start(&x->timer, TICK_MS, tick, x);
	acd_open(x->acd, is_open(x), now);
	acd_tick(x->acd, now);
	exchange_settle(x);
	tick_calls(x, now);
	for (struct desk *d = x->desks; d; d = d->next)
		desk_tick(d, now);
	exchange_settle(x);
	view_flush(x);
}

/* ---- life --------------------------------------------------------------------------------------------------- */

static const char *phone_ha1(const char *user, int64_t *ret_person_id, void *exchange)
{
	return desk_phone_ha1(exchange, user, ret_person_id);
}

int exchange_new(const struct exchange_options *o, struct exchange **ret, struct fault *f)
{
	struct exchange *x = calloc(1, sizeof(*x));
	int r;

	if (!x)
		return fail(f, E_NO_MEMORY, "", "no memory for the exchange");
	x->env = o->env;
	x->voice = o->voice;
	x->hotline = o->hotline;
	x->config = o->config;
	x->prompts = o->prompts;
	x->media = o->media;
	x->tapes = o->tapes;
	x->book = o->book;
	x->wall = o->wall;
	x->org_id = o->org_id;
	metric_add(&m_calls, 0);
	metric_add(&m_turned_away, 0);
	metric_set(&m_running, 0);
	x->acd = acd_new(o->hotline, engine_said, x);
	tmr_init(&x->timer);
	view_start(x);
	if ((r = web_open(x->config, x->media, &x->web, f)) < 0 ||
	    (r = signalling_open(&(struct signalling_options){.config = x->config,
							      .media = x->media,
							      .incoming = exchange_incoming,
							      .phone_ha1 = phone_ha1,
							      .phone = exchange_phone,
							      .trunk = exchange_trunk,
							      .arg = x},
				 &x->signalling, f)) < 0) {
		exchange_free(x);
		return r;
	}
	tmr_start(&x->timer, TICK_MS, tick, x);
	*ret = x;
	return 0;
}

void exchange_drain(struct exchange *x)
{
	x->draining = true;
	if (x->signalling)
		signalling_drain(x->signalling);
}

void exchange_free(struct exchange *x)
{
	if (!x)
		return;
	x->draining = true;
	tmr_cancel(&x->timer);
	while (x->calls)
		phone_call_over(x->calls, CALL_FAILED, "shutdown");
	desk_free_all(x);
	signalling_close(x->signalling);
	web_close(x->web);
	view_stop(x);
	acd_free(x->acd);
	VEC_FREE(&x->actions);
	forget_old_prompts(x);
	prompts_unref(x->prompts);
	free(x);
}
