#include "store/json_member.h"

struct cursor {
	struct str s;
	size_t at;
};

static void skip_space(struct cursor *c)
{
	while (c->at < c->s.len && strchr(" \t\r\n", c->s.p[c->at]))
		c->at++;
}

static bool take(struct cursor *c, char want)
{
	skip_space(c);
	if (c->at >= c->s.len || c->s.p[c->at] != want)
		return false;
	c->at++;
	return true;
}

/* The bytes between the quotes; escapes stay. */
static bool take_string(struct cursor *c, struct str *ret)
{
	size_t from;

	if (!take(c, '"'))
		return false;
	for (from = c->at; c->at < c->s.len; c->at++) {
		if (c->s.p[c->at] == '\\')
			c->at++;
		else if (c->s.p[c->at] == '"') {
			*ret = (struct str){c->s.p + from, c->at++ - from};
			return true;
		}
	}
	return false;
}

/* An object or array, by counting brackets outside strings; or a number or word. */
static bool take_other(struct cursor *c, struct str *ret)
{
	size_t from = c->at;
	struct str ignored;
	int depth = 0;

	while (c->at < c->s.len) {
		char ch = c->s.p[c->at];

		if (ch == '"') {
			if (!take_string(c, &ignored))
				return false;
			continue;
		}
		if (depth == 0 && (ch == ',' || ch == '}' || ch == ']'))
			break;
		depth += (ch == '{' || ch == '[') - (ch == '}' || ch == ']');
		c->at++;
	}
	*ret = str_trim((struct str){c->s.p + from, c->at - from});
	return depth == 0 && ret->len > 0;
}

static int hex4(struct str s, size_t at)
{
	int v = 0;

	if (at + 4 > s.len)
		return -1;
	for (size_t i = at; i < at + 4; i++) {
		char c = s.p[i];
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
			    : c >= 'A' && c <= 'F' ? c - 'A' + 10
						   : -1;
		if (digit < 0)
			return -1;
		v = v * 16 + digit;
	}
	return v;
}

/* \uXXXX, with its second half when it is a surrogate. @return bytes read behind the 'u' */
static size_t unescape_unicode(struct str raw, size_t at, struct buf *out)
{
	int high = hex4(raw, at), low;
	uint32_t cp = high < 0 ? 0xFFFD : (uint32_t)high;
	char utf8[4];
	size_t used = 4;

	if (cp >= 0xD800 && cp < 0xE000) {
		low = at + 6 <= raw.len && raw.p[at + 4] == '\\' && raw.p[at + 5] == 'u'
			      ? hex4(raw, at + 6)
			      : -1;
		if (cp < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
			cp = 0x10000 + ((cp - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
			used = 10;
		} else {
			cp = 0xFFFD;
		}
	}
	buf_add(out, utf8, utf8_put(utf8, cp));
	return used;
}

static struct str unescape(struct str raw, struct buf *out)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";

	if (!memchr(raw.p, '\\', raw.len))
		return raw;
	buf_clear(out);
	buf_reserve(out, raw.len + 1);
	for (size_t i = 0; i < raw.len; i++) {
		const char *named;

		if (raw.p[i] != '\\' || i + 1 >= raw.len) {
			buf_addc(out, raw.p[i]);
			continue;
		}
		i++;
		named = memchr(from, raw.p[i], sizeof(from) - 1);
		if (raw.p[i] == 'u')
			i += unescape_unicode(raw, i + 1, out);
		else
			buf_addc(out, named ? to[named - from] : raw.p[i]);
	}
	return buf_str(out);
}

struct str json_member(struct str object, struct str key, struct buf *out)
{
	struct cursor c = {object, 0};
	struct str name, value, found = STR_NULL;
	bool is_string = false, found_string = false;

	if (!object.p || !key.p || !take(&c, '{'))
		return STR_NULL;
	while (take_string(&c, &name) && take(&c, ':')) {
		skip_space(&c);
		is_string = c.at < c.s.len && c.s.p[c.at] == '"';
		if (is_string ? !take_string(&c, &value) : !take_other(&c, &value))
			return STR_NULL;
		if (str_eq(unescape(name, out), key)) {
			found = value;
			found_string = is_string;
		}
		if (!take(&c, ','))
			break;
	}
	if (found_string)
		return unescape(found, out);
	return str_is(found, "null") ? STR_NULL : found;
}
