/* Calls of ours: the client side of INVITE. */
#include "base/log.h"
#include "voice/sip_private.h"

METRIC(m_dialled, METRIC_COUNTER, "lexline_sip_calls_dialled_total", "INVITEs of ours");

#define TRIES_MAX 3 /* 401 or 407, 422, and a nonce that went stale between */

static int invite(struct call *c);

/* ---- responses ----------------------------------------------------------------------------- */

static void over(struct call *c, int status, const char *reason)
{
	if (c->orphan) {
		mem_deref(c);
		return;
	}
	call_over(c, status, reason);
}

static void too_late(struct call *c, const struct sip_msg *msg)
{
	if (dialog_of_response(&c->d, msg) == 0) {
		call_ack(c, msg);
		call_bye(c);
	}
	over(c, 487, c->timed_out ? "no_answer" : "local");
}

static void accepted(struct call *c, const struct sip_msg *msg)
{
	struct pl sdp;

	tmr_cancel(&c->ring_tmr);
	if (c->state == CALL_LEAVING) {
		too_late(c, msg);
		return;
	}
	if (dialog_of_response(&c->d, msg) < 0) {
		over(c, 500, "error");
		return;
	}
	call_ack(c, msg);
	c->state = CALL_UP;
	if (talk_of_message(msg, &sdp) ? talk_take(&c->talk, &sdp, false) < 0 : !c->talk.agreed) {
		call_bye(c); /* RFC 3261 §13.2.2.4: an answer that can't be used ends it */
		over(c, 488, "error");
		return;
	}
	if (call_apply(c) < 0) {
		call_bye(c);
		over(c, 500, "error");
		return;
	}
	c->challenge.accepted = true;
	session_agreed(c, msg);
	leg_tell(&c->leg, LEG_ANSWERED);
}

/* PRACK, RFC 3262 §4. @return false when this one was seen before */
static bool confirm_reliably(struct call *c, const struct sip_msg *msg)
{
	const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_RSEQ);
	char headers[64];
	uint32_t rseq;

	if (!h || !sip_option(msg, SIP_HDR_REQUIRE, "100rel"))
		return true;
	rseq = pl_u32(&h->val);
	if (c->early_rseq && rseq <= c->early_rseq)
		return false;
	c->early_rseq = rseq;
	snprintf(headers, sizeof(headers), "RAck: %u %u INVITE\r\n", rseq, msg->cseq.num);
	call_request(c, NULL, "PRACK", NULL, NULL, headers, NULL);
	return true;
}

static void provisional(struct call *c, const struct sip_msg *msg)
{
	struct pl sdp;

	if (msg->scode == 100 || c->state == CALL_LEAVING)
		return;
	if (pl_isset(&msg->to.tag) && dialog_of_response(&c->d, msg) < 0)
		return;
	if (pl_isset(&msg->to.tag) && !confirm_reliably(c, msg))
		return;
	c->state = CALL_EARLY;
	if (talk_of_message(msg, &sdp) && talk_take(&c->talk, &sdp, false) == 0 && call_apply(c) == 0) {
		if (c->early_told)
			return;
		c->rang = c->early_told = true;
		leg_tell(&c->leg, LEG_EARLY);
	} else if (!c->rang) {
		c->rang = true;
		leg_tell(&c->leg, LEG_RINGING);
	}
}

/* @return true: sent again */
static bool again(struct call *c, const struct sip_msg *msg)
{
	const struct sip_hdr *min = sip_msg_hdr(msg, SIP_HDR_MIN_SE);

	if (c->state == CALL_LEAVING || c->tries++ >= TRIES_MAX)
		return false;
	if (msg->scode == 401 || msg->scode == 407) {
		if (!c->trunk || !c->trunk->c->password || !challenge_take(&c->challenge, msg))
			return false;
	} else if (msg->scode == 422 && min && pl_u32(&min->val) > c->min_se) {
		c->min_se = pl_u32(&min->val);
	} else {
		return false;
	}
	/* The next one begins a new dialog at their side. */
	c->d.remote_tag = mem_deref(c->d.remote_tag);
	return invite(c) == 0;
}

