#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

static const struct error_info infos[E_COUNT] = {
	[E_OK] = {200, "ok", "成功", "OK"},
#define X(sym, status, code, zh, en) [sym] = {status, code, zh, en},
#include "base/errors.def"
#undef X
};

const struct error_info *error_info(int err)
{
	if (err < 0 && err > -E_COUNT)
		err = -err;
	return err >= 0 && err < E_COUNT ? &infos[err] : &infos[E_INTERNAL];
}

/* The last character may be cut in the middle by snprintf: drop an incomplete UTF-8 sequence. */
static void trim_cut_character(char *s, size_t size, int wanted)
{
	size_t len, start;

	if (wanted < 0 || (size_t)wanted < size)
		return;
	len = start = size - 1;
	while (start > 0 && ((unsigned char)s[start - 1] & 0xC0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)s[start - 1] >= 0xC0) {
		unsigned char lead = (unsigned char)s[start - 1];
		size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;

		if (len - (start - 1) < need)
			s[start - 1] = '\0';
	}
}

VPRINTF(4)
static void describe(struct fault *f, int err, const char *field, const char *fmt, va_list ap)
{
	int wanted;

	f->err = err;
	snprintf(f->field, sizeof(f->field), "%s", field ? field : "");
	wanted = vsnprintf(f->detail, sizeof(f->detail), fmt, ap);
	trim_cut_character(f->detail, sizeof(f->detail), wanted);
}

int fail(struct fault *f, enum error err, const char *field, const char *fmt, ...)
{
	va_list ap;

	if (f) {
		va_start(ap, fmt);
		describe(f, (int)err, field, fmt, ap);
		va_end(ap);
	}
	return -(int)err;
}

int fail_if_silent(struct fault *f, int err, const char *fmt, ...)
{
	va_list ap;

	if (err < 0)
		err = -err;
	if (f && f->err == 0) {
		va_start(ap, fmt);
		describe(f, err, NULL, fmt, ap);
		va_end(ap);
	}
	return -err;
}
