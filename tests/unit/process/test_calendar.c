/* P20, V02: periods in calendars. The tables in calendar/ were worked out by hand from the law. */
#include "test.h"

#include "base/file.h"
#include "process/calendar.h"

#define MINUTE_MS 60000LL

static struct arena *arena;
static struct calendar_set *set;

static struct ynode *load(const char *name)
{
	char *path = arena_printf(arena, "%s/tests/unit/process/calendar/%s",
				  getenv("LEXLINE_SOURCE"), name);
	struct ynode *root = NULL;
	struct fault f = {0};

	if (yaml_load(arena, path, &root, &f) < 0)
		fail_msg("%s", f.detail);
	return root;
}

static int set_up(void **state)
{
	struct yreport report = {0};

	setenv("LEXLINE_ROOT", getenv("LEXLINE_SOURCE"), 1);
	arena = arena_new();
	if (calendar_set_from_yaml(load("calendars.yaml"), "Asia/Shanghai", &set, &report) < 0)
		fail_msg("%s", report.text.p);
	return 0;
}

static int tear_down(void **state)
{
	calendar_set_free(set);
	arena_free(arena);
	return 0;
}

static const struct calendar *calendar(const char *name)
{
	const struct calendar *c = calendar_set_get(set, 0, name);

	if (!c)
		fail_msg("no calendar '%s'", name);
	return c;
}

/* "2026-03-02 24:00" in the calendar's zone, or RFC 3339. */
static int64_t instant(const struct calendar *c, const struct ynode *n)
{
	int64_t at, day = 0;

	if (!n)
		fail_msg("a row lacks an instant");
	if (time_parse(n->text, &at) == 0)
		return at;
	if (n->text.len != 16 || date_parse((struct str){n->text.p, 10}, &day) < 0)
		fail_msg("%s:%d: no instant", n->file, n->line);
	return zone_instant(calendar_zone(c), day,
			    (n->text.p[11] - '0') * 600 + (n->text.p[12] - '0') * 60 +
				    (n->text.p[14] - '0') * 10 + n->text.p[15] - '0');
}

static struct period period(const struct ynode *n)
{
	struct period p = {0};
	struct fault f = {0};

	if (!n || period_parse(n->text, &p, &f) < 0)
		fail_msg("%s", f.detail);
	return p;
}

static void same_instant(const struct calendar *c, const struct ynode *row, int64_t got,
			 int64_t want)
{
	if (got != want)
		fail_msg("%s:%d: got %s, want %s", row->file, row->line,
			 time_format(arena, got, calendar_zone(c)),
			 time_format(arena, want, calendar_zone(c)));
}

static size_t rows_checked;

static void each_row(const char *file,
		     void (*check)(const struct calendar *c, const struct ynode *row))
{
	struct ynode *rows = yaml_get(load(file), "rows");

	assert_non_null(rows);
	for (size_t i = 0; i < rows->n_kids; i++, rows_checked++)
		check(calendar(yaml_get(rows->kids[i], "calendar")->text.p), rows->kids[i]);
}

static void check_due(const struct calendar *c, const struct ynode *row)
{
	struct period p = period(yaml_get(row, "within"));
	struct fault f = {0};
	int64_t due;

	if (calendar_due(c, &p, instant(c, yaml_get(row, "from")), &due, &f) < 0)
		fail_msg("%s:%d: %s", row->file, row->line, f.detail);
	same_instant(c, row, due, instant(c, yaml_get(row, "due")));
}

static void check_before(const struct calendar *c, const struct ynode *row)
{
	struct period p = period(yaml_get(row, "before"));
	int64_t at;

	assert_int_equal(calendar_before(c, &p, instant(c, yaml_get(row, "due")), &at, NULL), 0);
	same_instant(c, row, at, instant(c, yaml_get(row, "at")));
}

