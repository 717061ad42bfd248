/* The queue engine: cases one by one, and a simulation of a million calls with everything at random. */
#include "check.h"

#include "voice/acd.h"

/* ---- a small world --------------------------------------------------------------------------- */

static struct hotline_queue q_all = {.name = "all", .role = "operator", .ring_s = 20, .max_wait_s = 300, .wrap_s = 10};
static struct hotline_queue q_loan = {.name = "loan", .role = "operator", .skill = "loan", .ring_s = 20,
				      .max_wait_s = 300, .relax_skill_after_s = 60};
static struct hotline hotline = {.vacant_after_s = 300};

struct seen {
	struct acd *a;
	struct acd_action log[4096];
	char reasons[4096][32];
	size_t n;
};

static void note(const struct acd_action *x, void *arg)
{
	struct seen *s = arg;

	assert_true(s->n < ARRAY_SIZE(s->log));
	s->log[s->n] = *x;
	snprintf(s->reasons[s->n++], 32, "%s", x->reason ? x->reason : "");
}

static struct seen *world(void)
{
	struct seen *s = test_calloc(1, sizeof(*s));

	s->a = acd_new(&hotline, note, s);
	return s;
}

static void end(struct seen *s)
{
	acd_free(s->a);
	test_free(s);
}

static const struct acd_action *last(const struct seen *s, enum acd_action_kind kind)
{
	for (size_t i = s->n; i--;)
		if (s->log[i].kind == kind)
			return &s->log[i];
	return NULL;
}

static size_t count(const struct seen *s, enum acd_action_kind kind, const char *reason)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->log[i].kind == kind && (!reason || strcmp(s->reasons[i], reason) == 0);
	return n;
}

static void ready(struct seen *s, int64_t id, const char *skill, int64_t now)
{
	const char *roles[] = {"operator", NULL}, *skills[] = {skill, NULL};

	acd_sign_in(s->a, &(struct acd_operator_info){id, roles, skills}, now);
	assert_int_equal(acd_ready(s->a, id, now), 0);
}

static void call(struct seen *s, int64_t id, const struct hotline_queue *q, int64_t now)
{
	assert_int_equal(acd_enter(s->a, &(struct acd_call_info){.call_id = id, .queue = q}, now), 0);
}

#define RINGS(s, person, id)                                                                                  \
	do {                                                                                                  \
		const struct acd_action *r_ = last(s, ACD_RING);                                              \
		assert_non_null(r_);                                                                          \
		assert_int_equal(r_->person_id, person);                                                      \
		assert_int_equal(r_->call_id, id);                                                            \
	} while (0)

static enum acd_operator_state state(struct seen *s, int64_t id)
{
	return acd_operator_state(s->a, id, NULL, NULL);
}

/* ---- one by one ---------------------------------------------------------------------------------- */

static void the_longest_idle_is_rung(void **unused)
{
	struct seen *s = world();

	ready(s, 1, NULL, 0);
	ready(s, 2, NULL, 10);
	call(s, 100, &q_all, 1000);
	RINGS(s, 1, 100);
	assert_int_equal(acd_answer(s->a, 1, 100, 1500), 0);
	assert_int_equal(acd_answer(s->a, 1, 100, 1500), -E_CONFLICT);
	call(s, 101, &q_all, 2000);
	RINGS(s, 2, 101);
	acd_talk_end(s->a, 1, 5000);
	assert_int_equal(state(s, 1), OPERATOR_WRAP_UP);
	acd_tick(s->a, 15000);
	assert_int_equal(state(s, 1), OPERATOR_READY);
	end(s);
}

static void a_caller_who_hangs_up_costs_nobody_the_turn(void **unused)
{
	struct seen *s = world();

	ready(s, 1, NULL, 0);
	ready(s, 2, NULL, 10);
	call(s, 100, &q_all, 1000);
	acd_leave(s->a, 100, 2000);
	assert_int_equal(count(s, ACD_STOP_RING, NULL), 1);
	call(s, 101, &q_all, 3000);
	RINGS(s, 1, 101);
	end(s);
}

