#include "knowledge/lawtext.h"

#include "base/time.h"

#define MAX_LEVEL 6

struct reader {
	struct arena *arena;
	struct law_text *out;
	struct map *repeats;		    /**< article key → how often, as an integer in the pointer */
	struct str headings[MAX_LEVEL + 1]; /**< by level; empty where none is open */
	struct buf paragraphs;		    /**< text of the node that is open */
	struct law_node open;
	bool has_open;
	bool in_body;			    /**< behind INFO END, or behind the first heading or article */
	bool has_articles;
	int line;
};

static struct str copy(struct arena *a, struct str s)
{
	return (struct str){arena_strndup(a, s.p ? s.p : "", s.len), s.len};
}

static struct str from(struct str s, size_t pos)
{
	return (struct str){s.p + pos, s.len - pos};
}

static struct str heading_path(struct reader *r)
{
	CLEANUP(buf_free) struct buf b = {0};

	for (int level = 2; level <= MAX_LEVEL; level++) {
		if (!r->headings[level].len)
			continue;
		if (b.len)
			buf_adds(&b, " › ");
		buf_add(&b, r->headings[level].p, r->headings[level].len);
	}
	return copy(r->arena, buf_str(&b));
}

static void close_node(struct reader *r)
{
	if (!r->has_open)
		return;
	r->open.text = copy(r->arena, str_trim(buf_str(&r->paragraphs)));
	if (r->open.kind == LAW_ARTICLE || r->open.text.len)
		VEC_ADD(&r->out->nodes, r->open);
	buf_clear(&r->paragraphs);
	r->has_open = false;
}

static void open_node(struct reader *r, enum law_node_kind kind)
{
	close_node(r);
	r->open = (struct law_node){.kind = kind, .line = r->line, .path = heading_path(r)};
	r->has_open = true;
}

static void add_paragraph(struct reader *r, struct str s)
{
	if (!r->has_open)
		open_node(r, LAW_TEXT);
	if (r->paragraphs.len)
		buf_addc(&r->paragraphs, '\n');
	buf_add(&r->paragraphs, s.p, s.len);
}

/** Headings are often spaced out (总　则): runs of blanks become one. */
static struct str tidy_heading(struct reader *r, struct str s)
{
	CLEANUP(buf_free) struct buf b = {0};
	bool blank = false;

	s = str_trim(s);
	for (size_t pos = 0; pos < s.len;) {
		size_t start = pos;
		uint32_t cp = utf8_next(s, &pos);

		if (cp == ' ' || cp == '\t' || cp == 0x3000) {
			blank = b.len > 0;
			continue;
		}
		if (blank)
			buf_addc(&b, ' ');
		blank = false;
		buf_add(&b, s.p + start, pos - start);
	}
	return copy(r->arena, buf_str(&b));
}

static void read_title(struct reader *r, struct str words)
{
	if (!r->out->title.len)
		r->out->title = words;
	else if (!r->out->part.len && !r->in_body)
		r->out->part = words;
	else
		VEC_ADD(&r->out->findings,
			arena_printf(r->arena, "line %d: a third title line, left out", r->line));
}

static void read_heading(struct reader *r, struct str line)
{
	int level = 0;
	struct str words;

	while ((size_t)level < line.len && line.p[level] == '#')
		level++;
	words = tidy_heading(r, from(line, (size_t)level));
	if (!words.len)
		return;
	if (level == 1) {
		read_title(r, words);
		return;
	}
	if (level > MAX_LEVEL)
		level = MAX_LEVEL;
	close_node(r);
	r->in_body = true;
	for (int deeper = level; deeper <= MAX_LEVEL; deeper++)
		r->headings[deeper] = STR_NULL;
	VEC_ADD(&r->out->nodes,
		((struct law_node){.kind = LAW_HEADING, .level = level, .line = r->line, .number = STR(""), .path = heading_path(r), .text = words}));
	r->headings[level] = words;
}

static int count_key(struct reader *r, const char *key)
{
	uintptr_t n = (uintptr_t)map_get(r->repeats, str_of(key));

	map_put(r->repeats, str_of(key), (void *)(n + 1));
	return (int)n;
}

static void open_article(struct reader *r, struct str number, const char *key, struct str rest)
{
	open_node(r, LAW_ARTICLE);
	r->in_body = true;
	r->out->articles++;
	r->open.number = copy(r->arena, number);
	memcpy(r->open.key, key, strlen(key) + 1);
	r->open.repeat = count_key(r, key);
	rest = str_trim(rest);
	if (rest.len)
		add_paragraph(r, rest);
}

static bool blank_at(struct str s, size_t pos)
{
	return pos >= s.len || s.p[pos] == ' ' || s.p[pos] == '\t' || str_starts(from(s, pos), STR("\u3000"));
}

/** "第五十四条 …": a number before white space; a sentence that merely begins with one is no article. */
static bool starts_article(struct str line, size_t *ret_len, char key[ARTICLE_KEY_MAX])
{
	return article_number(line, ret_len, key) && blank_at(line, *ret_len);
}

static bool read_article(struct reader *r, struct str line)
{
	char key[ARTICLE_KEY_MAX];
	size_t len;

	if (!starts_article(line, &len, key))
		return false;
	open_article(r, (struct str){line.p, len}, key, from(line, len));
	return true;
}

/** "一、将第…": an item of an amendment, which has no articles of its own. */
static bool read_item(struct reader *r, struct str line)
{
	char key[ARTICLE_KEY_MAX];
	size_t pos = 0;
	uint32_t n;

	if (r->has_articles || !numeral_read(line, &pos, &n) || !str_starts(from(line, pos), STR("、")))
		return false;
	snprintf(key, sizeof(key), "i%u", n);
	open_article(r, (struct str){line.p, pos}, key, from(line, pos + strlen("、")));
	return true;
}