static void check_pause(const struct calendar *c, const struct ynode *row)
{
	struct period p = period(yaml_get(row, "within"));
	int64_t due, left;

	assert_int_equal(calendar_due(c, &p, instant(c, yaml_get(row, "from")), &due, NULL), 0);
	left = calendar_remaining(c, &p, instant(c, yaml_get(row, "pause")), due);
	assert_int_equal(
		calendar_resume(c, &p, left, instant(c, yaml_get(row, "resume")), &due, NULL), 0);
	same_instant(c, row, due, instant(c, yaml_get(row, "due")));
}

static void check_duty(const struct calendar *c, const struct ynode *row)
{
	int64_t at = instant(c, yaml_get(row, "at")), next;

	assert_int_equal(calendar_is_open(c, at), yaml_bool(yaml_get(row, "open"), false, NULL));
	assert_int_equal(calendar_next_open(c, at, &next), 0);
	same_instant(c, row, next, instant(c, yaml_get(row, "next")));
}

#define TABLE(name, file, check)       \
	static void name(void **state) \
	{                              \
		each_row(file, check); \
	}

TABLE(p20_working_days, "working-days.yaml", check_due)
TABLE(p20_natural_days, "natural-days.yaml", check_due)
TABLE(p20_months_and_years, "months.yaml", check_due)
TABLE(p20_hours, "hours.yaml", check_due)
TABLE(p20_dates, "dates.yaml", check_due)
TABLE(p20_warnings, "warnings.yaml", check_before)
TABLE(p20_pauses, "pauses.yaml", check_pause)
TABLE(v02_duty, "duty.yaml", check_duty)

static void the_tables_are_read(void **state)
{
	assert_true(rows_checked >= 150);
}

/* ---- against a counter of minutes ----------------------------------------------------------- */

static uint64_t seed = 88172645463325252u;

static uint64_t random_below(uint64_t n) /* xorshift64: the same run each time */
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

static const char *const calendars_with_hours[] = {"hn",       "ah",	  "ah-makeup", "ah-fridays",
						   "saturday", "all-day", "new-york"};

/* What a clerk would do: look at each minute whether duty runs. */
static int64_t count_minutes(const struct calendar *c, int64_t from, int64_t minutes)
{
	for (;; from += MINUTE_MS)
		if (calendar_is_open(c, from) && --minutes == 0)
			return from + MINUTE_MS;
}

static void p20_working_minutes_agree_with_a_counter(void **state)
{
	int64_t start = date_from_civil(2025, 1, 1) * 1440;

	for (int i = 0; i < 300; i++) {
		const struct calendar *c = calendar(
			calendars_with_hours[random_below(ARRAY_SIZE(calendars_with_hours))]);
		int64_t from = (start + (int64_t)random_below(2 * 365 * 1440)) * MINUTE_MS, due,
			back;
		struct period p = {PERIOD_WORKING_MINUTES, (int32_t)(1 + random_below(400))};

		assert_int_equal(calendar_due(c, &p, from, &due, NULL), 0);
		assert_true(due == count_minutes(c, from, p.n));
		assert_true(calendar_working_ms(c, from, due) == p.n * MINUTE_MS);
		assert_int_equal(calendar_before(c, &p, due, &back, NULL), 0);
		assert_true(calendar_working_ms(c, back, due) == p.n * MINUTE_MS);
		assert_true(back >= from);
	}
}

/* Walk the days one by one, knowing nothing but kinds of day and duty. */
static int64_t walk_working_days(const struct calendar *c, int64_t from, int n)
{
	int64_t day = zone_local_day(calendar_zone(c), from), end;

	while (n > 0)
		if (calendar_working_day(c, ++day))
			n--;
	end = zone_instant(calendar_zone(c), day, 1440);
	for (int64_t at = end; at > zone_instant(calendar_zone(c), day, 0); at -= MINUTE_MS)
		if (calendar_is_open(c, at - MINUTE_MS))
			return at;
	return end;
}