static void ringing_in_vain_pauses_and_goes_on(void **unused)
{
	struct seen *s = world();
	const char *reason;

	ready(s, 1, NULL, 0);
	ready(s, 2, NULL, 10);
	call(s, 100, &q_all, 1000);
	assert_int_equal(acd_tick(s->a, 1000), 21000);
	acd_tick(s->a, 21000);
	assert_int_equal(acd_operator_state(s->a, 1, &reason, NULL), OPERATOR_PAUSED);
	assert_string_equal(reason, "unanswered");
	assert_int_equal(count(s, ACD_ALARM, "unanswered"), 1);
	RINGS(s, 2, 100);
	acd_refuse(s->a, 2, 100, 22000);
	assert_int_equal(acd_operator_state(s->a, 2, &reason, NULL), OPERATOR_PAUSED);
	assert_string_equal(reason, "refused");
	assert_int_equal(acd_ready(s->a, 1, 23000), 0);
	RINGS(s, 1, 100);
	end(s);
}

static void skills_are_kept_until_they_are_relaxed(void **unused)
{
	struct seen *s = world();

	ready(s, 1, "labour", 0);
	call(s, 100, &q_loan, 1000);
	assert_null(last(s, ACD_RING));
	assert_int_equal(acd_tick(s->a, 2000), 61000);
	acd_tick(s->a, 61000);
	RINGS(s, 1, 100);
	acd_leave(s->a, 100, 62000);
	call(s, 101, &q_loan, 63000);
	ready(s, 2, "loan", 64000);
	RINGS(s, 2, 101);
	end(s);
}

static void priority_comes_before_place(void **unused)
{
	struct seen *s = world();

	call(s, 100, &q_all, 1000);
	assert_int_equal(acd_enter(s->a, &(struct acd_call_info){.call_id = 101, .queue = &q_all, .priority = 5}, 2000), 0);
	assert_int_equal(acd_enter(s->a, &(struct acd_call_info){.call_id = 101, .queue = &q_all}, 2000), -E_EXISTS);
	assert_int_equal(acd_position(s->a, 100), 2);
	ready(s, 1, NULL, 3000);
	RINGS(s, 1, 101);
	assert_int_equal(acd_answer(s->a, 1, 101, 3100), 0);
	assert_int_equal(acd_enter(s->a, &(struct acd_call_info){.call_id = 102, .queue = &q_all, .priority = 9}, 4000), 0);
	/* put back because a browser vanished: before everybody */
	assert_int_equal(acd_enter(s->a, &(struct acd_call_info){.call_id = 101, .queue = &q_all, .head = true}, 5000), 0);
	assert_int_equal(acd_position(s->a, 101), 1);
	end(s);
}

static void a_callback_keeps_its_place_and_jumps_over_nobody(void **unused)
{
	struct hotline_queue q = q_all;
	struct seen *s = world();

	q.callback_after_s = 30;
	q.position_every_s = 10;
	call(s, 100, &q, 1000);
	call(s, 101, &q, 2000);
	call(s, 102, &q, 3000);
	acd_tick(s->a, 11000);
	assert_int_equal(last(s, ACD_POSITION)->position, 1);
	acd_tick(s->a, 32000);
	assert_int_equal(count(s, ACD_OFFER_CALLBACK, NULL), 2);
	assert_int_equal(acd_to_callback(s->a, 101, 33000), 0);
	assert_int_equal(acd_to_callback(s->a, 101, 33000), -E_NOT_FOUND);
	assert_int_equal(acd_position(s->a, 101), 2);
	acd_tick(s->a, 400000); /* the others have waited long enough, a call-back waits on */
	assert_int_equal(count(s, ACD_OVERFLOW, NULL), 2);
	call(s, 103, &q, 400000);
	ready(s, 1, NULL, 401000);
	RINGS(s, 1, 101);
	end(s);
}

