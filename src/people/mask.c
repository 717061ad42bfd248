#include "people/mask.h"

/* Compound surnames still met in China; the rest have one character. */
static const char *const compound[] = {"欧阳", "司马", "上官", "诸葛", "东方", "皇甫",
				       "尉迟", "公孙", "慕容", "令狐", "长孙", "宇文",
				       "司徒", "夏侯", "端木", "南宫"};

/* Bytes of the first @p n characters. */
static size_t head_bytes(struct str s, size_t n)
{
	size_t pos = 0;

	while (n-- && pos < s.len)
		utf8_next(s, &pos);
	return pos;
}

const char *mask_middle(struct arena *a, struct str s, size_t head, size_t tail)
{
	size_t count = utf8_count(s), from, to;

	if (count <= head + tail)
		return "***";
	from = head_bytes(s, head);
	to = head_bytes(s, count - tail);
	return arena_printf(a, "%.*s***%.*s", (int)from, s.p, (int)(s.len - to), s.p + to);
}

const char *mask_phone(struct arena *a, struct str e164)
{
	struct str n = e164;

	if (str_starts(n, STR("+86")))
		n = (struct str){n.p + 3, n.len - 3};
	if (n.len == 11 && n.p[0] == '1')
		return arena_printf(a, "%.3s****%.4s", n.p, n.p + 7);
	return n.len >= 8 ? arena_printf(a, "****%.*s", 4, n.p + n.len - 4) : "****";
}

const char *mask_email(struct arena *a, struct str email)
{
	struct str host = email, user;
	size_t first = head_bytes(email, 1);

	if (!str_split(&host, '@', &user) || !host.p || !first)
		return "***";
	return arena_printf(a, "%.*s***@%.*s", (int)first, email.p, STR_FMT(host));
}

const char *mask_name(struct arena *a, struct str name)
{
	size_t keep = 1;

	for (size_t i = 0; i < ARRAY_SIZE(compound); i++)
		if (str_starts(name, str_of(compound[i])))
			keep = 2;
	keep = head_bytes(name, keep);
	return arena_printf(a, "%.*s**", (int)keep, name.p);
}
