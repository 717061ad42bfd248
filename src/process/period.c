/* Reading and writing of periods: "2 working days", "before the 15th of next month". */
#include <ctype.h>

#include "process/calendar.h"

#define MAX_MINUTES (366LL * 24 * 60) /* a year: longer periods are written in days */
#define MAX_DAYS (100LL * 366)
#define MAX_MONTHS (100LL * 12)

struct unit {
	const char *name; /* singular */
	enum period_kind plain, working;
	int64_t factor, max;
};

static const struct unit units[] = {
	{"minute", PERIOD_MINUTES, PERIOD_WORKING_MINUTES, 1, MAX_MINUTES},
	{"hour", PERIOD_MINUTES, PERIOD_WORKING_MINUTES, 60, MAX_MINUTES},
	{"day", PERIOD_DAYS, PERIOD_WORKING_DAYS, 1, MAX_DAYS},
	{"week", PERIOD_DAYS, PERIOD_NONE, 7, MAX_DAYS},
	{"month", PERIOD_MONTHS, PERIOD_NONE, 1, MAX_MONTHS},
	{"year", PERIOD_MONTHS, PERIOD_NONE, 12, MAX_MONTHS},
};

#define MAX_WORDS 6

/* Lower-case words of @p s in @p copy. @return their number, 0 when there are none or too many */
static size_t split_words(struct str s, char *copy, size_t copy_len, struct str *words)
{
	size_t n = 0, i = 0;

	if (s.len >= copy_len)
		return 0;
	for (i = 0; i < s.len; i++)
		copy[i] = (char)tolower((unsigned char)s.p[i]);
	for (i = 0; i < s.len;) {
		size_t start;

		while (i < s.len && (copy[i] == ' ' || copy[i] == '\t'))
			i++;
		start = i;
		while (i < s.len && copy[i] != ' ' && copy[i] != '\t')
			i++;
		if (i == start)
			break;
		if (n == MAX_WORDS)
			return 0;
		words[n++] = (struct str){copy + start, i - start};
	}
	return n;
}

static const struct unit *find_unit(struct str word)
{
	if (word.len > 1 && word.p[word.len - 1] == 's')
		word.len--;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (str_is(word, units[i].name))
			return &units[i];
	return NULL;
}

/* "15th", "1st", "15" → day of the month, 0 when it is none */
static int ordinal(struct str w)
{
	static const char *const suffixes[] = {"st", "nd", "rd", "th"};
	int64_t n;

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (w.len > 2 && !memcmp(w.p + w.len - 2, suffixes[i], 2)) {
			w.len -= 2;
			break;
		}
	return str_to_int(w, &n) == 0 && n >= 1 && n <= 31 ? (int)n : 0;
}

static bool parse_before(const struct str *w, size_t n, struct period *ret)
{
	bool next = n == 6 && str_is(w[3], "of") && str_is(w[4], "next") && str_is(w[5], "month");
	int day = 0;

	if ((n != 3 && !next) || !str_is(w[0], "before") || !str_is(w[1], "the"))
		return false;
	if (!(day = ordinal(w[2])))
		return false;
	ret->kind = next ? PERIOD_BEFORE_DAY_NEXT_MONTH : PERIOD_BEFORE_DAY;
	ret->n = day;
	return true;
}

static bool parse_length(const struct str *w, size_t n, struct period *ret)
{
	bool working = n == 3 && str_is(w[1], "working");
	const struct unit *u;
	enum period_kind kind;
	int64_t count;

	if (n != 2 && !working)
		return false;
	if (str_to_int(w[0], &count) < 0 || !(u = find_unit(w[n - 1])))
		return false;
	kind = working ? u->working : u->plain;
	if (kind == PERIOD_NONE || count < 1 || count > u->max / u->factor)
		return false;
	ret->kind = kind;
	ret->n = (int32_t)(count * u->factor);
	return true;
}

int period_parse(struct str s, struct period *ret, struct fault *f)
{
	struct str words[MAX_WORDS];
	char copy[80];
	size_t n = split_words(s, copy, sizeof(copy), words);
	struct period p;

	if (!parse_before(words, n, &p) && !parse_length(words, n, &p))
		return fail(
			f, E_INVALID, "within",
			"'%.*s' is no period; write \"30 minutes\", \"24 hours\", \"10 working "
			"minutes\", "
			"\"1 working hour\", \"7 days\", \"2 working days\", \"1 week\", \"3 "
			"months\", "
			"\"10 years\", \"before the 15th\" or \"before the 15th of next month\"",
			(int)(s.len > 60 ? 60 : s.len), s.p ? s.p : "");
	*ret = p;
	return 0;
}

bool period_counts_in_hours(const struct period *p)
{
	return p->kind == PERIOD_WORKING_MINUTES;
}

static const char *ordinal_suffix(int n)
{
	if (n % 100 >= 11 && n % 100 <= 13)
		return "th";
	return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

static char *format_count(struct arena *a, int n, const char *working, const char *unit)
{
	return arena_printf(a, "%d %s%s%s", n, working, unit, n == 1 ? "" : "s");
}

char *period_format(struct arena *a, const struct period *p)
{
	int n = p->n;
	const char *working = "";

	switch (p->kind) {
	case PERIOD_WORKING_MINUTES:
		working = "working ";
		/* fall through */
	case PERIOD_MINUTES:
		return n % 60 ? format_count(a, n, working, "minute")
			      : format_count(a, n / 60, working, "hour");
	case PERIOD_DAYS:
		return format_count(a, n, "", "day");
	case PERIOD_WORKING_DAYS:
		return format_count(a, n, "working ", "day");
	case PERIOD_MONTHS:
		return n % 12 ? format_count(a, n, "", "month")
			      : format_count(a, n / 12, "", "year");
	case PERIOD_BEFORE_DAY:
		return arena_printf(a, "before the %d%s", n, ordinal_suffix(n));
	case PERIOD_BEFORE_DAY_NEXT_MONTH:
		return arena_printf(a, "before the %d%s of next month", n, ordinal_suffix(n));
	case PERIOD_NONE:
		break;
	}
	return arena_strdup(a, "");
}

char *period_label(struct arena *a, const struct period *p, enum lang lang)
{
	int n = p->n;

	if (lang != LANG_ZH)
		return period_format(a, p);
	switch (p->kind) {
	case PERIOD_MINUTES:
		return n % 60 ? arena_printf(a, "%d分钟", n) : arena_printf(a, "%d小时", n / 60);
	case PERIOD_WORKING_MINUTES:
		return n % 60 ? arena_printf(a, "%d工作分钟", n)
			      : arena_printf(a, "%d工作小时", n / 60);
	case PERIOD_DAYS:
		return arena_printf(a, "%d日", n);
	case PERIOD_WORKING_DAYS:
		return arena_printf(a, "%d个工作日", n);
	case PERIOD_MONTHS:
		return n % 12 ? arena_printf(a, "%d个月", n) : arena_printf(a, "%d年", n / 12);
	case PERIOD_BEFORE_DAY:
		return arena_printf(a, "%d日前", n);
	case PERIOD_BEFORE_DAY_NEXT_MONTH:
		return arena_printf(a, "次月%d日前", n);
	case PERIOD_NONE:
		break;
	}
	return arena_strdup(a, "");
}