static void p20_working_days_agree_with_a_walk(void **state)
{
	int64_t start = date_from_civil(2025, 1, 1) * 1440;

	for (int i = 0; i < 300; i++) {
		const struct calendar *c = calendar(
			calendars_with_hours[random_below(ARRAY_SIZE(calendars_with_hours))]);
		int64_t from = (start + (int64_t)random_below(2 * 365 * 1440)) * MINUTE_MS, due;
		struct period p = {PERIOD_WORKING_DAYS, (int32_t)(1 + random_below(12))};

		assert_int_equal(calendar_due(c, &p, from, &due, NULL), 0);
		assert_true(due == walk_working_days(c, from, p.n));
	}
}

/* A clock paused and resumed at once is due when it was. */
static void p20_a_pause_of_no_length_changes_nothing(void **state)
{
	static const enum period_kind kinds[] = {PERIOD_MINUTES, PERIOD_WORKING_MINUTES,
						 PERIOD_DAYS, PERIOD_WORKING_DAYS, PERIOD_MONTHS};
	int64_t start = date_from_civil(2025, 1, 1) * 1440;

	for (int i = 0; i < 500; i++) {
		const struct calendar *c = calendar(
			calendars_with_hours[random_below(ARRAY_SIZE(calendars_with_hours))]);
		int64_t from = (start + (int64_t)random_below(600 * 1440)) * MINUTE_MS, due, again,
			at;
		struct period p = {kinds[random_below(ARRAY_SIZE(kinds))],
				   (int32_t)(1 + random_below(9))};

		assert_int_equal(calendar_due(c, &p, from, &due, NULL), 0);
		at = from + (int64_t)random_below((uint64_t)(due - from));
		assert_int_equal(calendar_resume(c, &p, calendar_remaining(c, &p, at, due), at,
						 &again, NULL),
				 0);
		assert_true(again == due);
	}
}

/* ---- texts ---------------------------------------------------------------------------------- */

