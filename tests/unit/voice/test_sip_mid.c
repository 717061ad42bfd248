/* What happens inside a call: hold, refresh, keys, strangers (T08). */
#include "sip_world.h"

#include "wire.h"

#define SDP_AT(port, line) \
	"v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio " port " RTP/AVP 8 101\n" \
	"a=rtpmap:101 telephone-event/8000\n" line

static void call_up(struct world *w, struct ua *u, const char *headers)
{
	world_prepare(w);
	world_open(w);
	ua_init(u, w, &w->peer, "13800138000", "12348");
	ua_send(u, w, "INVITE", headers, SDP_PLAIN);
	until_event(w, "incoming");
	assert_int_equal(leg_answer(w->leg), 0);
	ua_wait(u, "200 INVITE");
	ua_ack(u, w, NULL);
	until_event(w, "answered");
}

static void the_peer_holds_in_each_style(void **state)
{
	static const char *const styles[] = {SDP_AT("40000", "a=sendonly\n"), SDP_AT("40000", "a=inactive\n"),
					     "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-\nc=IN IP4 0.0.0.0\nt=0 0\nm=audio 40000 RTP/AVP 8\n"};
	static const char *const answers[] = {"a=recvonly", "a=inactive", "m=audio"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(styles); i++) {
		const struct sip_msg *msg;
		struct world w;
		struct ua u;

		call_up(&w, &u, NULL);
		ua_send(&u, &w, "INVITE", NULL, styles[i]);
		msg = ua_wait(&u, "200 INVITE");
		assert_contains(body_of(msg), answers[i]);
		ua_ack(&u, &w, NULL);
		until_event(&w, "held");
		assert_false(leg_port(w.leg)->send);
		ua_send(&u, &w, "INVITE", NULL, SDP_AT("40010", ""));
		ua_wait(&u, "200 INVITE");
		ua_ack(&u, &w, NULL);
		until_event(&w, "resumed");
		assert_true(leg_port(w.leg)->send);
		assert_int_equal(sa_port(&leg_port(w.leg)->remote), 40010);
		world_close(&w);
	}
}

static void we_hold(void **state)
{
	const struct sip_msg *msg;
	struct world w;
	struct ua u;

	(void)state;
	call_up(&w, &u, NULL);
	assert_int_equal(leg_hold(w.leg, true), 0);
	msg = peer_wait(&w.peer, "INVITE");
	assert_contains(body_of(msg), "a=sendonly");
	assert_int_equal(leg_hold(w.leg, false), -E_BUSY); /* one at a time */
	peer_reply(&w.peer, &w, msg, 200, NULL, NULL, SDP_AT("40000", "a=recvonly\n"));
	peer_wait(&w.peer, "ACK");
	assert_true(leg_port(w.leg)->send);
	assert_false(leg_port(w.leg)->receive);
	assert_int_equal(leg_hold(w.leg, false), 0);
	msg = peer_wait(&w.peer, "INVITE");
	assert_null(strstr(body_of(msg), "sendonly"));
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN); /* both at once */
	ua_wait(&u, "491 INVITE");
	world_close(&w);
}

static void an_offer_that_cannot_be_met_changes_nothing(void **state)
{
	struct world w;
	struct ua u;

	(void)state;
	call_up(&w, &u, NULL);
	ua_send(&u, &w, "INVITE", NULL, "v=0\no=- 1 2 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40000 RTP/AVP 96\na=rtpmap:96 opus/48000/2\n");
	ua_wait(&u, "488 INVITE");
	ua_ack(&u, &w, NULL);
	ua_send(&u, &w, "BYE", NULL, NULL);
	ua_wait(&u, "200 BYE");
	until_event(&w, "ended:bye");
	world_close(&w);
}

static void update_and_info(void **state)
{
	const struct sip_msg *msg;
	struct world w;
	struct ua u;

	(void)state;
	call_up(&w, &u, NULL);
	ua_send(&u, &w, "UPDATE", NULL, NULL);
	ua_wait(&u, "200 UPDATE");
	ua_send(&u, &w, "UPDATE", NULL, SDP_AT("40020", ""));
	msg = ua_wait(&u, "200 UPDATE");
	assert_contains(body_of(msg), "m=audio");
	assert_int_equal(sa_port(&leg_port(w.leg)->remote), 40020);
	peer_send(&w.peer, &w.at,
		  "INFO %s SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKinfo\nFrom: %s;tag=%s\nTo: %s;tag=%s\nCall-ID: %s\n"
		  "CSeq: 90 INFO\nContent-Type: application/dtmf-relay\nContent-Length: $L\n\nSignal=#\nDuration=160\n",
		  u.uri, sa_port(&w.peer.at), u.from, u.tag, u.to, u.remote_tag, u.call_id);
	ua_wait(&u, "200 INFO");
	until_event(&w, "key:#");
	world_close(&w);
}

