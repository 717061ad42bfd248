/* Operators: their browser or telephone, and how a call rings there. */
#include "voice/exchange.h"

struct phone_account {
	int64_t person_id;
	char ha1[33];
};

struct desk *desk_find(struct exchange *x, int64_t person_id)
{
	struct desk *d = x->desks;

	while (d && d->person_id != person_id)
		d = d->next;
	return d;
}

struct desk *desk_get(struct exchange *x, int64_t person_id, int64_t org_id, const char *name)
{
	struct desk *d = desk_find(x, person_id);

	if (!d) {
		d = calloc(1, sizeof(*d));
		if (!d)
			abort();
		d->x = x;
		d->person_id = person_id;
		d->supervising = SIDE_CALLER;
		d->next = x->desks;
		x->desks = d;
	}
	d->org_id = org_id;
	snprintf(d->name, sizeof(d->name), "%s", name);
	return d;
}

struct port *desk_port(struct desk *d)
{
	if (d->phone)
		return d->phone_up ? leg_port(d->phone) : NULL;
	return d->browser && d->browser_up ? leg_port(d->browser) : NULL;
}

/* ---- ringing ---------------------------------------------------------------------------------------- */

static void supervise_by_phone(struct desk *d)
{
	struct phone_call *c = phone_call_find(d->x, d->wanted_call);
	struct fault f = {0};

	d->wanted_call = 0;
	d->phone_up = true;
	if (!c || talk_supervise(d, c, d->wanted_side, &f) < 0)
		leg_hangup(d->phone, 0);
}

/* Its owner is the operator of a call that is talking. */
static bool is_heard(const struct desk *d)
{
	return d->phone_up && d->talking && d->talking->desk == d && d->talking->phase == PHASE_TALKING;
}

static void phone_event(struct leg *l, const struct leg_event *e, void *desk)
{
	struct desk *d = desk;
	struct exchange *x = d->x;
	struct fault f = {0};

	if (e->kind == LEG_ANSWERED && d->wanted_call) {
		supervise_by_phone(d);
		return;
	}
	if (e->kind == LEG_ANSWERED && d->talking && d->talking->desk == d && !d->phone_up) {
		d->phone_up = true;
		talk_desk_is_there(d->talking);
	} else if (e->kind == LEG_ANSWERED && d->ringing) {
		d->phone_up = true;
		if (desk_answer(d, d->ringing->rec.id, &f) < 0)
			leg_hangup(l, 0);
	} else if (e->kind == LEG_REFERRED && d->talking && d->talking->desk == d) {
		struct target t = {.number = e->number};

		if (talk_transfer(d, &t, &f) < 0)
			view_changed(x, d);
	} else if ((e->kind == LEG_LOST || e->kind == LEG_FOUND) && is_heard(d)) {
		talk_lost(d->talking, e->kind == LEG_LOST);
	} else if (e->kind == LEG_ENDED) {
		leg_free(l);
		if (d->phone != l)
			return;
		d->phone = NULL;
		d->wanted_call = 0;
		if (d->ringing)
			desk_refuse(d, "refused");
		else if (d->talking && talk_hang_up(d, 0, &f) < 0)
			view_changed(x, d);
		exchange_settle(x);
	}
}

static void phone_rings(struct desk *d)
{
	struct dial dial = {.person_id = d->person_id, .display = "Lexline"};
	struct fault f = {0};

	d->phone_up = false;
	if (signalling_dial(d->x->signalling, &dial, phone_event, d, &d->phone, &f) < 0) {
		d->phone = NULL;
		desk_refuse(d, "unreachable");
	}
}

int desk_ring_to_dial(struct desk *d, struct fault *f)
{
	struct dial dial = {.person_id = d->person_id, .display = "Lexline"};
	int r;

	d->phone_up = false;
	r = signalling_dial(d->x->signalling, &dial, phone_event, d, &d->phone, f);
	if (r < 0)
		d->phone = NULL;
	return r;
}

