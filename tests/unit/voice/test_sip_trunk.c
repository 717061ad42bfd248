/* Trunks: registration, pings, who they are (V01). */
#include "sip_world.h"

static void trunk_registers(struct world *w)
{
	world_prepare(w);
	w->trunks[0].registers = true;
	w->trunks[0].user = "055112348";
	w->trunks[0].password = "secret";
	w->trunks[0].domain = "ims.example";
}

static void it_registers_with_digest_and_again(void **state)
{
	const struct sip_msg *msg;
	struct dial d = {.number = "13800138000"};
	struct fault f = {0};
	struct world w;

	(void)state;
	trunk_registers(&w);
	world_open(&w);
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), -E_NOT_FOUND); /* not up yet */
	msg = peer_wait(&w.peer, "REGISTER");
	assert_contains(header_of(msg, "To"), "<sip:055112348@ims.example>");
	peer_reply(&w.peer, &w, msg, 401, "r", "WWW-Authenticate: Digest realm=\"ims\", nonce=\"abc\", algorithm=MD5, qop=\"auth,auth-int\"\n", NULL);
	msg = peer_wait(&w.peer, "REGISTER");
	assert_contains(header_of(msg, "Authorization"), "username=\"055112348\", realm=\"ims\", nonce=\"abc\", uri=\"sip:ims.example\"");
	peer_reply(&w.peer, &w, msg, 200, "r", "Expires: 100\n", NULL);
	until_trunk(&w, "carrier:up");
	world_skip_s(91);
	msg = peer_wait(&w.peer, "REGISTER");
	assert_contains(header_of(msg, "Authorization"), "nc=00000002");
	peer_reply(&w.peer, &w, msg, 401, "r", "WWW-Authenticate: Digest realm=\"ims\", nonce=\"def\", stale=true, algorithm=MD5, qop=\"auth\"\n", NULL);
	msg = peer_wait(&w.peer, "REGISTER");
	assert_contains(header_of(msg, "Authorization"), "nonce=\"def\"");
	peer_reply(&w.peer, &w, msg, 200, "r", "Expires: 100\n", NULL);
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), 0);
	world_close(&w);
}

static void it_is_down_and_tries_again(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	trunk_registers(&w);
	world_open(&w);
	msg = peer_wait(&w.peer, "REGISTER");
	peer_reply(&w.peer, &w, msg, 403, "r", NULL, NULL);
	until_trunk(&w, "carrier:down");
	world_skip_s(7);
	msg = peer_wait(&w.peer, "REGISTER");
	peer_reply(&w.peer, &w, msg, 503, "r", NULL, NULL);
	peer_forget(&w, &w.peer);
	world_skip_s(13);
	msg = peer_wait(&w.peer, "REGISTER");
	peer_reply(&w.peer, &w, msg, 200, "r", "Expires: 3600\n", NULL);
	until_trunk(&w, "carrier:up");
	assert_string_equal(w.trunk_states, "carrier:down carrier:up "); /* told once each */
	world_close(&w);
}

static void it_is_unregistered_at_the_end(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	trunk_registers(&w);
	world_open(&w);
	msg = peer_wait(&w.peer, "REGISTER");
	peer_reply(&w.peer, &w, msg, 200, "r", "Expires: 3600\n", NULL);
	until_trunk(&w, "carrier:up");
	signalling_close(w.s);
	w.s = NULL;
	msg = peer_wait(&w.peer, "REGISTER");
	assert_string_equal(header_of(msg, "Expires"), "0");
	world_close(&w);
}

