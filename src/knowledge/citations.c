#include "knowledge/citations.h"

/** 、第二款 和 at most: what may stand between two articles of the same law. */
#define GAP_MAX 48

static struct str from(struct str s, size_t pos)
{
	return (struct str){s.p + pos, s.len - pos};
}

/** 《…》 at @p pos. @return bytes, 0: none */
static size_t title_at(struct str s, size_t pos, struct str *ret)
{
	const size_t mark = strlen("《");
	size_t end = pos + mark;

	if (!str_starts(from(s, pos), STR("《")))
		return 0;
	while (end < s.len && !str_starts(from(s, end), STR("》")))
		utf8_next(s, &end);
	if (end >= s.len)
		return 0;
	*ret = (struct str){s.p + pos + mark, end - pos - mark};
	return end + mark - pos;
}

/** （以下简称…） behind a title. */
static size_t bracket_at(struct str s, size_t pos)
{
	size_t end = pos;

	if (!str_starts(from(s, pos), STR("（")))
		return 0;
	while (end < s.len && !str_starts(from(s, end), STR("）")))
		utf8_next(s, &end);
	return end < s.len ? end + strlen("）") - pos : 0;
}

/** 、第二款和, 第一项至: the law named before still speaks. */
static bool only_joins(struct str s)
{
	static const char *const joins[] = {"、", "和", "或者", "或", "及", "以及", "至", "到", "款", "项", "第", "的规定"};
	size_t pos = 0;

	if (s.len > GAP_MAX)
		return false;
	while (pos < s.len) {
		size_t before = pos;
		uint32_t n;

		for (size_t i = 0; i < ARRAY_SIZE(joins) && pos == before; i++)
			if (str_starts(from(s, pos), str_of(joins[i])))
				pos += strlen(joins[i]);
		if (pos == before && !numeral_read(s, &pos, &n))
			return false;
	}
	return true;
}

static bool relative_at(struct str s, size_t pos, size_t *ret_len, int *ret_back)
{
	static const struct {
		const char *words;
		int back;
	} known[] = {{"前条", 1}, {"前款", 0}, {"前两款", 0}, {"前二款", 0}, {"前三款", 0}};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!str_starts(from(s, pos), str_of(known[i].words)))
			continue;
		*ret_len = strlen(known[i].words);
		*ret_back = known[i].back;
		return true;
	}
	return false;
}

static bool found(struct citation *c, size_t *pos, size_t start, size_t end, struct str law, int back)
{
	c->from = start;
	c->to = *pos = end;
	c->law = law;
	c->back = back;
	if (back >= 0)
		c->key[0] = '\0';
	return true;
}

bool citation_next(struct str text, size_t *pos, struct citation *c)
{
	size_t at = *pos, len;
	int back;

	while (at < text.len) {
		struct str law = STR_NULL;
		size_t title = title_at(text, at, &law), behind = at + title;

		if (title) {
			behind += bracket_at(text, behind);
			if (article_number(from(text, behind), &len, c->key))
				return found(c, pos, at, behind + len, law, -1);
			at += title;
			continue;
		}
		if (article_number(from(text, at), &len, c->key)) {
			bool same = c->to && c->law.len && only_joins((struct str){text.p + c->to, at - c->to});

			return found(c, pos, at, at + len, same ? c->law : STR_NULL, -1);
		}
		if (relative_at(text, at, &len, &back))
			return found(c, pos, at, at + len, STR_NULL, back);
		utf8_next(text, &at);
	}
	return false;
}
