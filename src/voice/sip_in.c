/* Calls that come in: the server side of INVITE. */
#include "base/log.h"
#include "voice/sip_private.h"

METRIC(m_offered, METRIC_COUNTER, "lexline_sip_calls_offered_total", "INVITEs of new calls that were let in");

#define RETRY_AFTER "Retry-After: 10\r\nContent-Length: 0\r\n\r\n"

/* ---- answers ------------------------------------------------------------------------------- */

static const char *phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} list[] = {{180, "Ringing"},
		    {183, "Session Progress"},
		    {200, "OK"},
		    {403, "Forbidden"},
		    {404, "Not Found"},
		    {480, "Temporarily Unavailable"},
		    {486, "Busy Here"},
		    {487, "Request Terminated"},
		    {488, "Not Acceptable Here"},
		    {500, "Server Internal Error"},
		    {503, "Service Unavailable"},
		    {504, "Server Time-out"},
		    {603, "Decline"}};

	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		if (list[i].status == status)
			return list[i].phrase;
	return status >= 600 ? "Global Failure" : status >= 500 ? "Server Failure" : "Request Failure";
}

void call_in_refuse(struct call *c, int status)
{
	if (!c->st)
		return;
	if (status < 400 || status > 699)
		status = 480;
	if (status == 503 || status == 486)
		sip_treplyf(&c->st, NULL, c->sip_in, c->invite, true, (uint16_t)status, phrase(status), RETRY_AFTER);
	else
		sip_treplyf(&c->st, NULL, c->sip_in, c->invite, true, (uint16_t)status, phrase(status), NULL);
	c->st = NULL;
}

/* A provisional response, reliable when they demand it. @return 0, -E_… */
static int progress(struct call *c, int status, struct mbuf *sdp)
{
	struct mbuf *mb = NULL;
	char reliably[64] = "";
	int err;

	if (c->want_100rel)
		snprintf(reliably, sizeof(reliably), "Require: 100rel\r\nRSeq: %u\r\n", ++c->rseq);
	err = sip_treplyf(&c->st, &mb, c->sip_in, c->invite, true, (uint16_t)status, phrase(status),
			  "Contact: <%s>\r\nAllow: %s\r\n%s%sContent-Length: %zu\r\n\r\n%b", c->contact, SIP_ALLOW, reliably,
			  sdp ? "Content-Type: application/sdp\r\n" : "", sdp ? sdp->end : (size_t)0, sdp ? sdp->buf : NULL,
			  sdp ? sdp->end : (size_t)0);
	if (!err && c->want_100rel)
		reliable_start(&c->early, c, mb, c->invite->cseq.num);
	mem_deref(mb);
	return err ? -E_IO : 0;
}

void call_in_ring(struct call *c)
{
	/* One reliable response at a time (RFC 3262 §3); another says nothing new. */
	if (c->outgoing || c->state != CALL_INVITED || !c->st)
		return;
	if (progress(c, 180, NULL) == 0)
		c->state = CALL_EARLY;
}

/* The answer to the offer of the INVITE, into 183 or 200; our offer when it had none. */
static int local_sdp(struct call *c, struct mbuf **ret)
{
	if (c->offer_in_ack)
		return talk_offer(&c->talk, ret);
	return talk_answer(&c->talk, ret);
}

int call_in_early(struct call *c)
{
	struct mbuf *sdp = NULL;
	int r;

	if (c->outgoing || c->state > CALL_EARLY || !c->st)
		return -E_CONFLICT;
	if (c->offer_in_ack) /* nothing to send to before they answer */
		return -E_NOT_SUPPORTED;
	if (c->early.mb) /* 180 is not confirmed yet: the 183 takes its place */
		reliable_stop(&c->early);
	if ((r = local_sdp(c, &sdp)) < 0)
		return r;
	r = progress(c, 183, sdp);
	mem_deref(sdp);
	if (r < 0)
		return r;
	c->state = CALL_EARLY;
	c->answered_sdp = true;
	return call_apply(c);
}