static void the_last_operator_is_waited_for_a_little(void **unused)
{
	struct hotline_queue q = q_all;
	struct seen *s = world();

	q.last_operator = true;
	q.sticky_wait_s = 20;
	ready(s, 1, NULL, 0);
	ready(s, 2, NULL, 10);
	call(s, 100, &q_all, 100);
	assert_int_equal(acd_answer(s->a, 1, 100, 200), 0);
	assert_int_equal(acd_enter(s->a, &(struct acd_call_info){.call_id = 101, .queue = &q, .last_operator = 1}, 1000), 0);
	assert_int_equal(last(s, ACD_RING)->call_id, 100);
	call(s, 102, &q_all, 1500); /* who doesn't wait for anybody is taken meanwhile */
	RINGS(s, 2, 102);
	acd_leave(s->a, 102, 1600);
	assert_int_equal(acd_tick(s->a, 1700), 21000);
	acd_tick(s->a, 21000);
	RINGS(s, 2, 101);
	end(s);
}

static void signing_out_lets_a_talk_finish(void **unused)
{
	struct seen *s = world();

	ready(s, 1, NULL, 0);
	call(s, 100, &q_all, 100);
	assert_int_equal(acd_answer(s->a, 1, 100, 200), 0);
	acd_sign_out(s->a, 1, 300);
	assert_int_equal(state(s, 1), OPERATOR_TALKING);
	acd_talk_end(s->a, 1, 400);
	assert_int_equal(state(s, 1), OPERATOR_AWAY);
	assert_int_equal(acd_ready(s->a, 1, 500), -E_NOT_FOUND);
	ready(s, 1, NULL, 600);
	call(s, 101, &q_all, 700);
	acd_sign_out(s->a, 1, 800);
	assert_int_equal(state(s, 1), OPERATOR_AWAY);
	assert_int_equal(acd_position(s->a, 101), 1);
	end(s);
}

static void pauses_have_limits_and_an_empty_line_is_told(void **unused)
{
	struct seen *s = world();

	acd_open(s->a, true, 0);
	assert_int_equal(acd_tick(s->a, 1), 300000);
	acd_tick(s->a, 300000);
	acd_tick(s->a, 400000);
	assert_int_equal(count(s, ACD_ALARM, "vacant"), 1);
	ready(s, 1, NULL, 500000);
	assert_int_equal(count(s, ACD_ALARM, "staffed"), 1);
	assert_int_equal(acd_pause(s->a, 1, "lunch", 60, 510000), 0);
	assert_int_equal(acd_tick(s->a, 510000), 570000);
	acd_tick(s->a, 570000);
	acd_tick(s->a, 600000);
	assert_int_equal(count(s, ACD_ALARM, "pause_limit"), 1);
	acd_sign_out(s->a, 1, 700000);
	acd_open(s->a, false, 700000);
	acd_tick(s->a, 9000000);
	assert_int_equal(count(s, ACD_ALARM, "vacant"), 1);
	end(s);
}

static void busy_with_another_call_nobody_is_rung(void **unused)
{
	struct seen *s = world();

	ready(s, 1, NULL, 0);
	assert_int_equal(acd_busy(s->a, 1, 100), 0);
	assert_int_equal(acd_busy(s->a, 1, 100), -E_CONFLICT);
	assert_int_equal(acd_pause(s->a, 1, "lunch", 0, 150), -E_CONFLICT);
	call(s, 100, &q_all, 200);
	assert_null(last(s, ACD_RING));
	acd_talk_end(s->a, 1, 300); /* nothing to wrap up */
	RINGS(s, 1, 100);
	end(s);
}

static void who_vanishes_gets_no_next_call(void **unused)
{
	struct seen *s = world();

	ready(s, 1, NULL, 0);
	call(s, 100, &q_all, 100);
	RINGS(s, 1, 100);
	assert_int_equal(acd_answer(s->a, 1, 100, 200), 0);
	call(s, 101, &q_all, 300);
	acd_lost(s->a, 1, "phone_lost", 400);
	acd_talk_end(s->a, 1, 400); /* nothing any more */
	assert_int_equal(state(s, 1), OPERATOR_PAUSED);
	acd_tick(s->a, 100000);
	assert_int_equal(state(s, 1), OPERATOR_PAUSED);
	assert_int_equal(acd_position(s->a, 101), 1);
	assert_int_equal(acd_ready(s->a, 1, 100100), 0);
	RINGS(s, 1, 101);
	acd_sign_out(s->a, 1, 100200);
	end(s);
}

