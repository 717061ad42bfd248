#include "check.h"

#include "base/file.h"
#include "base/yaml.h"

static struct arena *a;

static int setup(void **state)
{
	a = arena_new();
	return 0;
}

static int teardown(void **state)
{
	arena_free(a);
	return 0;
}

static struct ynode *good(const char *text)
{
	struct ynode *n = NULL;
	struct fault f = {0};

	if (yaml_parse(a, str_of(text), "p.yaml", &n, &f) != 0)
		fail_msg("%s", f.detail);
	return n;
}

static void a_tree_with_lines(void **state)
{
	struct ynode *n = good("name: 咨询\nstates:\n  - key: open\n    label: {zh: 受理, en: Open}\n  - done\n");
	struct ynode *states = yaml_get(n, "states");

	assert_int_equal(n->kind, Y_MAP);
	assert_int_equal(n->n_kids, 2);
	assert_str(yaml_get(n, "name")->text, "咨询");
	assert_int_equal(states->kind, Y_SEQ);
	assert_int_equal(states->key_line, 2);
	assert_int_equal(states->kids[0]->line, 3);
	assert_int_equal(states->kids[1]->line, 5);
	assert_str(yaml_get(yaml_get(states->kids[0], "label"), "en")->text, "Open");
	assert_null(yaml_get(n, "nothing"));
	assert_null(yaml_get(NULL, "x"));
	assert_null(yaml_get(states, "x"));
}

/* The surprises of YAML's types: none here. */
static void scalars_stay_text(void **state)
{
	struct ynode *n = good("on: no\nversion: 1.10\nnull: ~\noctal: 010\nday: 2026-05-09\nq: '5'\ne:\n");

	assert_str(yaml_get(n, "on")->text, "no");
	assert_str(yaml_get(n, "version")->text, "1.10");
	assert_str(yaml_get(n, "null")->text, "~");
	assert_str(yaml_get(n, "octal")->text, "010");
	assert_str(yaml_get(n, "day")->text, "2026-05-09");
	assert_true(yaml_get(n, "q")->quoted);
	assert_false(yaml_get(n, "on")->quoted);
	assert_str(yaml_get(n, "e")->text, "");
}

/* text, the line the message must name, a piece of the message */
static const struct {
	const char *text;
	int line;
	const char *says;
} bad[] = {
	{"", 1, "empty"},
	{"# only a remark\n", 2, "empty"},
	{"a: &x 1\n", 1, "anchors"},
	{"a: 1\nb: *x\n", 2, "alias"},
	{"a: 1\nb: !!str 2\n", 2, "tags"},
	{"a: ! 2\n", 1, "tags"},
	{"a: &x [1]\n", 1, "anchors"},
	{"a: !t {b: 1}\n", 1, "tags"},
	{"&k a: 1\n", 1, "anchors"},
	{"%TAG ! tag:x,2000:\n---\na: 1\n", 1, "%TAG"},
	{"a: {<<: {b: 1}}\n", 1, "merge"},
	{"a: 1\nb: 2\na: 3\n", 3, "second time"},
	{"a: 1\n---\nb: 2\n", 2, "second document"},
	{"? [1, 2]\n: x\n", 1, "plain text"},
	{"a:\n\tb: 1\n", 2, ""},
	{"a: [1, 2\n", 2, ""},
	{"a: \"x\n", 2, ""},
	{"a: b: c\n", 1, ""},
	{"a: \"x\\0y\"\n", 1, "NUL"},
	{"\"a\\0b\": 1\n", 1, "NUL"},
	{"'': 1\n", 1, "empty"},
};

static void what_the_subset_refuses(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct ynode *n = NULL;
		struct fault f = {0};
		char place[32];

		snprintf(place, sizeof(place), "p.yaml:%d: ", bad[i].line);
		if (yaml_parse(a, str_of(bad[i].text), "p.yaml", &n, &f) != -E_CONFIG)
			fail_msg("accepted: %s", bad[i].text);
		assert_null(n);
		assert_contains(f.detail, place);
		assert_contains(f.detail, bad[i].says);
	}
}

static void bytes_that_are_no_text(void **state)
{
	struct ynode *n;
	struct fault f = {0};

	assert_int_equal(yaml_parse(a, STR("a: \xFF\n"), "p.yaml", &n, &f), -E_CONFIG);
	assert_contains(f.detail, "UTF-8");
	assert_int_equal(yaml_parse(a, STR("a: b\0c\n"), "p.yaml", &n, &f), -E_CONFIG);
	assert_int_equal(yaml_parse(a, STR("\xFF\xFE" "a\0:\0 \0b\0"), "p.yaml", &n, &f), -E_CONFIG);
}

static void depth_and_size_are_limited(void **state)
{
	struct buf b = {0};
	struct ynode *n;
	struct fault f = {0};

	for (int i = 0; i < 32; i++)
		buf_addc(&b, '[');
	for (int i = 0; i < 32; i++)
		buf_addc(&b, ']');
	assert_int_equal(yaml_parse(a, buf_str(&b), "p", &n, &f), 0);
	buf_clear(&b);
	for (int i = 0; i < 100000; i++)
		buf_addc(&b, '[');
	assert_int_equal(yaml_parse(a, buf_str(&b), "p", &n, &f), -E_CONFIG);
	assert_contains(f.detail, "deep");
	buf_clear(&b);
	while (b.len <= 4 << 20)
		buf_adds(&b, "- 0123456789012345678901234567890123456789\n");
	assert_int_equal(yaml_parse(a, buf_str(&b), "p", &n, &f), -E_CONFIG);
	assert_contains(f.detail, "4 MB");
	buf_free(&b);
}