static void periods_are_read_and_written(void **state)
{
	static const struct {
		const char *in, *out, *zh;
	} rows[] = {
		{"2 working days", "2 working days", "2个工作日"},
		{"1 working day", "1 working day", "1个工作日"},
		{" 2  Working DAYS ", "2 working days", "2个工作日"},
		{"24 hours", "24 hours", "24小时"},
		{"1 working hour", "1 working hour", "1工作小时"},
		{"90 minutes", "90 minutes", "90分钟"},
		{"10 working minutes", "10 working minutes", "10工作分钟"},
		{"7 days", "7 days", "7日"},
		{"1 week", "7 days", "7日"},
		{"3 months", "3 months", "3个月"},
		{"10 years", "10 years", "10年"},
		{"before the 15th", "before the 15th", "15日前"},
		{"before the 1st of next month", "before the 1st of next month", "次月1日前"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct period p, again;

		assert_int_equal(period_parse(str_of(rows[i].in), &p, NULL), 0);
		assert_string_equal(period_format(arena, &p), rows[i].out);
		assert_string_equal(period_label(arena, &p, LANG_ZH), rows[i].zh);
		assert_int_equal(period_parse(str_of(rows[i].out), &again, NULL), 0);
		assert_true(again.kind == p.kind && again.n == p.n);
	}
}

static void what_is_no_period_is_refused(void **state)
{
	static const char *const texts[] = {"",
					    "2",
					    "days",
					    "0 days",
					    "-1 days",
					    "2 working weeks",
					    "2 working months",
					    "1.5 hours",
					    "before the 32nd",
					    "before 15th",
					    "2 days ago",
					    "two days",
					    "99999999999 days",
					    "1000 years",
					    "before the 15th of this month"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct fault f = {0};
		struct period p;

		assert_int_equal(period_parse(str_of(texts[i]), &p, &f), -E_INVALID);
		assert_string_equal(f.field, "within");
	}
}

static void working_hours_need_hours(void **state)
{
	struct period p = {PERIOD_WORKING_MINUTES, 60};
	struct fault f = {0};
	int64_t due;

	assert_int_equal(calendar_due(calendar("plain"), &p, 0, &due, &f), -E_INVALID);
	assert_non_null(strstr(f.detail, "no duty hours"));
	assert_int_equal(calendar_next_open(calendar("plain"), 0, &due), -E_NOT_FOUND);
}

static void mistakes_in_the_file_are_told_with_their_line(void **state)
{
	static const struct {
		const char *text, *finding;
	} rows[] = {
		{"official: [cn-2025]\nholydays: []\n", "2:"},
		{"official: [cn-1925]\n", "there is no modules/calendars/data/cn-1925.yaml"},
		{"calendars:\n  d:\n    windows: [{days: fri, from: \"17:00\", to: \"14:30\"}]\n",
		 "3:"},
		{"calendars:\n  d:\n    windows: [{days: fryday, from: \"10:00\", to: "
		 "\"14:30\"}]\n",
		 "'fryday' is no weekday"},
		{"calendars:\n  d:\n    windows: [{days: fri, from: \"10:00\", to: \"25:30\"}]\n",
		 "no time of the day"},
		{"calendars:\n  d:\n    windows:\n      - {days: fri, from: \"10:00\", to: "
		 "\"12:00\"}\n"
		 "      - {days: mon-fri, from: \"11:00\", to: \"13:00\"}\n",
		 "overlap"},
		{"calendars:\n  d:\n    working_days: windows\n", "has none"},
		{"calendars:\n  d:\n    days: [{label: x, from: 2026-13-01}]\n",
		 "a date is written"},
		{"calendars:\n  official: {}\n", "choose another name"},
		{"calendars:\n  d: {zone: Asia/Changsha}\n", "no time zone"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct yreport report = {0};
		struct calendar_set *s = NULL;
		struct ynode *root;

		assert_int_equal(
			yaml_parse(arena, str_of(rows[i].text), "calendar.yaml", &root, NULL), 0);
		assert_true(calendar_set_from_yaml(root, "Asia/Shanghai", &s, &report) < 0);
		if (!strstr(report.text.p, rows[i].finding))
			fail_msg("'%s' lacks '%s'", report.text.p, rows[i].finding);
		yreport_free(&report);
	}
}

static void the_profiles_calendars_load(void **state)
{
	static const char *const profiles[] = {"demo", "hunan-12348", "anhui-microloan", "changzhou-debt"};

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct yreport report = {0};
		struct calendar_set *s = NULL;

		if (calendar_set_load_profile(profiles[i], &s, &report) < 0)
			fail_msg("%s", report.text.p);
		assert_non_null(calendar_set_get(s, 0, "duty"));
		assert_true(calendar_year_known(calendar_set_get(s, 0, "duty"), 2026));
		assert_false(calendar_year_known(calendar_set_get(s, 0, "duty"), 2027));
		calendar_set_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p20_working_days),
		cmocka_unit_test(p20_natural_days),
		cmocka_unit_test(p20_months_and_years),
		cmocka_unit_test(p20_hours),
		cmocka_unit_test(p20_dates),
		cmocka_unit_test(p20_warnings),
		cmocka_unit_test(p20_pauses),
		cmocka_unit_test(v02_duty),
		cmocka_unit_test(the_tables_are_read),
		cmocka_unit_test(p20_working_minutes_agree_with_a_counter),
		cmocka_unit_test(p20_working_days_agree_with_a_walk),
		cmocka_unit_test(p20_a_pause_of_no_length_changes_nothing),
		cmocka_unit_test(periods_are_read_and_written),
		cmocka_unit_test(what_is_no_period_is_refused),
		cmocka_unit_test(working_hours_need_hours),
		cmocka_unit_test(mistakes_in_the_file_are_told_with_their_line),
		cmocka_unit_test(the_profiles_calendars_load),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