int desk_ring_to_supervise(struct desk *d, struct phone_call *c, enum side side, struct fault *f)
{
	struct dial dial = {.person_id = d->person_id, .display = "Lexline"};

	if (d->phone || d->talking || !signalling_phone_there(d->x->signalling, d->person_id))
		return fail(f, E_CONFLICT, "", "请先接通耳麦或话机 / Connect your headset or telephone first");
	if (c->phase != PHASE_TALKING)
		return fail(f, E_CONFLICT, "", "该通话尚未接通 / That call is not talking");
	d->phone_up = false;
	d->wanted_call = c->rec.id;
	d->wanted_side = side;
	if (signalling_dial(d->x->signalling, &dial, phone_event, d, &d->phone, f) == 0)
		return 0;
	d->phone = NULL;
	d->wanted_call = 0;
	return fail(f, E_CONFLICT, "", "话机没有响应 / The telephone does not answer");
}

static void start_ringing(struct desk *d)
{
	if (d->browser && d->browser_up)
		view_changed(d->x, d);
	else if (signalling_phone_there(d->x->signalling, d->person_id))
		phone_rings(d);
	else
		desk_refuse(d, "unreachable");
}

void desk_ring(struct exchange *x, const struct acd_action *a)
{
	struct desk *d = desk_find(x, a->person_id);
	struct phone_call *c = phone_call_find(x, a->call_id);

	if (!c) {
		acd_leave(x->acd, a->call_id, mono_ms());
		return;
	}
	if (!d) {
		acd_refuse(x->acd, a->person_id, a->call_id, mono_ms());
		return;
	}
	if (acd_operator_state(x->acd, a->person_id, NULL, NULL) != OPERATOR_RINGING)
		return; /* was taken back before it was carried out */
	c->rec.rang_ms = c->rec.rang_ms ? c->rec.rang_ms : time_now_ms();
	call_event(c, d->person_id, "rang", NULL);
	d->ringing = c;
	d->consulted = false;
	start_ringing(d);
}

void desk_stop_ring(struct exchange *x, const struct acd_action *a)
{
	struct desk *d = desk_find(x, a->person_id);

	if (!d || !d->ringing || d->consulted || d->ringing->rec.id != a->call_id)
		return;
	d->ringing->rec.refused++;
	d->ringing = NULL;
	leg_drop(d->phone, 0);
	d->phone = NULL;
	view_changed(x, d);
}

void desk_refuse(struct desk *d, const char *why)
{
	struct exchange *x = d->x;
	struct phone_call *c = d->ringing;
	struct fault f = {0};

	if (!c)
		return;
	call_event(c, d->person_id, "not_taken", NULL);
	if (!d->consulted) {
		acd_refuse(x->acd, d->person_id, c->rec.id, mono_ms()); /* says STOP_RING */
	} else {
		d->ringing = NULL;
		d->consulted = false;
		c->guest_desk = NULL;
		c->consulting = false;
		leg_drop(d->phone, 0);
		d->phone = NULL;
		acd_talk_end(x->acd, d->person_id, mono_ms());
		if (c->desk && talk_hold(c->desk, false, &f) < 0) /* back to the caller */
			view_changed(x, c->desk);
	}
	view_changed(x, d);
	exchange_settle(x);
}

static int take_consulted(struct desk *d)
{
	struct phone_call *c = d->ringing;

	d->ringing = NULL;
	d->talking = c;
	d->muted = false;
	port_mute(desk_port(d), false);
	call_event(c, d->person_id, "guest_answered", NULL);
	if (c->bridge && bridge_join(c->bridge, desk_port(d), SIDE_GUEST) < 0)
		return -E_BUSY;
	view_changed(d->x, c->desk);
	view_changed(d->x, d);
	return 0;
}

