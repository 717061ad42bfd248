/* Calls that go out by a trunk. */
#include "sip_world.h"

#include "voice/media_private.h"

static void dial(struct world *w, const char *number)
{
	struct dial d = {.number = number, .from = "055112348"};
	struct fault f = {0};

	if (signalling_dial(w->s, &d, world_event, w, &w->leg, &f) < 0)
		fail_msg("dial: %s", f.detail);
}

static void open_default(struct world *w)
{
	world_prepare(w);
	world_open(w);
}

static void it_rings_and_is_answered(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	open_default(&w);
	dial(&w, "+8613800138000");
	msg = peer_wait(&w.peer, "INVITE");
	assert_contains(header_of(msg, "From"), "<sip:055112348@127.0.0.1>");
	assert_contains(body_of(msg), "RTP/AVP 8 0 101\r\n");
	peer_reply(&w.peer, &w, msg, 180, "a", NULL, NULL);
	until_event(&w, "ringing");
	peer_reply(&w.peer, &w, msg, 183, "a", NULL, SDP_PLAIN);
	until_event(&w, "early");
	assert_int_equal(sa_port(&leg_port(w.leg)->remote), 40000);
	peer_reply(&w.peer, &w, msg, 200, "a", NULL, SDP_PLAIN);
	until_event(&w, "answered");
	peer_wait(&w.peer, "ACK");
	leg_hangup(w.leg, 0);
	msg = peer_wait(&w.peer, "BYE");
	assert_contains(header_of(msg, "To"), "tag=a");
	peer_reply(&w.peer, &w, msg, 200, NULL, NULL, NULL);
	until_event(&w, "ended:local");
	world_close(&w);
}

