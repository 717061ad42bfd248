#include "knowledge/word.h"

#include <libxml/xmlreader.h>
#include <zip.h>

#include "base/map.h"
#include "base/memory.h"
#include "knowledge/numerals.h"

#define TEXT_PART "word/document.xml"
#define LISTS_PART "word/numbering.xml"
#define LIST_ID_MAX 12 /**< bytes of a list's number, with NUL */
#define PARTS_MAX 5000
/** Word's own text packs some 1:20; a part that unfolds further than this is a trap. */
#define UNFOLD_MAX 400
#define TITLE_MAX 360 /**< bytes */
#define HEADING_MAX 240

typedef VEC(struct str) paragraphs_t;

bool word_is(struct str file)
{
	return str_starts(file, STR("PK\003\004")) || str_starts(file, STR("\xD0\xCF\x11\xE0"));
}

/* ---- out of the zip ------------------------------------------------------------------------- */

static int damaged(struct fault *f, const char *why)
{
	return fail(f, E_CORRUPT, "file",
		    "the Word file is damaged: %s; open it in Word or WPS and save it again", why);
}

static int read_part(struct arena *a, zip_t *zip, const char *name, struct str *ret,
		     struct fault *f)
{
	zip_stat_t stat;
	zip_file_t *part;
	char *text;
	zip_int64_t got;

	if (zip_stat(zip, name, 0, &stat) < 0)
		return fail(f, E_INVALID, "file", "no Word document: it has no part %s", name);
	if (stat.size > WORD_TEXT_MAX || stat.size / UNFOLD_MAX > stat.comp_size)
		return fail(f, E_TOO_LARGE, "file",
			    "%s unfolds to %llu bytes, which no statute has", name,
			    (unsigned long long)stat.size);
	part = zip_fopen(zip, name, 0);
	if (!part)
		return damaged(f, zip_strerror(zip));
	text = arena_alloc(a, stat.size + 1);
	got = zip_fread(part, text,
			stat.size + 1); /* one more: what the list of parts says may be a lie */
	if (zip_fclose(part) != 0 || got != (zip_int64_t)stat.size)
		return damaged(f, "a part does not unpack to what is promised");
	*ret = (struct str){text, stat.size};
	return 0;
}

static int unpack(struct arena *a, struct str file, struct str *ret, struct str *ret_lists,
		  struct fault *f)
{
	zip_error_t why;
	zip_source_t *source;
	zip_t *zip;
	int r;

	zip_error_init(&why);
	source = zip_source_buffer_create(file.p, file.len, 0, &why);
	zip = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &why) : NULL;
	if (!zip) {
		r = damaged(f, zip_error_strerror(&why));
		zip_source_free(source);
		zip_error_fini(&why);
		return r;
	}
	zip_error_fini(&why);
	r = zip_get_num_entries(zip, 0) > PARTS_MAX
		    ? fail(f, E_TOO_LARGE, "file", "more than %d parts", PARTS_MAX)
		    : read_part(a, zip, TEXT_PART, ret, f);
	if (r == 0 && zip_name_locate(zip, LISTS_PART, 0) >= 0)
		r = read_part(a, zip, LISTS_PART, ret_lists, f);
	zip_discard(zip);
	return r;
}

/* ---- lists whose items are articles ---------------------------------------------------------- */

struct list_id {
	char id[LIST_ID_MAX];
};

typedef VEC(struct list_id) list_ids_t;

static struct list_id attribute(xmlTextReaderPtr xml, const char *name)
{
	xmlChar *value = xmlTextReaderGetAttribute(xml, BAD_CAST name);
	struct list_id id;

	snprintf(id.id, sizeof(id.id), "%s", value ? (const char *)value : "");
	xmlFree(value);
	return id;
}

static bool has_list(const list_ids_t *lists, struct list_id id)
{
	for (size_t i = 0; i < lists->n; i++)
		if (strcmp(lists->at[i].id, id.id) == 0)
			return true;
	return false;
}

static bool numbers_articles(xmlTextReaderPtr xml)
{
	xmlChar *text = xmlTextReaderGetAttribute(xml, BAD_CAST "w:val");
	bool yes = text && strstr((const char *)text, "条");

	xmlFree(text);
	return yes;
}

