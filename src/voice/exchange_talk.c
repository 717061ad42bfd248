/* From the answer to the hang-up. */
#include "voice/exchange.h"

#define CALLER_LOST_MS 30000   /* a caller's browser may come back within this */
#define LOST_PATIENCE_MS 12000 /* an operator's browser reloads within this, or the caller goes back to the queue */

static struct port *port_of(const struct leg *l)
{
	return l ? leg_port(l) : NULL;
}

static int not_now(struct fault *f, const char *zh, const char *en)
{
	return fail(f, E_CONFLICT, "", "%s / %s", zh, en);
}

static int no_call(struct fault *f)
{
	return not_now(f, "现在没有通话", "There is no call");
}

static bool bridge_of(struct phone_call *c)
{
	return c->bridge || bridge_new(c->x->media, &c->bridge) == 0;
}

static bool join(struct phone_call *c, struct port *p, enum side side)
{
	return p && bridge_of(c) && bridge_join(c->bridge, p, side) == 0;
}

/* ---- talking ----------------------------------------------------------------------------------------- */

static void tell_answered(struct phone_call *c, struct desk *d)
{
	c->rec.operator_id = d->person_id;
	if (c->rec.answered_ms)
		return;
	c->rec.answered_ms = time_now_ms();
	c->rec.outcome = CALL_ANSWERED;
	book_answered(c->x->book, &c->rec);
}

void talk_begin(struct phone_call *c, struct desk *d)
{
	c->phase = PHASE_TALKING;
	c->timeout_ms = INT64_MAX;
	c->desk = d;
	c->said = NULL;
	d->talking = c;
	d->muted = false;
	if (c->caller) {
		port_play(port_of(c->caller), NULL, 0, NULL, NULL);
		port_record(port_of(c->caller), NULL);
		port_hold(port_of(c->caller), false, NULL);
		join(c, port_of(c->caller), SIDE_CALLER);
	}
	if (desk_port(d))
		port_mute(desk_port(d), false);
	join(c, desk_port(d), SIDE_OPERATOR);
	if (c->tape && c->bridge)
		bridge_record(c->bridge, c->tape);
	else if (!c->tape)
		call_record(c);
	tell_answered(c, d);
	call_event(c, d->person_id, "answered", NULL);
	book_call(c->x->book, &c->rec);
	view_changed(c->x, d);
}

/* The caller leaves the bridge and hears prompts again; the tape goes on with what he hears. */
static void caller_out_of_bridge(struct phone_call *c)
{
	struct port *p = port_of(c->caller);

	if (c->bridge)
		bridge_record(c->bridge, NULL);
	if (p) {
		bridge_leave(p);
		port_hold(p, false, NULL);
		if (c->tape)
			port_record(p, c->tape);
	}
	bridge_free(c->bridge);
	c->bridge = NULL;
}

static void end_hold(struct phone_call *c)
{
	if (c->held_since_ms)
		c->rec.hold_ms += time_now_ms() - c->held_since_ms;
	c->held_since_ms = 0;
}

static void release_guests(struct phone_call *c)
{
	struct exchange *x = c->x;

	if (c->guest_desk)
		desk_release(c->guest_desk);
	c->guest_desk = NULL;
	leg_drop(c->guest, 0);
	c->guest = NULL;
	c->guest_up = c->conference = c->consulting = false;
	for (struct desk *d = x->desks; d; d = d->next)
		if (d->talking == c && d->supervising != SIDE_CALLER)
			talk_stop_supervising(d);
}

void talk_end(struct phone_call *c, bool survey)
{
	struct exchange *x = c->x;
	bool answered = c->rec.answered_ms != 0;

	end_hold(c);
	c->lost_since_ms = 0;
	release_guests(c);
	if (c->desk) {
		call_event(c, c->desk->person_id, "operator_left", NULL);
		desk_release(c->desk);
	}
	c->desk = NULL;
	caller_out_of_bridge(c);
	if (survey && c->caller && c->caller_up && c->rec.direction == CALL_IN && c->flow.at)
		call_report(c, FLOW_EV_DONE, 0);
	else
		phone_call_over(c, answered ? CALL_ANSWERED : CALL_FAILED, "operator");
	exchange_settle(x);
}