static void take(struct call *c, int err, const struct sip_msg *msg)
{
	char status[8];

	if (err) {
		over(c, 0, c->state == CALL_LEAVING ? (c->timed_out ? "no_answer" : "local") : "unreachable");
		return;
	}
	if (msg->scode < 200) {
		provisional(c, msg);
		return;
	}
	if (msg->scode < 300) {
		accepted(c, msg);
		return;
	}
	if (again(c, msg))
		return;
	tmr_cancel(&c->ring_tmr);
	snprintf(status, sizeof(status), "%u", msg->scode);
	log_event(LOG_INFO, "sip.not_answered", "call_id", c->d.call_id, "status", status, NULL);
	if (c->state == CALL_LEAVING)
		over(c, msg->scode, c->timed_out ? "no_answer" : "local");
	else
		over(c, msg->scode, call_reason(msg->scode)); /* 3xx too: where a call goes is not theirs to say */
}

static void response(int err, const struct sip_msg *msg, void *arg)
{
	struct call *c = mem_ref(arg); /* a handler may free the leg */

	take(c, err, msg);
	mem_deref(c);
}

/* ---- INVITE -------------------------------------------------------------------------------- */

static void no_answer(void *arg)
{
	struct call *c = arg;

	c->timed_out = true;
	call_out_cancel(c);
}

void call_out_cancel(struct call *c)
{
	if (c->state == CALL_LEAVING)
		return;
	c->state = CALL_LEAVING;
	tmr_cancel(&c->ring_tmr);
	if (c->req)
		sip_request_cancel(c->req);
	else
		call_over(c, 487, "local");
}

static int invite(struct call *c)
{
	struct mbuf *sdp = NULL;
	char headers[512];
	char session[256];
	int r;

	if ((r = talk_offer(&c->talk, &sdp)) < 0)
		return r;
	session_headers(c, NULL, session, sizeof(session));
	snprintf(headers, sizeof(headers), "%s%s", session, c->from_extra ? c->from_extra : "");
	r = call_request(c, &c->req, "INVITE", response, c, headers, sdp);
	c->invite_seq = c->d.local_seq;
	mem_deref(sdp);
	return r;
}

/* ---- whom ---------------------------------------------------------------------------------- */

static char *format(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (re_vsdprintf(&s, fmt, ap))
		s = NULL;
	va_end(ap);
	return s;
}

/* A display name is quoted: what would end the quotes or the line goes. */
static void quotable(const char *name, char *out, size_t size)
{
	size_t n = 0;

	for (; name && *name && n + 1 < size; name++)
		if ((unsigned char)*name >= ' ' && *name != '"' && *name != '\\' && *name != 0x7f)
			out[n++] = *name;
	out[n] = '\0';
}

static int number_ok(const char *number)
{
	char clean[SIP_NUMBER_MAX];
	struct pl pl;

	pl_set_str(&pl, number);
	number_clean(&pl, clean);
	return clean[0] && strlen(clean) >= 2;
}

/* Our Contact towards that place, and the address our sound is asked at. */
static int local_of(struct call *c, const struct sa *dst, enum sip_transp tp, const char *user, struct sa *ret)
{
	if (sip_transp_laddr(c->sip, ret, tp, dst))
		return -E_IO;
	c->peer = *dst;
	c->tp = tp;
	signalling_contact(c->s, ret, dst, tp, user, c->contact, sizeof(c->contact));
	return 0;
}

