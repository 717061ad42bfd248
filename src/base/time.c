#include <assert.h>
#include <pthread.h>
#include <stdio.h>

#include "base/error.h"
#include "base/time.h"

#define DAY_MS 86400000

static pthread_once_t shift_once = PTHREAD_ONCE_INIT;
static int64_t shift_ms;

static int64_t wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void read_shift(void)
{
	int64_t at;

	if (time_parse(str_of(getenv("LEXLINE_NOW")), &at) == 0)
		shift_ms = at - wall_ms();
}

int64_t time_now_ms(void)
{
	pthread_once(&shift_once, read_shift);
	return wall_ms() + shift_ms;
}

bool time_is_shifted(void)
{
	pthread_once(&shift_once, read_shift);
	return shift_ms != 0;
}

int64_t time_monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Both after Howard Hinnant, "chrono-compatible low-level date algorithms": years from March. */
int64_t date_from_civil(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400), of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void date_to_civil(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t era = floor_div(days + 719468, 146097), of_era = days + 719468 - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	*ret_day = (int)(of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year + era * 400 + (*ret_month <= 2));
}

int date_weekday(int64_t days)
{
	return (int)(days + 3 - floor_div(days + 3, 7) * 7) + 1; /* day 0 was a Thursday */
}

/* Exactly n digits at s[*pos]. */
static bool digits(struct str s, size_t *pos, int n, int *ret)
{
	int v = 0;

	if (s.len - *pos < (size_t)n)
		return false;
	for (int i = 0; i < n; i++) {
		char c = s.p[*pos + (size_t)i];

		if (c < '0' || c > '9')
			return false;
		v = v * 10 + c - '0';
	}
	*pos += (size_t)n;
	*ret = v;
	return true;
}

static bool literal(struct str s, size_t *pos, const char *one_of)
{
	if (*pos >= s.len || !s.p[*pos] || !strchr(one_of, s.p[*pos]))
		return false;
	++*pos;
	return true;
}

static bool read_date(struct str s, size_t *pos, int64_t *ret_days)
{
	int year, month, day, y, m, d;
	int64_t days;

	if (!digits(s, pos, 4, &year) || !literal(s, pos, "-") || !digits(s, pos, 2, &month) ||
	    !literal(s, pos, "-") || !digits(s, pos, 2, &day) || month < 1 || month > 12 || day < 1)
		return false;
	days = date_from_civil(year, month, day);
	date_to_civil(days, &y, &m, &d);
	if (d != day || m != month) /* 30 February */
		return false;
	*ret_days = days;
	return true;
}

int date_parse(struct str s, int64_t *ret_days)
{
	size_t pos = 0;
	int64_t days;

	if (!read_date(s, &pos, &days) || pos != s.len)
		return -E_INVALID;
	*ret_days = days;
	return 0;
}

char *date_format(struct arena *a, int64_t days)
{
	int year, month, day;

	date_to_civil(days, &year, &month, &day);
	return arena_printf(a, "%04d-%02d-%02d", year, month, day);
}

static void split(int64_t local_ms, struct civil *ret)
{
	int64_t day = floor_div(local_ms, DAY_MS);
	int in_day = (int)(local_ms - day * DAY_MS);

	date_to_civil(day, &ret->year, &ret->month, &ret->day);
	ret->hour = in_day / 3600000;
	ret->minute = in_day / 60000 % 60;
	ret->second = in_day / 1000 % 60;
	ret->ms = in_day % 1000;
}

void zone_local(const struct zone *z, int64_t at_ms, struct civil *ret)
{
	split(at_ms + (int64_t)zone_offset_s(z, at_ms) * 1000, ret);
}

int64_t zone_local_day(const struct zone *z, int64_t at_ms)
{
	return floor_div(at_ms + (int64_t)zone_offset_s(z, at_ms) * 1000, DAY_MS);
}

/* The last @p n digits of v behind a mark. Lists are full of instants: printf would be a fifth of their cost. */
static char *put_part(char *out, char mark, int v, int n)
{
	*out++ = mark;
	for (int i = n - 1; i >= 0; i--, v /= 10)
		out[i] = (char)('0' + v % 10);
	return out + n;
}