/**
 * Lists that write 第%1条 by themselves. Patterns (w:abstractNum) stand before the lists (w:num)
 * that follow them.
 *
 * @return 0 whole, -1 broken
 */
static int read_lists(struct str part, list_ids_t *ret)
{
	xmlTextReaderPtr xml = xmlReaderForMemory(part.p, (int)part.len, NULL, NULL,
						  XML_PARSE_NONET | XML_PARSE_NOERROR);
	list_ids_t patterns = {0};
	struct list_id pattern = {0}, list = {0};
	int r = -1;

	while (xml && (r = xmlTextReaderRead(xml)) == 1) {
		const char *name = (const char *)xmlTextReaderConstName(xml);

		if (xmlTextReaderNodeType(xml) != XML_READER_TYPE_ELEMENT)
			continue;
		if (strcmp(name, "w:abstractNum") == 0)
			pattern = attribute(xml, "w:abstractNumId");
		else if (strcmp(name, "w:lvlText") == 0 && numbers_articles(xml))
			VEC_ADD(&patterns, pattern);
		else if (strcmp(name, "w:num") == 0)
			list = attribute(xml, "w:numId");
		else if (strcmp(name, "w:abstractNumId") == 0 &&
			 has_list(&patterns, attribute(xml, "w:val")))
			VEC_ADD(ret, list);
	}
	VEC_FREE(&patterns);
	if (xml)
		xmlFreeTextReader(xml);
	return r;
}

/* ---- paragraphs ----------------------------------------------------------------------------- */

struct scan {
	struct arena *arena;
	xmlTextReaderPtr xml;
	paragraphs_t *out;
	struct buf line; /**< of the paragraph, or of the table's row, that is open */
	int row;	 /**< depth of the row, 0 outside: cells of a row stand in one line */
	const list_ids_t *lists;
	bool listed;   /**< an article has its number from a list */
	int skip;      /**< depth of an element left out, 0 none */
	char why[200]; /**< what the parser said first */
	int why_line;
};

static void note_error(void *arg, const char *message, xmlParserSeverities severity,
		       xmlTextReaderLocatorPtr at)
{
	struct scan *s = arg;

	(void)severity;
	if (s->why[0])
		return;
	s->why_line = xmlTextReaderLocatorLineNumber(at);
	snprintf(s->why, sizeof(s->why), "%.*s", (int)strcspn(message, "\n"), message);
}

static void end_line(struct scan *s)
{
	struct str line = str_trim(buf_str(&s->line));

	if (line.len)
		VEC_ADD(s->out,
			((struct str){arena_strndup(s->arena, line.p, line.len), line.len}));
	buf_clear(&s->line);
}

static bool is_part(const char *name, const char *what)
{
	return strcmp(name, what) == 0;
}

static void begin_element(struct scan *s, const char *name)
{
	int depth = xmlTextReaderDepth(s->xml);
	bool empty = xmlTextReaderIsEmptyElement(s->xml) == 1;

	/* The same text again for older readers, and what is no text of the law. */
	if (!empty && (is_part(name, "Fallback") || is_part(name, "txbxContent") ||
		       is_part(name, "instrText")))
		s->skip = depth;
	else if (is_part(name, "br") || is_part(name, "cr"))
		s->row ? buf_addc(&s->line, ' ') : end_line(s);
	else if (is_part(name, "numId"))
		s->listed |= has_list(s->lists, attribute(s->xml, "w:val"));
	else if (is_part(name, "tab"))
		buf_addc(&s->line, ' ');
	else if (is_part(name, "tr") && !empty && !s->row)
		s->row = depth;
}

static void end_element(struct scan *s, const char *name)
{
	int depth = xmlTextReaderDepth(s->xml);

	if (s->row && depth == s->row) {
		s->row = 0;
		end_line(s);
	} else if (s->row && is_part(name, "tc")) {
		buf_adds(&s->line, " | ");
	} else if (is_part(name, "p")) {
		s->row ? buf_addc(&s->line, ' ') : end_line(s);
	}
}

static void add_text(struct scan *s)
{
	const char *text = (const char *)xmlTextReaderConstValue(s->xml);

	for (; text && *text; text++)
		buf_addc(&s->line, *text == '\n' || *text == '\r' || *text == '\t' ? ' ' : *text);
}