void talk_caller_gone(struct phone_call *c, const struct leg_event *e)
{
	enum call_outcome o = c->rec.answered_ms ? CALL_ANSWERED : c->rec.queued_ms ? CALL_ABANDONED : CALL_MENU;

	leg_free(c->caller);
	c->caller = NULL;
	if (c->phase == PHASE_QUEUED && c->keep_parked) { /* hung up during "we will call you" */
		call_park(c);
		return;
	}
	if (c->phase == PHASE_DIALLING || c->rec.direction != CALL_IN)
		o = c->rec.answered_ms ? CALL_ANSWERED : CALL_FAILED;
	call_event(c, 0, "caller_left", NULL);
	phone_call_over(c, o, e->reason ? e->reason : "bye");
}

/* ---- the outside party's leg -------------------------------------------------------------------------------- */

/* An outgoing call or a call-back is answered: the notice first, then both hear each other under the tape. */
static void noticed(struct port *p, bool whole, void *call)
{
	struct phone_call *c = call;

	if (!whole || c->phase == PHASE_OVER || !c->desk)
		return;
	talk_begin(c, c->desk);
}

static void outside_answered(struct phone_call *c)
{
	c->caller_up = true;
	call_event(c, 0, "outside_answered", NULL);
	if (c->desk)
		call_say(c, "recording_notice", noticed);
}

void caller_event(struct leg *l, const struct leg_event *e, void *call)
{
	struct phone_call *c = call;

	switch (e->kind) {
	case LEG_KEY:
		call_key(c, e->key);
		break;
	case LEG_EARLY: /* ringing tones and announcements of the other side are for the operator */
		if (c->phase == PHASE_DIALLING && c->desk) {
			join(c, leg_port(l), SIDE_CALLER);
			join(c, desk_port(c->desk), SIDE_OPERATOR);
		}
		break;
	case LEG_ANSWERED:
		c->caller_lost_ms = 0;
		if (c->phase == PHASE_DIALLING && !c->caller_up) {
			if (c->bridge)
				caller_out_of_bridge(c);
			outside_answered(c);
		}
		break;
	case LEG_RINGING:
		if (c->desk)
			view_changed(c->x, c->desk);
		break;
	case LEG_LOST:
		call_event(c, 0, "caller_lost", NULL);
		if (leg_kind(l) == LEG_BROWSER) /* a telephone network says BYE; a browser just vanishes */
			c->caller_lost_ms = mono_ms();
		break;
	case LEG_FOUND:
		c->caller_lost_ms = 0;
		break;
	case LEG_ENDED:
		talk_caller_gone(c, e);
		break;
	default:
		break;
	}
}

/* ---- guests: outside numbers ----------------------------------------------------------------------------------- */

static void hand_to_guest(struct phone_call *c)
{
	c->phase = PHASE_TALKING;
	c->rec.outcome = CALL_ANSWERED;
	if (!c->rec.answered_ms)
		c->rec.answered_ms = time_now_ms();
	port_play(port_of(c->caller), NULL, 0, NULL, NULL);
	port_hold(port_of(c->caller), false, NULL);
	port_record(port_of(c->caller), NULL);
	join(c, port_of(c->caller), SIDE_CALLER);
	join(c, port_of(c->guest), SIDE_OPERATOR);
	if (c->tape)
		bridge_record(c->bridge, c->tape);
	else
		call_record(c);
}

static void requeue(struct phone_call *c, const struct hotline_queue *q, const char *skill, int64_t only, const char *said);

/* The outside number did not take it, and the operator has left: somebody else must. */
static void hand_over_failed(struct phone_call *c)
{
	const struct hotline_queue *q = hotline_queue(c->x->hotline, c->rec.queue);

	call_event(c, 0, "transfer_failed", NULL);
	if (!q || !c->caller) {
		phone_call_over(c, CALL_ANSWERED, "unreachable");
		return;
	}
	port_hold(port_of(c->caller), false, NULL);
	requeue(c, q, NULL, 0, "please_hold");
}

