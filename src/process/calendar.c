/* The arithmetic of periods. The articles cited are those of the Civil Code of the PRC. */
#include "process/calendar_impl.h"

#define MINUTE_MS 60000LL
#define LAST_YEAR 9999
#define MAX_LOOK_BACK_DAYS (100 * 366)

/* ---- days ---------------------------------------------------------------------------------- */

static const struct day_mark *find_mark(const struct calendar *c, int64_t day)
{
	size_t lo = 0, hi = c->n_marks;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (c->marks[mid].day == day)
			return &c->marks[mid];
		if (c->marks[mid].day < day)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool calendar_year_known(const struct calendar *c, int year)
{
	for (; c; c = c->parent)
		for (size_t i = 0; i < c->n_years; i++)
			if (c->years[i].year == year)
				return true;
	return false;
}

/*
 * Regulations on Public Holidays (全国年节及纪念日放假办法, as amended with effect from
 * 2025-01-01) art. 2: those on fixed days of the public calendar.
 */
static bool fixed_statutory_day(int month, int day)
{
	return (month == 1 && day == 1) || (month == 5 && day <= 2) || (month == 10 && day <= 3);
}

enum day_kind calendar_day_kind(const struct calendar *c, int64_t day)
{
	const struct day_mark *mark;
	int y, m, d;

	for (const struct calendar *k = c; k; k = k->parent)
		if ((mark = find_mark(k, day)))
			return mark->kind;
	date_to_civil(day, &y, &m, &d);
	if (fixed_statutory_day(m, d) && !calendar_year_known(c, y))
		return DAY_OFF;
	return DAY_PLAIN;
}

bool calendar_official_working_day(const struct calendar *c, int64_t day)
{
	enum day_kind kind = calendar_day_kind(c, day);

	return kind == DAY_WORK || (kind == DAY_PLAIN && date_weekday(day) <= 5);
}

/* The duty windows that run on a day. @return their number */
static size_t spans_on(const struct calendar *c, int64_t day, const struct span **ret)
{
	int weekday = date_weekday(day);
	enum day_kind kind = calendar_day_kind(c, day);

	if (kind == DAY_OFF && !c->days_off_run)
		return 0;
	if (kind == DAY_WORK && c->n_spans[weekday] == 0 && c->make_up_days_run)
		weekday = c->make_up_weekday;
	*ret = c->spans[weekday];
	return c->n_spans[weekday];
}

bool calendar_working_day(const struct calendar *c, int64_t day)
{
	const struct span *spans;

	return c->windows_make_days ? spans_on(c, day, &spans) > 0
				    : calendar_official_working_day(c, day);
}

/* Art. 203 para. 2: 24:00, or when business ends where there are business hours. */
static int64_t day_end(const struct calendar *c, int64_t day)
{
	const struct span *spans;
	size_t n = c->ends_at_midnight ? 0 : spans_on(c, day, &spans);

	return zone_instant(c->zone, day, n ? spans[n - 1].to : 1440);
}

/* Art. 203 para. 1: a last day that is a day off gives way to the next that isn't. */
static int64_t past_days_off(const struct calendar *c, int64_t day)
{
	while (!calendar_official_working_day(c, day))
		day++;
	return day;
}

static int64_t last_day(void)
{
	return date_from_civil(LAST_YEAR, 12, 1);
}

/* The n-th working day after @p day. */
static int nth_working_day(const struct calendar *c, int64_t day, int64_t n, int64_t *ret,
			   struct fault *f)
{
	int64_t end = last_day();

	while (n > 0) {
		if (++day > end)
			return fail(f, E_INVALID, "within", "the period ends after the year %d",
				    LAST_YEAR);
		if (calendar_working_day(c, day))
			n--;
	}
	*ret = day;
	return 0;
}

static int days_in_month(int year, int month)
{
	int next_year = month == 12 ? year + 1 : year;

	return (int)(date_from_civil(next_year, month == 12 ? 1 : month + 1, 1) -
		     date_from_civil(year, month, 1));
}

/* Art. 202: the corresponding day of the month due; where it lacks one, its last. */
static int64_t add_months(int64_t day, int64_t n)
{
	int y, m, d, days;
	int64_t months;

	date_to_civil(day, &y, &m, &d);
	months = (int64_t)y * 12 + (m - 1) + n;
	y = (int)(months / 12);
	m = (int)(months % 12) + 1;
	days = days_in_month(y, m);
	return date_from_civil(y, m, d < days ? d : days);
}

/* First instant of day n in the month `ahead` months after that of @p day; of the month behind it
 * when it is shorter. */
static int64_t begin_of_nth(const struct calendar *c, int64_t day, int ahead, int n)
{
	int y, m, d;
	int64_t first;

	date_to_civil(day, &y, &m, &d);
	first = add_months(date_from_civil(y, m, 1), ahead);
	date_to_civil(first, &y, &m, &d);
	if (n > days_in_month(y, m))
		n = days_in_month(y, m) + 1;
	return zone_instant(c->zone, first + n - 1, 0);
}

static int64_t due_before_day(const struct calendar *c, const struct period *p, int64_t from_ms)
{
	int64_t day = zone_local_day(c->zone, from_ms);
	int64_t at;

	if (p->kind == PERIOD_BEFORE_DAY_NEXT_MONTH)
		return begin_of_nth(c, day, 1, p->n);
	at = begin_of_nth(c, day, 0, p->n);
	return at > from_ms ? at : begin_of_nth(c, day, 1, p->n);
}

/* ---- duty time ----------------------------------------------------------------------------- */

bool calendar_has_hours(const struct calendar *c)
{
	return c->make_up_weekday != 0;
}

static int no_hours(const struct calendar *c, struct fault *f)
{
	return fail(f, E_INVALID, "within",
		    "calendar '%s' has no duty hours, so working hours and minutes never run in it",
		    c->name);
}

/* The instant when @p ms of duty have passed since @p from_ms. */
static int add_duty(const struct calendar *c, int64_t from_ms, int64_t ms, int64_t *ret,
		    struct fault *f)
{
	int64_t end = last_day();

	if (!calendar_has_hours(c))
		return no_hours(c, f);
	for (int64_t day = zone_local_day(c->zone, from_ms); day <= end; day++) {
		const struct span *spans;
		size_t n = spans_on(c, day, &spans);

		for (size_t i = 0; i < n; i++) {
			int64_t open = zone_instant(c->zone, day, spans[i].from);
			int64_t close = zone_instant(c->zone, day, spans[i].to);

			open = open > from_ms ? open : from_ms;
			if (close <= open)
				continue;
			if (ms <= close - open) {
				*ret = open + ms;
				return 0;
			}
			ms -= close - open;
		}
	}
	return fail(f, E_INVALID, "within", "the period ends after the year %d", LAST_YEAR);
}

/* The last instant from which @p ms of duty remain until @p due_ms. */
static int subtract_duty(const struct calendar *c, int64_t due_ms, int64_t ms, int64_t *ret,
			 struct fault *f)
{
	int64_t day = zone_local_day(c->zone, due_ms);
	int64_t first = day - MAX_LOOK_BACK_DAYS;

	if (!calendar_has_hours(c))
		return no_hours(c, f);
	for (; day >= first; day--) {
		const struct span *spans;
		size_t n = spans_on(c, day, &spans);

		while (n-- > 0) {
			int64_t open = zone_instant(c->zone, day, spans[n].from);
			int64_t close = zone_instant(c->zone, day, spans[n].to);

			close = close < due_ms ? close : due_ms;
			if (close <= open)
				continue;
			if (ms <= close - open) {
				*ret = close - ms;
				return 0;
			}
			ms -= close - open;
		}
	}
	return fail(f, E_INVALID, "warn", "the warning would lie more than a century back");
}

int64_t calendar_working_ms(const struct calendar *c, int64_t from_ms, int64_t to_ms)
{
	int64_t sum = 0, last;

	if (to_ms <= from_ms || !calendar_has_hours(c))
		return 0;
	last = zone_local_day(c->zone, to_ms);
	for (int64_t day = zone_local_day(c->zone, from_ms); day <= last; day++) {
		const struct span *spans;
		size_t n = spans_on(c, day, &spans);

		for (size_t i = 0; i < n; i++) {
			int64_t open = zone_instant(c->zone, day, spans[i].from);
			int64_t close = zone_instant(c->zone, day, spans[i].to);

			open = open > from_ms ? open : from_ms;
			close = close < to_ms ? close : to_ms;
			if (close > open)
				sum += close - open;
		}
	}
	return sum;
}

int calendar_next_open(const struct calendar *c, int64_t at_ms, int64_t *ret_at)
{
	int64_t first = zone_local_day(c->zone, at_ms);

	if (!calendar_has_hours(c))
		return -E_NOT_FOUND;
	for (int64_t day = first; day < first + 3660; day++) {
		const struct span *spans;
		size_t n = spans_on(c, day, &spans);

		for (size_t i = 0; i < n; i++) {
			int64_t open = zone_instant(c->zone, day, spans[i].from);

			if (zone_instant(c->zone, day, spans[i].to) <= at_ms)
				continue;
			*ret_at = open > at_ms ? open : at_ms;
			return 0;
		}
	}
	return -E_NOT_FOUND;
}

bool calendar_is_open(const struct calendar *c, int64_t at_ms)
{
	int64_t next;

	return calendar_next_open(c, at_ms, &next) == 0 && next == at_ms;
}

/* ---- due ----------------------------------------------------------------------------------- */

static int checked_end(const struct calendar *c, int64_t day, int64_t *ret_due, struct fault *f)
{
	if (day > last_day())
		return fail(f, E_INVALID, "within", "the period ends after the year %d", LAST_YEAR);
	*ret_due = day_end(c, past_days_off(c, day));
	return 0;
}

int calendar_due(const struct calendar *c, const struct period *p, int64_t from_ms,
		 int64_t *ret_due, struct fault *f)
{
	int64_t day = zone_local_day(c->zone, from_ms);
	int r;

	switch (p->kind) {
	case PERIOD_MINUTES: /* art. 201 para. 2: hours count from the agreed moment */
		*ret_due = from_ms + p->n * MINUTE_MS;
		return 0;
	case PERIOD_WORKING_MINUTES:
		return add_duty(c, from_ms, p->n * MINUTE_MS, ret_due, f);
	case PERIOD_DAYS: /* art. 201 para. 1: the first day isn't counted */
		return checked_end(c, day + p->n, ret_due, f);
	case PERIOD_WORKING_DAYS:
		if ((r = nth_working_day(c, day, p->n, &day, f)) < 0)
			return r;
		*ret_due = day_end(c, day);
		return 0;
	case PERIOD_MONTHS:
		return checked_end(c, add_months(day, p->n), ret_due, f);
	case PERIOD_BEFORE_DAY:
	case PERIOD_BEFORE_DAY_NEXT_MONTH:
		*ret_due = due_before_day(c, p, from_ms);
		return 0;
	case PERIOD_NONE:
		break;
	}
	return fail(f, E_INVALID, "within", "the period is empty");
}

/* The same time of the local day @p to as @p at_ms has on its own. */
static int64_t same_time_on(const struct calendar *c, int64_t at_ms, int64_t to)
{
	int64_t since_midnight = at_ms - zone_instant(c->zone, zone_local_day(c->zone, at_ms), 0);
	int64_t minute = since_midnight / MINUTE_MS;

	if (minute > 1440) /* the long day when summer time ends */
		minute = 1440;
	return zone_instant(c->zone, to, (int)minute) + since_midnight % MINUTE_MS;
}

static int64_t working_days_before(const struct calendar *c, int64_t due_ms, int64_t n)
{
	int64_t day = zone_local_day(c->zone, due_ms - 1);

	while (n > 0)
		if (calendar_working_day(c, --day))
			n--;
	return day_end(c, day);
}

int calendar_before(const struct calendar *c, const struct period *p, int64_t due_ms,
		    int64_t *ret_at, struct fault *f)
{
	int64_t day = zone_local_day(c->zone, due_ms);

	switch (p->kind) {
	case PERIOD_MINUTES:
		*ret_at = due_ms - p->n * MINUTE_MS;
		return 0;
	case PERIOD_WORKING_MINUTES:
		return subtract_duty(c, due_ms, p->n * MINUTE_MS, ret_at, f);
	case PERIOD_DAYS:
		*ret_at = same_time_on(c, due_ms, day - p->n);
		return 0;
	case PERIOD_WORKING_DAYS:
		*ret_at = working_days_before(c, due_ms, p->n);
		return 0;
	case PERIOD_MONTHS:
		*ret_at = same_time_on(c, due_ms, add_months(day, -(int64_t)p->n));
		return 0;
	default:
		return fail(f, E_INVALID, "warn",
			    "a warning is a length such as \"1 working day\" or \"2 hours\"");
	}
}

/* ---- paused clocks ------------------------------------------------------------------------- */

int64_t calendar_remaining(const struct calendar *c, const struct period *p, int64_t at_ms,
			   int64_t due_ms)
{
	int64_t day, last, n = 0;

	if (due_ms <= at_ms)
		return 0;
	if (p->kind == PERIOD_MINUTES)
		return due_ms - at_ms;
	if (p->kind == PERIOD_WORKING_MINUTES)
		return calendar_working_ms(c, at_ms, due_ms);
	day = zone_local_day(c->zone, at_ms);
	last = zone_local_day(c->zone, due_ms - 1);
	if (p->kind != PERIOD_WORKING_DAYS)
		return last - day;
	while (day < last)
		n += calendar_working_day(c, ++day);
	return n;
}

/* The end of the first working day whose end still lies ahead. */
static int64_t end_of_this_working_day(const struct calendar *c, int64_t from_ms)
{
	int64_t day = zone_local_day(c->zone, from_ms);

	while (!calendar_working_day(c, day) || day_end(c, day) <= from_ms)
		day++;
	return day_end(c, day);
}

static int resume_days(const struct calendar *c, int64_t remaining, int64_t from_ms,
		       int64_t *ret_due, struct fault *f)
{
	int64_t day = zone_local_day(c->zone, from_ms) + remaining;
	int r;

	if ((r = checked_end(c, day, ret_due, f)) == 0 && *ret_due <= from_ms)
		r = checked_end(c, day + 1, ret_due, f);
	return r;
}

int calendar_resume(const struct calendar *c, const struct period *p, int64_t remaining,
		    int64_t from_ms, int64_t *ret_due, struct fault *f)
{
	int64_t day = zone_local_day(c->zone, from_ms);
	int r;

	switch (p->kind) {
	case PERIOD_MINUTES:
		*ret_due = from_ms + remaining;
		return 0;
	case PERIOD_WORKING_MINUTES:
		return add_duty(c, from_ms, remaining, ret_due, f);
	case PERIOD_WORKING_DAYS:
		if (remaining <= 0) {
			*ret_due = end_of_this_working_day(c, from_ms);
			return 0;
		}
		if ((r = nth_working_day(c, day, remaining, &day, f)) < 0)
			return r;
		*ret_due = day_end(c, day);
		return 0;
	case PERIOD_DAYS:
	case PERIOD_MONTHS:
		return resume_days(c, remaining, from_ms, ret_due, f);
	case PERIOD_BEFORE_DAY:
	case PERIOD_BEFORE_DAY_NEXT_MONTH: /* a date isn't moved by days off */
		*ret_due = zone_instant(c->zone, day + remaining, 1440);
		return 0;
	case PERIOD_NONE:
		break;
	}
	return fail(f, E_INVALID, "within", "the period is empty");
}

/* ---- plain getters ------------------------------------------------------------------------- */

const char *calendar_name(const struct calendar *c)
{
	return c->name;
}

const char *calendar_label(const struct calendar *c, enum lang lang)
{
	return lang == LANG_EN && c->label_en ? c->label_en : c->label_zh;
}

const struct zone *calendar_zone(const struct calendar *c)
{
	return c->zone;
}
