#include "check.h"

#include "base/time.h"

static void dates_go_round(void **state)
{
	int64_t before = date_from_civil(1599, 12, 31);

	for (int year = 1600; year <= 2400; year++) {
		for (int month = 1; month <= 12; month++) {
			int64_t days = date_from_civil(year, month, 1);
			int y, m, d;

			date_to_civil(days, &y, &m, &d);
			assert_true(y == year && m == month && d == 1);
			date_to_civil(days - 1, &y, &m, &d);
			assert_true(d >= 28 && date_from_civil(y, m, d) == days - 1 && days > before);
			before = days;
		}
	}
	assert_int_equal(date_from_civil(1970, 1, 1), 0);
	assert_int_equal(date_from_civil(2000, 3, 1), 11017);
	assert_int_equal(date_from_civil(1, 1, 1), -719162);
}

static void weekdays(void **state)
{
	assert_int_equal(date_weekday(0), 4);
	assert_int_equal(date_weekday(-1), 3);
	assert_int_equal(date_weekday(date_from_civil(2026, 5, 9)), 6);
	assert_int_equal(date_weekday(date_from_civil(1900, 1, 1)), 1);
}

static void date_texts(void **state)
{
	static const char *const bad[] = {"", "2026-5-9", "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10",
					  "2026-01-00", "2026-01-32", "20260101", "2026-01-01 ", " 2026-01-01",
					  "2026/01/01", "-026-01-01", "2026-04-31", "1900-02-29"};
	struct arena *a = arena_new();
	int64_t days = 5;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(date_parse(str_of(bad[i]), &days), -E_INVALID);
	assert_int_equal(days, 5);
	assert_int_equal(date_parse(STR("2024-02-29"), &days), 0);
	assert_string_equal(date_format(a, days), "2024-02-29");
	assert_int_equal(date_parse(STR("0001-01-01"), &days), 0);
	assert_string_equal(date_format(a, days), "0001-01-01");
	arena_free(a);
}

/* RFC 3339 §5.8 and the edges of the grammar */
static void instants_are_parsed(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1985-04-12T23:20:50.52Z", 482196050520},
		{"1996-12-19T16:39:57-08:00", 851042397000},
		{"1990-12-31T23:59:60Z", 662688000000},
		{"1990-12-31T15:59:60-08:00", 662688000000},
		{"1937-01-01T12:00:27.87+00:20", -1041337172130},
		{"2026-05-09t08:30:00z", 1778315400000},
		{"2026-05-09T08:30:00+08:00", 1778286600000},
		{"2026-05-09T08:30:00.123456789+08:00", 1778286600123},
		{"1969-12-31T23:59:59.999Z", -1},
		{"1970-01-01T00:00:00-00:00", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		int64_t ms = 1;

		if (time_parse(str_of(good[i].text), &ms) != 0 || ms != good[i].ms)
			fail_msg("%s: %lld", good[i].text, (long long)ms);
	}
}

static void other_texts_are_refused(void **state)
{
	static const char *const bad[] = {"", "2026-05-09", "2026-05-09T08:30:00", "2026-05-09 08:30:00Z",
					  "2026-05-09T24:00:00Z", "2026-05-09T08:60:00Z", "2026-05-09T08:30:61Z",
					  "2026-05-09T08:30:60Z", "2026-05-09T08:30Z", "2026-05-09T08:30:00.Z",
					  "2026-05-09T08:30:00.0123456789Z", "2026-05-09T08:30:00+0800",
					  "2026-05-09T08:30:00+8:00", "2026-05-09T08:30:00+24:00",
					  "2026-05-09T08:30:00+08:60", "2026-02-29T08:30:00Z",
					  "2026-05-09T08:30:00Zx", "2026-05-09T08:30:00,5Z", "26-05-09T08:30:00Z",
					  "12026-05-09T08:30:00Z",
					  "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-01:00",
					  "0000-01-01T00:00:00+00:01", "２026-05-09T08:30:00Z"};
	int64_t ms = 5;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (time_parse(str_of(bad[i]), &ms) != -E_INVALID)
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(time_parse(STR("2026-05-09T08:30:00Z\0"), &ms), -E_INVALID);
	assert_int_equal(ms, 5);
}

static void instants_are_written(void **state)
{
	struct arena *a = arena_new();
	const struct zone *shanghai = zone_get("Asia/Shanghai");

	assert_string_equal(time_format(a, 0, NULL), "1970-01-01T00:00:00Z");
	assert_string_equal(time_format(a, -1, NULL), "1969-12-31T23:59:59.999Z");
	assert_string_equal(time_format(a, 1778286600123, shanghai), "2026-05-09T08:30:00.123+08:00");
	assert_string_equal(time_format(a, 1778286600000, zone_get("America/St_Johns")),
			    "2026-05-08T22:00:00-02:30");
	arena_free(a);
}

static void written_instants_read_back(void **state)
{
	static const char *const zones[] = {"Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"};
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(zones); i++)
		for (int64_t at = -4000000000000; at < 9000000000000; at += 86399999 * 17ll) {
			int64_t back = 0;

			assert_int_equal(time_parse(str_of(time_format(a, at, zone_get(zones[i]))), &back), 0);
			assert_true(back == at);
			arena_reset(a);
		}
	arena_free(a);
}

static void monotonic_never_steps_back(void **state)
{
	int64_t before = time_monotonic_us();

	for (int i = 0; i < 1000; i++) {
		int64_t now = time_monotonic_us();

		assert_true(now >= before);
		before = now;
	}
}

RUN(cmocka_unit_test(dates_go_round), cmocka_unit_test(weekdays), cmocka_unit_test(date_texts),
    cmocka_unit_test(instants_are_parsed), cmocka_unit_test(other_texts_are_refused),
    cmocka_unit_test(instants_are_written), cmocka_unit_test(written_instants_read_back),
    cmocka_unit_test(monotonic_never_steps_back))
