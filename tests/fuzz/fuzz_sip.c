/* What comes by SIP before and after it is known to be a message: SDP, numbers, networks, digest. Whole conversations
 * are tested by tests/unit/voice/test_sip_torture.c.
 */
#include "fuzz.h"

#include "voice/sip_private.h"

static void session(const struct pl *sdp, bool offer)
{
	static const enum srtp_policy policies[] = {SRTP_NEVER, SRTP_MAY, SRTP_MUST};
	struct sa here;

	sa_set_str(&here, "127.0.0.1", 0);
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		struct talk t = {0};
		struct mbuf *mb = NULL;

		if (talk_open(&t, &here, 20000, policies[i], !offer && policies[i] != SRTP_NEVER) == 0 &&
		    talk_take(&t, sdp, offer) == 0) {
			CLAIM(policies[i] != SRTP_MUST || t.srtp != PORT_CLEAR);
			CLAIM(policies[i] != SRTP_NEVER || t.srtp == PORT_CLEAR);
			CLAIM(sdp_media_rport(t.audio) != 0);
			talk_held(&t);
			if (offer)
				CLAIM(talk_answer(&t, &mb) == 0 && mb->end > 0);
			mem_deref(mb);
		}
		talk_close(&t);
	}
}

static void message(const struct sip_msg *msg)
{
	struct source from = {.kind = SOURCE_TRUNK};
	struct challenge c = {0};
	struct dialog d = {0};
	struct caller who;
	struct pl sdp;

	if (msg->req) {
		number_of_call(msg, &from, &who);
		CLAIM(strlen(who.number) < SIP_NUMBER_MAX && strlen(who.called) < SIP_NUMBER_MAX);
		CLAIM(utf8_valid(str_of(who.display)));
		for (const char *p = who.called; *p; p++)
			CLAIM(strchr("0123456789+*#", *p));
		if (dialog_of_request(&d, msg) == 0)
			CLAIM(d.target && *d.target && d.remote_tag);
	} else {
		if (challenge_take(&c, msg))
			CLAIM(!strpbrk(c.realm, "\r\n\"") && !strpbrk(c.nonce, "\r\n\""));
		if (dialog_of_response(&d, msg) == 0)
			CLAIM(d.remote_tag);
	}
	dialog_release(&d);
	if (talk_of_message(msg, &sdp))
		session(&sdp, msg->req);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pl text = {(const char *)data, size};
	struct mbuf *mb = mbuf_alloc(size + 1);
	struct sip_msg *msg = NULL;
	char number[SIP_NUMBER_MAX];
	struct network n;

	mbuf_write_mem(mb, data, size);
	mb->pos = 0;
	if (sip_msg_decode(&msg, mb) == 0)
		message(msg);
	else
		session(&text, size % 2);
	mem_deref(msg);
	mem_deref(mb);
	number_clean(&text, number);
	if (network_parse(fuzz_str(data, size), &n) == 0)
		CLAIM(n.bits >= 0 && n.bits <= 128 && network_has(&n, &n.base));
	return 0;
}
