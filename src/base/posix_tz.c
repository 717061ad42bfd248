#include "base/posix_tz.h"
#include "base/time.h"

static bool take(struct str *s, char c)
{
	if (s->len == 0 || s->p[0] != c)
		return false;
	s->p++;
	s->len--;
	return true;
}

/* "CET" or "<+08>" */
static bool skip_name(struct str *s)
{
	bool quoted = take(s, '<');
	size_t n = 0;

	while (s->len > 0) {
		char c = s->p[0];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		      (quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'))))
			break;
		take(s, c);
		n++;
	}
	return n >= 3 && (!quoted || take(s, '>'));
}

static bool number(struct str *s, int most, int *ret)
{
	int v = 0, n = 0;

	while (s->len > 0 && s->p[0] >= '0' && s->p[0] <= '9' && n++ < 3) {
		v = v * 10 + s->p[0] - '0';
		take(s, s->p[0]);
	}
	*ret = v;
	return n > 0 && v <= most;
}

/* [+-]hh[:mm[:ss]] → seconds */
static bool clock_time(struct str *s, int *ret_s)
{
	bool minus = take(s, '-');
	int h, m = 0, sec = 0;

	if (!minus)
		take(s, '+');
	if (!number(s, 167, &h) || (take(s, ':') && (!number(s, 59, &m) || (take(s, ':') && !number(s, 59, &sec)))))
		return false;
	*ret_s = (h * 3600 + m * 60 + sec) * (minus ? -1 : 1);
	return true;
}

static bool rule(struct str *s, struct tz_rule *r)
{
	*r = (struct tz_rule){.time_s = 2 * 3600};
	if (!take(s, ','))
		return false;
	if (take(s, 'M')) {
		r->kind = 'M';
		if (!number(s, 12, &r->month) || r->month < 1 || !take(s, '.') || !number(s, 5, &r->week) ||
		    r->week < 1 || !take(s, '.') || !number(s, 6, &r->day))
			return false;
	} else {
		r->kind = take(s, 'J') ? 'J' : 'D';
		if (!number(s, 365, &r->day))
			return false;
	}
	return !take(s, '/') || clock_time(s, &r->time_s);
}

bool posix_tz_parse(struct str s, struct posix_tz *ret)
{
	struct posix_tz tz = {0};
	int west;

	if (!skip_name(&s) || !clock_time(&s, &west))
		return false;
	tz.std_s = -west;
	tz.has_dst = s.len > 0;
	if (tz.has_dst) {
		tz.dst_s = tz.std_s + 3600;
		if (!skip_name(&s))
			return false;
		if (s.len > 0 && s.p[0] != ',') {
			if (!clock_time(&s, &west))
				return false;
			tz.dst_s = -west;
		}
		if (!rule(&s, &tz.start) || !rule(&s, &tz.end))
			return false;
	}
	*ret = tz;
	return s.len == 0;
}

static bool leap_year(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* Local seconds since 1970 at which the rule fires in a year. */
static int64_t fires_at(const struct tz_rule *r, int year)
{
	int64_t first = date_from_civil(year, 1, 1), day;

	if (r->kind == 'J') {
		day = first + r->day - 1 + (leap_year(year) && r->day >= 60);
	} else if (r->kind == 'D') {
		day = first + r->day;
	} else {
		int64_t next = r->month == 12 ? date_from_civil(year + 1, 1, 1)
					      : date_from_civil(year, r->month + 1, 1);

		first = date_from_civil(year, r->month, 1);
		day = first + (r->day - date_weekday(first) % 7 + 7) % 7 + (r->week - 1) * 7;
		if (day >= next) /* week 5 means the last */
			day -= 7;
	}
	return day * 86400 + r->time_s;
}

int posix_tz_offset_s(const struct posix_tz *tz, int64_t at_s)
{
	int year, month, day;
	int64_t start, end, local = at_s + tz->std_s;
	bool summer;

	if (!tz->has_dst)
		return tz->std_s;
	date_to_civil(local / 86400 - (local % 86400 < 0), &year, &month, &day);
	start = fires_at(&tz->start, year) - tz->std_s;
	end = fires_at(&tz->end, year) - tz->dst_s;
	if (start < end)
		summer = at_s >= start && at_s < end;
	else /* the southern half: summer goes over the new year */
		summer = at_s >= start || at_s < end;
	return summer ? tz->dst_s : tz->std_s;
}