/** @param in_text  inside w:t */
static int take_node(struct scan *s, bool *in_text, struct fault *f)
{
	const char *name = (const char *)xmlTextReaderConstLocalName(s->xml);
	int type = xmlTextReaderNodeType(s->xml);

	if (type == XML_READER_TYPE_DOCUMENT_TYPE || type == XML_READER_TYPE_ENTITY_REFERENCE)
		return fail(f, E_INVALID, "file",
			    TEXT_PART " declares entities, which Word never does; it was not read");
	if (s->skip) {
		if (type == XML_READER_TYPE_END_ELEMENT && xmlTextReaderDepth(s->xml) == s->skip)
			s->skip = 0;
		return 0;
	}
	if (type == XML_READER_TYPE_ELEMENT) {
		*in_text = is_part(name, "t") && !xmlTextReaderIsEmptyElement(s->xml);
		begin_element(s, name);
	} else if (type == XML_READER_TYPE_END_ELEMENT) {
		*in_text = false;
		end_element(s, name);
	} else if (*in_text && (type == XML_READER_TYPE_TEXT ||
				type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE ||
				type == XML_READER_TYPE_CDATA)) {
		add_text(s);
	}
	return 0;
}

static int read_paragraphs(struct arena *a, struct str xml, const list_ids_t *lists,
			   paragraphs_t *ret, struct fault *f)
{
	struct scan s = {.arena = a, .out = ret, .lists = lists};
	bool in_text = false;
	int r;

	s.xml = xmlReaderForMemory(xml.p, (int)xml.len, NULL, NULL, XML_PARSE_NONET);
	if (!s.xml)
		return fail(f, E_NO_MEMORY, "file", "no memory for the Word file");
	xmlTextReaderSetErrorHandler(s.xml, note_error, &s);
	while ((r = xmlTextReaderRead(s.xml)) == 1)
		if ((r = take_node(&s, &in_text, f)) < 0)
			break;
	end_line(&s);
	buf_free(&s.line);
	xmlFreeTextReader(s.xml);
	if (r == -1 && !f->err)
		r = fail(f, E_CORRUPT, "file", TEXT_PART " line %d: %s", s.why_line, s.why);
	if (r == 0 && s.listed)
		r = fail(f, E_INVALID, "file",
			 "Word numbers the articles by itself, so their numbers are not in the "
			 "text: turn the numbering "
			 "into text and save again");
	return r < 0 ? (f->err ? -f->err : r) : 0;
}

/* ---- what each paragraph is ----------------------------------------------------------------- */

static struct str from(struct str s, size_t pos)
{
	return (struct str){s.p + pos, s.len - pos};
}

static bool ends_with(struct str s, struct str end)
{
	return s.len >= end.len && memcmp(s.p + s.len - end.len, end.p, end.len) == 0;
}

/** Without any blank: 目　　录 → 目录. */
static struct str squeezed(struct arena *a, struct str s)
{
	CLEANUP(buf_free) struct buf b = {0};

	for (size_t pos = 0; pos < s.len;) {
		size_t start = pos;
		uint32_t cp = utf8_next(s, &pos);

		if (cp != ' ' && cp != 0x3000 && cp != 0xA0)
			buf_add(&b, s.p + start, pos - start);
	}
	return (struct str){arena_strndup(a, b.p ? b.p : "", b.len), b.len};
}

enum rank { RANK_NONE, RANK_BOOK, RANK_SUBBOOK, RANK_CHAPTER, RANK_SECTION, RANK_APPENDIX };

static enum rank rank_of(struct str line)
{
	static const struct {
		const char *unit;
		enum rank rank;
	} units[] = {{"分编", RANK_SUBBOOK},
		     {"编", RANK_BOOK},
		     {"章", RANK_CHAPTER},
		     {"节", RANK_SECTION}};
	size_t pos = strlen("第");
	uint32_t n;

	if (line.len > HEADING_MAX || ends_with(line, STR("。")) || ends_with(line, STR("；")))
		return RANK_NONE;
	if (str_starts(line, STR("附件")) || str_starts(line, STR("附表")) ||
	    str_starts(line, STR("附录")))
		return line.len <= 120 ? RANK_APPENDIX : RANK_NONE;
	if (!str_starts(line, STR("第")) || !numeral_read(line, &pos, &n))
		return RANK_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (str_starts(from(line, pos), str_of(units[i].unit)))
			return units[i].rank;
	return RANK_NONE;
}

