/* hotline.yaml: what is refused, and how a call walks through it. */
#include "check.h"

#include "voice/flow.h"

#define HEAD "hotline: t\ncalendar: duty\nlanguages: [zh, en]\nnumbers: [{number: \"12348\", step: a}, {number: \"+864001112348\", step: a}]\n" \
	     "prompts: {p: {zh: 甲}, q: {zh: 乙, en: b}}\nqueues: {one: {role: operator}}\n"

static struct hotline *parse(const char *steps)
{
	char *text = malloc(65536);
	struct yreport r = {0};
	struct hotline *h = NULL;

	snprintf(text, 65536, HEAD "steps:\n%s", steps);
	if (hotline_parse(str_of(text), "t.yaml", &h, &r) < 0 || flow_check(h, &r))
		fail_msg("%s", r.text.p);
	yreport_free(&r);
	free(text);
	return h;
}

static void refused(const char *steps, const char *why)
{
	char *text = malloc(65536);
	struct yreport r = {0};
	struct hotline *h = NULL;

	snprintf(text, 65536, HEAD "steps:\n%s", steps);
	if (hotline_parse(str_of(text), "t.yaml", &h, &r) == 0)
		flow_check(h, &r);
	assert_true(r.n > 0);
	assert_contains(r.text.p, why);
	hotline_free(h);
	yreport_free(&r);
	free(text);
}

static void findings_name_the_place(void **unused)
{
	refused("  a: {say: p, than: b}\n  b: {hangup: q}\n", "t.yaml:8: unknown key 'than'");
	refused("  a: {say: nothing}\n", "there is no prompt 'nothing'");
	refused("  a: {say: p, then: b}\n", "there is no step 'b'");
	refused("  a: {say: p, hangup: q}\n", "a step does one thing");
	refused("  a: {then: a}\n", "does nothing");
	refused("  a: {queue: two}\n", "there is no queue 'two'");
	refused("  a: {menu: p}\n", "needs 'keys:'");
	refused("  a: {menu: p, keys: {x: a}}\n", "is no key of a telephone");
	refused("  a: {language: p, keys: {1: ja}}\n", "isn't among the hotline's languages");
	refused("  a: {survey: p, keys: {1: 9}}\n", "from 1 to 5");
	refused("  a: {say: p}\n  b: {say: q}\n", "no call ever comes to the step 'b'");
	refused("  a: {say: p, then: b}\n  b: {hours: duty, open: a, closed: c}\n  c: {hangup: q}\n", "in a circle");
	refused("  a: {menu: p, keys: {1: a}, otherwise: a}\n", "in a circle");
}

static void numbers_are_found_as_they_are_dialled(void **unused)
{
	struct hotline *h = parse("  a: {hangup: p}\n");

	assert_non_null(hotline_number(h, "12348"));
	assert_ptr_equal(hotline_number(h, "4001112348"), &h->numbers[1]);
	assert_ptr_equal(hotline_number(h, "04001112348"), &h->numbers[1]);
	assert_null(hotline_number(h, "2348"));
	assert_null(hotline_number(h, ""));
	hotline_free(h);
}

static struct flow_command cmd;

static void begin(struct flow *fl, struct hotline *h, struct flow_caller c)
{
	flow_begin(fl, h, &h->numbers[0], &c, &cmd);
}

#define NEXT(e, key) flow_next(&fl, e, key, &cmd)
#define SAYS(name)                                        \
	do {                                              \
		assert_int_equal(cmd.kind, DO_PLAY);      \
		assert_string_equal(cmd.prompts[0], name); \
	} while (0)

