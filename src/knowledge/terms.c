#include "knowledge/terms.h"

#define WORD_BIT (UINT64_C(1) << 63)
#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static bool is_han(uint32_t cp)
{
	return (cp >= 0x3400 && cp <= 0x9FFF) || cp == 0x3007 || (cp >= 0xF900 && cp <= 0xFAFF) ||
	       (cp >= 0x20000 && cp <= 0x323AF);
}

static bool is_alnum(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 0xC0 && cp <= 0x24F);
}

struct term_scan term_scan(struct str text)
{
	return (struct term_scan){.text = text};
}

bool term_is_single(term_t t)
{
	return !(t & WORD_BIT) && t >> 21 == 0;
}

/** A run of letters and digits that begins with @p cp at @p start; s->pos stands behind @p cp. */
static void read_word(struct term_scan *s, uint32_t cp, size_t start, struct term_at *ret)
{
	uint64_t hash = FNV_BASIS;
	size_t end = s->pos;

	for (;;) {
		hash = (hash ^ cp) * FNV_PRIME;
		s->pos = end;
		if (end >= s->text.len)
			break;
		cp = utf8_fold(utf8_next(s->text, &end));
		if (!is_alnum(cp))
			break;
	}
	*ret = (struct term_at){hash | WORD_BIT, (uint32_t)start, (uint32_t)s->pos};
}

bool term_next(struct term_scan *s, struct term_at *ret)
{
	if (s->pair.term) {
		*ret = s->pair;
		s->pair.term = 0;
		return true;
	}
	while (s->pos < s->text.len) {
		size_t start = s->pos;
		uint32_t cp = utf8_fold(utf8_next(s->text, &s->pos));

		if (is_han(cp)) {
			*ret = (struct term_at){cp, (uint32_t)start, (uint32_t)s->pos};
			if (s->before)
				s->pair = (struct term_at){s->before | (term_t)cp << 21, s->before_at,
							   (uint32_t)s->pos};
			s->before = cp;
			s->before_at = (uint32_t)start;
			return true;
		}
		s->before = 0;
		if (is_alnum(cp)) {
			read_word(s, cp, start, ret);
			return true;
		}
	}
	return false;
}
