/* Every operation and schema step of modules/ fits both databases. */
#include "test.h"

#include <stdio.h>

#include "base/yaml.h"
#include "support/temp_store.h"

static void check_store(enum db_kind kind, const char *name)
{
	struct yreport report = {0};
	struct temp_store t;
	struct fault f = {0};
	size_t bad;

	temp_store_prepare(&t, kind);
	t.options.name = name;
	if (db_open(&t.options, t.ops, &t.db, &f) < 0 || db_migrate(t.db, &f) < 0)
		fail_msg("%s: %s", name, f.detail);
	bad = db_check(t.db, t.ops, &report);
	if (bad)
		print_error("%s", report.text.p);
	yreport_free(&report);
	temp_store_close(&t);
	assert_int_equal(bad, 0);
}

static void sqlite_cases(void **state)
{
	check_store(DB_SQLITE, "cases");
}

static void sqlite_clients(void **state)
{
	check_store(DB_SQLITE, "clients");
}

static void postgres_cases(void **state)
{
	check_store(DB_POSTGRES, "cases");
}

static void postgres_clients(void **state)
{
	check_store(DB_POSTGRES, "clients");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sqlite_cases),
		cmocka_unit_test(sqlite_clients),
		cmocka_unit_test(postgres_cases),
		cmocka_unit_test(postgres_clients),
	};
	const char *source = getenv("LEXLINE_SOURCE");

	setenv("LEXLINE_ROOT", source ? source : ".", 1);
	return cmocka_run_group_tests_name("modules", tests, NULL, NULL);
}
