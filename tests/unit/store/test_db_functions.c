/* The functions of docs/operations.md give the same on both databases. */
#include "test.h"

#include <stdio.h>

#include "base/id.h"
#include "support/temp_store.h"

static struct temp_store t;

#define NONE INT64_MIN

static struct value number(int64_t n)
{
	return n == NONE ? VAL_NULL : VAL_INT(n);
}

/* NULL and "" differ. */
static void expect_text(const struct rows *rows, const char *name, const char *want)
{
	char *got = rows_dup(rows, rows_col(rows, name));

	if (!want)
		assert_null(got);
	else if (!got)
		fail_msg("%s: NULL instead of %s", name, want);
	else
		assert_string_equal(got, want);
}

static void expect_int(const struct rows *rows, const char *name, int64_t want)
{
	int col = rows_col(rows, name);

	assert_int_equal(rows_null(rows, col), want == NONE);
	if (want != NONE)
		assert_int_equal(rows_int(rows, col), want);
}

static struct rows *run(struct tx **tx, const char *j, const char *k, int64_t at, int64_t a,
			int64_t b, const char *text)
{
	struct rows *rows;

	assert_int_equal(db_read(t.db, t.ctx, tx), 0);
	if (tx_op(*tx, "item.functions",
		  ARGS(A_TEXT("j", j), A_TEXT("k", k), {.name = "at", .v = number(at)},
		       {.name = "a", .v = number(a)}, {.name = "b", .v = number(b)},
		       A_TEXT("t", text)),
		  &rows) < 0)
		fail_msg("%s", t.ctx->fault.detail);
	assert_int_equal(rows_next(rows), 1);
	return rows;
}

