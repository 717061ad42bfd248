#include <stdio.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"

struct str str_of(const char *cstr)
{
	return cstr ? (struct str){cstr, strlen(cstr)} : STR_NULL;
}

bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool str_is(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

bool str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && str_eq((struct str){s.p, prefix.len}, prefix);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	static const char wide[] = "\xE3\x80\x80"; /* U+3000 */

	while (s.len > 0) {
		size_t n = is_blank(s.p[0]) ? 1 : s.len >= 3 && memcmp(s.p, wide, 3) == 0 ? 3 : 0;

		if (n == 0)
			break;
		s.p += n;
		s.len -= n;
	}
	while (s.len > 0) {
		if (is_blank(s.p[s.len - 1]))
			s.len--;
		else if (s.len >= 3 && memcmp(s.p + s.len - 3, wide, 3) == 0)
			s.len -= 3;
		else
			break;
	}
	return s;
}

bool str_split(struct str *rest, char sep, struct str *ret_piece)
{
	const char *at;

	if (!rest->p)
		return false;
	at = rest->len ? memchr(rest->p, sep, rest->len) : NULL;
	if (!at) {
		*ret_piece = *rest;
		*rest = STR_NULL;
		return true;
	}
	*ret_piece = (struct str){rest->p, (size_t)(at - rest->p)};
	rest->len -= ret_piece->len + 1;
	rest->p = at + 1;
	return true;
}

int str_to_int(struct str s, int64_t *ret)
{
	bool minus = s.len > 0 && s.p[0] == '-';
	int64_t v = 0;

	if (s.len == (size_t)minus)
		return -E_INVALID;
	for (size_t i = minus; i < s.len; i++) {
		int digit = s.p[i] - '0';

		/* Counted downwards: INT64_MIN has no positive twin. */
		if (digit < 0 || digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_sub_overflow(v, digit, &v))
			return -E_INVALID;
	}
	if (!minus && v == INT64_MIN)
		return -E_INVALID;
	*ret = minus ? v : -v;
	return 0;
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->p)
		b->p[0] = '\0';
}

void buf_reserve(struct buf *b, size_t more)
{
	size_t need, cap = b->cap ? b->cap : 64;

	if (__builtin_add_overflow(b->len, more, &need) || need >= SIZE_MAX / 2)
		mem_product(SIZE_MAX, 2);
	if (need + 1 <= b->cap)
		return;
	while (cap < need + 1)
		cap *= 2;
	b->p = mem_resize(b->p, cap);
	b->cap = cap;
	b->p[b->len] = '\0';
}

void buf_add(struct buf *b, const void *p, size_t len)
{
	buf_reserve(b, len);
	if (len)
		memcpy(b->p + b->len, p, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void buf_addc(struct buf *b, char c)
{
	if (b->len + 1 >= b->cap)
		buf_reserve(b, 1);
	b->p[b->len++] = c;
	b->p[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	if (len >= 0) {
		buf_reserve(b, (size_t)len);
		vsnprintf(b->p + b->len, (size_t)len + 1, fmt, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

struct str buf_str(const struct buf *b)
{
	return (struct str){b->p ? b->p : "", b->len};
}

char *hex_encode(struct arena *a, const void *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = p;
	char *out = arena_alloc(a, mem_product(len, 2) + 1);

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	return out;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int hex_decode(struct str hex, uint8_t *out, size_t out_len)
{
	if (hex.len % 2 || hex.len / 2 != out_len)
		return -E_INVALID;
	for (size_t i = 0; i < hex.len; i++)
		if (hex_digit(hex.p[i]) < 0)
			return -E_INVALID;
	for (size_t i = 0; i < out_len; i++)
		out[i] = (uint8_t)(hex_digit(hex.p[2 * i]) << 4 | hex_digit(hex.p[2 * i + 1]));
	return 0;
}

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *base64url_encode(struct arena *a, const void *p, size_t len)
{
	const uint8_t *in = p;
	char *out = arena_alloc(a, mem_product(len / 3 + 1, 4) + 1);
	uint32_t bits = 0;
	int have = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | in[i];
		for (have += 8; have >= 6; have -= 6)
			out[n++] = base64url[bits >> (have - 6) & 63];
	}
	if (have)
		out[n++] = base64url[bits << (6 - have) & 63];
	return out;
}

int base64url_decode(struct arena *a, struct str s, struct str *ret)
{
	uint8_t *out = arena_alloc(a, s.len / 4 * 3 + 3);
	uint32_t bits = 0;
	int have = 0;
	size_t n = 0;

	if (s.len % 4 == 1)
		return -E_INVALID;
	for (size_t i = 0; i < s.len; i++) {
		const char *at = s.p[i] ? strchr(base64url, s.p[i]) : NULL;

		if (!at)
			return -E_INVALID;
		bits = bits << 6 | (uint32_t)(at - base64url);
		if ((have += 6) >= 8) {
			have -= 8;
			out[n++] = (uint8_t)(bits >> have);
		}
	}
	if (bits & ((1u << have) - 1)) /* one value, one text: the unused bits must be zero */
		return -E_INVALID;
	*ret = (struct str){(char *)out, n};
	return 0;
}