static const char *const allowed[] = {"clocks", "states", "actions", NULL};

static void unknown_keys_are_all_reported(void **state)
{
	struct yreport r = {0};
	struct ynode *n = good("states: x\ncloks:\n  a: 1\nacitons: y\nweather: z\n");

	yaml_only(n, allowed, &r);
	assert_int_equal(r.n, 3);
	assert_contains(r.text.p, "p.yaml:2: unknown key 'cloks', did you mean 'clocks'?\n");
	assert_contains(r.text.p, "p.yaml:4: unknown key 'acitons', did you mean 'actions'?\n");
	assert_contains(r.text.p, "p.yaml:5: unknown key 'weather', expected one of: clocks, states, actions\n");
	yreport_free(&r);
	yaml_only(yaml_get(n, "states"), allowed, &r);
	assert_contains(r.text.p, "p.yaml:1: expected a map");
	yaml_only(NULL, allowed, &r);
	assert_int_equal(r.n, 1);
	yreport_free(&r);
}

static void typed_readers(void **state)
{
	static const char *const colours[] = {"red", "green", NULL};
	struct ynode *n = good("t: x\nn: 42\ny: yes\nf: false\ncol: green\n");
	struct yreport r = {0};

	assert_string_equal(yaml_text(yaml_get(n, "t"), "d", &r), "x");
	assert_int_equal(yaml_int(yaml_get(n, "n"), 1, 100, 5, &r), 42);
	assert_true(yaml_bool(yaml_get(n, "y"), false, &r));
	assert_false(yaml_bool(yaml_get(n, "f"), true, &r));
	assert_int_equal(yaml_enum(yaml_get(n, "col"), colours, 0, &r), 1);
	assert_string_equal(yaml_text(NULL, "d", &r), "d");
	assert_int_equal(yaml_int(NULL, 1, 9, 5, &r), 5);
	assert_true(yaml_bool(NULL, true, &r));
	assert_int_equal(yaml_enum(NULL, colours, -1, &r), -1);
	assert_int_equal(r.n, 0);
}

static void typed_readers_report(void **state)
{
	static const char *const colours[] = {"red", "green", NULL};
	struct ynode *n = good("t: [1]\nn: 1.5\nbig: 101\ny: ja\ncol: gren\n");
	struct yreport r = {0};

	assert_string_equal(yaml_text(yaml_get(n, "t"), "d", &r), "d");
	assert_int_equal(yaml_int(yaml_get(n, "n"), 1, 100, 5, &r), 5);
	assert_int_equal(yaml_int(yaml_get(n, "big"), 1, 100, 5, &r), 5);
	assert_true(yaml_bool(yaml_get(n, "y"), true, &r));
	assert_int_equal(yaml_enum(yaml_get(n, "col"), colours, 0, &r), 0);
	assert_int_equal(r.n, 5);
	assert_contains(r.text.p, "p.yaml:2: 'n': expected a whole number from 1 to 100\n");
	assert_contains(r.text.p, "p.yaml:4: 'y': expected yes or no\n");
	assert_contains(r.text.p, "p.yaml:5: 'col': expected one of: red, green (did you mean 'green'?)\n");
	yreport_free(&r);
}

static void lists(void **state)
{
	struct ynode *n = good("one: a\nmany: [a, b]\nnone:\nmap: {x: 1}\nmixed: [a, [b]]\n");
	struct yreport r = {0};
	size_t count = 9;

	assert_string_equal(yaml_list(a, yaml_get(n, "one"), &count, &r)[0], "a");
	assert_int_equal(count, 1);
	assert_string_equal(yaml_list(a, yaml_get(n, "many"), &count, &r)[1], "b");
	assert_null(yaml_list(a, yaml_get(n, "many"), &count, &r)[2]);
	assert_null(yaml_list(a, yaml_get(n, "none"), &count, &r)[0]);
	assert_null(yaml_list(a, NULL, &count, &r)[0]);
	assert_int_equal(count, 0);
	assert_int_equal(r.n, 0);
	yaml_list(a, yaml_get(n, "map"), &count, &r);
	yaml_list(a, yaml_get(n, "mixed"), &count, &r);
	assert_int_equal(r.n, 2);
	assert_int_equal(count, 1);
	yreport_free(&r);
}

static void a_missing_file(void **state)
{
	struct fault f = {0};
	struct ynode *n;

	assert_int_equal(yaml_load(a, "/nonexistent/x.yaml", &n, &f), -E_NOT_FOUND);
	assert_contains(f.detail, "/nonexistent/x.yaml");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

RUN(T(a_tree_with_lines), T(scalars_stay_text), T(what_the_subset_refuses), T(bytes_that_are_no_text),
    T(depth_and_size_are_limited), T(unknown_keys_are_all_reported), T(typed_readers), T(typed_readers_report),
    T(lists), T(a_missing_file))