int call_answer_invite(struct call *c)
{
	struct mbuf *sdp = NULL, *mb = NULL;
	char session[128];
	int r, err;

	if ((r = local_sdp(c, &sdp)) < 0)
		return r;
	session_headers(c, c->invite, session, sizeof(session));
	err = sip_treplyf(&c->st, &mb, c->sip_in, c->invite, true, 200, "OK",
			  "Contact: <%s>\r\nAllow: %s\r\nSupported: timer\r\n%sContent-Type: application/sdp\r\n"
			  "Content-Length: %zu\r\n\r\n%b",
			  c->contact, SIP_ALLOW, session, sdp->end, sdp->buf, sdp->end);
	c->st = NULL;
	if (!err)
		reliable_start(&c->ok, c, mb, c->invite->cseq.num);
	mem_deref(mb);
	mem_deref(sdp);
	return err ? -E_IO : 0;
}

static void answered(void *arg)
{
	struct call *c = arg;

	c->told = true;
	leg_tell(&c->leg, LEG_ANSWERED);
}

int call_in_answer(struct call *c)
{
	int r;

	if (c->outgoing || c->state > CALL_EARLY || !c->st)
		return -E_CONFLICT;
	reliable_stop(&c->early);
	if ((r = call_answer_invite(c)) < 0)
		return r;
	c->state = CALL_UP;
	session_start(c);
	if (c->offer_in_ack)
		return 0; /* answered when their answer comes with ACK */
	if ((r = call_apply(c)) < 0)
		return r;
	tmr_start(&c->ring_tmr, 0, answered, c);
	return 0;
}

/* ---- letting in ---------------------------------------------------------------------------- */

static void cancelled(void *arg)
{
	struct call *c = arg;

	if (c->st) {
		sip_treply(&c->st, c->sip_in, c->invite, 487, "Request Terminated");
		c->st = NULL;
	}
	call_over(c, 487, "cancelled");
}

/* @return 0 or the status to refuse with */
static int limits(struct signalling *s, const struct source *from)
{
	if (s->draining) {
		guard_refused(s->guard, REFUSED_DRAINING);
		return 503;
	}
	if (s->config->max_calls && s->n_calls >= s->config->max_calls) {
		guard_refused(s->guard, REFUSED_FULL);
		return 503;
	}
	if (from->trunk && from->trunk->c->max_calls && from->trunk->calls >= from->trunk->c->max_calls) {
		guard_refused(s->guard, REFUSED_FULL);
		return 486;
	}
	return 0;
}

static bool accepts_sdp(const struct sip_msg *msg)
{
	return !sip_msg_hdr(msg, SIP_HDR_ACCEPT) || sip_option(msg, SIP_HDR_ACCEPT, "application/sdp") ||
	       sip_option(msg, SIP_HDR_ACCEPT, "application/*") || sip_option(msg, SIP_HDR_ACCEPT, "*/*");
}

/* A body of a kind we don't know, which they don't call optional (RFC 3261 §8.2.3). */
static bool body_is_strange(const struct sip_msg *msg)
{
	const struct sip_hdr *disposition = sip_msg_hdr(msg, SIP_HDR_CONTENT_DISPOSITION);

	if (!mbuf_get_left(msg->mb) || msg_ctype_cmp(&msg->ctyp, "application", "sdp") ||
	    !pl_strcasecmp(&msg->ctyp.type, "multipart"))
		return false;
	return !disposition || re_regex(disposition->val.p, disposition->val.l, "handling=optional");
}

static bool refuse_early(struct signalling *s, const struct source *from, const struct sip_msg *msg)
{
	struct sip *sip = from->sip;
	int status;

	if (body_is_strange(msg)) {
		sip_treplyf(NULL, NULL, sip, msg, false, 415, "Unsupported Media Type",
			    "Accept: application/sdp\r\nContent-Length: 0\r\n\r\n");
		return true;
	}
	if (!accepts_sdp(msg)) {
		sip_treply(NULL, sip, msg, 406, "Not Acceptable");
		return true;
	}
	if (call_find_id(s, &msg->callid)) { /* ours comes back to us, or theirs by two ways */
		sip_treply(NULL, sip, msg, 482, "Loop Detected");
		return true;
	}
	if ((status = limits(s, from)) != 0) {
		sip_treplyf(NULL, NULL, sip, msg, false, (uint16_t)status, phrase(status), RETRY_AFTER);
		return true;
	}
	return false;
}

static enum srtp_policy policy_of(const struct source *from, const struct sip_msg *msg)
{
	if (from->trunk)
		return from->trunk->c->srtp ? SRTP_MUST : SRTP_NEVER;
	return msg->tp == SIP_TRANSP_TLS ? SRTP_MAY : SRTP_NEVER; /* keys in clear would protect nothing */
}

