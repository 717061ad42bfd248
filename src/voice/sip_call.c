/* What calls of both directions share. */
#include "voice/sip_private.h"

#define ACK_WAIT_MS (64 * SIP_T1)

METRIC(m_calls, METRIC_GAUGE, "lexline_sip_calls", "SIP dialogs at this moment");

/* ---- life ---------------------------------------------------------------------------------- */

static void stop_timers(struct call *c)
{
	tmr_cancel(&c->ring_tmr);
	tmr_cancel(&c->session_tmr);
	tmr_cancel(&c->end_tmr);
	reliable_stop(&c->ok);
	reliable_stop(&c->early);
}

static void destructor(void *arg)
{
	struct call *c = arg;

	stop_timers(c);
	hash_unlink(&c->he);
	mem_deref(c->st);
	mem_deref(c->req);
	mem_deref(c->invite);
	mem_deref(c->sock);
	mem_deref(c->uri);
	mem_deref(c->from_extra);
	dialog_release(&c->d);
	talk_close(&c->talk);
	port_free(c->leg.port);
	if (c->trunk)
		c->trunk->calls--;
	metric_set(&m_calls, --c->s->n_calls);
	mem_deref(c->sip);
	mem_deref(c->s);
}

struct call *call_new(struct signalling *s, struct sip *sip, enum leg_kind kind)
{
	struct call *c = mem_zalloc(sizeof(*c), destructor);

	if (!c)
		return NULL;
	c->leg.ops = &call_ops;
	c->leg.kind = kind;
	c->s = mem_ref(s);
	c->sip = mem_ref(sip);
	c->min_se = SIP_MIN_SE;
	metric_set(&m_calls, ++s->n_calls);
	return c;
}

int call_hash(struct call *c)
{
	hash_append(c->s->calls, hash_joaat_str(c->d.call_id), &c->he, c);
	return 0;
}

static bool same_id(struct le *le, void *arg)
{
	const struct call *c = le->data;

	return !pl_strcmp(arg, c->d.call_id);
}

struct call *call_find_id(struct signalling *s, const struct pl *call_id)
{
	return list_ledata(hash_lookup(s->calls, hash_joaat((const uint8_t *)call_id->p, call_id->l), same_id,
				       (void *)call_id));
}

static bool same_dialog(struct le *le, void *arg)
{
	const struct call *c = le->data;

	return dialog_has(&c->d, arg);
}

struct call *call_find(struct signalling *s, const struct sip_msg *msg)
{
	return list_ledata(hash_lookup(s->calls, hash_joaat((const uint8_t *)msg->callid.p, msg->callid.l), same_dialog,
				       (void *)msg));
}

/* ---- the end ------------------------------------------------------------------------------- */

static void tell_end(void *arg)
{
	struct call *c = arg;

	leg_tell_ended(&c->leg, c->end_status, c->end_reason);
}

void call_over(struct call *c, int status, const char *reason)
{
	if (c->state == CALL_OVER)
		return;
	c->state = CALL_OVER;
	stop_timers(c);
	c->end_status = status;
	c->end_reason = reason;
	tmr_start(&c->end_tmr, 0, tell_end, c);
}

const char *call_reason(int status)
{
	switch (status) {
	case 486:
	case 600:
		return "busy";
	case 408:
	case 480:
	case 487:
		return "no_answer";
	case 404:
	case 410:
	case 484:
	case 500:
	case 502:
	case 503:
	case 504:
		return "unreachable";
	default:
		return "refused";
	}
}

void call_bye(struct call *c)
{
	/* Nobody waits for its answer: the dialog is over either way (RFC 3261 §15.1.1). */
	call_request(c, NULL, "BYE", NULL, NULL, "", NULL);
}

static void leave(struct call *c, int status)
{
	switch (c->state) {
	case CALL_UP:
		call_bye(c);
		break;
	case CALL_INVITED:
	case CALL_EARLY:
		if (c->outgoing) {
			call_out_cancel(c);
			return; /* its final response ends it */
		}
		call_in_refuse(c, status);
		break;
	default:
		return;
	}
	call_over(c, status, "local");
}

static void hangup(struct leg *l, int status)
{
	leave((struct call *)l, status ? status : 480);
}

static void ring(struct leg *l)
{
	call_in_ring((struct call *)l);
}