/* ---- session timers ------------------------------------------------------------------------- */

static void a_session_that_is_not_refreshed_ends(void **state)
{
	const struct sip_msg *msg;
	struct world w;
	struct ua u;

	(void)state;
	world_prepare(&w);
	world_open(&w);
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", "Supported: timer\nSession-Expires: 30\n", SDP_PLAIN);
	msg = ua_wait(&u, "422 INVITE");
	assert_string_equal(header_of(msg, "Min-SE"), "90");
	u.remote_tag[0] = '\0';
	ua_send(&u, &w, "INVITE", "Supported: timer\nSession-Expires: 120;refresher=uac\n", SDP_PLAIN);
	until_event(&w, "incoming");
	assert_int_equal(leg_answer(w.leg), 0);
	msg = ua_wait(&u, "200 INVITE");
	assert_string_equal(header_of(msg, "Session-Expires"), "120;refresher=uac");
	assert_string_equal(header_of(msg, "Require"), "timer");
	ua_ack(&u, &w, NULL);
	until_event(&w, "answered");
	world_skip_s(60);
	ua_send(&u, &w, "UPDATE", "Supported: timer\nSession-Expires: 120;refresher=uac\n", NULL);
	msg = ua_wait(&u, "200 UPDATE");
	assert_string_equal(header_of(msg, "Session-Expires"), "120;refresher=uac");
	world_skip_s(60);
	ua_send(&u, &w, "OPTIONS", NULL, NULL);
	ua_wait(&u, "200 OPTIONS"); /* still there */
	world_skip_s(30);
	peer_wait(&w.peer, "BYE");
	until_event(&w, "ended:lost");
	world_close(&w);
}

static void we_refresh_when_asked(void **state)
{
	const struct sip_msg *msg;
	struct world w;
	struct ua u;

	(void)state;
	call_up(&w, &u, "Supported: timer\nSession-Expires: 120;refresher=uas\n");
	world_skip_s(61);
	msg = peer_wait(&w.peer, "INVITE");
	assert_string_equal(header_of(msg, "Session-Expires"), "120;refresher=uac");
	peer_reply(&w.peer, &w, msg, 200, NULL, "Session-Expires: 120;refresher=uac\nRequire: timer\n", SDP_PLAIN);
	peer_wait(&w.peer, "ACK");
	world_skip_s(61);
	msg = peer_wait(&w.peer, "INVITE");
	peer_reply(&w.peer, &w, msg, 481, NULL, NULL, NULL); /* it has restarted and knows nothing */
	until_event(&w, "ended:lost:481");
	world_close(&w);
}

static void a_200_is_repeated_and_given_up(void **state)
{
	struct world w;
	struct ua u;

	(void)state;
	world_prepare(&w);
	world_open(&w);
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	until_event(&w, "incoming");
	assert_int_equal(leg_answer(w.leg), 0);
	for (int i = 0; i < 11; i++) { /* 0.5 s, 1, 2, 4, 4 … up to 32 s */
		ua_wait(&u, "200 INVITE");
		world_skip_s(4);
	}
	peer_wait(&w.peer, "BYE");
	until_event(&w, "ended:lost");
	world_close(&w);
}

/* ---- reliable provisional responses ----------------------------------------------------------- */

static void provisional_responses_are_confirmed(void **state)
{
	const struct sip_msg *msg;
	char rack[64];
	struct world w;
	struct ua u;

	(void)state;
	world_prepare(&w);
	world_open(&w);
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", "Require: 100rel\n", SDP_PLAIN);
	until_event(&w, "incoming");
	assert_int_equal(leg_early(w.leg), 0);
	msg = ua_wait(&u, "183 INVITE");
	assert_string_equal(header_of(msg, "Require"), "100rel");
	snprintf(rack, sizeof(rack), "RAck: %s %u INVITE\n", header_of(msg, "RSeq"), u.cseq);
	world_skip_s(1);
	ua_wait(&u, "183 INVITE"); /* repeated */
	ua_send(&u, &w, "PRACK", "RAck: 1 1 INVITE\n", NULL);
	ua_wait(&u, "481 PRACK");
	ua_send(&u, &w, "PRACK", rack, NULL);
	ua_wait(&u, "200 PRACK");
	world_skip_s(40);
	assert_int_equal(leg_answer(w.leg), 0);
	ua_wait(&u, "200 INVITE");
	world_close(&w);
}