static void handed_over_to_one_person_then_to_anybody(void **unused)
{
	struct seen *s = world();

	ready(s, 1, NULL, 0);
	ready(s, 2, "labour", 10);
	assert_int_equal(acd_enter(s->a, &(struct acd_call_info){.call_id = 100, .queue = &q_loan, .only = 2, .head = true}, 100), 0);
	RINGS(s, 2, 100);
	acd_refuse(s->a, 2, 100, 200);
	assert_int_equal(count(s, ACD_RING, NULL), 1); /* person 1 lacks the skill */
	ready(s, 3, "loan", 300);
	RINGS(s, 3, 100);
	end(s);
}

/* ---- everything at random ----------------------------------------------------------------------------- */

#define CALLS 48
#define PEOPLE 16
#define EVENTS 4500000

enum where { GONE, WAITING, RINGING, TALKING };
struct sim_call {
	enum where where;
	int64_t person, entered, place, last;
	const struct hotline_queue *q;
	int priority;
	bool head, callback;
};
struct sim {
	struct acd *a;
	struct sim_call calls[CALLS];
	struct {
		enum acd_operator_state state;
		int64_t call;
		unsigned skills; /* bit 0: loan */
	} people[PEOPLE];
	int64_t now;
	uint64_t random, entered, answered;
	const char *why;
};
static struct hotline_queue q_sticky = {.name = "sticky", .role = "operator", .ring_s = 15, .max_wait_s = 120,
					.position_every_s = 20, .callback_after_s = 40, .last_operator = true,
					.sticky_wait_s = 10, .wrap_s = 5, .strategy = STRATEGY_FEWEST_CALLS};
static struct hotline_queue q_urgent = {.name = "urgent", .role = "operator", .ring_s = 10, .max_wait_s = 60,
					.priority = 10, .strategy = STRATEGY_ROUND_ROBIN};
static struct hotline_queue *const queues[] = {&q_all, &q_loan, &q_sticky, &q_urgent};

static unsigned roll(struct sim *s, unsigned n)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return (unsigned)(s->random >> 33) % n;
}

static bool sim_may(const struct sim *s, size_t person, const struct sim_call *c)
{
	bool relaxed = c->q->relax_skill_after_s && s->now - c->entered >= c->q->relax_skill_after_s * 1000LL;

	return !c->q->skill || (s->people[person].skills & 1) || relaxed;
}

static bool sim_before(const struct sim_call *x, const struct sim_call *y)
{
	if (x->head != y->head)
		return x->head;
	if (x->priority != y->priority)
		return x->priority > y->priority;
	return x->place < y->place;
}

static bool sim_sticks(const struct sim *s, const struct sim_call *c)
{
	size_t l = (size_t)c->last - 1;

	return c->q->last_operator && c->last && s->now - c->entered < c->q->sticky_wait_s * 1000LL &&
	       s->people[l].state != OPERATOR_AWAY && s->people[l].state != OPERATOR_PAUSED && sim_may(s, l, c);
}

static void sim_ring(struct sim *s, const struct acd_action *x)
{
	struct sim_call *c = &s->calls[x->call_id - 1];
	size_t p = (size_t)x->person_id - 1;

	assert_int_equal(c->where, WAITING);
	assert_int_equal(s->people[p].call, 0);
	assert_true(sim_may(s, p, c));
	for (size_t i = 0; i < CALLS; i++) { /* fair: nobody whom this operator may take stands before */
		struct sim_call *o = &s->calls[i];

		if (o != c && o->where == WAITING && sim_before(o, c) && sim_may(s, p, o) &&
		    !(sim_sticks(s, o) && o->last != x->person_id))
			fail_msg("call %zu (%s, priority %d, place %lld, last %lld) was passed over for %lld (%s, %d, %lld) at %lld for %lld",
				 i + 1, o->q->name, o->priority, (long long)o->place, (long long)o->last, (long long)x->call_id,
				 c->q->name, c->priority, (long long)c->place, (long long)s->now, (long long)x->person_id);
	}
	c->where = RINGING;
	c->person = x->person_id;
	s->people[p].call = x->call_id;
}

