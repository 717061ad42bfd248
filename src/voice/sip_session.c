/* Session timers, RFC 4028: a call whose other side vanished without BYE ends. */
#include "voice/sip_private.h"

static uint32_t session_expires(const struct sip_msg *msg, char refresher[8])
{
	const struct sip_hdr *h = sip_msg_hdr(msg, SIP_HDR_SESSION_EXPIRES);
	struct pl seconds, params, who;

	refresher[0] = '\0';
	if (!h || re_regex(h->val.p, h->val.l, "[0-9]+", &seconds) || seconds.p != h->val.p || seconds.l > 9)
		return 0;
	params = (struct pl){seconds.p + seconds.l, h->val.l - seconds.l};
	if (!msg_param_decode(&params, "refresher", &who))
		pl_copy(refresher, 8, &who);
	return pl_u32(&seconds);
}

int session_offered(struct call *c, const struct sip_msg *msg)
{
	bool supported = sip_option(msg, SIP_HDR_SUPPORTED, "timer") || sip_option(msg, SIP_HDR_REQUIRE, "timer");
	char refresher[8];
	uint32_t s = session_expires(msg, refresher);

	if (s && s < SIP_MIN_SE && supported)
		return 422;
	if (s && s < SIP_MIN_SE)
		s = SIP_MIN_SE; /* §9: a peer without timers can't be told */
	if (!s && supported)
		s = SIP_SE;
	c->session_s = s;
	/* Who doesn't know timers won't refresh: then we do. */
	c->we_refresh = s && (!supported || !strcmp(refresher, "uas"));
	c->peer_timer = supported;
	return 0;
}

void session_headers(const struct call *c, const struct sip_msg *request, char *out, size_t size)
{
	out[0] = '\0';
	if (request) { /* our answer to it */
		if (c->session_s && c->we_refresh)
			snprintf(out, size, "Session-Expires: %u;refresher=uas\r\n%s", c->session_s,
				 c->peer_timer ? "Require: timer\r\n" : "");
		else if (c->session_s)
			snprintf(out, size, "Session-Expires: %u;refresher=uac\r\nRequire: timer\r\n", c->session_s);
		return;
	}
	if (c->state == CALL_UP && !c->session_s) {
		snprintf(out, size, "Allow: %s\r\nSupported: timer\r\n", SIP_ALLOW);
		return;
	}
	/* A refresh keeps the roles: who sends it is the UAC of it. */
	snprintf(out, size, "Allow: %s\r\nSupported: timer, 100rel\r\nSession-Expires: %u%s\r\nMin-SE: %u\r\n", SIP_ALLOW,
		 c->session_s ? c->session_s : (c->min_se > SIP_SE ? c->min_se : SIP_SE),
		 c->state != CALL_UP ? "" : c->we_refresh ? ";refresher=uac" : ";refresher=uas", c->min_se);
}

void session_agreed(struct call *c, const struct sip_msg *response)
{
	char refresher[8];

	c->session_s = session_expires(response, refresher);
	c->we_refresh = strcmp(refresher, "uas") != 0;
	session_start(c);
}

static void refresh(void *arg)
{
	struct call *c = arg;

	if (c->state != CALL_UP)
		return;
	if (call_reinvite(c) < 0) { /* theirs is under way: that refreshes, too */
		tmr_start(&c->session_tmr, 2000, refresh, c);
		return;
	}
	/* Unanswered for the other half, it is dead. */
	tmr_start(&c->session_tmr, (uint64_t)c->session_s * 500, refresh, c);
}

static void expired(void *arg)
{
	struct call *c = arg;

	if (c->state != CALL_UP)
		return;
	call_bye(c);
	call_over(c, 408, "lost");
}

void session_start(struct call *c)
{
	uint32_t margin_s = c->session_s / 3 < 32 ? c->session_s / 3 : 32; /* §10 */

	tmr_cancel(&c->session_tmr);
	if (!c->session_s)
		return;
	if (c->we_refresh)
		tmr_start(&c->session_tmr, (uint64_t)c->session_s * 500, refresh, c);
	else
		tmr_start(&c->session_tmr, (uint64_t)(c->session_s - margin_s) * 1000, expired, c);
}