static int early(struct leg *l)
{
	return call_in_early((struct call *)l);
}

static int answer(struct leg *l)
{
	return call_in_answer((struct call *)l);
}

static int hold(struct leg *l, bool on)
{
	struct call *c = (struct call *)l;

	if (c->state != CALL_UP)
		return -E_CONFLICT;
	talk_direction(&c->talk, on);
	return call_reinvite(c);
}

static void free_call(struct leg *l)
{
	struct call *c = (struct call *)l;

	l->ended = true; /* nobody listens any more */
	leave(c, 480);
	if (c->req && c->outgoing && c->state == CALL_LEAVING) {
		/* A 200 may cross our CANCEL: somebody must say ACK and BYE to it. */
		c->orphan = true;
		port_free(l->port);
		l->port = NULL;
		return;
	}
	mem_deref(c);
}

const struct leg_ops call_ops = {
	.ring = ring, .early = early, .answer = answer, .hangup = hangup, .hold = hold, .free = free_call};

/* ---- sound --------------------------------------------------------------------------------- */

int call_open_port(struct call *c, const struct sa *local, enum srtp_policy policy, bool offer_srtp)
{
	struct sa address = signalling_address(c->s, local, &c->peer);
	int r;

	if ((r = port_new(c->s->o.media, leg_port_event, c, &c->leg.port)) < 0)
		return r;
	return talk_open(&c->talk, &address, port_local(c->leg.port), policy, offer_srtp);
}

int call_apply(struct call *c)
{
	bool held = talk_held(&c->talk);
	int r;

	if ((r = talk_apply(&c->talk, c->leg.port)) < 0)
		return r;
	if (held == c->held || c->state != CALL_UP)
		return 0;
	c->held = held;
	leg_tell(&c->leg, held ? LEG_HELD : LEG_RESUMED);
	return 0;
}

/* ---- requests inside the dialog ------------------------------------------------------------- */

static int print_request(struct mbuf *mb, struct call *c, const char *method, const char *headers, const char *type,
			 struct mbuf *body)
{
	const struct voice_trunk *t = c->trunk ? c->trunk->c : NULL;
	bool ack = !strcmp(method, "ACK");
	int err = 0;

	if (c->d.routes)
		err |= mbuf_write_mem(mb, c->d.routes->buf, c->d.routes->end);
	err |= mbuf_printf(mb, "From: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n", c->d.local, c->d.remote,
			   c->d.call_id, ack ? c->invite_seq : c->d.local_seq, method);
	err |= mbuf_printf(mb, "Contact: <%s>\r\nUser-Agent: Lexline\r\n%s", c->contact, headers);
	if (t && t->password)
		err |= challenge_print(mb, &c->challenge, t->auth_user ? t->auth_user : t->user, t->password, method,
				       c->d.target);
	if (body)
		err |= mbuf_printf(mb, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%b", type, body->end, body->buf,
				   body->end);
	else
		err |= mbuf_printf(mb, "Content-Length: 0\r\n\r\n");
	return err;
}

int call_request_typed(struct call *c, struct sip_request **ret, const char *method, sip_resp_h *h, void *arg,
		       const char *headers, const char *type, struct mbuf *body)
{
	bool ack = !strcmp(method, "ACK");
	struct mbuf *mb = mbuf_alloc(1024);
	struct uri route;
	struct pl hop;
	int err;

	if (!mb)
		return -E_NO_MEMORY;
	if (!ack)
		c->d.local_seq++;
	err = print_request(mb, c, method, headers, type, body);
	pl_set_str(&hop, c->d.next_hop);
	err = err ? err : uri_decode(&route, &hop);
	/* The buffer goes out as it is: nothing in it is taken for a format. */
	if (!err)
		err = sip_requestf(ret, c->sip, !ack, method, c->d.target, &route, NULL, NULL, h, arg, "%b", mb->buf,
				   mb->end);
	mem_deref(mb);
	return err ? -E_IO : 0;
}

int call_request(struct call *c, struct sip_request **ret, const char *method, sip_resp_h *h, void *arg, const char *headers,
		 struct mbuf *body)
{
	return call_request_typed(c, ret, method, h, arg, headers, "application/sdp", body);
}

