#include "check.h"

#include "base/time.h"

static void another_time(void **state)
{
	int64_t at, now;

	assert_int_equal(setenv("LEXLINE_NOW", "2026-10-01T10:00:00+08:00", 1), 0);
	assert_int_equal(time_parse(STR("2026-10-01T10:00:00+08:00"), &at), 0);
	now = time_now_ms();
	assert_true(now >= at && now < at + 60000);
	assert_true(time_is_shifted());
}

RUN(cmocka_unit_test(another_time))