static bool is_article(struct str line)
{
	char key[ARTICLE_KEY_MAX];
	size_t len;

	return article_number(line, &len, key);
}

/** Entry of a table of contents without its page number and dots. */
static struct str entry_of(struct arena *a, struct str line)
{
	struct str s = squeezed(a, line);

	while (s.len && (s.p[s.len - 1] == '.' || (s.p[s.len - 1] >= '0' && s.p[s.len - 1] <= '9')))
		s.len--;
	while (ends_with(s, STR("…")) || ends_with(s, STR("·")))
		s.len -= ends_with(s, STR("…")) ? 3 : 2;
	return s;
}

/* ---- days of the note ----------------------------------------------------------------------- */

static bool read_unit(struct str s, size_t *pos, struct str unit)
{
	uint32_t n;

	if (!numeral_read(s, pos, &n) || !str_starts(from(s, *pos), unit))
		return false;
	*pos += unit.len;
	return true;
}

/** "2012年12月28日" at @p pos. @return its bytes, 0: none */
static size_t date_at(struct str s, size_t pos)
{
	size_t at = pos;

	return read_unit(s, &at, STR("年")) && read_unit(s, &at, STR("月")) &&
			       read_unit(s, &at, STR("日"))
		       ? at - pos
		       : 0;
}

static bool next_date(struct str s, size_t *pos, size_t *ret_len)
{
	while (*pos < s.len) {
		*ret_len = date_at(s, *pos);
		if (*ret_len)
			return true;
		utf8_next(s, pos);
	}
	return false;
}

static struct str drop_end(struct str s)
{
	static const char *const ends[] = {"）", ")",  "，",   "。", "；",
					   "、", "自", "根据", "　", " "};
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
			if (ends_with(s, str_of(ends[i]))) {
				s.len -= strlen(ends[i]);
				again = true;
			}
		}
	}
	return s;
}

/** The note → a line a day, as lawtext reads them. @return whether one of them is when it takes
 * effect */
static bool write_events(struct buf *out, struct str note)
{
	size_t pos = 0, len, next_len;
	bool effect = false;

	if (!next_date(note, &pos, &len))
		return false;
	for (;;) {
		size_t next = pos + len;
		bool more = next_date(note, &next, &next_len);
		struct str what = drop_end((struct str){note.p + pos + len, next - pos - len});

		effect |= str_starts(what, STR("起施行")) || str_starts(what, STR("施行"));
		buf_printf(out, "%.*s %.*s\n", (int)len, note.p + pos, STR_FMT(what));
		if (!more)
			return effect;
		pos = next;
		len = next_len;
	}
}

