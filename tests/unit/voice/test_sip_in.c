/* Calls that come in by a trunk (V01, T08). */
#include "sip_world.h"

#include "voice/media_private.h"

static void open_default(struct world *w)
{
	world_prepare(w);
	world_open(w);
}

static void call_up(struct world *w, struct ua *u)
{
	ua_init(u, w, &w->peer, "13800138000", "12348");
	ua_send(u, w, "INVITE", NULL, SDP_PLAIN);
	until_event(w, "incoming");
	assert_int_equal(leg_answer(w->leg), 0);
	ua_wait(u, "200 INVITE");
	ua_ack(u, w, NULL);
	until_event(w, "answered");
}

static void a_call_is_answered_and_ended_by_the_caller(void **state)
{
	struct world w;
	struct ua u;
	const struct sip_msg *msg;

	(void)state;
	open_default(&w);
	ua_init(&u, &w, &w.peer, "013800138000", "12348");
	ua_send(&u, &w, "INVITE", "P-Asserted-Identity: \"Li\" <sip:+8613900139000@carrier>\n", SDP_PLAIN);
	ua_wait(&u, "100 INVITE");
	until_event(&w, "incoming");
	assert_string_equal(w.called, "12348");
	assert_string_equal(w.caller, "+8613900139000");
	assert_string_equal(w.display, "Li");
	assert_string_equal(w.trunk, "carrier");
	leg_ring(w.leg);
	ua_wait(&u, "180 INVITE");
	assert_int_equal(leg_answer(w.leg), 0);
	msg = ua_wait(&u, "200 INVITE");
	assert_contains(body_of(msg), "RTP/AVP 8 101\r\n");
	ua_ack(&u, &w, NULL);
	until_event(&w, "answered");
	assert_int_equal(leg_port(w.leg)->pt, 8);
	assert_int_equal(leg_port(w.leg)->pt_event, 101);
	assert_int_equal(sa_port(&leg_port(w.leg)->remote), 40000);
	ua_send(&u, &w, "BYE", NULL, NULL);
	ua_wait(&u, "200 BYE");
	until_event(&w, "ended:bye:0");
	world_close(&w);
}

static void we_hang_up(void **state)
{
	struct world w;
	struct ua u;
	const struct sip_msg *msg;

	(void)state;
	open_default(&w);
	call_up(&w, &u);
	leg_hangup(w.leg, 0);
	msg = ua_wait(&u, "BYE");
	peer_reply(&w.peer, &w, msg, 200, NULL, NULL, NULL);
	until_event(&w, "ended:local");
	world_close(&w);
}

static void a_caller_gives_up(void **state)
{
	struct world w;
	struct ua u;

	(void)state;
	open_default(&w);
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	until_event(&w, "incoming");
	leg_ring(w.leg);
	ua_wait(&u, "180 INVITE");
	ua_cancel(&u, &w);
	ua_wait(&u, "200 CANCEL");
	ua_wait(&u, "487 INVITE");
	until_event(&w, "ended:cancelled:487");
	world_close(&w);
}

static void the_exchange_refuses(void **state)
{
	struct world w;
	struct ua u;
	const struct sip_msg *msg;

	(void)state;
	open_default(&w);
	w.refuse_with = 404;
	ua_init(&u, &w, &w.peer, "13800138000", "99999");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	ua_wait(&u, "404 INVITE");
	w.refuse_with = 503;
	ua_init(&u, &w, &w.peer, "13800138000", "99999");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	msg = ua_wait(&u, "503 INVITE");
	assert_string_equal(header_of(msg, "Retry-After"), "10");
	world_close(&w);
}

static void an_offer_may_come_late(void **state)
{
	struct world w;
	struct ua u;
	const struct sip_msg *msg;

	(void)state;
	open_default(&w);
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", NULL, NULL);
	until_event(&w, "incoming");
	assert_int_equal(leg_answer(w.leg), 0);
	msg = ua_wait(&u, "200 INVITE");
	assert_contains(body_of(msg), "RTP/AVP 8 0 101\r\n");
	assert_null(strstr(w.events, "answered"));
	ua_ack(&u, &w, "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40002 RTP/AVP 0\n");
	until_event(&w, "answered");
	assert_int_equal(leg_port(w.leg)->pt, 0);
	assert_int_equal(sa_port(&leg_port(w.leg)->remote), 40002);
	world_close(&w);
}

static void early_media(void **state)
{
	struct world w;
	struct ua u;
	const struct sip_msg *msg;

	(void)state;
	open_default(&w);
	ua_init(&u, &w, &w.peer, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	until_event(&w, "incoming");
	assert_int_equal(leg_early(w.leg), 0);
	msg = ua_wait(&u, "183 INVITE");
	assert_contains(body_of(msg), "m=audio");
	assert_int_equal(sa_port(&leg_port(w.leg)->remote), 40000);
	assert_int_equal(leg_answer(w.leg), 0);
	ua_wait(&u, "200 INVITE");
	world_close(&w);
}

static void strangers_get_no_answer(void **state)
{
	struct world w;
	struct ua u;

	(void)state;
	world_prepare(&w);
	w.trunks[0].allow = (const char *[]){"192.0.2.0/24", NULL};
	world_open(&w);
	ua_init(&u, &w, &w.stranger, "13800138000", "12348");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	ua_send(&u, &w, "OPTIONS", NULL, NULL);
	until_refused(&w, "foreign", 2);
	assert_int_equal(w.incoming, 0);
	assert_null(w.stranger.got.head);
	world_close(&w);
}

RUN(cmocka_unit_test(a_call_is_answered_and_ended_by_the_caller), cmocka_unit_test(we_hang_up),
    cmocka_unit_test(a_caller_gives_up), cmocka_unit_test(the_exchange_refuses), cmocka_unit_test(an_offer_may_come_late),
    cmocka_unit_test(early_media), cmocka_unit_test(strangers_get_no_answer))
