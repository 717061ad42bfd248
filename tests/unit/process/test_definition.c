/* Reading and proving definitions: what is wrong is said with its line and the nearest right word.
 */
#include "check.h"

#include "base/file.h"
#include "process/process.h"

static const char good[] = "process: p\n"
			   "label: 试\n"
			   "number: 咨{year}-{seq:4}\n"
			   "title: '{question:4}'\n"
			   "fields:\n"
			   "  question: {type: long_text, label: 问题}\n"
			   "  phone: {type: phone, label: 电话, sealed: yes}\n"
			   "states:\n"
			   "  open: {label: 开}\n"
			   "  shut: {label: 关, kind: end}\n"
			   "create: {by: operator, form: [question!, phone]}\n"
			   "actions:\n"
			   "  close: {label: 关, from: open, to: shut, by: assignee}\n"
			   "clocks:\n"
			   "  c: {label: 钟, starts: {create: yes}, within: 2 working days}\n";

/* The text with one piece replaced. */
static char *with(const char *piece, const char *other)
{
	const char *at = strstr(good, piece);
	char *text;

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - good), good, other, at + strlen(piece)) >
		    0);
	return text;
}

static void refuses(const char *piece, const char *other, const char *complaint)
{
	struct yreport r = {0};
	struct definition *d;
	char *text = with(piece, other);

	assert_int_equal(definition_parse(str_of(text), "p.yaml", &d, &r), -E_CONFIG);
	assert_contains(r.text.p, "p.yaml:");
	assert_contains(r.text.p, complaint);
	yreport_free(&r);
	free(text);
}

static void finds(const char *piece, const char *other, const char *complaint)
{
	struct yreport r = {0};
	struct definition *d = NULL;
	char *text = with(piece, other);

	if (definition_parse(str_of(text), "p.yaml", &d, &r) < 0)
		fail_msg("%s", r.text.p);
	assert_true(definition_check(d, NULL, &r) > 0);
	assert_contains(r.text.p, complaint);
	definition_free(d);
	yreport_free(&r);
	free(text);
}

static void a_definition_is_read(void **state)
{
	struct yreport r = {0};
	struct definition *d;

	assert_int_equal(definition_parse(str_of(good), "p.yaml", &d, &r), 0);
	assert_int_equal(d->n_fields, 2);
	assert_true(d->create.form.at[0].required);
	assert_false(d->create.form.at[1].required);
	assert_true(d->fields[1].sealed);
	assert_string_equal(d->clocks[0].calendar, "duty");
	assert_string_equal(d->clocks[0].within_text, "2 working days");
	assert_int_equal(definition_check(d, NULL, &r), 0);
	definition_free(d);
}

static void comments_and_layout_do_not_change_the_hash_content_does(void **state)
{
	struct yreport r = {0};
	struct definition *a, *b, *c, *d;
	char *commented = with("fields:\n", "# 说明\nfields:\n"),
	     *other = with("2 working", "3 working");

	assert_int_equal(definition_parse(str_of(good), "a", &a, &r), 0);
	assert_int_equal(definition_parse(str_of(commented), "b", &b, &r), 0);
	assert_int_equal(definition_parse(str_of(other), "c", &c, &r), 0);
	assert_int_equal(definition_parse(a->canonical, "d", &d, &r), 0);
	assert_string_equal(a->hash, b->hash);
	assert_string_equal(a->hash, d->hash);
	assert_string_not_equal(a->hash, c->hash);
	definition_free(a);
	definition_free(b);
	definition_free(c);
	definition_free(d);
	free(commented);
	free(other);
}

static void slips_are_told_with_the_nearest_word(void **state)
{
	refuses("clocks:", "cloks:", "did you mean 'clocks'");
	refuses("from: open", "from: opem", "did you mean 'open'");
	refuses("form: [question!", "form: [qestion!", "did you mean 'question'");
	refuses("kind: end", "kind: fin", "end");
	refuses("to: shut", "to: closed", "there is no state 'closed'");
	refuses("2 working days", "2 lightyears", "p.yaml:15");
	refuses("type: phone", "type: fone", "phone");
	refuses("{seq:4}", "{sec:4}", "{seq");
	refuses("by: assignee", "guard: {field: question, gt: 3, lt: 4}, by: assignee",
		"one of is, not");
	refuses("by: assignee", "effects: [{notify: {to: client}}], by: assignee", "phrase");
	refuses("by: assignee", "effects: [{notfy: {}}], by: assignee", "did you mean 'notify'");
	refuses("by: assignee", "guard: {field: phone, is: 1}, by: assignee", "sealed");
	refuses("sealed: yes", "sealed: yes, choices: {a: b}", "choices");
	refuses("  open: {label: 开}", "  Open: {label: 开}", "isn't a name");
}

static void what_can_not_work_is_found_before_it_is_used(void **state)
{
	finds("  shut:", "  lost: {label: 失}\n  shut:", "state 'lost' can't be reached");
	finds("  shut: {label: 关, kind: end}\n",
	      "  shut: {label: 关}\n  never: {label: 终, kind: end}\n",
	      "no end can be reached from state 'shut'");
	finds("'{question:4}'", "'{phone}'", "sealed field 'phone'");
	finds("'{question:4}'", "'{qestion}'", "no field");
	finds("starts: {create: yes}, ", "", "never starts");
	finds("starts: {create: yes}, ", "starts: {state: open}, stops: {state: open}, ",
	      "starts and stops in the same state");
	finds(", kind: end", "", "no state is an end");
}

/* The example a reader starts from works as it stands. */
static void the_example_of_the_manual_is_whole(void **state)
{
	struct arena *a = arena_new();
	const char *root = getenv("LEXLINE_SOURCE");
	struct yreport r = {0};
	struct fault f = {0};
	struct definition *d;
	const char *from, *to;
	struct str page;

	assert_int_equal(file_read(a, path_join(a, root ? root : ".", "docs/processes.md"), 1 << 20,
				   &page, &f),
			 0);
	from = strstr(page.p, "```yaml\n");
	assert_non_null(from);
	from += strlen("```yaml\n");
	to = strstr(from, "```");
	assert_non_null(to);
	if (definition_parse((struct str){from, (size_t)(to - from)}, "processes.md", &d, &r) < 0 ||
	    definition_check(d, NULL, &r) > 0)
		fail_msg("%s", r.text.p);
	definition_free(d);
	arena_free(a);
}

static void a_drawing_shows_states_actions_and_clocks(void **state)
{
	struct yreport r = {0};
	struct definition *d;
	struct buf svg = {0};

	assert_int_equal(definition_parse(str_of(good), "p.yaml", &d, &r), 0);
	definition_draw(d, LANG_ZH, NULL, NULL, &svg);
	assert_contains(svg.p, "<svg ");
	assert_contains(svg.p, ">开</text>");
	assert_contains(svg.p, "2个工作日");
	assert_contains(svg.p, "prefers-color-scheme:dark");
	buf_free(&svg);
	definition_free(d);
}

RUN(cmocka_unit_test(a_definition_is_read),
    cmocka_unit_test(comments_and_layout_do_not_change_the_hash_content_does),
    cmocka_unit_test(slips_are_told_with_the_nearest_word),
    cmocka_unit_test(what_can_not_work_is_found_before_it_is_used),
    cmocka_unit_test(the_example_of_the_manual_is_whole),
    cmocka_unit_test(a_drawing_shows_states_actions_and_clocks))