void talk_guest_ended(struct phone_call *c)
{
	c->guest = NULL;
	if (c->desk) { /* the operator is still there: back to the caller */
		struct fault f = {0};

		call_event(c, 0, "guest_left", NULL);
		c->guest_up = c->consulting = c->conference = false;
		if (talk_hold(c->desk, false, &f) < 0)
			view_changed(c->x, c->desk);
		return;
	}
	if (c->guest_up) {
		phone_call_over(c, CALL_ANSWERED, "guest");
	} else if (c->cmd.kind == DO_TRANSFER && c->flow.at) {
		c->phase = PHASE_FLOW;
		call_report(c, FLOW_EV_FAILED, 0);
	} else {
		hand_over_failed(c);
	}
}

void guest_event(struct leg *l, const struct leg_event *e, void *call)
{
	struct phone_call *c = call;

	if (e->kind == LEG_ENDED) {
		leg_free(l);
		talk_guest_ended(c);
	} else if (e->kind == LEG_ANSWERED && !c->guest_up) {
		c->guest_up = true;
		call_event(c, 0, "guest_answered", NULL);
		if (c->desk)
			join(c, leg_port(l), SIDE_GUEST);
		else
			hand_to_guest(c);
		view_changed(c->x, c->desk);
	} else if (e->kind == LEG_EARLY && c->desk) {
		join(c, leg_port(l), SIDE_GUEST);
	}
}

/* ---- what operators ask -------------------------------------------------------------------------------------------- */

static struct phone_call *own_call(struct desk *d)
{
	struct phone_call *c = d->talking;

	return c && c->desk == d && c->phase == PHASE_TALKING ? c : NULL;
}

int talk_hold(struct desk *d, bool hold, struct fault *f)
{
	struct phone_call *c = own_call(d);

	if (!c || !c->caller)
		return no_call(f);
	if (hold && !c->held_since_ms) {
		const struct hotline_queue *q = hotline_queue(c->x->hotline, c->rec.queue);

		c->held_since_ms = time_now_ms();
		port_hold(port_of(c->caller), true, call_prompt(c, q && q->music ? q->music : "music"));
		call_event(c, d->person_id, "held", NULL);
	} else if (!hold && c->held_since_ms) {
		end_hold(c);
		port_hold(port_of(c->caller), false, NULL);
		call_event(c, d->person_id, "resumed", NULL);
	}
	view_changed(c->x, d);
	return 0;
}

int talk_mute(struct desk *d, bool mute, struct fault *f)
{
	if (!d->talking || !desk_port(d))
		return no_call(f);
	d->muted = mute;
	port_mute(desk_port(d), mute);
	view_changed(d->x, d);
	return 0;
}

int talk_keys(struct desk *d, const char *keys, struct fault *f)
{
	struct phone_call *c = own_call(d);

	if (!c || !c->caller)
		return no_call(f);
	if (!*keys || strlen(keys) > 32 || strspn(keys, "0123456789*#ABCD") != strlen(keys))
		return fail(f, E_INVALID, "keys", "只能是 0–9、*、# / Only 0–9, * and #");
	return port_send_keys(port_of(c->guest_up && c->held_since_ms ? c->guest : c->caller), keys);
}

int talk_hang_up(struct desk *d, int64_t call_id, struct fault *f)
{
	struct phone_call *c = d->talking;

	if (!c || (call_id && c->rec.id != call_id))
		return no_call(f);
	if (d->supervising != SIDE_CALLER) {
		talk_stop_supervising(d);
	} else if (d->consulted) {
		c->guest_desk = NULL;
		desk_release(d);
		if (c->desk && c->consulting && talk_hold(c->desk, false, f) < 0)
			view_changed(c->x, c->desk);
		c->consulting = c->conference = false;
		view_changed(c->x, c->desk);
		exchange_settle(d->x);
	} else {
		talk_end(c, true);
	}
	return 0;
}

