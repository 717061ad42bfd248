/* What the other side sends inside a dialog. */
#include "voice/sip_private.h"

static void reply(struct call *c, const struct sip_msg *msg, int status, const char *phrase)
{
	sip_treply(NULL, c->sip_in, msg, (uint16_t)status, phrase);
}

static void later(struct call *c, const struct sip_msg *msg)
{
	sip_treplyf(NULL, NULL, c->sip_in, msg, false, 500, "Server Internal Error",
		    "Retry-After: %u\r\nContent-Length: 0\r\n\r\n", 1 + rand_u16() % 8);
}

static void session_too_small(struct call *c, const struct sip_msg *msg)
{
	sip_treplyf(NULL, NULL, c->sip_in, msg, false, 422, "Session Interval Too Small",
		    "Min-SE: %u\r\nContent-Length: 0\r\n\r\n", SIP_MIN_SE);
}

/* ---- BYE ----------------------------------------------------------------------------------- */

static void bye(struct call *c, const struct sip_msg *msg)
{
	reply(c, msg, 200, "OK");
	if (c->st) {
		sip_treply(&c->st, c->sip_in, c->invite, 487, "Request Terminated");
		c->st = NULL;
	}
	if (c->state == CALL_LEAVING)
		return; /* the final response of the INVITE ends it */
	call_over(c, 0, "bye");
}

/* ---- re-INVITE, UPDATE, ACK ----------------------------------------------------------------- */

static void reinvite(struct call *c, const struct sip_msg *msg)
{
	bool sdp_there;
	struct pl sdp;
	int r;

	if (c->state != CALL_UP || c->st || c->ok.mb) {
		later(c, msg);
		return;
	}
	if (c->req) { /* RFC 3261 §14.2: both at once */
		reply(c, msg, 491, "Request Pending");
		return;
	}
	if (session_offered(c, msg)) {
		session_too_small(c, msg);
		return;
	}
	sdp_there = talk_of_message(msg, &sdp);
	if (sdp_there && (r = talk_take(&c->talk, &sdp, true)) < 0) {
		reply(c, msg, r == -E_INVALID ? 400 : 488, r == -E_INVALID ? "Bad Session Description" : "Not Acceptable Here");
		return;
	}
	if (sip_strans_alloc(&c->st, c->sip_in, msg, NULL, NULL)) {
		later(c, msg);
		return;
	}
	mem_deref(c->invite);
	c->invite = mem_ref((void *)msg);
	mem_deref(c->sock);
	c->sock = mem_ref(msg->sock);
	dialog_refresh_target(&c->d, msg);
	c->offer_in_ack = !sdp_there;
	if (call_answer_invite(c) < 0)
		return;
	session_start(c);
	if (sdp_there && call_apply(c) < 0) {
		call_bye(c);
		call_over(c, 500, "error");
	}
}

static void update(struct call *c, const struct sip_msg *msg)
{
	struct mbuf *answer = NULL;
	char session[128];
	struct pl sdp = PL_INIT;
	int r;

	if (session_offered(c, msg)) {
		session_too_small(c, msg);
		return;
	}
	session_headers(c, msg, session, sizeof(session));
	dialog_refresh_target(&c->d, msg);
	if (!talk_of_message(msg, &sdp)) {
		sip_treplyf(NULL, NULL, c->sip_in, msg, false, 200, "OK", "Contact: <%s>\r\n%sContent-Length: 0\r\n\r\n",
			    c->contact, session);
	} else if (c->req || (c->st && !c->answered_sdp)) { /* RFC 3311 §5.2 */
		reply(c, msg, 491, "Request Pending");
		return;
	} else if ((r = talk_take(&c->talk, &sdp, true)) < 0 || talk_answer(&c->talk, &answer) < 0) {
		reply(c, msg, 488, "Not Acceptable Here");
		return;
	} else {
		sip_treplyf(NULL, NULL, c->sip_in, msg, false, 200, "OK",
			    "Contact: <%s>\r\n%sContent-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%b", c->contact,
			    session, answer->end, answer->buf, answer->end);
		mem_deref(answer);
	}
	if (c->state == CALL_UP)
		session_start(c);
	if (pl_isset(&sdp) && call_apply(c) < 0)
		call_over(c, 500, "error");
}

void call_ack_received(struct call *c, const struct sip_msg *msg)
{
	struct pl sdp;

	if (c->state != CALL_UP || msg->cseq.num != c->ok.seq || !c->ok.mb)
		return; /* of an earlier one, or again */
	reliable_stop(&c->ok);
	if (!c->offer_in_ack)
		return;
	c->offer_in_ack = false;
	if (!talk_of_message(msg, &sdp) || talk_take(&c->talk, &sdp, false) < 0 || call_apply(c) < 0) {
		call_bye(c);
		call_over(c, 488, "error");
		return;
	}
	if (!c->told) {
		c->told = true;
		leg_tell(&c->leg, LEG_ANSWERED);
	}
}

/* ---- PRACK --------------------------------------------------------------------------------- */

static void prack(struct call *c, const struct sip_msg *msg)
{
	const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_RACK);
	struct pl rseq, cseq;

	if (!h || re_regex(h->val.p, h->val.l, "[0-9]+[ ]+[0-9]+[ ]+INVITE", &rseq, NULL, &cseq, NULL) || !c->early.mb ||
	    pl_u32(&rseq) < c->rseq_first || pl_u32(&rseq) > c->rseq || pl_u32(&cseq) != c->early.seq) {
		reply(c, msg, 481, "Call/Transaction Does Not Exist");
		return;
	}
	if (pl_u32(&rseq) == c->rseq) /* not of a 180 whose place a 183 has taken */
		reliable_stop(&c->early);
	reply(c, msg, 200, "OK");
}