/* ---- protection ------------------------------------------------------------------------------- */

#define CM_KEY "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw" /* 30 bytes */
#define GCM_KEY "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3OA==" /* 28 bytes */
#define SDP_SECURE(proto, crypto) \
	"v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40000 " proto " 8\n" crypto

static void keys_are_agreed(void **state)
{
	static const struct {
		const char *crypto, *answer;
		enum srtp_suite srtp;
	} cases[] = {
		{"a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:" CM_KEY "|2^31\n", "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:", SRTP_AES_CM_128_HMAC_SHA1_80},
		{"a=crypto:1 F8_128_HMAC_SHA1_80 inline:" CM_KEY "\na=crypto:2 AEAD_AES_128_GCM inline:" GCM_KEY "\n",
		 "a=crypto:2 AEAD_AES_128_GCM inline:", SRTP_AES_128_GCM},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		static const uint8_t key[] = "123456789012345678901234567890";
		char sdp[1024];
		const struct sip_msg *msg;
		struct wire wire = {0};
		struct world w;
		struct ua u;

		wire_open(&wire);
		assert_int_equal(srtp_alloc(&wire.tx, cases[i].srtp, key, cases[i].srtp == SRTP_AES_128_GCM ? 28 : 30, 0), 0);
		world_prepare(&w);
		w.trunks[0].srtp = true;
		world_open(&w);
		ua_init(&u, &w, &w.peer, "13800138000", "12348");
		snprintf(sdp, sizeof(sdp), "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio %u RTP/SAVP 8 101\n"
			 "a=rtpmap:101 telephone-event/8000\n%s", sa_port(&wire.address), cases[i].crypto);
		ua_send(&u, &w, "INVITE", NULL, sdp);
		until_event(&w, "incoming");
		assert_int_equal(leg_answer(w.leg), 0);
		msg = ua_wait(&u, "200 INVITE");
		assert_contains(body_of(msg), "RTP/SAVP 8 101");
		assert_contains(body_of(msg), cases[i].answer);
		ua_ack(&u, &w, NULL);
		until_event(&w, "answered");
		wire_to(&wire, leg_port(w.leg));
		wire_key(&wire, '5'); /* under our key: it is the one they gave */
		until_event(&w, "key:5");
		mem_deref(wire.tx);
		wire.tx = NULL;
		wire_close(&wire);
		world_close(&w);
	}
}

static void what_is_not_protected_enough_is_refused(void **state)
{
	static const char *const offers[] = {
		SDP_PLAIN,
		SDP_SECURE("RTP/SAVP", ""),
		SDP_SECURE("RTP/SAVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2hvcnQ=\n"),
		SDP_SECURE("RTP/SAVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:" CM_KEY "\n"),
		SDP_SECURE("RTP/SAVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" CM_KEY "|2^20|1:4\n"),
		SDP_SECURE("RTP/SAVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" CM_KEY " UNENCRYPTED_SRTP\n"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(offers); i++) {
		struct world w;
		struct ua u;

		world_prepare(&w);
		w.trunks[0].srtp = true;
		world_open(&w);
		ua_init(&u, &w, &w.peer, "13800138000", "12348");
		ua_send(&u, &w, "INVITE", NULL, offers[i]);
		ua_wait(&u, "488 INVITE");
		assert_int_equal(w.incoming, 0);
		world_close(&w);
	}
}

static void we_offer_keys(void **state)
{
	struct dial d = {.number = "13800138000"};
	const struct sip_msg *msg;
	struct fault f = {0};
	struct world w;

	(void)state;
	world_prepare(&w);
	w.trunks[0].srtp = true;
	world_open(&w);
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), 0);
	msg = peer_wait(&w.peer, "INVITE");
	assert_contains(body_of(msg), "RTP/SAVP 8 0 101");
	assert_contains(body_of(msg), "a=crypto:1 AEAD_AES_128_GCM inline:");
	assert_contains(body_of(msg), "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:");
	peer_reply(&w.peer, &w, msg, 200, "a", NULL, SDP_SECURE("RTP/SAVP", "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:" CM_KEY "\n"));
	until_event(&w, "answered");
	assert_non_null(leg_port(w.leg)->srtp_in);
	assert_non_null(leg_port(w.leg)->srtp_out);
	world_close(&w);
}

/* ---- strangers --------------------------------------------------------------------------------- */