/* ---- handing over ------------------------------------------------------------------------------------------------------ */

static const struct hotline_queue *queue_of(const struct phone_call *c, const struct target *t)
{
	const struct hotline_queue *q = hotline_queue(c->x->hotline, t->queue ? t->queue : c->rec.queue);

	return q ? q : c->x->hotline->n_queues ? &c->x->hotline->queues[0] : NULL;
}

static int colleague_ready(struct exchange *x, int64_t person_id, struct fault *f)
{
	if (acd_operator_state(x->acd, person_id, NULL, NULL) != OPERATOR_READY)
		return not_now(f, "对方不在就绪状态", "That person is not ready");
	return 0;
}

/* Back into the queue, before everybody else, for one person, a skill or another queue. */
static void requeue(struct phone_call *c, const struct hotline_queue *q, const char *skill, int64_t only, const char *said)
{
	struct acd_call_info info = {.call_id = c->rec.id, .queue = q, .skill = skill, .only = only, .head = true};

	c->phase = PHASE_QUEUED;
	snprintf(c->rec.queue, sizeof(c->rec.queue), "%s", q->name);
	if (said)
		call_say_in_queue(c, said);
	else
		call_wait_in_queue(c);
	if (acd_enter(c->x->acd, &info, mono_ms()) < 0)
		phone_call_over(c, CALL_FAILED, "error");
	exchange_settle(c->x);
}

static void operator_leaves(struct phone_call *c)
{
	struct desk *d = c->desk;

	end_hold(c);
	release_guests(c);
	c->desk = NULL;
	desk_release(d);
	caller_out_of_bridge(c);
}

static int transfer_outside(struct phone_call *c, const char *number, struct fault *f)
{
	struct dial dial = {.number = number};
	struct leg *l;
	int r = signalling_dial(c->x->signalling, &dial, guest_event, c, &l, f);

	if (r < 0)
		return r;
	operator_leaves(c);
	c->guest = l;
	c->phase = PHASE_DIALLING;
	port_hold(port_of(c->caller), true, call_prompt(c, "music"));
	exchange_settle(c->x);
	return 0;
}

int talk_transfer(struct desk *d, const struct target *t, struct fault *f)
{
	struct phone_call *c = own_call(d);
	const struct hotline_queue *q = NULL;
	int r;

	if (!c || !c->caller)
		return no_call(f);
	if (!t->number && (r = t->person_id ? colleague_ready(c->x, t->person_id, f) : 0) < 0)
		return r;
	if (!t->number && !(q = queue_of(c, t)))
		return fail(f, E_NOT_FOUND, "queue", "没有这个队列 / There is no such queue");
	call_event(c, d->person_id, "transferred", NULL);
	c->rec.transfers++;
	if (t->number)
		return transfer_outside(c, t->number, f);
	operator_leaves(c);
	requeue(c, q, t->skill, t->person_id, NULL);
	return 0;
}

static struct desk *ready_with_skill(struct exchange *x, const char *skill, const struct desk *but)
{
	for (struct desk *d = x->desks; d; d = d->next)
		if (d != but && acd_operator_state(x->acd, d->person_id, NULL, NULL) == OPERATOR_READY &&
		    acd_operator_has_skill(x->acd, d->person_id, skill))
			return d;
	return NULL;
}

static int consult_colleague(struct phone_call *c, struct desk *to, struct fault *f)
{
	int r = to ? colleague_ready(c->x, to->person_id, f) : not_now(f, "没有合适的同事就绪", "Nobody fitting is ready");

	if (r < 0 || (r = acd_busy(c->x->acd, to->person_id, mono_ms())) < 0)
		return r;
	c->guest_desk = to;
	to->ringing = c;
	to->consulted = true;
	to->ring_until_ms = mono_ms() + 30000;
	view_changed(c->x, to);
	exchange_settle(c->x);
	return 0;
}