static void members_of_json(void **state)
{
	static const struct {
		const char *j, *k, *text;
		int64_t number;
	} cases[] = {
		{"{\"a\":\"x\",\"b\":2}", "a", "x", NONE},
		{"{\"a\":\"x\",\"b\":2}", "b", "2", 2},
		{"{\"a\":\"x\"}", "c", NULL, NONE},
		{"{}", "a", NULL, NONE},
		{NULL, "a", NULL, NONE},
		{"", "a", NULL, NONE},
		{"[1,2]", "a", NULL, NONE},
		{" { \"a\" : -5 } ", "a", "-5", -5},
		{"{\"a\":null}", "a", NULL, NONE},
		{"{\"a\":true,\"b\":false}", "a", "true", 1},
		{"{\"a\":true,\"b\":false}", "b", "false", 0},
		{"{\"a\":\"12\"}", "a", "12", 12},
		{"{\"a\":1.5}", "a", "1.5", NONE},
		{"{\"a\":\"\"}", "a", "", NONE},
		{"{\"a\":{\"b\":[1,\"}\"]},\"c\":7}", "a", "{\"b\":[1,\"}\"]}", NONE},
		{"{\"a\":{\"b\":[1,\"}\"]},\"c\":7}", "c", "7", 7},
		{"{\"a\":{\"b\":3}}", "b", NULL, NONE},
		{"{\"a\":\"x\\n\\\"\\u4f60\\ud83d\\ude00\\/\"}", "a", "x\n\"你😀/", NONE},
		{"{\"a\":1,\"a\":2}", "a", "2", 2},
		{"{\"地址\":\"合肥\"}", "地址", "合肥", NONE},
		{"{\"a\":999999999999999999}", "a", "999999999999999999", 999999999999999999},
		{"{\"a\":9999999999999999999}", "a", "9999999999999999999", NONE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tx *tx;
		struct rows *rows = run(&tx, cases[i].j, cases[i].k, NONE, NONE, NONE, NULL);

		expect_text(rows, "jget", cases[i].text);
		expect_int(rows, "jint", cases[i].number);
		db_read_end(tx);
	}
}

static void days_of_the_zone(void **state)
{
	static const struct {
		int64_t at, day;
		const char *date;
	} cases[] = {
		{0, 0, "1970-01-01"}, /* 08:00 in Shanghai */
		{-1, 0, "1970-01-01"},
		{-28800000, 0, "1970-01-01"},
		{-28800001, -1, "1969-12-31"},
		{57599999, 0, "1970-01-01"},
		{57600000, 1, "1970-01-02"},
		{1780243199999, 20604, "2026-05-31"},
		{1780243200000, 20605, "2026-06-01"},
		{NONE, NONE, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tx *tx;
		struct rows *rows = run(&tx, NULL, "", cases[i].at, NONE, NONE, NULL);

		expect_int(rows, "day", cases[i].day);
		expect_int(rows, "begins",
			   cases[i].day == NONE ? NONE : cases[i].day * 86400000 - 28800000);
		expect_text(rows, "date", cases[i].date);
		db_read_end(tx);
	}
}

static void larger_and_smaller(void **state)
{
	static const struct {
		int64_t a, b, greatest, least;
	} cases[] = {
		{1, 2, 2, 1},
		{2, 1, 2, 1},
		{-3, -3, -3, -3},
		{NONE, 4, 4, 4},
		{4, NONE, 4, 4},
		{NONE, NONE, NONE, NONE},
		{INT64_MAX, INT64_MAX - 1, INT64_MAX, INT64_MAX - 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tx *tx;
		struct rows *rows = run(&tx, NULL, "", NONE, cases[i].a, cases[i].b, NULL);

		expect_int(rows, "greatest", cases[i].greatest);
		expect_int(rows, "least", cases[i].least);
		db_read_end(tx);
	}
}

static void the_instant_of_an_id(void **state)
{
	int64_t id = id_new();
	struct tx *tx;
	struct rows *rows = run(&tx, NULL, "", NONE, id, NONE, NULL);

	expect_int(rows, "id_ms", id_time_ms(id));
	db_read_end(tx);
}

/* Every character utf8_fold() changes, and some it leaves alone. */
static void folded_text(void **state)
{
	struct buf text = {0}, want = {0};
	char utf8[4];
	struct tx *tx;

	for (uint32_t cp = 1; cp < 0x10400; cp += cp < 0x2000 || cp >= 0xFEF0 ? 1 : 97) {
		if (cp >= 0xD800 && cp < 0xE000)
			continue;
		buf_add(&text, utf8, utf8_put(utf8, cp));
		buf_add(&want, utf8, utf8_put(utf8, utf8_fold(cp)));
	}
	expect_text(run(&tx, NULL, "", NONE, NONE, NONE, text.p), "fold", want.p);
	db_read_end(tx);
	expect_text(run(&tx, NULL, "", NONE, NONE, NONE, "ＡＢＣ　律Ä"), "fold", "abc 律ä");
	db_read_end(tx);
	expect_text(run(&tx, NULL, "", NONE, NONE, NONE, NULL), "fold", NULL);
	db_read_end(tx);
	buf_free(&text);
	buf_free(&want);
}

static int add_three(struct tx *tx, void *arg)
{
	static const char *const names[] = {"a", "", "c"};

	for (int i = 0; i < 3; i++) {
		int r = tx_exec(
			tx, "item.add",
			ARGS(A_INT("id", i + 1), A_TEXT("name", names[i]), A_INT("amount", 0)),
			NULL);
		if (r < 0)
			return r;
	}
	return 0;
}

static void lists_of_a_group(void **state)
{
	struct tx *tx;
	struct rows *rows;

	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.names", NO_ARGS, &rows), 0);
	assert_int_equal(rows_next(rows), 1);
	assert_null(rows_dup(rows, 0));
	db_read_end(tx);
	assert_int_equal(db_write_wait(t.db, t.ctx, add_three, NULL), 0);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	assert_int_equal(tx_op(tx, "item.names", NO_ARGS, &rows), 0);
	assert_int_equal(rows_next(rows), 1);
	assert_int_equal(rows_text(rows, 0).len, 4); /* the order is the database's */
	db_read_end(tx);
}

static int open_store(enum db_kind kind)
{
	temp_store_open(&t, kind);
	return 0;
}

ON_BOTH(open_store)

static int close_store(void **state)
{
	temp_store_close(&t);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_of_json),    cmocka_unit_test(days_of_the_zone),
		cmocka_unit_test(larger_and_smaller), cmocka_unit_test(the_instant_of_an_id),
		cmocka_unit_test(folded_text),	      cmocka_unit_test(lists_of_a_group),
	};
	int failed;

	temp_store_init();
	failed = cmocka_run_group_tests_name("functions: sqlite", tests, open_sqlite, close_store);
	return failed +
	       cmocka_run_group_tests_name("functions: postgresql", tests, open_pg, close_store);
}