void call_end_fork(struct call *c, const struct sip_msg *msg)
{
	struct dialog chosen = c->d;

	memset(&c->d, 0, sizeof(c->d));
	c->d.local_seq = chosen.local_seq;
	c->d.fixed_hop = chosen.fixed_hop;
	memcpy(c->d.next_hop, chosen.next_hop, sizeof(chosen.next_hop));
	c->d.call_id = mem_ref(chosen.call_id);
	c->d.local_tag = mem_ref(chosen.local_tag);
	c->d.local = mem_ref(chosen.local);
	c->d.target = mem_ref(chosen.target);
	if (dialog_of_response(&c->d, msg) == 0) {
		call_ack(c, msg);
		call_bye(c);
	}
	dialog_release(&c->d);
	c->d = chosen;
}

void call_ack(struct call *c, const struct sip_msg *msg)
{
	(void)msg;
	call_request(c, NULL, "ACK", NULL, NULL, "", NULL);
}

/* ---- our re-INVITE: hold, and the refresh of a session --------------------------------------- */

static void take_reinvite(struct call *c, int err, const struct sip_msg *msg)
{
	struct pl sdp;

	if (err || msg->scode >= 300) {
		if (c->state != CALL_UP)
			return;
		if (!err && challenge_take(&c->challenge, msg) && call_reinvite(c) == 0)
			return;
		/* RFC 3261 §12.2.1.2: the dialog is gone at the other side. */
		if (err || msg->scode == 481 || msg->scode == 408)
			call_over(c, err ? 408 : msg->scode, "lost");
		return;
	}
	if (msg->scode < 200)
		return;
	dialog_refresh_target(&c->d, msg);
	call_ack(c, msg);
	if (c->state != CALL_UP)
		return;
	session_agreed(c, msg);
	if (talk_of_message(msg, &sdp) && talk_take(&c->talk, &sdp, false) == 0 && call_apply(c) < 0)
		call_over(c, 500, "error");
}

static void reinvite_response(int err, const struct sip_msg *msg, void *arg)
{
	struct call *c = mem_ref(arg); /* a handler may free the leg */

	take_reinvite(c, err, msg);
	mem_deref(c);
}

int call_reinvite(struct call *c)
{
	struct mbuf *sdp = NULL;
	char headers[256];
	int r;

	if (c->req || c->st)
		return -E_BUSY;
	if ((r = talk_offer(&c->talk, &sdp)) < 0)
		return r;
	session_headers(c, NULL, headers, sizeof(headers));
	r = call_request(c, &c->req, "INVITE", reinvite_response, c, headers, sdp);
	c->invite_seq = c->d.local_seq;
	mem_deref(sdp);
	return r;
}

/* ---- what is repeated until it is confirmed (RFC 3261 §13.3.1.4, RFC 3262 §3) ------------------ */

static void unconfirmed(struct reliable *r)
{
	struct call *c = r->call;

	reliable_stop(r);
	if (c->state == CALL_UP)
		call_bye(c);
	else
		call_in_refuse(c, 504);
	call_over(c, 408, "lost");
}

static void repeat(void *arg)
{
	struct reliable *r = arg;

	r->waited_ms += r->wait_ms;
	if (r->waited_ms >= ACK_WAIT_MS) {
		unconfirmed(r);
		return;
	}
	r->mb->pos = 0;
	sip_send(r->call->sip_in, r->call->sock, r->call->tp, &r->dst, r->mb);
	r->wait_ms = r->wait_ms * 2 > SIP_T2 ? SIP_T2 : r->wait_ms * 2;
	tmr_start(&r->tmr, r->wait_ms, repeat, r);
}

void reliable_start(struct reliable *r, struct call *c, struct mbuf *mb, uint32_t seq)
{
	struct pl rport;

	reliable_stop(r);
	r->call = c;
	r->mb = mem_ref(mb);
	r->seq = seq;
	r->wait_ms = SIP_T1;
	r->waited_ms = 0;
	sip_reply_addr(&r->dst, c->invite, !msg_param_exists(&c->invite->via.params, "rport", &rport));
	tmr_start(&r->tmr, r->wait_ms, repeat, r);
}

void reliable_stop(struct reliable *r)
{
	tmr_cancel(&r->tmr);
	r->mb = mem_deref(r->mb);
}