int desk_answer(struct desk *d, int64_t call_id, struct fault *f)
{
	struct exchange *x = d->x;
	struct phone_call *c = d->ringing;

	if (!c || c->rec.id != call_id)
		return fail(f, E_CONFLICT, "", "来电已被接走或已挂断 / The call was taken or has hung up");
	if (!desk_port(d))
		return fail(f, E_CONFLICT, "", "请先接通耳麦或提起话机 / Connect your headset, or pick up the telephone");
	if (d->consulted)
		return take_consulted(d);
	if (acd_answer(x->acd, d->person_id, call_id, mono_ms()) < 0)
		return fail(f, E_CONFLICT, "", "来电已被接走或已挂断 / The call was taken or has hung up");
	d->ringing = NULL;
	if (c->phase == PHASE_PARKED)
		talk_dial_caller(c, d);
	else
		talk_begin(c, d);
	exchange_settle(x);
	return 0;
}

void desk_release(struct desk *d)
{
	struct exchange *x = d->x;

	if (d->browser)
		bridge_leave(leg_port(d->browser));
	if (d->talking || d->phone) {
		struct leg *phone = d->phone;

		d->phone = NULL;
		leg_drop(phone, 0);
	}
	if (d->ringing && d->consulted)
		d->ringing = NULL;
	d->talking = NULL;
	d->consulted = d->muted = false;
	d->supervising = SIDE_CALLER;
	acd_talk_end(x->acd, d->person_id, mono_ms());
	view_changed(x, d);
}

/* ---- the browser -------------------------------------------------------------------------------------------- */

static void browser_event(struct leg *l, const struct leg_event *e, void *desk)
{
	struct desk *d = desk;
	struct phone_call *c = d->talking;
	bool own = c && c->desk == d && !d->phone;

	switch (e->kind) {
	case LEG_ANSWERED:
	case LEG_FOUND:
		d->browser_up = true;
		if (own && c->lost_since_ms)
			talk_lost(c, false);
		break;
	case LEG_LOST:
		if (own && c->phase == PHASE_TALKING)
			talk_lost(c, true);
		break;
	case LEG_ENDED:
		leg_free(l);
		d->browser = NULL;
		d->browser_up = false;
		if (d->ringing)
			desk_refuse(d, "unreachable");
		if (own && c->phase == PHASE_TALKING && !c->lost_since_ms)
			talk_lost(c, true);
		break;
	default:
		break;
	}
	view_changed(d->x, d);
}

int desk_media(struct desk *d, struct str sdp, char **ret_sdp, struct fault *f)
{
	int r = web_offer(d->x->web, d->browser, sdp, browser_event, d, &d->browser, ret_sdp, f);

	if (r == 0)
		view_changed(d->x, d);
	return r;
}

void desk_hang_up_media(struct desk *d)
{
	if (d->browser && !d->talking)
		leg_hangup(d->browser, 0);
}

void desk_tick(struct desk *d, int64_t now_ms)
{
	if (d->ringing && d->consulted && d->ring_until_ms <= now_ms)
		desk_refuse(d, "no_answer");
	else if (d->ringing && d->consulted && !d->phone && !(d->browser && d->browser_up))
		start_ringing(d);
}

void desk_free_all(struct exchange *x)
{
	struct desk *next;

	for (struct desk *d = x->desks; d; d = next) {
		next = d->next;
		leg_free(d->phone);
		leg_free(d->browser);
		free(d);
	}
	x->desks = NULL;
	if (x->phones)
		map_free(x->phones, free);
}

/* ---- desk phones' accounts -------------------------------------------------------------------------------------- */

const char *desk_phone_ha1(struct exchange *x, const char *user, int64_t *ret_person_id)
{
	const struct phone_account *p = x->phones ? map_get(x->phones, str_of(user)) : NULL;

	if (!p)
		return NULL;
	*ret_person_id = p->person_id;
	return p->ha1;
}

void desk_set_phone(struct exchange *x, const char *user, const char *ha1, int64_t person_id)
{
	struct phone_account *p = NULL;

	if (!x->phones)
		x->phones = map_new();
	if (*ha1) {
		p = calloc(1, sizeof(*p));
		if (!p)
			abort();
		p->person_id = person_id;
		snprintf(p->ha1, sizeof(p->ha1), "%s", ha1);
		free(map_put(x->phones, str_of(user), p));
	} else {
		free(map_del(x->phones, str_of(user)));
	}
}