static void refusals_have_their_reasons(void **state)
{
	static const struct {
		int status;
		const char *event;
	} cases[] = {{486, "ended:busy:486"}, {404, "ended:unreachable:404"}, {302, "ended:refused:302"},
		     {480, "ended:no_answer:480"}, {603, "ended:refused:603"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct sip_msg *msg;
		struct world w;

		open_default(&w);
		dial(&w, "13800138000");
		msg = peer_wait(&w.peer, "INVITE");
		peer_reply(&w.peer, &w, msg, cases[i].status, "a", "Contact: <sip:elsewhere@127.0.0.1:9>\n", NULL);
		peer_wait(&w.peer, "ACK");
		until_event(&w, cases[i].event);
		peer_silence(&w, &w.peer); /* a redirection is not followed */
		world_close(&w);
	}
}

static void we_give_up(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	open_default(&w);
	dial(&w, "13800138000");
	msg = mem_ref((void *)peer_wait(&w.peer, "INVITE"));
	peer_reply(&w.peer, &w, msg, 180, "a", NULL, NULL);
	until_event(&w, "ringing");
	leg_hangup(w.leg, 0);
	peer_reply(&w.peer, &w, peer_wait(&w.peer, "CANCEL"), 200, "a", NULL, NULL);
	peer_reply(&w.peer, &w, msg, 487, "a", NULL, NULL);
	peer_wait(&w.peer, "ACK");
	until_event(&w, "ended:local");
	mem_deref((void *)msg);
	world_close(&w);
}

/* The 200 crosses our CANCEL: it is acknowledged and said goodbye to, even when nobody holds the leg any more. */
static void an_answer_that_comes_too_late(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	open_default(&w);
	dial(&w, "13800138000");
	msg = peer_wait(&w.peer, "INVITE");
	peer_reply(&w.peer, &w, msg, 180, "a", NULL, NULL);
	until_event(&w, "ringing");
	msg = mem_ref((void *)msg);
	leg_free(w.leg);
	w.leg = NULL;
	peer_wait(&w.peer, "CANCEL");
	peer_reply(&w.peer, &w, msg, 200, "a", NULL, SDP_PLAIN);
	peer_wait(&w.peer, "ACK");
	peer_wait(&w.peer, "BYE");
	mem_deref((void *)msg);
	world_close(&w);
}

static void the_first_branch_of_a_fork_wins(void **state)
{
	const struct sip_msg *invite, *msg;
	struct world w;

	(void)state;
	open_default(&w);
	dial(&w, "13800138000");
	invite = mem_ref((void *)peer_wait(&w.peer, "INVITE"));
	peer_reply(&w.peer, &w, invite, 180, "a", NULL, NULL);
	peer_reply(&w.peer, &w, invite, 180, "b", NULL, NULL);
	peer_reply(&w.peer, &w, invite, 200, "b", NULL, SDP_PLAIN);
	until_event(&w, "answered");
	msg = peer_wait(&w.peer, "ACK");
	assert_contains(header_of(msg, "To"), "tag=b");
	peer_reply(&w.peer, &w, invite, 200, "a", NULL, SDP_PLAIN);
	msg = peer_wait(&w.peer, "ACK");
	assert_contains(header_of(msg, "To"), "tag=a");
	msg = peer_wait(&w.peer, "BYE");
	assert_contains(header_of(msg, "To"), "tag=a");
	peer_reply(&w.peer, &w, invite, 200, "b", NULL, SDP_PLAIN); /* our ACK got lost */
	msg = peer_wait(&w.peer, "ACK");
	assert_contains(header_of(msg, "To"), "tag=b");
	assert_null(strstr(w.events, "ended"));
	mem_deref((void *)invite);
	world_close(&w);
}

static void a_challenge_is_answered(void **state)
{
	static const char *const algorithms[] = {"MD5", "SHA-256"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		const struct sip_msg *msg;
		char challenge[256];
		struct world w;

		world_prepare(&w);
		w.trunks[0].user = "line";
		w.trunks[0].password = "secret";
		world_open(&w);
		dial(&w, "13800138000");
		msg = peer_wait(&w.peer, "INVITE");
		snprintf(challenge, sizeof(challenge),
			 "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", algorithm=%s, qop=\"auth\", opaque=\"o\"\n",
			 algorithms[i]);
		peer_reply(&w.peer, &w, msg, 407, "a", challenge, NULL);
		peer_wait(&w.peer, "ACK");
		msg = peer_wait(&w.peer, "INVITE");
		assert_contains(header_of(msg, "Proxy-Authorization"), "username=\"line\"");
		assert_contains(header_of(msg, "Proxy-Authorization"), algorithms[i]);
		assert_contains(header_of(msg, "Proxy-Authorization"), "qop=auth, nc=00000001");
		peer_reply(&w.peer, &w, msg, 407, "a", challenge, NULL); /* the password is wrong */
		until_event(&w, "ended:refused:407");
		world_close(&w);
	}
}

static void an_interval_that_is_too_small_is_raised(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	open_default(&w);
	dial(&w, "13800138000");
	msg = peer_wait(&w.peer, "INVITE");
	assert_string_equal(header_of(msg, "Session-Expires"), "1800");
	peer_reply(&w.peer, &w, msg, 422, "a", "Min-SE: 3600\n", NULL);
	peer_wait(&w.peer, "ACK");
	msg = peer_wait(&w.peer, "INVITE");
	assert_string_equal(header_of(msg, "Session-Expires"), "3600");
	assert_string_equal(header_of(msg, "Min-SE"), "3600");
	assert_false(pl_isset(&msg->to.tag)); /* a new dialog at their side */
	peer_reply(&w.peer, &w, msg, 200, "b", "Session-Expires: 3600;refresher=uas\nRequire: timer\n", SDP_PLAIN);
	until_event(&w, "answered");
	world_skip_s(3599); /* they were to refresh it */
	peer_wait(&w.peer, "BYE");
	until_event(&w, "ended:lost");
	world_close(&w);
}

static void provisional_responses_are_confirmed(void **state)
{
	const struct sip_msg *invite, *msg;
	char expected[64];
	struct world w;

	(void)state;
	open_default(&w);
	dial(&w, "13800138000");
	invite = mem_ref((void *)peer_wait(&w.peer, "INVITE"));
	peer_reply(&w.peer, &w, invite, 183, "a", "Require: 100rel\nRSeq: 77\n", SDP_PLAIN);
	until_event(&w, "early");
	msg = peer_wait(&w.peer, "PRACK");
	snprintf(expected, sizeof(expected), "77 %u INVITE", invite->cseq.num);
	assert_string_equal(header_of(msg, "RAck"), expected);
	peer_reply(&w.peer, &w, msg, 200, NULL, NULL, NULL);
	peer_reply(&w.peer, &w, invite, 183, "a", "Require: 100rel\nRSeq: 77\n", SDP_PLAIN); /* again: seen */
	peer_silence(&w, &w.peer);
	peer_reply(&w.peer, &w, invite, 200, "a", NULL, NULL); /* the answer stood in the 183 */
	until_event(&w, "answered");
	mem_deref((void *)invite);
	world_close(&w);
}

static void it_rings_only_so_long(void **state)
{
	struct dial d = {.number = "13800138000", .ring_s = 20};
	const struct sip_msg *invite;
	struct fault f = {0};
	struct world w;

	(void)state;
	open_default(&w);
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), 0);
	invite = mem_ref((void *)peer_wait(&w.peer, "INVITE"));
	peer_reply(&w.peer, &w, invite, 180, "a", NULL, NULL);
	until_event(&w, "ringing");
	world_skip_s(21);
	peer_reply(&w.peer, &w, peer_wait(&w.peer, "CANCEL"), 200, "a", NULL, NULL);
	peer_reply(&w.peer, &w, invite, 487, "a", NULL, NULL);
	until_event(&w, "ended:no_answer:487");
	mem_deref((void *)invite);
	world_close(&w);
}