/* @return 0 or a status */
static int prepare(struct call *c, const struct source *from, const struct sip_msg *msg)
{
	enum srtp_policy policy = policy_of(from, msg);
	struct pl sdp;
	int r;

	c->peer = msg->src;
	c->tp = msg->tp;
	c->sock = mem_ref(msg->sock);
	c->invite = mem_ref((void *)msg);
	c->want_100rel = sip_option(msg, SIP_HDR_REQUIRE, "100rel");
	c->rseq = rand_u16();
	c->rseq_first = c->rseq + 1;
	signalling_contact(c->s, &msg->dst, &msg->src, msg->tp, "line", c->contact, sizeof(c->contact));
	if ((r = dialog_of_request(&c->d, msg)) < 0)
		return r == -E_MALFORMED ? 400 : 500;
	if (from->kind == SOURCE_PHONE) {
		/* Its Contact may be an address behind a NAT: where it comes from is where it is. */
		re_snprintf(c->d.next_hop, sizeof(c->d.next_hop), "sip:%J%s", &msg->src, sip_transp_param(msg->tp));
		c->d.fixed_hop = true;
	}
	c->offer_in_ack = !talk_of_message(msg, &sdp);
	if (call_open_port(c, &msg->dst, policy, c->offer_in_ack && policy == SRTP_MUST) < 0)
		return 500;
	if (!c->offer_in_ack && (r = talk_take(&c->talk, &sdp, true)) < 0)
		return r == -E_UNSUPPORTED ? 488 : r == -E_INVALID ? 400 : 500;
	return session_offered(c, msg);
}

static void refuse(struct call *c, int status)
{
	char id[64];

	if (status == 422 && c->st) {
		sip_treplyf(&c->st, NULL, c->sip_in, c->invite, true, 422, "Session Interval Too Small",
			    "Min-SE: %u\r\nContent-Length: 0\r\n\r\n", SIP_MIN_SE);
		c->st = NULL;
	}
	call_in_refuse(c, status);
	log_event(LOG_INFO, "sip.refused", "call_id", pl_copy(id, sizeof(id), &c->invite->callid), "trunk",
		  c->trunk ? c->trunk->c->name : "", "status", phrase(status), NULL);
	mem_deref(c);
}

/* The exchange is asked; it may answer, ring or hang up before it returns. @return status or 0 */
static int offer_to_exchange(struct call *c, const struct source *from)
{
	struct signalling *s = c->s;
	struct caller who;
	struct incoming in;
	char masked[SIP_NUMBER_MAX];

	number_of_call(c->invite, from, &who);
	in = (struct incoming){.called = who.called, .caller = who.number, .display = who.display,
			       .trunk = c->trunk ? c->trunk->c->name : NULL, .person_id = from->person_id,
			       .call_id = c->d.call_id};
	number_masked(who.number, masked);
	log_event(LOG_INFO, "sip.incoming", "call_id", c->d.call_id, "trunk", in.trunk ? in.trunk : "", "called",
		  who.called, "caller", masked, NULL);
	s->offered++;
	metric_add(&m_offered, 1);
	return s->o.incoming(&c->leg, &in, s->o.arg);
}

void call_in(struct signalling *s, const struct source *from, const struct sip_msg *msg)
{
	struct sip *sip = from->sip;
	struct call *c;
	int status;

	if (refuse_early(s, from, msg))
		return;
	c = call_new(s, from->trunk ? from->trunk->sip : sip, from->kind == SOURCE_PHONE ? LEG_PHONE : LEG_TRUNK);
	if (!c || sip_strans_alloc(&c->st, sip, msg, cancelled, c)) {
		mem_deref(c);
		sip_reply(sip, msg, 500, "Server Internal Error");
		return;
	}
	c->sip_in = sip;
	c->trunk = from->trunk;
	c->person_id = from->person_id;
	if (c->trunk)
		c->trunk->calls++;
	sip_treply(&c->st, sip, msg, 100, "Trying");
	if ((status = prepare(c, from, msg)) != 0) {
		c->invite = c->invite ? c->invite : mem_ref((void *)msg);
		refuse(c, status);
		return;
	}
	if (call_hash(c) < 0) {
		refuse(c, 500);
		return;
	}
	if ((status = offer_to_exchange(c, from)) != 0)
		refuse(c, status);
}