static void pings_tell_up_and_down(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	world_prepare(&w);
	w.trunks[0].ping_s = 60;
	world_open(&w);
	msg = peer_wait(&w.peer, "OPTIONS");
	peer_reply(&w.peer, &w, msg, 405, "o", NULL, NULL); /* refuses, so it lives */
	until_trunk(&w, "carrier:up");
	world_skip_s(61);
	peer_wait(&w.peer, "OPTIONS");
	world_skip_s(33); /* no answer: 64 times T1 */
	until_trunk(&w, "carrier:up carrier:down");
	peer_forget(&w, &w.peer);
	world_skip_s(61);
	msg = peer_wait(&w.peer, "OPTIONS");
	peer_reply(&w.peer, &w, msg, 200, "o", NULL, NULL);
	until_trunk(&w, "carrier:up carrier:down carrier:up");
	world_close(&w);
}

static void pings_are_answered(void **state)
{
	const struct sip_msg *msg;
	struct world w;
	struct ua u;

	(void)state;
	world_prepare(&w);
	world_open(&w);
	ua_init(&u, &w, &w.peer, "carrier", "line");
	ua_send(&u, &w, "OPTIONS", NULL, NULL);
	msg = ua_wait(&u, "200 OPTIONS");
	assert_true(sip_msg_hdr_has_value(msg, SIP_HDR_ALLOW, "UPDATE"));
	signalling_drain(w.s);
	u.remote_tag[0] = '\0';
	ua_send(&u, &w, "OPTIONS", NULL, NULL);
	ua_wait(&u, "503 OPTIONS");
	world_close(&w);
}

static void accounts_at_one_carrier_are_told_apart(void **state)
{
	struct world w;
	struct ua u;

	(void)state;
	world_prepare(&w);
	w.trunks[1] = w.trunks[0];
	w.trunks[0].user = "12348";
	w.trunks[1].name = "second";
	w.trunks[1].user = "96000";
	w.config.n_trunks = 2;
	world_open(&w);
	ua_init(&u, &w, &w.peer, "65123456", "96000");
	snprintf(u.to, sizeof(u.to), "<sip:+864001112348@carrier>");
	ua_send(&u, &w, "INVITE", NULL, SDP_PLAIN);
	until_event(&w, "incoming");
	assert_string_equal(w.trunk, "second");
	assert_string_equal(w.called, "+864001112348"); /* the account was called; To says which number */
	assert_string_equal(w.caller, "+8655165123456"); /* seven or eight digits are of the trunk's area */
	world_close(&w);
}

static void bad_configuration_is_said(void **state)
{
	static const struct {
		const char *server, *allow, *finding;
	} cases[] = {{"", NULL, "trunk carrier: server is HOST or HOST:PORT"},
		     {"127.0.0.1", "10.0.0.0/40", "is no address and no network"},
		     {"127.0.0.1", "carrier", "is no address and no network"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct signalling_options o = {0};
		struct fault f = {0};
		struct world w;

		world_prepare(&w);
		w.trunks[0].server = cases[i].server;
		w.trunks[0].allow = cases[i].allow ? (const char *[]){cases[i].allow, NULL} : NULL;
		o.config = &w.config;
		assert_int_equal(signalling_open(&o, &w.s, &f), -E_CONFIG);
		assert_contains(f.detail, cases[i].finding);
		world_close(&w);
	}
}

static void a_port_that_is_taken_is_said(void **state)
{
	struct signalling_options o = {0};
	struct signalling *second = NULL;
	struct fault f = {0};
	struct world w;

	(void)state;
	world_prepare(&w);
	world_open(&w);
	o.config = &w.config;
	assert_int_equal(signalling_open(&o, &second, &f), -E_CONFLICT);
	assert_contains(f.detail, "SIP cannot listen on 127.0.0.1:");
	world_close(&w);
}

RUN(cmocka_unit_test(it_registers_with_digest_and_again), cmocka_unit_test(it_is_down_and_tries_again),
    cmocka_unit_test(it_is_unregistered_at_the_end), cmocka_unit_test(pings_tell_up_and_down), cmocka_unit_test(pings_are_answered),
    cmocka_unit_test(accounts_at_one_carrier_are_told_apart), cmocka_unit_test(bad_configuration_is_said),
    cmocka_unit_test(a_port_that_is_taken_is_said))
