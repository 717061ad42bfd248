/* UTF-8 as RFC 3629 has it: shortest form, no surrogates, at most U+10FFFF. */
#include "base/text.h"

#define REPLACEMENT 0xFFFD

/* Length of a well-formed sequence at p (0: bad), and its code point. */
static size_t decode(const unsigned char *p, size_t len, uint32_t *ret_cp)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n;
	uint32_t cp;

	if (p[0] < 0x80) {
		*ret_cp = p[0];
		return 1;
	}
	n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
	if (p[0] < 0xC2 || p[0] > 0xF4 || len < n)
		return 0;
	cp = p[0] & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		cp = cp << 6 | (p[i] & 0x3F);
	}
	if (cp < least[n] || cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		return 0;
	*ret_cp = cp;
	return n;
}

bool utf8_valid(struct str s)
{
	uint32_t cp;

	for (size_t pos = 0, n; pos < s.len; pos += n) {
		n = decode((const unsigned char *)s.p + pos, s.len - pos, &cp);
		if (n == 0 || cp == 0)
			return false;
	}
	return true;
}

uint32_t utf8_next(struct str s, size_t *pos)
{
	uint32_t cp;
	size_t n;

	if (*pos >= s.len)
		return REPLACEMENT;
	n = decode((const unsigned char *)s.p + *pos, s.len - *pos, &cp);
	*pos += n ? n : 1;
	return n ? cp : REPLACEMENT;
}

size_t utf8_put(char out[4], uint32_t cp)
{
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = REPLACEMENT;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

size_t utf8_count(struct str s)
{
	size_t n = 0;

	for (size_t pos = 0; pos < s.len; n++)
		utf8_next(s, &pos);
	return n;
}

uint32_t utf8_fold(uint32_t cp)
{
	if (cp == 0x3000)
		return ' ';
	if (cp >= 0xFF01 && cp <= 0xFF5E) /* full-width forms of ! to ~ */
		cp -= 0xFEE0;
	if (cp >= 'A' && cp <= 'Z')
		return cp + 32;
	if ((cp >= 0xC0 && cp <= 0xDE && cp != 0xD7) || (cp >= 0x391 && cp <= 0x3A9) ||
	    (cp >= 0x410 && cp <= 0x42F)) /* Latin-1, Greek, Cyrillic capitals */
		return cp + 32;
	if (cp >= 0x100 && cp <= 0x17E) { /* Latin Extended-A: pairs, pinyin tone marks among them */
		bool odd_upper = (cp >= 0x139 && cp <= 0x148) || cp >= 0x179;

		if (cp == 0x130 || cp == 0x131 || cp == 0x138 || cp == 0x149 || cp == 0x178)
			return cp == 0x178 ? 0xFF : cp;
		return (cp & 1) == (odd_upper ? 1u : 0u) ? cp + 1 : cp;
	}
	return cp;
}