int talk_consult(struct desk *d, const struct target *t, struct fault *f)
{
	struct phone_call *c = own_call(d);
	struct dial dial = {.number = t->number};
	int r;

	if (!c)
		return no_call(f);
	if (c->guest || c->guest_desk)
		return not_now(f, "已经在咨询第三方", "Somebody is being consulted already");
	if (t->number)
		r = signalling_dial(c->x->signalling, &dial, guest_event, c, &c->guest, f);
	else
		r = consult_colleague(c, t->person_id ? desk_find(c->x, t->person_id)
						      : ready_with_skill(c->x, t->skill ? t->skill : "", d), f);
	if (r < 0) {
		c->guest = NULL;
		return r;
	}
	c->consulting = true;
	call_event(c, d->person_id, "consulting", NULL);
	return talk_hold(d, true, f);
}

int talk_join(struct desk *d, struct fault *f)
{
	struct phone_call *c = own_call(d);

	if (!c || !(c->guest_up || (c->guest_desk && c->guest_desk->talking == c)))
		return not_now(f, "没有接通的第三方", "There is no third party");
	c->conference = true;
	call_event(c, d->person_id, "conference", NULL);
	return talk_hold(d, false, f);
}

int talk_complete(struct desk *d, struct fault *f)
{
	struct phone_call *c = own_call(d);
	struct desk *to;

	if (!c || !c->caller || !(c->guest_up || (c->guest_desk && c->guest_desk->talking == c)))
		return not_now(f, "没有接通的第三方", "There is no third party");
	end_hold(c);
	port_hold(port_of(c->caller), false, NULL);
	call_event(c, d->person_id, "handed_over", NULL);
	c->rec.transfers++;
	to = c->guest_desk;
	c->desk = NULL;
	c->guest_desk = NULL;
	c->consulting = c->conference = false;
	desk_release(d);
	if (to) {
		to->consulted = false;
		c->desk = to;
		c->rec.operator_id = to->person_id;
		join(c, desk_port(to), SIDE_OPERATOR);
	} else {
		join(c, port_of(c->guest), SIDE_OPERATOR);
	}
	book_call(c->x->book, &c->rec);
	view_changed(c->x, to);
	exchange_settle(c->x);
	return 0;
}

int talk_back(struct desk *d, struct fault *f)
{
	struct phone_call *c = own_call(d);

	if (!c || !(c->guest || c->guest_desk))
		return not_now(f, "没有在咨询第三方", "Nobody is being consulted");
	release_guests(c);
	exchange_settle(c->x);
	return talk_hold(d, false, f);
}

/* ---- calling out ---------------------------------------------------------------------------------------------------------- */

static int dial_outside(struct phone_call *c, const char *number, struct fault *f)
{
	struct dial dial = {.number = number};

	c->phase = PHASE_DIALLING;
	return signalling_dial(c->x->signalling, &dial, caller_event, c, &c->caller, f);
}

int talk_dial(struct desk *d, const char *number, int64_t case_id, int64_t callback_of, struct fault *f)
{
	struct exchange *x = d->x;
	struct phone_call *c;
	int r;

	if (!desk_port(d) && (d->phone || !signalling_phone_there(x->signalling, d->person_id)))
		return not_now(f, "请先接通耳麦或话机", "Connect your headset or telephone first");
	if (x->draining)
		return fail(f, E_CANCELLED, "", "系统即将重启，暂不能外呼 / Restarting: no new calls");
	if (acd_busy(x->acd, d->person_id, mono_ms()) < 0)
		return not_now(f, "请先签到，并结束当前通话", "Sign in and finish the call first");
	if (!(c = phone_call_new(x, callback_of ? CALL_CALLBACK : CALL_OUT)))
		return fail(f, E_NO_MEMORY, "", "no memory");
	snprintf(c->rec.caller, sizeof(c->rec.caller), "%s", number);
	c->rec.case_id = case_id;
	c->rec.callback_of = callback_of;
	c->rec.operator_id = d->person_id;
	c->desk = d;
	d->talking = c;
	book_call(x->book, &c->rec);
	call_event(c, d->person_id, "dialled", NULL);
	c->phase = PHASE_DIALLING;
	r = desk_port(d) ? dial_outside(c, number, f) : desk_ring_to_dial(d, f);
	if (r < 0) {
		c->caller = NULL;
		phone_call_over(c, CALL_FAILED, "unreachable");
	}
	exchange_settle(x);
	view_changed(x, d);
	return r;
}

