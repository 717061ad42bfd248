/* An operation's text becomes statements with numbered, typed parameters. */
#include "test.h"

#include <stdio.h>

#include "base/yaml.h"
#include "store/op_sql.h"

static const struct op_field fields[] = {
	{.name = "id", .type = T_ID},
	{.name = "name", .type = T_TEXT},
	{.name = "price", .type = T_REAL},
	{.name = "picture", .type = T_BLOB},
};

static struct arena *a;
static struct yreport report;

static int setup(void **state)
{
	a = arena_new();
	return 0;
}

static int teardown(void **state)
{
	arena_free(a);
	yreport_free(&report);
	memset(&report, 0, sizeof(report));
	return 0;
}

static struct op_sql *parse(const char *text, size_t n_fields)
{
	struct op_sql_in in = {.op = "x.y",
			       .slot = 3,
			       .portable = {"x/y.sql", 10, str_of(text)},
			       .in = fields,
			       .n_in = n_fields,
			       .declared_only = true};
	struct op_sql *sql = NULL;

	return op_sql_parse(a, &in, &sql, &report) < 0 ? NULL : sql;
}

static void parameters_are_numbered_once(void **state)
{
	struct op_sql *sql = parse("SELECT :name, :id, :name FROM t WHERE x = :actor", 2);

	assert_non_null(sql);
	assert_string_equal(sql->sqlite->stmts[0].sqlite.p,
			    "SELECT ?1, ?2, ?1 FROM t WHERE x = ?3");
	assert_string_equal(sql->sqlite->stmts[0].pg.p, "SELECT $1, $2, $1 FROM t WHERE x = $3");
	assert_int_equal(sql->sqlite->stmts[0].n_params, 3);
	assert_string_equal(sql->params[sql->sqlite->stmts[0].params[0]].name, "name");
	assert_int_equal(sql->params[0].kind, PARAM_TEXT);
	assert_int_equal(sql->params[1].kind, PARAM_INT);
	assert_int_equal(sql->params[2].source, PARAM_ACTOR);
	assert_int_equal(sql->slot, 3);
	assert_false(sql->writes);
}

static void each_statement_counts_for_itself(void **state)
{
	struct op_sql *sql =
		parse("INSERT INTO t VALUES (:id, :name);\n-- a; comment with :colon\n"
		      "UPDATE t SET n = :name /* ; */ WHERE s = 'a;'';:b' RETURNING n;\n"
		      "DELETE FROM t WHERE \"odd;name\" = :id;\n",
		      2);
	const struct op_script *s;

	assert_non_null(sql);
	s = sql->sqlite;
	assert_int_equal(s->n_stmts, 3);
	assert_string_equal(s->stmts[1].sqlite.p,
			    "UPDATE t SET n = ?1 WHERE s = 'a;'';:b' RETURNING n");
	assert_string_equal(s->stmts[2].sqlite.p, "DELETE FROM t WHERE \"odd;name\" = ?1");
	assert_int_equal(s->rows_at, 1);
	assert_true(sql->writes);
	assert_ptr_equal(sql->pg, sql->sqlite);
}

static void casts_and_numbers_are_no_parameters(void **state)
{
	struct op_sql *sql = parse("SELECT :id::text, 1e5, x2 FROM t", 1);

	assert_non_null(sql);
	assert_string_equal(sql->pg->stmts[0].pg.p, "SELECT $1::text, 1e5, x2 FROM t");
}

static void the_verb_behind_with(void **state)
{
	struct op_sql *read = parse("WITH x AS (SELECT :id AS i) SELECT i FROM x", 1);
	struct op_sql *write =
		parse("WITH x AS (SELECT :id AS i) INSERT INTO t SELECT i FROM x", 1);

	assert_false(read->writes);
	assert_int_equal(read->sqlite->rows_at, 0);
	assert_true(write->writes);
	assert_int_equal(write->sqlite->rows_at, -1);
	assert_true(write->serial != read->serial);
}

static void findings_name_file_and_line(void **state)
{
	static const struct {
		const char *text, *finding;
		size_t n_fields;
	} cases[] = {
		{"SELECT 'open", "never closed", 0},
		{"SELECT 1 /* open", "never closed", 0},
		{"SELECT\n :nobody", "x/y.sql:11: x.y: `in:` does not declare :nobody", 0},
		{"SELECT 1", "no statement uses the declared :id", 1},
		{"PRAGMA user_version", "a statement begins with", 0},
		{"DROP TABLE t", "a statement begins with", 0},
		{"COMMIT", "a statement begins with", 0},
		{"SELECT ?", "written :name", 0},
		{"SELECT $1", "written :name", 0},
		{"SELECT (1", "brackets", 0},
		{"-- nothing", "no statement", 0},
		{"SELECT : x", "colon", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_null(parse(cases[i].text, cases[i].n_fields));
		if (!strstr(report.text.p, cases[i].finding))
			fail_msg("%s: %s", cases[i].text, report.text.p);
		buf_clear(&report.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(parameters_are_numbered_once, setup, teardown),
		cmocka_unit_test_setup_teardown(each_statement_counts_for_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(casts_and_numbers_are_no_parameters, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_verb_behind_with, setup, teardown),
		cmocka_unit_test_setup_teardown(findings_name_file_and_line, setup, teardown),
	};

	return cmocka_run_group_tests_name("op_sql", tests, NULL, NULL);
}
