#include "test.h"

#include "http/rate.h"

#define SECOND INT64_C(1000000)

static void parsing(void **state)
{
	struct rate_limit l;

	assert_int_equal(rate_parse("10/min ip", &l), 0);
	assert_int_equal(l.count, 10);
	assert_int_equal(l.per_s, 60);
	assert_false(l.by_actor);
	assert_int_equal(rate_parse("5/sec actor", &l), 0);
	assert_true(l.by_actor);
	assert_int_equal(rate_parse("100/hour actor", &l), 0);
	assert_int_equal(l.per_s, 3600);
	assert_int_equal(rate_parse("10/day ip", &l), -E_INVALID);
	assert_int_equal(rate_parse("0/min ip", &l), -E_INVALID);
	assert_int_equal(rate_parse("10/min", &l), -E_INVALID);
	assert_int_equal(rate_parse("10/min ip x", &l), -E_INVALID);
}

static void a_burst_then_evenly(void **state)
{
	const struct rate_limit l = {3, 60, false};
	struct rate *r = rate_new();
	int64_t now = 1000 * SECOND;

	for (int i = 0; i < 3; i++)
		assert_int_equal(rate_take(r, "op", "1.2.3.4", &l, now), 0);
	assert_in_range(rate_take(r, "op", "1.2.3.4", &l, now), 1, 21);
	assert_in_range(rate_take(r, "op", "1.2.3.4", &l, now + 19 * SECOND), 1, 3);
	assert_int_equal(rate_take(r, "op", "1.2.3.4", &l, now + 21 * SECOND), 0);
	assert_true(rate_take(r, "op", "1.2.3.4", &l, now + 21 * SECOND) > 0);
	rate_free(r);
}

static void others_are_not_concerned(void **state)
{
	const struct rate_limit l = {1, 60, false};
	struct rate *r = rate_new();

	assert_int_equal(rate_take(r, "op", "a", &l, SECOND), 0);
	assert_true(rate_take(r, "op", "a", &l, SECOND) > 0);
	assert_int_equal(rate_take(r, "op", "b", &l, SECOND), 0);
	assert_int_equal(rate_take(r, "other", "a", &l, SECOND), 0);
	rate_free(r);
}

static void never_more_than_the_burst(void **state)
{
	const struct rate_limit l = {2, 1, false};
	struct rate *r = rate_new();
	int taken = 0;

	assert_int_equal(rate_take(r, "op", "a", &l, SECOND), 0);
	while (!rate_take(r, "op", "a", &l, 3600 * SECOND))
		taken++;
	assert_int_equal(taken, 2);
	rate_free(r);
}

/* More addresses than the table has places: the old ones are forgotten, memory stays. */
static void a_flood_of_addresses(void **state)
{
	const struct rate_limit l = {1, 60, false};
	struct rate *r = rate_new();
	char who[16];

	for (int i = 0; i < 200000; i++) {
		snprintf(who, sizeof(who), "%d", i);
		assert_int_equal(rate_take(r, "op", who, &l, SECOND + i), 0);
	}
	assert_true(rate_take(r, "op", who, &l, SECOND + 200000) > 0);
	rate_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parsing),
		cmocka_unit_test(a_burst_then_evenly),
		cmocka_unit_test(others_are_not_concerned),
		cmocka_unit_test(never_more_than_the_burst),
		cmocka_unit_test(a_flood_of_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
