#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "base/time.h"

/*
 * jansson recurses to depth 2048 before it stops; ours is checked first, on the text.
 * Brackets in strings don't count. The rest of the grammar is jansson's business.
 */
static bool depth_ok(struct str text, size_t *ret_at)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '[' || c == '{') {
			if (++depth > JSON_MAX_DEPTH) {
				*ret_at = i;
				return false;
			}
		} else if ((c == ']' || c == '}') && depth > 0) {
			depth--;
		}
	}
	return true;
}

static void position(struct str text, size_t at, int *ret_line, int *ret_column)
{
	int line = 1, column = 1;

	for (size_t i = 0; i < at && i < text.len; i++, column++) {
		if (text.p[i] == '\n') {
			line++;
			column = 0;
		}
	}
	*ret_line = line;
	*ret_column = column;
}

/*
 * What jansson found wrong, without its quotes from the text, which may be personal data:
 * its messages end in " near '…'".
 */
static int describe(struct fault *f, const json_error_t *e)
{
	const char *near = strstr(e->text, " near '");
	int len = near ? (int)(near - e->text) : (int)strlen(e->text);

	if (json_error_code(e) == json_error_duplicate_key)
		return fail(f, E_MALFORMED, NULL,
			    "JSON: line %d column %d: a name stands twice in an object", e->line,
			    e->column);
	return fail(f, E_MALFORMED, NULL, "JSON: line %d column %d: %.*s", e->line, e->column, len,
		    e->text);
}

int json_parse(struct str text, json_t **ret, struct fault *f)
{
	int line, column;
	json_error_t e;
	size_t at;
	json_t *j;

	if (!depth_ok(text, &at)) {
		position(text, at, &line, &column);
		return fail(f, E_MALFORMED, NULL, "JSON: line %d column %d: nested deeper than %d",
			    line, column, JSON_MAX_DEPTH);
	}
	/* jansson would stop at the first NUL and call what stands before it the whole text. */
	if (text.len == 0 || memchr(text.p, '\0', text.len))
		return fail(f, E_MALFORMED, NULL,
			    text.len ? "JSON: contains a NUL byte" : "JSON: the text is empty");
	j = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (!j)
		return describe(f, &e);
	*ret = j;
	return 0;
}

/* Writer */

void jw_begin(struct jw *w, struct buf *out)
{
	w->out = out;
	w->comma = false;
}

static void separate(struct jw *w)
{
	if (w->comma)
		buf_addc(w->out, ',');
	w->comma = true;
}

static void open(struct jw *w, char bracket)
{
	separate(w);
	buf_addc(w->out, bracket);
	w->comma = false;
}

static void close(struct jw *w, char bracket)
{
	buf_addc(w->out, bracket);
	w->comma = true;
}

void jw_obj(struct jw *w)
{
	open(w, '{');
}

void jw_obj_end(struct jw *w)
{
	close(w, '}');
}

void jw_arr(struct jw *w)
{
	open(w, '[');
}

void jw_arr_end(struct jw *w)
{
	close(w, ']');
}

static void write_special(struct buf *out, unsigned char c)
{
	static const char names[] = "btn\0fr"; /* 0x08 … 0x0D, without 0x0B */

	buf_addc(out, '\\');
	if (c == '"' || c == '\\')
		buf_addc(out, (char)c);
	else if (c >= 8 && c <= 13 && c != 11)
		buf_addc(out, names[c - 8]);
	else
		buf_printf(out, "u%04x", c);
}

/* Most of what hotlines write: ASCII without specials, and Chinese, three bytes from E1 to EC (RFC
 * 3629 §4). */
static size_t common_run(const unsigned char *p, size_t len)
{
	size_t i = 0;

	while (i < len) {
		unsigned char c = p[i];

		if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\')
			i++;
		else if (c >= 0xE1 && c <= 0xEC && len - i >= 3 && (p[i + 1] & 0xC0) == 0x80 &&
			 (p[i + 2] & 0xC0) == 0x80)
			i += 3;
		else
			break;
	}
	return i;
}

/* Length of the run from p that can be copied as it is; 0 when the first byte can't. */
static size_t plain_run(struct str s, size_t from)
{
	size_t pos = from;

	for (;;) {
		size_t before;

		pos += common_run((const unsigned char *)s.p + pos, s.len - pos);
		before = pos;
		if (pos == s.len || (unsigned char)s.p[pos] < 0x80)
			break;
		/* A real U+FFFD takes three bytes, a bad one is one. */
		if (utf8_next(s, &pos) == 0xFFFD && pos - before == 1) {
			pos = before;
			break;
		}
	}
	return pos - from;
}