static void a_call_walks_from_greeting_to_survey(void **unused)
{
	struct hotline *h = parse("  a: {say: p, then: h}\n  h: {hours: duty, open: n, closed: v}\n"
				  "  n: {record: q, then: m}\n  m: {menu: p, keys: {1: k}, tries: 2, otherwise: e}\n"
				  "  k: {queue: one, overflow: v, left: v, then: s}\n  s: {survey: q, keys: {1: 5}, tries: 1, then: e}\n"
				  "  v: {voicemail: q, max_s: 60, then: e}\n  e: {hangup: q}\n");
	struct flow fl;

	begin(&fl, h, (struct flow_caller){0});
	SAYS("p");
	assert_false(cmd.keys);
	NEXT(FLOW_EV_PLAYED, 0);
	assert_int_equal(cmd.kind, DO_ASK_HOURS);
	assert_string_equal(cmd.calendar, "duty");
	NEXT(FLOW_EV_YES, 0);
	SAYS("q"); /* the notice first */
	NEXT(FLOW_EV_PLAYED, 0);
	assert_int_equal(cmd.kind, DO_RECORD);
	NEXT(FLOW_EV_DONE, 0);
	SAYS("p");
	assert_true(cmd.keys);
	NEXT(FLOW_EV_KEY, '7'); /* no such key: once more */
	SAYS("p");
	NEXT(FLOW_EV_KEY, '1');
	assert_int_equal(cmd.kind, DO_QUEUE);
	assert_ptr_equal(cmd.queue, &h->queues[0]);
	assert_true(cmd.keys);
	NEXT(FLOW_EV_DONE, 0);
	SAYS("q");
	NEXT(FLOW_EV_KEY, '1');
	assert_int_equal(cmd.kind, DO_RATE);
	assert_int_equal(cmd.value, 5);
	NEXT(FLOW_EV_DONE, 0);
	SAYS("q");
	NEXT(FLOW_EV_PLAYED, 0);
	assert_int_equal(cmd.kind, DO_HANGUP);
	assert_null(fl.at);
	hotline_free(h);
}

static void who_presses_nothing_comes_to_an_end(void **unused)
{
	struct hotline *h = parse("  a: {menu: p, keys: {1: b}, tries: 3, otherwise: b}\n  b: {queue: one, overflow: v}\n"
				  "  v: {voicemail: q, max_s: 60}\n");
	struct flow fl;

	begin(&fl, h, (struct flow_caller){0});
	for (int i = 0; i < 3; i++) {
		SAYS("p");
		NEXT(FLOW_EV_TIMEOUT, 0);
	}
	assert_int_equal(cmd.kind, DO_QUEUE);
	assert_false(cmd.keys);
	NEXT(FLOW_EV_OVERFLOW, 0);
	assert_int_equal(cmd.kind, DO_VOICEMAIL);
	assert_string_equal(cmd.process, "voicemail");
	assert_int_equal(cmd.max_s, 60);
	NEXT(FLOW_EV_DONE, 0);
	assert_int_equal(cmd.kind, DO_HANGUP);
	hotline_free(h);
}

static void routes_look_at_who_calls(void **unused)
{
	struct hotline *h = parse("  a: {language: p, keys: {2: en}, tries: 1, then: r}\n"
				  "  r: {route: [{tier: [key, strategic], to: x}, {lang: en, to: y}, {member: no, known: yes, to: z}, {caller: \"+86551\", to: w}], otherwise: e}\n"
				  "  x: {say: p}\n  y: {say: q}\n  z: {say: [p, q]}\n  w: {transfer: \"12345\", failed: e}\n  e: {hangup: q}\n");
	struct flow fl;

	begin(&fl, h, (struct flow_caller){.tier = "key"});
	NEXT(FLOW_EV_TIMEOUT, 0);
	assert_string_equal(fl.at->name, "x");
	begin(&fl, h, (struct flow_caller){.tier = "ordinary"});
	NEXT(FLOW_EV_KEY, '2');
	assert_string_equal(fl.at->name, "y");
	assert_string_equal(fl.caller.lang, "en");
	begin(&fl, h, (struct flow_caller){.known = true});
	NEXT(FLOW_EV_TIMEOUT, 0);
	assert_string_equal(fl.at->name, "z");
	assert_int_equal(cmd.n_prompts, 2);
	begin(&fl, h, (struct flow_caller){.number = "+8655112345"});
	NEXT(FLOW_EV_TIMEOUT, 0);
	assert_int_equal(cmd.kind, DO_TRANSFER);
	assert_string_equal(cmd.number, "12345");
	NEXT(FLOW_EV_FAILED, 0);
	SAYS("q");
	begin(&fl, h, (struct flow_caller){.number = "+8610"});
	NEXT(FLOW_EV_TIMEOUT, 0);
	assert_string_equal(fl.at->name, "e");
	hotline_free(h);
}

RUN(cmocka_unit_test(findings_name_the_place), cmocka_unit_test(numbers_are_found_as_they_are_dialled),
    cmocka_unit_test(a_call_walks_from_greeting_to_survey), cmocka_unit_test(who_presses_nothing_comes_to_an_end),
    cmocka_unit_test(routes_look_at_who_calls))