/** "本法自2021年1月1日起施行": the last such sentence of the text. */
static void write_effect(struct buf *out, const paragraphs_t *lines)
{
	for (size_t i = lines->n; i-- > 0;) {
		struct str s = lines->at[i];
		size_t len;

		for (size_t pos = 0; next_date(s, &pos, &len); pos += len) {
			if (!str_starts(from(s, pos + len), STR("起施行")))
				continue;
			buf_printf(out, "%.*s 起施行\n", (int)len, s.p + pos);
			return;
		}
	}
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool is_note(struct str line)
{
	return str_starts(line, STR("（")) || str_starts(line, STR("("));
}

static bool begins_body(struct arena *a, struct str line)
{
	return rank_of(line) != RANK_NONE || is_article(line) || str_is(squeezed(a, line), "目录");
}

/** Title and note. @return the first line behind them */
static size_t write_head(struct arena *a, const paragraphs_t *lines, struct buf *out)
{
	CLEANUP(buf_free) struct buf title = {0};
	CLEANUP(buf_free) struct buf note = {0};
	size_t n = 0, at;
	bool effect = false;

	while (n < lines->n && !is_note(lines->at[n]) && !begins_body(a, lines->at[n]))
		n++;
	at = n < lines->n && is_note(lines->at[n]) ? n
	     : n				   ? 1
						   : 0; /* no note: the first line is the title */
	for (size_t i = 0; i < at && title.len < TITLE_MAX; i++) {
		struct str piece = squeezed(a, lines->at[i]);

		buf_add(&title, piece.p, piece.len);
	}
	while (at < lines->n && at >= n &&
	       (is_note(lines->at[at]) || (note.len && !ends_with(buf_str(&note), STR("）"))))) {
		if (begins_body(a, lines->at[at]))
			break;
		buf_add(&note, lines->at[at].p, lines->at[at].len);
		at++;
	}
	if (title.len)
		buf_printf(out, "# %.*s\n", STR_FMT(buf_str(&title)));
	effect = write_events(out, buf_str(&note));
	if (!effect)
		write_effect(out, lines);
	buf_adds(out, "<!-- INFO END -->\n");
	return at;
}

/** The table of contents: until its first entry stands there again, or an article begins. */
static size_t skip_contents(struct arena *a, const paragraphs_t *lines, size_t at)
{
	struct str first = at + 1 < lines->n ? entry_of(a, lines->at[at + 1]) : STR_NULL;

	for (size_t i = at + 2; i < lines->n; i++) {
		if (str_eq(squeezed(a, lines->at[i]), first))
			return i;
		if (is_article(lines->at[i]))
			return i;
	}
	return at + 1;
}

static int level_of(enum rank rank, bool books)
{
	switch (rank) {
	case RANK_BOOK:
	case RANK_APPENDIX:
		return 2;
	case RANK_SUBBOOK:
		return 3;
	case RANK_CHAPTER:
		return books ? 4 : 2;
	default:
		return books ? 5 : 3;
	}
}

/** "第一条为了" and "第一条　为了" are the same to Word's authors; lawtext wants the blank. */
static void write_line(struct buf *out, struct str line)
{
	char key[ARTICLE_KEY_MAX];
	size_t len;

	if (article_number(line, &len, key) && len < line.len &&
	    str_starts(from(line, len), STR(" "))) {
		buf_printf(out, "%.*s %.*s\n", (int)len, line.p,
			   STR_FMT(str_trim(from(line, len))));
		return;
	}
	if (line.p[0] == '#' || line.p[0] == '<' || str_is(line, "---"))
		buf_addc(out, '\\'); /* no mark-up of ours */
	buf_add(out, line.p, line.len);
	buf_addc(out, '\n');
}

static void write_body(struct arena *a, const paragraphs_t *lines, size_t at, struct buf *out)
{
	bool books = false;

	for (size_t i = at; i < lines->n; i++)
		books |= rank_of(lines->at[i]) == RANK_BOOK;
	while (at < lines->n) {
		struct str line = lines->at[at];
		enum rank rank = rank_of(line);

		if (str_is(squeezed(a, line), "目录")) {
			at = skip_contents(a, lines, at);
			continue;
		}
		for (int i = rank == RANK_NONE ? 0 : level_of(rank, books); i > 0; i--)
			buf_addc(out, '#');
		if (rank != RANK_NONE)
			buf_printf(out, " %.*s\n", STR_FMT(line));
		else
			write_line(out, line);
		at++;
	}
}

int word_law(struct arena *a, struct str file, struct str *ret, struct fault *f)
{
	CLEANUP(buf_free) struct buf out = {0};
	paragraphs_t lines = {0};
	list_ids_t lists = {0};
	struct str xml = STR_NULL, numbering = STR_NULL;
	int r;

	if (!str_starts(file, STR("PK")))
		return fail(f, E_UNSUPPORTED, "file",
			    "a Word file of before 2007 (.doc): save it as .docx");
	if ((r = unpack(a, file, &xml, &numbering, f)) < 0)
		return r;
	r = numbering.len && read_lists(numbering, &lists) < 0
		    ? damaged(f, LISTS_PART " cannot be read")
		    : read_paragraphs(a, xml, &lists, &lines, f);
	if (r >= 0)
		write_body(a, &lines, write_head(a, &lines, &out), &out);
	VEC_FREE(&lines);
	VEC_FREE(&lists);
	if (r < 0)
		return r;
	*ret = (struct str){arena_strndup(a, out.p ? out.p : "", out.len), out.len};
	return 0;
}
