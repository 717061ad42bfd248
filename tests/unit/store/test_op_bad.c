/*
 * Operations that must not load: each bad-ops/NAME.sql with what is to be said about it in
 * NAME.expected
 * ("LINE: message", one a line).
 */
#include <unistd.h>

#include "check.h"

#include "base/file.h"
#include "store/op.h"

static struct arena *a;
static const char *cases_dir;
static char root[64];

static int setup(void **state)
{
	const char *source = getenv("LEXLINE_SOURCE");

	a = arena_new();
	cases_dir = path_join(a, source ? source : ".", "tests/unit/store/bad-ops");
	snprintf(root, sizeof(root), "/tmp/lexline-test-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	return setenv("LEXLINE_ROOT", root, 1); /* no modules: only what a case brings */
}

static int teardown(void **state)
{
	struct fault f = {0};
	int r = file_remove_tree(root, &f);

	arena_free(a);
	return r;
}

static void put(const char *name, struct str text)
{
	struct fault f = {0};

	assert_int_equal(file_mkdirs(path_join(a, root, "ops"), 0700, &f), 0);
	assert_int_equal(file_write(path_join(a, path_join(a, root, "ops"), name), text, 0600, &f),
			 0);
}

static struct str get(const char *name)
{
	struct fault f = {0};
	struct str s;

	if (file_read(a, path_join(a, cases_dir, name), 65536, &s, &f) < 0)
		fail_msg("%s", f.detail);
	return s;
}

/* What the loader says, without the folder in front of each line. */
static const char *findings(const char *file)
{
	struct yreport report = {0};
	struct catalogue *c = NULL;
	struct str rest, line;
	const char *all = "";
	size_t front = strlen(root) + strlen("/ops/") + strlen(file) + 1;

	if (catalogue_load(root, NULL, 0, &c, &report) == 0) {
		catalogue_free(c);
		return "it loads\n";
	}
	assert_null(c);
	rest = buf_str(&report.text);
	while (str_split(&rest, '\n', &line))
		if (line.len > front)
			all = arena_printf(a, "%s%.*s\n", all, (int)(line.len - front),
					   line.p + front);
	yreport_free(&report);
	return all;
}

static void every_bad_operation_is_refused(void **state)
{
	const char **names;
	struct fault f = {0};
	size_t n, seen = 0, wrong = 0;

	assert_int_equal(file_list(a, cases_dir, false, &names, &n, &f), 0);
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(names[i]);
		const char *got, *expected;

		if (len < 5 || strcmp(names[i] + len - 4, ".sql") != 0)
			continue;
		seen++;
		put(names[i], get(names[i]));
		got = findings(names[i]);
		expected = get(arena_printf(a, "%.*s.expected", (int)len - 4, names[i])).p;
		if (strcmp(got, expected) != 0) {
			print_error("%s\n  expected %s  got      %s", names[i], expected, got);
			wrong++;
		}
		assert_int_equal(unlink(arena_printf(a, "%s/ops/%s", root, names[i])), 0);
	}
	assert_true(seen > 40);
	assert_int_equal(wrong, 0);
}

/* ---- what takes two of them --------------------------------------------------------------- */

static const char native_text[] =
	"-- op: bad.native\n-- T.\n-- route: POST /api/n\n-- role: any\n-- out: none\n-- native:\n";

static void expect(const struct native *const *natives, size_t n, const char *file,
		   const char *piece)
{
	struct yreport report = {0};
	struct catalogue *c = NULL;

	assert_int_equal(catalogue_load(root, natives, n, &c, &report), -E_CONFIG);
	assert_contains(report.text.p, file);
	assert_contains(report.text.p, piece);
	yreport_free(&report);
}

static void natives_match_both_ways(void **state)
{
	static const struct native mine = {.op = "bad.native"}, again = {.op = "bad.native"},
				   other = {.op = "bad.elsewhere"};
	const struct native *none[1] = {NULL}, *both[] = {&mine, &other}, *one[] = {&mine},
			    *twice[] = {&mine, &again};
	struct yreport report = {0};
	struct catalogue *c;

	put("native.sql", str_of(native_text));
	expect(none, 0, "native.sql:1", "no function is registered for the native 'bad.native'");
	expect(both, 2, "natives", "the native 'bad.elsewhere' has no file");
	expect(twice, 2, "natives", "the native 'bad.native' is registered twice");
	assert_int_equal(catalogue_load(root, one, 1, &c, &report), 0);
	assert_ptr_equal(catalogue_find(c, "bad.native")->native, &mine);
	catalogue_free(c);
	assert_int_equal(catalogue_load(root, NULL, 0, &c, &report), 0);
	assert_null(catalogue_find(c, "bad.native")->native);
	catalogue_free(c);
	assert_int_equal(unlink(arena_printf(a, "%s/ops/native.sql", root)), 0);
}

static void routes_are_unique_whatever_their_parameters_are_called(void **state)
{
	put("one.sql", STR("-- op: bad.one\n-- T.\n-- route: GET /api/x/{id}\n-- role: any\n-- in: "
			   "id id\n-- out: one {id id}\nSELECT :id AS id\n"));
	put("two.sql", STR("-- op: bad.two\n-- T.\n-- route: GET /api/x/{name}\n-- role: any\n-- "
			   "in: name text\n-- out: one {id text}\nSELECT :name AS id\n"));
	expect(NULL, 0, "two.sql:1", "GET /api/x/{name} is the route of 'bad.one' already");
	assert_int_equal(unlink(arena_printf(a, "%s/ops/one.sql", root)), 0);
	assert_int_equal(unlink(arena_printf(a, "%s/ops/two.sql", root)), 0);
}

static void postgres_texts_agree_with_their_head(void **state)
{
	put("one.sql",
	    STR("-- op: bad.one\n-- T.\n-- via: engine\n-- in: id id\nSELECT :id AS id\n"));
	put("one.pg.sql", STR("-- op: bad.one\n-- Another way.\n-- via: engine\n-- in: id "
			      "int\nSELECT :id AS id\n"));
	expect(NULL, 0, "one.pg.sql:1", "its annotations differ from those of one.sql");
	assert_int_equal(unlink(arena_printf(a, "%s/ops/one.sql", root)), 0);
	expect(NULL, 0, "one.pg.sql:1", "one.sql is missing beside it");
	assert_int_equal(unlink(arena_printf(a, "%s/ops/one.pg.sql", root)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bad_operation_is_refused),
		cmocka_unit_test(natives_match_both_ways),
		cmocka_unit_test(routes_are_unique_whatever_their_parameters_are_called),
		cmocka_unit_test(postgres_texts_agree_with_their_head),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