static void sim_act(const struct acd_action *x, void *arg)
{
	struct sim *s = arg;
	struct sim_call *c = x->call_id ? &s->calls[x->call_id - 1] : NULL;

	switch (x->kind) {
	case ACD_RING:
		sim_ring(s, x);
		break;
	case ACD_STOP_RING:
		assert_true(c->where == RINGING && c->person == x->person_id);
		c->where = WAITING;
		s->people[x->person_id - 1].call = 0;
		break;
	case ACD_OVERFLOW:
		assert_true(c->where == WAITING && !c->callback);
		c->where = GONE;
		break;
	case ACD_STATE:
		s->people[x->person_id - 1].state = x->state;
		break;
	case ACD_POSITION:
		assert_true(x->position >= 1);
		break;
	case ACD_OFFER_CALLBACK:
		assert_int_equal(c->where, WAITING);
		break;
	case ACD_ALARM:
		break;
	}
}

static void sim_enter(struct sim *s, int64_t id)
{
	struct sim_call *c = &s->calls[id - 1];
	struct hotline_queue *q = queues[roll(s, ARRAY_SIZE(queues))];
	int64_t last = roll(s, 3) ? 0 : 1 + roll(s, PEOPLE);
	bool head = !roll(s, 20);

	if (c->where != GONE)
		return;
	*c = (struct sim_call){WAITING, 0, s->now, s->now, last, q, q->priority + (int)roll(s, 2), head, false};
	s->entered++;
	assert_int_equal(acd_enter(s->a, &(struct acd_call_info){.call_id = id, .queue = q, .last_operator = last,
								 .priority = c->priority - q->priority, .head = head},
				   s->now), 0);
}

static void sim_answer(struct sim *s, int64_t person, int64_t id)
{
	struct sim_call *c = &s->calls[id - 1];
	bool rings = c->where == RINGING && c->person == person;

	if (rings)
		c->where = TALKING; /* before: the engine tells the operator's state from within */
	assert_int_equal(acd_answer(s->a, person, id, s->now), rings ? 0 : -E_CONFLICT);
	s->answered += rings;
}

static void sim_hang_up(struct sim *s, int64_t id)
{
	struct sim_call *c = &s->calls[id - 1];
	int64_t person = c->person;

	if (c->where == TALKING) {
		c->where = GONE;
		s->people[person - 1].call = 0;
		acd_talk_end(s->a, person, s->now);
	} else if (c->where != GONE) {
		/* the engine tells STOP_RING first, then nothing of this call any more */
		acd_leave(s->a, id, s->now);
		assert_int_equal(c->where, WAITING);
		c->where = GONE;
	}
}

static void sim_leave_fair(struct sim *s, int64_t id)
{
	struct sim_call *c = &s->calls[id - 1];

	if (c->where == WAITING || c->where == RINGING) { /* it is leaving: nobody is passed over for it */
		c->priority = -1000;
		c->head = false;
	}
	sim_hang_up(s, id);
}

/* A call that is there now, from a random one on. */
static int64_t some(struct sim *s, enum where where)
{
	int64_t id = 1 + roll(s, CALLS);

	for (int i = 0; i < CALLS && s->calls[id - 1].where != where; i++)
		id = 1 + id % CALLS;
	return id;
}

static void sim_event(struct sim *s)
{
	int64_t id = 1 + roll(s, CALLS), person = 1 + roll(s, PEOPLE);
	const char *roles[] = {"operator", NULL}, *with[] = {"loan", NULL}, *without[] = {NULL};
	int r = 0;

	switch (roll(s, 12)) {
	case 0: case 1: case 2:
		sim_enter(s, some(s, GONE));
		break;
	case 3:
		sim_leave_fair(s, id);
		break;
	case 4: case 5: case 6:
		id = roll(s, 8) ? some(s, RINGING) : id;
		sim_answer(s, roll(s, 10) ? (s->calls[id - 1].person ? s->calls[id - 1].person : person) : person, id);
		break;
	case 7:
		for (int i = 0; i < 6; i++, id = 1 + id % CALLS)
			if (s->calls[id - 1].where == TALKING)
				sim_hang_up(s, id);
		break;
	case 8:
		for (int i = 0; i < 8; i++, person = 1 + person % PEOPLE)
			r = acd_ready(s->a, person, s->now);
		break;
	case 9:
		if (!roll(s, 4))
			r = acd_pause(s->a, person, "lunch", 60, s->now);
		else if (!roll(s, 4))
			acd_refuse(s->a, person, s->people[person - 1].call, s->now);
		else
			acd_wrapped_up(s->a, person, s->now);
		break;
	case 10:
		if (roll(s, 5)) {
			acd_sign_in(s->a, &(struct acd_operator_info){person, roles,
				    s->people[person - 1].skills & 1 ? with : without}, s->now);
			r = acd_ready(s->a, person, s->now);
		} else
			acd_sign_out(s->a, person, s->now);
		break;
	default:
		if (s->calls[id - 1].where == WAITING && !roll(s, 6)) {
			s->calls[id - 1].callback = true;
			r = acd_to_callback(s->a, id, s->now);
		}
	}
	assert_true(r == 0 || r == -E_CONFLICT || r == -E_NOT_FOUND);
}

