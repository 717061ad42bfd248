#include "knowledge/numerals.h"

#define NUMERAL_LIMIT 1000000u

static int digit_of(uint32_t cp)
{
	static const struct {
		uint32_t cp;
		int digit;
	} digits[] = {{0x96F6, 0}, {0x3007, 0}, {0x25CB, 0}, {0x4E00, 1}, {0x4E8C, 2}, {0x4E24, 2}, {0x4E09, 3},
		      {0x56DB, 4}, {0x4E94, 5}, {0x516D, 6}, {0x4E03, 7}, {0x516B, 8}, {0x4E5D, 9}};

	if (cp >= '0' && cp <= '9')
		return (int)(cp - '0');
	for (size_t i = 0; i < ARRAY_SIZE(digits); i++)
		if (digits[i].cp == cp)
			return digits[i].digit;
	return -1;
}

static uint32_t unit_of(uint32_t cp)
{
	return cp == 0x5341 ? 10 : cp == 0x767E ? 100 : cp == 0x5343 ? 1000 : 0; /* 十 百 千 */
}

bool numeral_read(struct str s, size_t *pos, uint32_t *ret)
{
	uint32_t total = 0, current = 0;
	bool any = false, positional = true;
	size_t at = *pos;

	while (at < s.len) {
		size_t next = at;
		uint32_t cp = utf8_fold(utf8_next(s, &next));
		int digit = digit_of(cp);
		uint32_t unit = unit_of(cp);

		if (digit >= 0) {
			current = positional ? current * 10 + (uint32_t)digit : (uint32_t)digit;
		} else if (unit) {
			total += (current ? current : any ? 0 : 1) * unit;
			current = 0;
			positional = false;
		} else {
			break;
		}
		if (total + current > NUMERAL_LIMIT)
			return false;
		any = true;
		at = next;
	}
	if (!any)
		return false;
	*ret = total + current;
	*pos = at;
	return true;
}

/** Step over @p literal at *pos. */
static bool take(struct str s, size_t *pos, struct str literal)
{
	if (s.len - *pos < literal.len || memcmp(s.p + *pos, literal.p, literal.len) != 0)
		return false;
	*pos += literal.len;
	return true;
}

bool article_number(struct str s, size_t *ret_len, char key[ARTICLE_KEY_MAX])
{
	size_t pos = 0, behind;
	uint32_t number, sub;

	if (!take(s, &pos, STR("第")) || !numeral_read(s, &pos, &number) || !take(s, &pos, STR("条")))
		return false;
	behind = pos;
	if (take(s, &behind, STR("之")) && numeral_read(s, &behind, &sub)) {
		pos = behind;
		snprintf(key, ARTICLE_KEY_MAX, "%u-%u", number, sub);
	} else {
		snprintf(key, ARTICLE_KEY_MAX, "%u", number);
	}
	*ret_len = pos;
	return true;
}
