#include "check.h"

#include "base/posix_tz.h"
#include "base/time.h"

static int64_t at(const char *text)
{
	int64_t ms = 0;

	assert_int_equal(time_parse(str_of(text), &ms), 0);
	return ms;
}

static void assert_instant(const char *zone, int y, int m, int d, int hour, int minute, const char *expected)
{
	const struct zone *z = zone_get(zone);
	int64_t got = zone_instant(z, date_from_civil(y, m, d), hour * 60 + minute);
	struct arena *a = arena_new();

	assert_string_equal(time_format(a, got, NULL), expected);
	arena_free(a);
}

static void china_has_one_offset_today(void **state)
{
	const struct zone *z = zone_get("Asia/Shanghai");

	assert_non_null(z);
	assert_string_equal(zone_name(z), "Asia/Shanghai");
	assert_ptr_equal(z, zone_get("Asia/Shanghai"));
	for (int year = 1992; year < 2300; year++)
		for (int month = 1; month <= 12; month++)
			assert_int_equal(zone_offset_s(z, date_from_civil(year, month, 15) * 86400000), 28800);
	assert_instant("Asia/Shanghai", 2026, 5, 9, 8, 30, "2026-05-09T00:30:00Z");
	assert_instant("Asia/Shanghai", 2026, 5, 9, 24, 0, "2026-05-09T16:00:00Z");
}

/* It had summer time from 1986 to 1991; limitation periods may reach back. */
static void china_had_summer_time(void **state)
{
	const struct zone *z = zone_get("Asia/Shanghai");

	assert_int_equal(zone_offset_s(z, at("1988-07-01T00:00:00Z")), 32400);
	assert_int_equal(zone_offset_s(z, at("1988-12-01T00:00:00Z")), 28800);
}

static void berlin_changes_twice_a_year(void **state)
{
	const struct zone *z = zone_get("Europe/Berlin");

	assert_int_equal(zone_offset_s(z, at("2026-03-29T00:59:59.999Z")), 3600);
	assert_int_equal(zone_offset_s(z, at("2026-03-29T01:00:00Z")), 7200);
	assert_int_equal(zone_offset_s(z, at("2026-10-25T00:59:59Z")), 7200);
	assert_int_equal(zone_offset_s(z, at("2026-10-25T01:00:00Z")), 3600);
}

/* Behind the table of the file the footer rules. */
static void far_years_follow_the_footer(void **state)
{
	const struct zone *berlin = zone_get("Europe/Berlin"), *sydney = zone_get("Australia/Sydney");

	assert_int_equal(zone_offset_s(berlin, at("2199-07-01T00:00:00Z")), 7200);
	assert_int_equal(zone_offset_s(berlin, at("2199-12-01T00:00:00Z")), 3600);
	assert_int_equal(zone_offset_s(berlin, at("2060-03-28T00:59:59Z")), 3600);
	assert_int_equal(zone_offset_s(berlin, at("2060-03-28T01:00:00Z")), 7200);
	assert_int_equal(zone_offset_s(sydney, at("2150-01-01T00:00:00Z")), 39600);
	assert_int_equal(zone_offset_s(sydney, at("2150-12-31T23:59:59Z")), 39600);
	assert_int_equal(zone_offset_s(sydney, at("2150-07-01T00:00:00Z")), 36000);
}

static void gaps_and_overlaps(void **state)
{
	/* 02:00 … 02:59 does not exist: the instant after the gap */
	assert_instant("Europe/Berlin", 2026, 3, 29, 1, 59, "2026-03-29T00:59:00Z");
	assert_instant("Europe/Berlin", 2026, 3, 29, 2, 0, "2026-03-29T01:00:00Z");
	assert_instant("Europe/Berlin", 2026, 3, 29, 2, 30, "2026-03-29T01:00:00Z");
	assert_instant("Europe/Berlin", 2026, 3, 29, 3, 0, "2026-03-29T01:00:00Z");
	/* 02:00 … 02:59 is there twice: the first */
	assert_instant("Europe/Berlin", 2026, 10, 25, 2, 30, "2026-10-25T00:30:00Z");
	assert_instant("Europe/Berlin", 2026, 10, 25, 3, 0, "2026-10-25T02:00:00Z");
	assert_instant("Europe/Berlin", 2060, 3, 28, 2, 30, "2060-03-28T01:00:00Z");
	/* Samoa left out a whole day */
	assert_instant("Pacific/Apia", 2011, 12, 30, 12, 0, "2011-12-30T10:00:00Z");
	/* Midnight itself is the gap */
	assert_instant("Africa/Cairo", 2024, 4, 26, 0, 0, "2024-04-25T22:00:00Z");
	assert_instant("Australia/Lord_Howe", 2026, 10, 4, 2, 15, "2026-10-03T15:30:00Z");
}