static int aim_at_trunk(struct call *c, const struct dial *d)
{
	const struct trunk *t = c->trunk;
	const char *from = d->from && *d->from ? d->from : t->c->from ? t->c->from : t->c->user;
	const char *account = t->c->user ? t->c->user : from ? from : "line";
	char hop[SIP_URI_MAX], target[SIP_URI_MAX], sender[SIP_URI_MAX], to[SIP_URI_MAX];
	char number[SIP_NUMBER_MAX];
	struct sa local;
	int r;

	if (t->c->national)
		number_national(d->number, t->c->country, number);
	else
		snprintf(number, sizeof(number), "%s", d->number);
	trunk_hop(t, hop);
	snprintf(target, sizeof(target), "sip:%s@%s", number, trunk_domain(t));
	snprintf(sender, sizeof(sender), "<sip:%s@%s>", from ? from : "anonymous", trunk_domain(t));
	snprintf(to, sizeof(to), "<sip:%s@%s>", number, trunk_domain(t));
	if ((r = local_of(c, &t->address, trunk_transport(t), account, &local)) < 0 ||
	    (r = dialog_new(&c->d, target, sender, to, hop)) < 0)
		return r;
	if (from && strcmp(from, account) != 0)
		c->from_extra = format("P-Preferred-Identity: <sip:%s@%s>\r\n", from, trunk_domain(t));
	return call_open_port(c, &local, t->c->srtp ? SRTP_MUST : SRTP_NEVER, t->c->srtp);
}

static int aim_at_phone(struct call *c, const struct dial *d, const struct binding *b)
{
	char hop[SIP_URI_MAX], from[SIP_URI_MAX], to[SIP_URI_MAX], display[96];
	bool secure = b->tp == SIP_TRANSP_TLS;
	struct sa local;
	int r;

	if ((r = local_of(c, &b->peer, b->tp, "line", &local)) < 0)
		return r;
	quotable(d->display, display, sizeof(display));
	re_snprintf(hop, sizeof(hop), "sip:%J%s", &b->peer, sip_transp_param(b->tp));
	re_snprintf(from, sizeof(from), "\"%s\" <sip:%s@%s>", display, d->from && number_ok(d->from) ? d->from : "line",
		    c->s->config->realm);
	re_snprintf(to, sizeof(to), "<sip:%s@%s>", b->user, c->s->config->realm);
	if ((r = dialog_new(&c->d, b->contact, from, to, hop)) < 0)
		return r;
	return call_open_port(c, &local, secure ? SRTP_MAY : SRTP_NEVER, secure);
}

static int launch(struct call *c, const struct dial *d, const struct binding *b)
{
	int r;

	if ((r = b ? aim_at_phone(c, d, b) : aim_at_trunk(c, d)) < 0 || (r = call_hash(c)) < 0)
		return r;
	if ((r = invite(c)) < 0)
		return r;
	tmr_start(&c->ring_tmr, (uint64_t)(d->ring_s ? d->ring_s : 60) * 1000, no_answer, c);
	c->s->dialled++;
	metric_add(&m_dialled, 1);
	log_event(LOG_INFO, "sip.outgoing", "call_id", c->d.call_id, "trunk", c->trunk ? c->trunk->c->name : "", NULL);
	return 0;
}

int signalling_dial(struct signalling *s, const struct dial *d, leg_handler h, void *arg, struct leg **ret,
		    struct fault *f)
{
	const struct binding *b = NULL;
	struct trunk *t = NULL;
	struct call *c;
	int r;

	if (s->config->max_calls && s->n_calls >= s->config->max_calls)
		return fail(f, E_BUSY, "", "all %d lines are in use", s->config->max_calls);
	if (d->number && !number_ok(d->number))
		return fail(f, E_INVALID, "number", "a number to dial has digits, *, # and a leading + only");
	if (d->number && (r = trunk_for_number(s, d->number, &t)) < 0)
		return fail(f, -r, "", r == -E_BUSY ? "all lines of the trunk are in use"
						    : "no trunk that is up takes this number; see voice: trunks: dial");
	if (!d->number && !(b = s->registrar ? registrar_find(s->registrar, d->person_id) : NULL))
		return fail(f, E_NOT_FOUND, "", "the desk phone is not registered");
	c = call_new(s, t ? t->sip : s->main.sip, t ? LEG_TRUNK : LEG_PHONE);
	if (!c)
		return fail(f, E_NO_MEMORY, "", "out of memory");
	c->outgoing = true;
	c->person_id = d->person_id;
	c->trunk = t;
	if (t)
		t->calls++;
	leg_handle(&c->leg, h, arg);
	if ((r = launch(c, d, b)) < 0) {
		mem_deref(c);
		return fail(f, -r, "", "the call could not be sent; is the address of the trunk reachable?");
	}
	*ret = &c->leg;
	return 0;
}