static void nobody_is_there(void **state)
{
	struct world w;

	(void)state;
	open_default(&w);
	dial(&w, "13800138000");
	peer_wait(&w.peer, "INVITE");
	world_skip_s(33); /* 64 times T1 */
	until_event(&w, "ended:unreachable");
	world_close(&w);
}

static void an_answer_of_no_use_ends_it(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	open_default(&w);
	dial(&w, "13800138000");
	msg = peer_wait(&w.peer, "INVITE");
	peer_reply(&w.peer, &w, msg, 200, "a", NULL,
		   "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40000 RTP/AVP 18\n");
	peer_wait(&w.peer, "ACK");
	peer_wait(&w.peer, "BYE");
	until_event(&w, "ended:error");
	assert_null(strstr(w.events, "answered"));
	world_close(&w);
}

/* The leg goes from inside its own report. */
static void free_at_once(struct leg *l, const struct leg_event *e, void *arg)
{
	struct world *w = arg;

	world_event(l, e, arg);
	if (e->kind == LEG_ANSWERED) {
		leg_free(l);
		w->leg = NULL;
	}
}

static void a_leg_may_be_freed_from_inside(void **state)
{
	struct dial d = {.number = "13800138000"};
	const struct sip_msg *msg;
	struct fault f = {0};
	struct world w;

	(void)state;
	open_default(&w);
	assert_int_equal(signalling_dial(w.s, &d, free_at_once, &w, &w.leg, &f), 0);
	msg = peer_wait(&w.peer, "INVITE");
	peer_reply(&w.peer, &w, msg, 200, "a", NULL, SDP_PLAIN);
	peer_wait(&w.peer, "BYE");
	assert_int_equal(status_int(&w, "calls"), 0);
	world_close(&w);
}

static void carriers_get_the_form_they_want(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	world_prepare(&w);
	w.trunks[0].national = true;
	w.trunks[0].user = "account";
	w.trunks[0].dial = (const char *[]){"0551", NULL};
	world_open(&w);
	dial(&w, "+8655165123456");
	msg = peer_wait(&w.peer, "INVITE");
	assert_contains(header_of(msg, "To"), "<sip:055165123456@127.0.0.1>");
	assert_string_equal(header_of(msg, "P-Preferred-Identity"), "<sip:055112348@127.0.0.1>");
	world_close(&w);
}

/* Calls may outlive the signalling: the exchange frees its legs when it has written them down. */
static void a_leg_outlives_the_signalling(void **state)
{
	const struct sip_msg *msg;
	struct world w;

	(void)state;
	open_default(&w);
	dial(&w, "13800138000");
	msg = peer_wait(&w.peer, "INVITE");
	peer_reply(&w.peer, &w, msg, 200, "a", NULL, SDP_PLAIN);
	until_event(&w, "answered");
	signalling_close(w.s);
	w.s = NULL;
	peer_wait(&w.peer, "BYE");
	until_event(&w, "ended:local");
	world_close(&w);
}

static void nobody_takes_the_number(void **state)
{
	struct dial d = {.number = "13800138000"};
	struct fault f = {0};
	struct world w;

	(void)state;
	world_prepare(&w);
	w.trunks[0].dial = (const char *[]){"0551", "+852", NULL};
	world_open(&w);
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), -E_NOT_FOUND);
	d.number = "138\r\nEvil: 1";
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), -E_INVALID);
	d.number = NULL;
	d.person_id = 7;
	assert_int_equal(signalling_dial(w.s, &d, world_event, &w, &w.leg, &f), -E_NOT_FOUND);
	world_close(&w);
}

RUN(cmocka_unit_test(it_rings_and_is_answered), cmocka_unit_test(refusals_have_their_reasons), cmocka_unit_test(we_give_up),
    cmocka_unit_test(an_answer_that_comes_too_late), cmocka_unit_test(the_first_branch_of_a_fork_wins),
    cmocka_unit_test(an_interval_that_is_too_small_is_raised), cmocka_unit_test(provisional_responses_are_confirmed),
    cmocka_unit_test(it_rings_only_so_long), cmocka_unit_test(nobody_is_there), cmocka_unit_test(an_answer_of_no_use_ends_it),
    cmocka_unit_test(a_leg_may_be_freed_from_inside), cmocka_unit_test(carriers_get_the_form_they_want),
    cmocka_unit_test(a_leg_outlives_the_signalling), cmocka_unit_test(a_challenge_is_answered), cmocka_unit_test(nobody_takes_the_number))