/* Every local quarter of an hour of a year maps to an instant that shows it, or starts behind a gap. */
static void instants_show_their_local_time(void **state)
{
	static const char *const zones[] = {"Europe/Berlin", "Asia/Shanghai", "America/New_York",
					    "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tehran", "UTC"};
	int64_t first = date_from_civil(2026, 1, 1);

	for (size_t i = 0; i < ARRAY_SIZE(zones); i++) {
		const struct zone *z = zone_get(zones[i]);
		int64_t before = INT64_MIN;
		int gaps = 0;

		for (int64_t q = first * 96; q < (first + 365) * 96; q++) {
			int64_t day = q / 96, t = zone_instant(z, day, (int)(q % 96) * 15);
			struct civil c;

			zone_local(z, t, &c);
			if (zone_local_day(z, t) != day || c.hour * 60 + c.minute != q % 96 * 15)
				gaps++;
			assert_true(t >= before);
			before = t;
		}
		assert_in_range(gaps, 0, 4);
	}
}

static void local_fields(void **state)
{
	struct civil c;

	zone_local(zone_get("Asia/Shanghai"), at("2025-12-31T16:00:00.007Z"), &c);
	assert_true(c.year == 2026 && c.month == 1 && c.day == 1 && c.hour == 0 && c.minute == 0 && c.ms == 7);
	assert_int_equal(zone_local_day(zone_get("Asia/Shanghai"), at("2025-12-31T15:59:59.999Z")),
			 date_from_civil(2025, 12, 31));
	assert_int_equal(zone_local_day(zone_get("UTC"), -1), -1);
}

static void names_that_are_no_zones(void **state)
{
	static const char *const bad[] = {"", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Asia", "Asia/",
					  "Asia//Shanghai", "tzdata.zi", "Europe/Berlin\n", "zone.tab"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_null(zone_get(bad[i]));
	assert_null(zone_get(NULL));
}

static void posix_rules(void **state)
{
	static const char *const bad[] = {"", "C", "CET", "CET-", "CET-1CEST", "CET-1CEST,M3.5.0", "<+08-8",
					  "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0", "CET-1x",
					  "CET-1CEST,M3.5.0,M10.5.0x", "CET-999", "CET-1CEST,366,J1"};
	struct posix_tz tz;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (posix_tz_parse(str_of(bad[i]), &tz))
			fail_msg("accepted: %s", bad[i]);
	assert_true(posix_tz_parse(STR("<+0545>-5:45"), &tz));
	assert_int_equal(posix_tz_offset_s(&tz, 0), 20700);
	/* Gaza's rules reach into the next week */
	assert_true(posix_tz_parse(STR("EET-2EEST,M3.4.4/50,M10.4.4/50"), &tz));
	assert_int_equal(tz.start.time_s, 180000);
	assert_true(posix_tz_parse(STR("XXX3YYY,J60,300/-1:30"), &tz));
	assert_int_equal(tz.end.time_s, -5400);
	/* J60 is 1 March, in leap years too */
	assert_int_equal(posix_tz_offset_s(&tz, at("2024-02-29T23:00:00Z") / 1000), -10800);
	assert_int_equal(posix_tz_offset_s(&tz, at("2024-03-01T05:00:00Z") / 1000), -7200);
}

RUN(cmocka_unit_test(china_has_one_offset_today), cmocka_unit_test(china_had_summer_time),
    cmocka_unit_test(berlin_changes_twice_a_year), cmocka_unit_test(far_years_follow_the_footer),
    cmocka_unit_test(gaps_and_overlaps), cmocka_unit_test(instants_show_their_local_time),
    cmocka_unit_test(local_fields), cmocka_unit_test(names_that_are_no_zones), cmocka_unit_test(posix_rules))