static void write_string(struct buf *out, struct str s)
{
	buf_reserve(out, s.len + 2);
	buf_addc(out, '"');
	for (size_t pos = 0; pos < s.len;) {
		size_t run = plain_run(s, pos);

		buf_add(out, s.p + pos, run);
		pos += run;
		if (pos == s.len)
			break;
		if ((unsigned char)s.p[pos] >= 0x80)
			buf_adds(out, "\xEF\xBF\xBD");
		else
			write_special(out, (unsigned char)s.p[pos]);
		pos++;
	}
	buf_addc(out, '"');
}

void jw_key(struct jw *w, const char *key)
{
	size_t len = strlen(key);

	buf_reserve(w->out, len + 4);
	separate(w);
	write_string(w->out, (struct str){key, len});
	buf_addc(w->out, ':');
	w->comma = false;
}

void jw_str(struct jw *w, struct str s)
{
	separate(w);
	write_string(w->out, s);
}

void jw_cstr(struct jw *w, const char *s)
{
	if (s)
		jw_str(w, str_of(s));
	else
		jw_null(w);
}

void jw_int(struct jw *w, int64_t v)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = v < 0 ? -(uint64_t)v : (uint64_t)v;

	separate(w);
	do {
		digits[--at] = (char)('0' + rest % 10);
	} while (rest /= 10);
	if (v < 0)
		digits[--at] = '-';
	buf_add(w->out, digits + at, sizeof(digits) - at);
}

void jw_double(struct jw *w, double v)
{
	char text[40];

	if (!isfinite(v)) {
		jw_null(w);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	separate(w);
	buf_adds(w->out, text);
}

void jw_bool(struct jw *w, bool v)
{
	separate(w);
	buf_adds(w->out, v ? "true" : "false");
}

void jw_null(struct jw *w)
{
	separate(w);
	buf_adds(w->out, "null");
}

void jw_id(struct jw *w, int64_t id)
{
	if (id == 0) {
		jw_null(w);
		return;
	}
	separate(w);
	w->comma = false;
	buf_addc(w->out, '"');
	jw_int(w, id);
	buf_addc(w->out, '"');
}

void jw_time(struct jw *w, int64_t at_ms)
{
	char text[40];

	if (at_ms == 0)
		jw_null(w);
	else
		jw_str(w, (struct str){text, time_print(text, sizeof(text), at_ms, NULL)});
}

void jw_raw(struct jw *w, struct str json)
{
	separate(w);
	if (json.len)
		buf_add(w->out, json.p, json.len);
	else
		buf_adds(w->out, "null");
}

static int to_buffer(const char *p, size_t len, void *out)
{
	buf_add(out, p, len);
	return 0;
}

void jw_json(struct jw *w, const json_t *j)
{
	separate(w);
	if (!j || json_dump_callback(j, to_buffer, w->out, JSON_ENCODE_ANY | JSON_COMPACT) < 0)
		buf_adds(w->out, "null");
}

void jw_kstr(struct jw *w, const char *key, struct str s)
{
	jw_key(w, key);
	jw_str(w, s);
}

void jw_kcstr(struct jw *w, const char *key, const char *s)
{
	jw_key(w, key);
	jw_cstr(w, s);
}

void jw_kint(struct jw *w, const char *key, int64_t v)
{
	jw_key(w, key);
	jw_int(w, v);
}

void jw_kbool(struct jw *w, const char *key, bool v)
{
	jw_key(w, key);
	jw_bool(w, v);
}

void jw_kid(struct jw *w, const char *key, int64_t id)
{
	jw_key(w, key);
	jw_id(w, id);
}

void jw_ktime(struct jw *w, const char *key, int64_t at_ms)
{
	jw_key(w, key);
	jw_time(w, at_ms);
}

/* Readers */

struct str json_get_str(const json_t *obj, const char *key)
{
	const json_t *j = json_object_get(obj, key);

	return json_is_string(j) ? (struct str){json_string_value(j), json_string_length(j)}
				 : STR_NULL;
}

int64_t json_get_int(const json_t *obj, const char *key, int64_t dflt)
{
	const json_t *j = json_object_get(obj, key);

	return json_is_integer(j) ? json_integer_value(j) : dflt;
}

bool json_get_bool(const json_t *obj, const char *key, bool dflt)
{
	const json_t *j = json_object_get(obj, key);

	return json_is_boolean(j) ? json_is_true(j) : dflt;
}