void talk_desk_is_there(struct phone_call *c)
{
	struct fault f = {0};

	if (c->caller || dial_outside(c, c->rec.caller, &f) == 0)
		return;
	c->caller = NULL;
	phone_call_over(c, CALL_FAILED, "unreachable");
}

void talk_dial_caller(struct phone_call *c, struct desk *d)
{
	struct fault f = {0};

	c->desk = d;
	d->talking = c;
	c->rec.operator_id = d->person_id;
	call_event(c, d->person_id, "calling_back", NULL);
	if (dial_outside(c, c->rec.caller, &f) < 0) {
		c->caller = NULL;
		phone_call_over(c, CALL_FAILED, "unreachable");
	}
}

/* ---- supervisors -------------------------------------------------------------------------------------------------------------- */

int talk_supervise(struct desk *d, struct phone_call *c, enum side side, struct fault *f)
{
	const char *kind = side == SIDE_LISTEN ? "supervisor_listens" : side == SIDE_WHISPER ? "supervisor_whispers" : "supervisor_joins";

	if (!desk_port(d))
		return desk_ring_to_supervise(d, c, side, f);
	if (d->talking && (d->supervising == SIDE_CALLER || d->talking != c))
		return not_now(f, "请先结束当前通话", "Finish your call first");
	if (c->phase != PHASE_TALKING || !join(c, desk_port(d), side))
		return not_now(f, "该通话尚未接通", "That call is not talking");
	d->talking = c;
	d->supervising = side;
	call_event(c, d->person_id, kind, NULL);
	view_changed(c->x, d);
	return 0;
}

void talk_stop_supervising(struct desk *d)
{
	struct leg *phone = d->phone;

	if (desk_port(d))
		bridge_leave(desk_port(d));
	d->talking = NULL;
	d->supervising = SIDE_CALLER;
	d->phone = NULL;
	leg_drop(phone, 0);
	view_changed(d->x, d);
}

/* ---- an operator's browser or telephone vanishes ---------------------------------------------------------------------------------------------- */

void talk_lost(struct phone_call *c, bool lost)
{
	if (!lost) {
		c->lost_since_ms = 0;
		if (c->caller && c->bridge) {
			port_play(port_of(c->caller), NULL, 0, NULL, NULL);
			call_event(c, c->desk ? c->desk->person_id : 0, "operator_back", NULL);
		}
		return;
	}
	c->lost_since_ms = mono_ms();
	call_event(c, c->desk ? c->desk->person_id : 0, "operator_lost", NULL);
	if (!c->desk || !c->desk->phone) /* a telephone may just send nothing while its owner is silent */
		call_say(c, "please_hold", NULL);
}

void talk_tick(struct phone_call *c, int64_t now_ms)
{
	struct desk *d = c->desk;
	const struct hotline_queue *q = hotline_queue(c->x->hotline, c->rec.queue);
	bool by_phone;

	if (c->caller_lost_ms && now_ms - c->caller_lost_ms >= CALLER_LOST_MS) {
		c->caller_lost_ms = 0;
		leg_hangup(c->caller, 0);
		return;
	}
	if (!c->lost_since_ms || now_ms - c->lost_since_ms < LOST_PATIENCE_MS || !d)
		return;
	c->lost_since_ms = 0;
	by_phone = d->phone != NULL;
	book_alarm(c->x->book, "left_post", d->person_id, by_phone ? "telephone" : "browser", time_now_ms());
	if (!q || c->rec.direction == CALL_OUT || !c->caller) {
		talk_end(c, false);
		return;
	}
	call_event(c, d->person_id, "operator_gone", NULL);
	acd_lost(c->x->acd, d->person_id, by_phone ? "phone_lost" : "browser_lost", now_ms); /* nor is the next call for him */
	operator_leaves(c);
	requeue(c, q, NULL, 0, "please_hold");
}
