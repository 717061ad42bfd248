/* Desk phones: registrar, digest, calls from and to them, blind transfer. */
#include "sip_world.h"

static void open_phones(struct world *w)
{
	world_prepare(w);
	w->config.n_trunks = 0;
	w->config.phones = true;
	world_open(w);
}

static void phone_init(struct ua *u, struct world *w, struct peer *p)
{
	ua_init(u, w, p, "desk7", "desk7");
	re_snprintf(u->uri, sizeof(u->uri), "sip:%J", &w->at);
}

/* As a telephone does: asked first, then with credentials. @return the final response */
static const struct sip_msg *do_register(struct ua *u, struct world *w, const char *password, const char *headers, const char *expected)
{
	const struct sip_msg *msg;
	char lines[1200];

	ua_send(u, w, "REGISTER", headers, NULL);
	msg = peer_wait(u->peer, "401 REGISTER");
	snprintf(lines, sizeof(lines), "%s%s", headers, digest(msg, "REGISTER", u->uri, "desk7", password));
	ua_send(u, w, "REGISTER", lines, NULL);
	return peer_wait(u->peer, expected);
}

static void a_phone_registers_and_goes(void **state)
{
	const struct sip_msg *msg;
	char contact[128];
	struct world w;
	struct ua u;

	(void)state;
	open_phones(&w);
	phone_init(&u, &w, &w.peer);
	msg = do_register(&u, &w, "secret", "Expires: 600\n", "200 REGISTER");
	re_snprintf(contact, sizeof(contact), "<sip:peer@127.0.0.1:%u>;expires=", sa_port(&w.peer.at));
	assert_contains(header_of(msg, "Contact"), contact);
	until_phone(&w, "7+");
	assert_true(signalling_phone_there(w.s, 7));
	assert_int_equal(status_int(&w, "phones"), 1);
	do_register(&u, &w, "secret", "Expires: 0\n", "200 REGISTER");
	until_phone(&w, "7+ 7-");
	assert_false(signalling_phone_there(w.s, 7));
	do_register(&u, &w, "secret", "Expires: 600\n", "200 REGISTER");
	until_phone(&w, "7+ 7- 7+");
	world_skip_s(601); /* it was unplugged */
	until_phone(&w, "7+ 7- 7+ 7-");
	do_register(&u, &w, "secret", "Expires: 5\n", "423 REGISTER");
	world_close(&w);
}

static void a_wrong_password_is_counted_and_locks(void **state)
{
	const struct sip_msg *msg;
	struct world w;
	struct ua u;

	(void)state;
	open_phones(&w);
	phone_init(&u, &w, &w.peer);
	for (int i = 0; i < 10; i++)
		do_register(&u, &w, "guess", "Expires: 600\n", "401 REGISTER");
	assert_int_equal(refused(&w, "digest"), 10);
	assert_false(signalling_phone_there(w.s, 7));
	ua_send(&u, &w, "REGISTER", "Expires: 600\n", NULL);
	msg = peer_wait(&w.peer, "401 REGISTER");
	ua_send(&u, &w, "REGISTER", digest(msg, "REGISTER", u.uri, "desk7", "secret"), NULL); /* right, but locked */
	until_refused(&w, "locked", 1);
	assert_false(signalling_phone_there(w.s, 7));
	world_skip_s(301);
	do_register(&u, &w, "secret", "Expires: 600\n", "200 REGISTER");
	world_close(&w);
}

static void nonces_grow_old_and_are_bound_to_the_address(void **state)
{
	const struct sip_msg *msg;
	char line[1024];
	struct world w;
	struct ua u, thief;

	(void)state;
	open_phones(&w);
	phone_init(&u, &w, &w.peer);
	ua_send(&u, &w, "REGISTER", "Expires: 600\n", NULL);
	msg = peer_wait(&w.peer, "401 REGISTER");
	snprintf(line, sizeof(line), "%s", digest(msg, "REGISTER", u.uri, "desk7", "secret"));
	thief = u;
	thief.peer = &w.stranger;
	ua_send(&thief, &w, "REGISTER", line, NULL);
	msg = peer_wait(&w.stranger, "401 REGISTER");
	assert_contains(header_of(msg, "WWW-Authenticate"), "stale=true");
	world_skip_s(301);
	u.cseq += 10;
	ua_send(&u, &w, "REGISTER", line, NULL);
	msg = peer_wait(&w.peer, "401 REGISTER");
	assert_contains(header_of(msg, "WWW-Authenticate"), "stale=true");
	assert_int_equal(refused(&w, "digest"), 0);
	world_close(&w);
}