static void sim_check(struct sim *s)
{
	size_t one = roll(s, CALLS);

	assert_true((acd_position(s->a, (int64_t)one + 1) > 0) ==
		    (s->calls[one].where == WAITING || s->calls[one].where == RINGING));
	for (size_t i = 0; i < PEOPLE; i++) {
		int64_t id = s->people[i].call;
		enum acd_operator_state st = acd_operator_state(s->a, (int64_t)i + 1, NULL, NULL);

		assert_int_equal(st, s->people[i].state);
		if (st == OPERATOR_RINGING)
			assert_true(id && s->calls[id - 1].where == RINGING);
		else if (id)
			assert_true(st == OPERATOR_TALKING && s->calls[id - 1].where == TALKING);
	}
	for (size_t i = 0; i < CALLS; i++) {
		struct sim_call *c = &s->calls[i];

		if (c->where == RINGING || c->where == TALKING)
			assert_int_equal(s->people[c->person - 1].call, (int64_t)i + 1);
		if (c->where != WAITING)
			continue;
		if (!c->callback)
			assert_true(s->now - c->entered < c->q->max_wait_s * 1000LL);
		for (size_t p = 0; p < PEOPLE && !sim_sticks(s, c); p++) /* nobody waits while somebody could take it */
			assert_false(s->people[p].state == OPERATOR_READY && sim_may(s, p, c));
	}
}

static void a_million_calls(void **unused)
{
	struct sim *s = test_calloc(1, sizeof(*s));
	const char *runs = getenv("LEXLINE_SANITIZED");

	s->random = 0x9e3779b97f4a7c15u;
	s->a = acd_new(&hotline, sim_act, s);
	for (size_t i = 0; i < PEOPLE; i++)
		s->people[i].skills = roll(s, 2);
	for (int i = 0; i < (runs ? EVENTS / 10 : EVENTS); i++) {
		s->now += roll(s, 1500);
		acd_tick(s->a, s->now);
		sim_event(s);
		sim_check(s);
	}
	print_message("%llu calls, %llu answered\n", (unsigned long long)s->entered, (unsigned long long)s->answered);
	assert_true(s->entered > (runs ? 50000 : 1000000));
	assert_true(s->answered > s->entered / 4);
	acd_free(s->a);
	test_free(s);
}

RUN(cmocka_unit_test(the_longest_idle_is_rung), cmocka_unit_test(a_caller_who_hangs_up_costs_nobody_the_turn),
    cmocka_unit_test(ringing_in_vain_pauses_and_goes_on), cmocka_unit_test(skills_are_kept_until_they_are_relaxed),
    cmocka_unit_test(priority_comes_before_place), cmocka_unit_test(a_callback_keeps_its_place_and_jumps_over_nobody),
    cmocka_unit_test(the_last_operator_is_waited_for_a_little), cmocka_unit_test(signing_out_lets_a_talk_finish),
    cmocka_unit_test(pauses_have_limits_and_an_empty_line_is_told),
    cmocka_unit_test(busy_with_another_call_nobody_is_rung),
    cmocka_unit_test(who_vanishes_gets_no_next_call), cmocka_unit_test(handed_over_to_one_person_then_to_anybody),
    cmocka_unit_test(a_million_calls))
