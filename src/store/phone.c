#include "store/phone.h"

#define DIGITS_MAX 24

struct digits {
	char d[DIGITS_MAX + 1];
	size_t n;
	bool plus;
};

/* Marks people put between digits, half and full width; U+2010 … U+2015 are hyphens and dashes. */
static bool is_mark(uint32_t cp)
{
	return cp == ' ' || cp == '-' || cp == '(' || cp == ')' || cp == '.' || cp == '/' ||
	       (cp >= 0x2010 && cp <= 0x2015) || cp == 0xa0;
}

static bool collect(struct str text, struct digits *ret)
{
	size_t pos = 0;

	while (pos < text.len) {
		uint32_t cp = utf8_fold(utf8_next(text, &pos));

		if (cp >= '0' && cp <= '9') {
			if (ret->n == DIGITS_MAX)
				return false;
			ret->d[ret->n++] = (char)cp;
		} else if (cp == '+' && !ret->n && !ret->plus) {
			ret->plus = true;
		} else if (!is_mark(cp)) {
			return false;
		}
	}
	return true;
}

static bool starts(const struct digits *d, const char *prefix)
{
	return !strncmp(d->d, prefix, strlen(prefix));
}

static void drop(struct digits *d, size_t n)
{
	memmove(d->d, d->d + n, d->n - n + 1);
	d->n -= n;
}

static bool is_mobile(const struct digits *d)
{
	return d->n == 11 && d->d[0] == '1' && d->d[1] >= '3';
}

/* Area code without its 0: 10 and 2x take eight digits, 3xx … 9xx seven or eight. */
static bool is_landline(const struct digits *d)
{
	if (starts(d, "10") || d->d[0] == '2')
		return d->n == 10 && d->d[2] >= '2';
	return d->d[0] >= '3' && (d->n == 10 || d->n == 11) && d->d[3] >= '2';
}

static bool is_service(const struct digits *d)
{
	if ((starts(d, "400") || starts(d, "800")) && d->n == 10)
		return true;
	return d->n >= 3 && d->n <= 6 && (d->d[0] == '1' || d->d[0] == '9');
}

/* @return NULL, or what is wrong with a Chinese number; strips the trunk 0 */
static const char *chinese(struct digits *d)
{
	bool trunk = d->d[0] == '0';

	if (trunk)
		drop(d, 1);
	if (is_mobile(d))
		return NULL;
	/* With +86 the trunk 0 is left out, as it should be. */
	if ((trunk || d->plus) && is_landline(d))
		return NULL;
	if (!trunk && is_service(d))
		return NULL;
	if (!trunk && (d->n == 7 || d->n == 8))
		return "the area code is missing, such as 0551";
	return "this is no complete telephone number";
}

int phone_normalise(struct str text, char ret[PHONE_MAX], struct fault *f)
{
	struct digits d = {0};
	const char *wrong = NULL;
	bool cn = true;

	if (!collect(text, &d))
		return fail(f, E_INVALID, "",
			    "a telephone number has digits, +, spaces and hyphens only");
	if (!d.plus && starts(&d, "00")) {
		drop(&d, 2);
		d.plus = true;
	}
	if (starts(&d, "86") && (d.plus || d.n >= 12)) {
		d.plus = true;
		drop(&d, 2);
	} else {
		cn = !d.plus;
	}
	if (cn)
		wrong = chinese(&d);
	else if (d.n < 7 || d.n > 15 || d.d[0] == '0')
		wrong = "a number with a country code has 7 to 15 digits";
	if (wrong)
		return fail(f, E_INVALID, "", "%s", wrong);
	snprintf(ret, PHONE_MAX, "+%s%.15s", cn ? "86" : "", d.d); /* +86 and 11 digits at most */
	return 0;
}

/* ---- by a trunk ---------------------------------------------------------------------------- */

static int chinese_at(const struct digits *d, const char *area, char ret[PHONE_MAX], struct fault *f)
{
	char text[DIGITS_MAX + 8];

	if (phone_normalise(str_of(d->d), ret, f) == 0)
		return 0;
	if ((d->n == 7 || d->n == 8) && area && *area)
		snprintf(text, sizeof(text), "%s%s", area, d->d);
	else
		snprintf(text, sizeof(text), "0%.24s", d->d);
	return phone_normalise(str_of(text), ret, f);
}

int phone_normalise_at(struct str text, const char *country, const char *area, char ret[PHONE_MAX],
		       struct fault *f)
{
	struct digits d = {0};
	const char *code = country && *country == '+' ? country + 1 : country;
	size_t n = code ? strlen(code) : 0;

	if (!collect(text, &d))
		return fail(f, E_INVALID, "", "a telephone number has digits, +, spaces and hyphens only");
	if (d.plus || starts(&d, "00"))
		return phone_normalise(text, ret, f);
	if (!n || !strcmp(code, "86"))
		return chinese_at(&d, area, ret, f);
	if (d.d[0] == '0')
		drop(&d, 1);
	else if (starts(&d, code) && d.n > n + 7)
		drop(&d, n);
	if (d.n + n < 7 || d.n + n > 15)
		return fail(f, E_INVALID, "", "a number with a country code has 7 to 15 digits");
	snprintf(ret, PHONE_MAX, "+%.4s%.14s", code, d.d);
	return 0;
}