static bool take_number(struct str s, size_t *pos, struct str unit, int *ret)
{
	uint32_t n;

	if (!numeral_read(s, pos, &n) || !str_starts(from(s, *pos), unit))
		return false;
	*pos += unit.len;
	*ret = (int)n;
	return true;
}

static bool read_event(struct reader *r, struct str line)
{
	int year, month, day;
	size_t pos = 0;

	if (!take_number(line, &pos, STR("年"), &year) || !take_number(line, &pos, STR("月"), &month) ||
	    !take_number(line, &pos, STR("日"), &day) || year < 1900 || year > 2200 || month < 1 || month > 12 ||
	    day < 1 || day > 31)
		return false;
	VEC_ADD(&r->out->events, ((struct law_event){date_from_civil(year, month, day),
						     copy(r->arena, str_trim(from(line, pos)))}));
	return true;
}

static void read_line(struct reader *r, struct str line)
{
	line = str_trim(line);
	if (!line.len || str_is(line, "---"))
		return;
	if (str_starts(line, STR("<!--")))
		r->in_body |= str_starts(line, STR("<!-- INFO END"));
	else if (line.p[0] == '#')
		read_heading(r, line);
	else if (!r->in_body && (!r->out->title.len || read_event(r, line)))
		return;
	else if (!read_article(r, line) && !read_item(r, line) && r->in_body)
		add_paragraph(r, line);
}

static bool has_articles(struct str text)
{
	char key[ARTICLE_KEY_MAX];
	struct str line;
	size_t len;

	while (str_split(&text, '\n', &line))
		if (starts_article(str_trim(line), &len, key))
			return true;
	return false;
}

/** Day of "(2023-12-29)" at the end of a file's name. */
static int64_t day_of_name(const char *file_name)
{
	const char *open = strrchr(file_name, '(');
	int64_t day;

	if (!open || strlen(open) < 12 || date_parse((struct str){open + 1, 10}, &day) < 0)
		return DAY_UNKNOWN;
	return day;
}

static bool is_effect(struct str what)
{
	return str_starts(what, STR("施行")) || str_starts(what, STR("起施行")) ||
	       str_starts(what, STR("起生效")) || str_starts(what, STR("生效"));
}

static int64_t day_of_last_act(const struct law_text *t)
{
	for (size_t i = t->events.n; i > 0; i--)
		if (!is_effect(t->events.at[i - 1].what))
			return t->events.at[i - 1].day;
	return t->events.n ? t->events.at[t->events.n - 1].day : DAY_UNKNOWN;
}

static void date_version(struct law_text *t, const char *file_name)
{
	t->version_day = day_of_name(file_name);
	if (t->version_day == DAY_UNKNOWN)
		t->version_day = day_of_last_act(t);
	t->effective_day = t->version_day;
	for (size_t i = 0; i < t->events.n; i++)
		if (is_effect(t->events.at[i].what) && t->events.at[i].day >= t->version_day)
			t->effective_day = t->events.at[i].day;
}

static int refuse(struct law_text *t, struct fault *f)
{
	const char *why = t->title.len ? "no article (第…条) found" : "no title line (# …) found";

	law_text_free(t);
	return fail(f, E_INVALID, "file", "%s", why);
}

int law_text_parse(struct arena *a, struct str text, const char *file_name, struct law_text *ret, struct fault *f)
{
	struct law_text t = {.part = STR("")};
	struct reader r = {.arena = a, .out = &t};
	struct str line;

	if (!utf8_valid(text))
		return fail(f, E_INVALID, "file", "not UTF-8 text");
	r.has_articles = has_articles(text);
	r.repeats = map_new();
	while (str_split(&text, '\n', &line)) {
		r.line++;
		read_line(&r, line);
	}
	close_node(&r);
	buf_free(&r.paragraphs);
	map_free(r.repeats, NULL);
	if (!t.title.len || !t.articles)
		return refuse(&t, f);
	date_version(&t, file_name);
	*ret = t;
	return 0;
}

void law_text_free(struct law_text *t)
{
	VEC_FREE(&t->events);
	VEC_FREE(&t->nodes);
	VEC_FREE(&t->findings);
}

/** Length of a bracketed group that begins with a digit, "（2023-12-29修订）"; 0 when none stands at @p pos. */
static size_t dated_bracket(struct str s, size_t pos)
{
	size_t at = pos, digit;
	uint32_t cp;

	if (utf8_fold(utf8_next(s, &at)) != '(' || at >= s.len)
		return 0;
	digit = at;
	cp = utf8_fold(utf8_next(s, &digit));
	if (cp < '0' || cp > '9')
		return 0;
	while (at < s.len)
		if (utf8_fold(utf8_next(s, &at)) == ')')
			return at - pos;
	return 0;
}

static bool is_word(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 0x3400 && cp <= 0x9FFF) ||
	       cp == 0x3007 || cp >= 0x20000;
}

struct str law_title_key(struct arena *a, struct str title)
{
	CLEANUP(buf_free) struct buf b = {0};
	const struct str state = STR("中华人民共和国");

	for (size_t pos = 0; pos < title.len;) {
		size_t skip = dated_bracket(title, pos);
		char bytes[4];
		uint32_t cp;

		if (!skip && str_starts(from(title, pos), state))
			skip = state.len;
		if (skip) {
			pos += skip;
			continue;
		}
		cp = utf8_fold(utf8_next(title, &pos));
		if (is_word(cp))
			buf_add(&b, bytes, utf8_put(bytes, cp));
	}
	return copy(a, buf_str(&b));
}