static char *put_year(char *out, int year)
{
	if (year < 0 || year > 9999)
		return out + snprintf(out, 16, "%04d", year);
	put_part(out, '0' + (char)(year / 1000), year, 3);
	return out + 4;
}

static char *put_offset(char *out, const struct zone *z, int offset_min)
{
	if (!z) {
		*out = 'Z';
		return out + 1;
	}
	out = put_part(out, offset_min < 0 ? '-' : '+', abs(offset_min) / 60, 2);
	return put_part(out, ':', abs(offset_min) % 60, 2);
}

size_t time_print(char *out, size_t size, int64_t at_ms, const struct zone *z)
{
	/* RFC 3339 knows offsets in minutes only; before 1900 zones have odd seconds. */
	int offset_min = z ? zone_offset_s(z, at_ms) / 60 : 0;
	char text[64], *p;
	struct civil c;

	split(at_ms + (int64_t)offset_min * 60000, &c);
	p = put_year(text, c.year);
	p = put_part(p, '-', c.month, 2);
	p = put_part(p, '-', c.day, 2);
	p = put_part(p, 'T', c.hour, 2);
	p = put_part(p, ':', c.minute, 2);
	p = put_part(p, ':', c.second, 2);
	if (c.ms)
		p = put_part(p, '.', c.ms, 3);
	p = put_offset(p, z, offset_min);
	*p = '\0';
	assert((size_t)(p - text) < size);
	memcpy(out, text, (size_t)(p - text) + 1);
	return (size_t)(p - text);
}

char *time_format(struct arena *a, int64_t at_ms, const struct zone *z)
{
	char text[64];

	return arena_strndup(a, text, time_print(text, sizeof(text), at_ms, z));
}

static bool read_fraction(struct str s, size_t *pos, int *ret_ms)
{
	int n = 0, digit, ms = 0;

	*ret_ms = 0;
	if (!literal(s, pos, "."))
		return true;
	for (; *pos < s.len && digits(s, pos, 1, &digit); n++)
		if (n < 3)
			ms = ms * 10 + digit;
	if (n < 1 || n > 9)
		return false;
	for (int i = n; i < 3; i++)
		ms *= 10;
	*ret_ms = ms;
	return true;
}

static bool read_offset(struct str s, size_t *pos, int *ret_min)
{
	bool west = *pos < s.len && s.p[*pos] == '-';
	int hour, minute;

	*ret_min = 0;
	if (literal(s, pos, "Zz"))
		return true;
	if (!literal(s, pos, "+-") || !digits(s, pos, 2, &hour) || !literal(s, pos, ":") ||
	    !digits(s, pos, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*ret_min = (hour * 60 + minute) * (west ? -1 : 1);
	return true;
}

int time_parse(struct str s, int64_t *ret_ms)
{
	int hour, minute, second, ms, offset_min;
	int64_t day, at;
	size_t pos = 0;

	if (!read_date(s, &pos, &day) || !literal(s, &pos, "Tt") || !digits(s, &pos, 2, &hour) ||
	    !literal(s, &pos, ":") || !digits(s, &pos, 2, &minute) || !literal(s, &pos, ":") ||
	    !digits(s, &pos, 2, &second) || !read_fraction(s, &pos, &ms) ||
	    !read_offset(s, &pos, &offset_min) || pos != s.len)
		return -E_INVALID;
	if (hour > 23 || minute > 59 || second > 60)
		return -E_INVALID;
	at = day * DAY_MS + ((hour * 60 + minute - offset_min) * 60 + second) * (int64_t)1000;
	if (second == 60 && at % DAY_MS != 0) /* leap seconds end a UTC day */
		return -E_INVALID;
	/* An offset or a leap second may lead out of the years that can be written. */
	if (at < date_from_civil(0, 1, 1) * DAY_MS || at >= date_from_civil(10000, 1, 1) * DAY_MS)
		return -E_INVALID;
	*ret_ms = at + ms;
	return 0;
}