/* ---- INFO ---------------------------------------------------------------------------------- */

/* "Signal=5" of application/dtmf-relay, or the bare digit of application/dtmf. */
static void info(struct call *c, const struct sip_msg *msg)
{
	struct pl body = {(const char *)mbuf_buf(msg->mb), mbuf_get_left(msg->mb)}, key = PL_INIT;
	bool relay = msg_ctype_cmp(&msg->ctyp, "application", "dtmf-relay");

	if (!body.l) { /* keep-alive of some gateways */
		reply(c, msg, 200, "OK");
		return;
	}
	if (!relay && !msg_ctype_cmp(&msg->ctyp, "application", "dtmf")) {
		reply(c, msg, 415, "Unsupported Media Type");
		return;
	}
	if (relay)
		re_regex(body.p, body.l, "Signal=[ ]*[0-9*#A-Da-d]1", NULL, &key);
	else
		re_regex(body.p, body.l, "[0-9*#A-Da-d]1", &key);
	if (!pl_isset(&key)) {
		reply(c, msg, 400, "Bad Request");
		return;
	}
	reply(c, msg, 200, "OK");
	leg_tell_key(&c->leg, *key.p >= 'a' ? (char)(*key.p - 'a' + 'A') : *key.p);
}

/* ---- REFER --------------------------------------------------------------------------------- */

static void notify(struct call *c, const char *fragment, const char *state)
{
	struct mbuf *mb = mbuf_alloc(64);
	char headers[192];

	if (!mb)
		return;
	mbuf_write_str(mb, fragment);
	snprintf(headers, sizeof(headers), "Event: refer\r\nSubscription-State: %s\r\n", state);
	call_request_typed(c, NULL, "NOTIFY", NULL, NULL, headers, "message/sipfrag;version=2.0", mb);
	mem_deref(mb);
}

/* Blind only: RFC 3515. The exchange takes over, so for the phone it is done. */
static void refer(struct call *c, const struct sip_msg *msg)
{
	const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_REFER_TO);
	struct pl replaces_name = PL("Replaces"), replaces;
	char number[SIP_NUMBER_MAX] = "";
	struct sip_addr addr;

	if (c->leg.kind != LEG_PHONE || c->state != CALL_UP) {
		reply(c, msg, 403, "Forbidden");
		return;
	}
	if (!h || sip_addr_decode(&addr, &h->val)) {
		reply(c, msg, 400, "Bad Refer-To");
		return;
	}
	number_of_uri(&addr.uri, number);
	if (!number[0] || !uri_header_get(&addr.uri.headers, &replaces_name, &replaces)) {
		reply(c, msg, 603, "Decline");
		return;
	}
	sip_treplyf(NULL, NULL, c->sip_in, msg, false, 202, "Accepted", "Contact: <%s>\r\nContent-Length: 0\r\n\r\n",
		    c->contact);
	notify(c, "SIP/2.0 200 OK\r\n", "terminated;reason=noresource");
	leg_tell_event(&c->leg, &(struct leg_event){.kind = LEG_REFERRED, .number = number});
}

/* ---- each to its own ------------------------------------------------------------------------ */

void call_mid(struct call *c, const struct sip_msg *msg)
{
	static const struct {
		const char *method;
		void (*handle)(struct call *c, const struct sip_msg *msg);
	} methods[] = {{"BYE", bye},	 {"INVITE", reinvite}, {"UPDATE", update},
		       {"PRACK", prack}, {"INFO", info},       {"REFER", refer}};

	if (c->state == CALL_OVER) {
		reply(c, msg, 481, "Call/Transaction Does Not Exist");
		return;
	}
	if (c->d.remote_seq && msg->cseq.num < c->d.remote_seq) { /* RFC 3261 §12.2.2 */
		later(c, msg);
		return;
	}
	c->d.remote_seq = msg->cseq.num;
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		if (!pl_strcmp(&msg->met, methods[i].method)) {
			methods[i].handle(c, msg);
			return;
		}
	}
	if (!pl_strcmp(&msg->met, "OPTIONS") || !pl_strcmp(&msg->met, "NOTIFY"))
		sip_treplyf(NULL, NULL, c->sip_in, msg, false, 200, "OK", "Allow: %s\r\nContent-Length: 0\r\n\r\n", SIP_ALLOW);
	else
		sip_treplyf(NULL, NULL, c->sip_in, msg, false, 405, "Method Not Allowed",
			    "Allow: %s\r\nContent-Length: 0\r\n\r\n", SIP_ALLOW);
}

/* ---- responses without a transaction ---------------------------------------------------------- */

/* Of a 200 to INVITE: repeated because our ACK got lost, or of another branch of a fork. */
bool call_stray_response(struct signalling *s, const struct sip_msg *msg)
{
	struct call *c;

	if (pl_strcmp(&msg->cseq.met, "INVITE") || msg->scode < 200 || msg->scode > 299)
		return true;
	if ((c = call_find(s, msg))) {
		if (msg->cseq.num == c->invite_seq)
			call_ack(c, msg);
		return true;
	}
	c = call_find_id(s, &msg->callid);
	if (c && c->outgoing && !pl_strcmp(&msg->from.tag, c->d.local_tag) && msg->cseq.num == c->invite_seq)
		call_end_fork(c, msg);
	return true;
}