static void a_spoofed_bye_is_dropped(void **state)
{
	struct world w;
	struct ua u, liar;

	(void)state;
	world_prepare(&w);
	w.config.demo = true; /* the stranger on loopback is somebody, but not the trunk */
	w.trunks[0].allow = (const char *[]){"127.0.0.1", NULL};
	world_open(&w);
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	until_event(&w, "incoming");
	assert_int_equal(leg_answer(w.leg), 0);
	ua_wait(&u, "200 INVITE");
	ua_ack(&u, &w, NULL);
	until_event(&w, "answered");
	liar = u; /* knows all of the dialog, but speaks from elsewhere */
	liar.peer = &w.stranger;
	ua_send(&liar, &w, "BYE", NULL, NULL);
	until_refused(&w, "spoofed", 1);
	assert_null(w.stranger.got.head);
	liar = u; /* the right address, but a guessed tag */
	snprintf(liar.remote_tag, sizeof(liar.remote_tag), "guessed");
	ua_send(&liar, &w, "BYE", NULL, NULL);
	peer_wait(&w.peer, "481 BYE");
	assert_int_equal(refused(&w, "spoofed"), 2);
	assert_null(strstr(w.events, "ended"));
	ua_send(&u, &w, "OPTIONS", NULL, NULL);
	ua_wait(&u, "200 OPTIONS");
	world_close(&w);
}

static void a_flood_is_dropped(void **state)
{
	struct world w;
	struct ua u;

	(void)state;
	world_prepare(&w);
	w.config.calls_per_source_s = 5;
	w.config.n_trunks = 0; /* a trunk may bring ten times as many */
	w.config.demo = true;
	w.refuse_with = 486;
	world_open(&w);
	for (int i = 0; i < 20; i++) {
		ua_init(&u, &w, &w.peer, "13800138000", "12348");
		ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	}
	until_refused(&w, "flood", 14);
	assert_in_range(w.incoming, 5, 6); /* a token may have come in between */
	world_skip_s(1);
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	ua_wait(&u, "486 INVITE");
	world_close(&w);
}

static void limits_and_drain(void **state)
{
	const struct sip_msg *msg;
	struct world w;
	struct ua u, more;

	(void)state;
	world_prepare(&w);
	w.trunks[0].max_calls = 1;
	world_open(&w);
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	until_event(&w, "incoming");
	ua_init(&more, &w, &w.peer, "13800138001", "12348");
	ua_send(&more, &w, "INVITE", NULL, SDP_PLAIN);
	ua_wait(&more, "486 INVITE");
	assert_int_equal(refused(&w, "full"), 1);
	signalling_drain(w.s);
	ua_init(&more, &w, &w.peer, "13800138001", "12348");
	ua_send(&more, &w, "INVITE", NULL, SDP_PLAIN);
	msg = ua_wait(&more, "503 INVITE");
	assert_string_equal(header_of(msg, "Retry-After"), "10");
	assert_int_equal(leg_answer(w.leg), 0); /* the old one goes on */
	ua_wait(&u, "200 INVITE");
	world_close(&w);
}

static void what_we_do_not_know_is_said(void **state)
{
	const struct sip_msg *msg;
	struct world w;
	struct ua u;

	(void)state;
	world_prepare(&w);
	world_open(&w);
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", "Require: replaces, 100rel\n", SDP_PLAIN);
	msg = ua_wait(&u, "420 INVITE");
	assert_string_equal(header_of(msg, "Unsupported"), "replaces");
	u.remote_tag[0] = '\0';
	ua_send(&u, &w, "SUBSCRIBE", NULL, NULL);
	ua_wait(&u, "405 SUBSCRIBE");
	u.remote_tag[0] = '\0';
	ua_send(&u, &w, "REGISTER", NULL, NULL);
	ua_wait(&u, "403 REGISTER");
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "BYE", NULL, NULL);
	ua_wait(&u, "481 BYE");
	world_close(&w);
}

RUN(cmocka_unit_test(the_peer_holds_in_each_style), cmocka_unit_test(we_hold),
    cmocka_unit_test(an_offer_that_cannot_be_met_changes_nothing), cmocka_unit_test(update_and_info),
    cmocka_unit_test(a_session_that_is_not_refreshed_ends), cmocka_unit_test(we_refresh_when_asked),
    cmocka_unit_test(a_200_is_repeated_and_given_up), cmocka_unit_test(provisional_responses_are_confirmed),
    cmocka_unit_test(keys_are_agreed), cmocka_unit_test(what_is_not_protected_enough_is_refused),
    cmocka_unit_test(we_offer_keys), cmocka_unit_test(a_spoofed_bye_is_dropped), cmocka_unit_test(a_flood_is_dropped),
    cmocka_unit_test(limits_and_drain), cmocka_unit_test(what_we_do_not_know_is_said))