/* Who listened to a REGISTER says it again, from the same address: only the Contact is his. */
static void an_answer_counts_once(void **state)
{
	const struct sip_msg *msg;
	char line[1024];
	struct world w;
	struct ua u;

	(void)state;
	open_phones(&w);
	phone_init(&u, &w, &w.peer);
	ua_send(&u, &w, "REGISTER", "Expires: 600\n", NULL);
	msg = peer_wait(&w.peer, "401 REGISTER");
	snprintf(line, sizeof(line), "%s", digest(msg, "REGISTER", u.uri, "desk7", "secret"));
	ua_send(&u, &w, "REGISTER", line, NULL);
	peer_wait(&w.peer, "200 REGISTER");
	ua_send(&u, &w, "REGISTER", line, NULL);
	msg = peer_wait(&w.peer, "401 REGISTER");
	assert_contains(header_of(msg, "WWW-Authenticate"), "stale=true");
	world_close(&w);
}

static void it_rings_and_transfers(void **state)
{
	struct dial d = {.person_id = 7, .display = "A\" <sip:evil>"};
	const struct sip_msg *msg;
	struct fault f = {0};
	char refer[128];
	struct world w;
	struct ua u;

	(void)state;
	open_phones(&w);
	phone_init(&u, &w, &w.peer);
	do_register(&u, &w, "secret", "Expires: 600\n", "200 REGISTER");
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), 0);
	msg = peer_wait(&w.peer, "INVITE");
	assert_contains(header_of(msg, "From"), "\"A <sip:evil>\" <sip:line@lexline>");
	re_snprintf(u.call_id, sizeof(u.call_id), "%r", &msg->callid);
	re_snprintf(u.remote_tag, sizeof(u.remote_tag), "%r", &msg->from.tag);
	snprintf(u.tag, sizeof(u.tag), "phone");
	peer_reply(&w.peer, &w, msg, 200, "phone", NULL, SDP_PLAIN);
	until_event(&w, "answered");
	peer_wait(&w.peer, "ACK");
	snprintf(u.from, sizeof(u.from), "<sip:desk7@lexline>");
	snprintf(u.to, sizeof(u.to), "<sip:line@lexline>");
	snprintf(refer, sizeof(refer), "Refer-To: <sip:13800138000@lexline>\n");
	ua_send(&u, &w, "REFER", refer, NULL);
	peer_wait(&w.peer, "202 REFER");
	msg = peer_wait(&w.peer, "NOTIFY");
	assert_string_equal(header_of(msg, "Event"), "refer");
	assert_string_equal(body_of(msg), "SIP/2.0 200 OK\r\n");
	until_event(&w, "referred:13800138000");
	ua_send(&u, &w, "REFER", "Refer-To: <sip:1@lexline?Replaces=x>\n", NULL);
	peer_wait(&w.peer, "603 REFER");
	world_close(&w);
}

static void it_calls(void **state)
{
	const struct sip_msg *msg;
	struct world w;
	struct ua u, call;

	(void)state;
	open_phones(&w);
	ua_init(&call, &w, &w.peer, "desk7", "13900139000");
	ua_send(&call, &w, "INVITE", NULL, SDP_PLAIN); /* nobody registered from there */
	until_refused(&w, "foreign", 1);
	phone_init(&u, &w, &w.peer);
	do_register(&u, &w, "secret", "Expires: 600\n", "200 REGISTER");
	ua_init(&call, &w, &w.peer, "desk7", "13900139000");
	ua_send(&call, &w, "INVITE", NULL, SDP_PLAIN);
	msg = peer_wait(&w.peer, "401 INVITE");
	ua_send(&call, &w, "INVITE", digest(msg, "INVITE", call.uri, "desk7", "secret"), SDP_PLAIN);
	until_event(&w, "incoming");
	assert_int_equal(w.person_id, 7);
	assert_string_equal(w.called, "13900139000");
	assert_int_equal(leg_kind(w.leg), LEG_PHONE);
	ua_cancel(&call, &w);
	until_event(&w, "cancelled");
	world_close(&w);
}

static void the_newest_contact_rings(void **state)
{
	struct dial d = {.person_id = 7};
	struct fault f = {0};
	struct world w;
	struct ua a, b;

	(void)state;
	open_phones(&w);
	phone_init(&a, &w, &w.peer);
	phone_init(&b, &w, &w.stranger);
	do_register(&a, &w, "secret", "Expires: 600\n", "200 REGISTER");
	do_register(&b, &w, "secret", "Expires: 600\n", "200 REGISTER");
	assert_int_equal(status_int(&w, "phones"), 2);
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), 0);
	peer_wait(&w.stranger, "INVITE");
	world_close(&w);
}

RUN(cmocka_unit_test(a_phone_registers_and_goes), cmocka_unit_test(a_wrong_password_is_counted_and_locks),
    cmocka_unit_test(nonces_grow_old_and_are_bound_to_the_address), cmocka_unit_test(an_answer_counts_once), cmocka_unit_test(it_rings_and_transfers),
    cmocka_unit_test(it_calls), cmocka_unit_test(the_newest_contact_rings))
