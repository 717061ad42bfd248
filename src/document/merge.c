#include "document/merge.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdio.h>

#include "base/memory.h"
#include "document/archive.h"

#define PART_MAX ((size_t)16 << 20)
#define FIELDS_MAX 500
#define NAME_MAX_CHARS 40

/* ---- parts ---------------------------------------------------------------------------------- */

static bool is_text_part(const char *name)
{
	static const char *const beginnings[] = {"word/document.xml", "word/header", "word/footer", "word/footnotes.xml",
						 "word/endnotes.xml"};
	size_t n = strlen(name);

	if (n < 4 || strcmp(name + n - 4, ".xml") != 0 || strchr(name + 5 < name + n ? name + 5 : name, '/'))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

static int line_of(struct str text, const char *at)
{
	int line = 1;

	for (const char *c = text.p; c < at; c++)
		line += *c == '\n';
	return line;
}

/* Word writes neither, so nothing is lost; entities are how a small file becomes a large one. */
static int refuse_dtd(const struct archive_entry *e, struct fault *f)
{
	static const char *const signs[] = {"<!DOCTYPE", "<!ENTITY"};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++) {
		const char *at = memmem(e->data.p, e->data.len, signs[i], strlen(signs[i]));

		if (at)
			return fail(f, E_INVALID, "file", "%s:%d: %s is not allowed in a Word file", e->name,
				    line_of(e->data, at), signs[i]);
	}
	return 0;
}

static int parse_part(const struct archive_entry *e, xmlDocPtr *ret, struct fault *f)
{
	xmlParserCtxtPtr parser;
	xmlDocPtr doc;
	int r;

	if (e->data.len > PART_MAX)
		return fail(f, E_INVALID, "file", "%s is larger than %zu MB", e->name, PART_MAX >> 20);
	if ((r = refuse_dtd(e, f)) < 0)
		return r;
	parser = xmlNewParserCtxt();
	if (!parser)
		return fail(f, E_NO_MEMORY, "", "out of memory");
	doc = xmlCtxtReadMemory(parser, e->data.p, (int)e->data.len, e->name, NULL,
				XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES);
	if (!doc) {
		const xmlError *error = xmlCtxtGetLastError(parser);
		struct str said = str_trim(str_of(error && error->message ? error->message : "damaged"));

		r = fail(f, E_INVALID, "file", "%s:%d: %.*s", e->name, error ? error->line : 1,
			 said.len > 200 ? 200 : (int)said.len, said.p);
	} else if (doc->intSubset) { /* in another encoding */
		r = fail(f, E_INVALID, "file", "%s: a DTD is not allowed in a Word file", e->name);
		xmlFreeDoc(doc);
	}
	xmlFreeParserCtxt(parser);
	if (r == 0)
		*ret = doc;
	return r;
}

static bool is_named(const xmlNode *n, const char *name)
{
	return n->type == XML_ELEMENT_NODE && strcmp((const char *)n->name, name) == 0;
}

/* ---- paragraphs ----------------------------------------------------------------------------- */

typedef VEC(xmlNodePtr) node_list;

/* All w:t of a paragraph, in order; not those of paragraphs within (text boxes). */
static void collect_texts(xmlNodePtr n, node_list *texts)
{
	for (n = n->children; n; n = n->next) {
		if (is_named(n, "t"))
			VEC_ADD(texts, n);
		else if (!is_named(n, "p"))
			collect_texts(n, texts);
	}
}

static void text_of(const node_list *texts, struct buf *out)
{
	buf_clear(out);
	buf_adds(out, "");
	for (size_t i = 0; i < texts->n; i++) {
		xmlChar *s = xmlNodeGetContent(texts->at[i]);

		if (s)
			buf_adds(out, (const char *)s);
		xmlFree(s);
	}
}

static void set_text(xmlNodePtr t, const char *s)
{
	xmlNodeSetContent(t, NULL);
	xmlNodeAddContent(t, BAD_CAST s);
	xmlSetNsProp(t, xmlSearchNs(t->doc, t, BAD_CAST "xml"), BAD_CAST "space", BAD_CAST "preserve");
}

/* A line break in Word is an element. */
static void break_lines(xmlNodePtr t)
{
	xmlChar *content = xmlNodeGetContent(t);
	struct str rest = str_of((const char *)content), piece;
	bool first = true;

	if (!content || !strchr((char *)content, '\n')) {
		xmlFree(content);
		return;
	}
	while (str_split(&rest, '\n', &piece)) {
		char *line = strndup(piece.p, piece.len);

		if (first) {
			set_text(t, line);
		} else {
			xmlNodePtr br = xmlNewNode(t->ns, BAD_CAST "br"), next = xmlNewNode(t->ns, BAD_CAST "t");

			xmlAddNextSibling(t, br);
			xmlAddNextSibling(br, next);
			set_text(next, line);
			t = next;
		}
		first = false;
		free(line);
	}
	xmlFree(content);
}

/* Replace bytes [from, to) of a paragraph's text by a value: it goes where the first of them is. */
static void replace(const node_list *texts, size_t from, size_t to, struct str value)
{
	size_t at = 0;
	bool placed = false;

	for (size_t i = 0; i < texts->n && at < to; i++) {
		xmlChar *content = xmlNodeGetContent(texts->at[i]);
		size_t len = content ? strlen((char *)content) : 0, a, b;
		CLEANUP(buf_free) struct buf out = {0};

		if (at + len > from) {
			a = from > at ? from - at : 0;
			b = to - at < len ? to - at : len;
			buf_add(&out, content, a);
			if (!placed)
				buf_add(&out, value.p, value.len);
			buf_add(&out, content + b, len - b);
			buf_adds(&out, "");
			set_text(texts->at[i], out.p);
			placed = true;
		}
		at += len;
		xmlFree(content);
	}
}

/* ---- the walk ------------------------------------------------------------------------------- */

struct walk {
	const char *part;
	struct fault *f;
	struct arena *a;
	/* filling */
	const struct template *t;
	const json_t *values;
	const json_t *row; /* of a repeated row */
	const struct tfield *rows;
};

typedef VEC(struct tfield) field_list;

static int find_list(const struct tfield *list, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(name, list[i].name))
			return (int)i;
	return -1;
}

static struct tfield field_new(struct walk *w, struct str name, enum tfield_type type)
{
	char *copy = arena_strndup(w->a, name.p, name.len);

	return (struct tfield){.name = copy, .type = type, .label = {copy, copy}, .from = ARENA_ARRAY(w->a, const char *, 1)};
}

static int note_field(struct walk *w, field_list *fields, struct str name)
{
	if (fields->n >= FIELDS_MAX)
		return fail(w->f, E_INVALID, "file", "%s: more than %d fields", w->part, FIELDS_MAX);
	if (find_list(fields->at, fields->n, name) < 0)
		VEC_ADD(fields, field_new(w, name, TF_LONG_TEXT));
	return 0;
}

static struct str value_of(struct walk *w, struct str name)
{
	const struct tfield *f;
	int i;

	if (name.p[0] == '.') {
		struct str column = {name.p + 1, name.len - 1};

		i = w->rows ? find_list(w->rows->columns, w->rows->n_columns, column) : -1;
		if (i < 0)
			return STR("");
		f = &w->rows->columns[i];
		return tfield_print(w->a, f, json_object_get(w->row, f->name), FORMAT_PLAIN);
	}
	i = template_field(w->t, name);
	return i < 0 ? STR("") : tfield_print(w->a, &w->t->fields[i], json_object_get(w->values, w->t->fields[i].name), FORMAT_PLAIN);
}

/* The next {{…}} from *pos on. @return 1, 0 none, negative error */
static int next_mark(struct walk *w, xmlNodePtr p, struct str text, size_t pos, size_t *from, size_t *to, struct str *name)
{
	const char *open = memmem(text.p + pos, text.len - pos, "{{", 2), *close;

	if (!open)
		return 0;
	close = memmem(open, (size_t)(text.p + text.len - open), "}}", 2);
	if (!close)
		return fail(w->f, E_INVALID, "file", "%s:%ld: {{ without its }} in the same paragraph", w->part, xmlGetLineNo(p));
	*name = str_trim((struct str){open + 2, (size_t)(close - open) - 2});
	if (!name->len || utf8_count(*name) > NAME_MAX_CHARS || memchr(name->p, '{', name->len))
		return fail(w->f, E_INVALID, "file", "%s:%ld: a field's name has 1 to %d characters", w->part, xmlGetLineNo(p),
			    NAME_MAX_CHARS);
	*from = (size_t)(open - text.p);
	*to = (size_t)(close + 2 - text.p);
	return 1;
}

static bool begins_each(struct str name)
{
	return str_starts(name, STR("each "));
}

static int scan_name(struct walk *w, xmlNodePtr p, struct str name, field_list *fields, field_list *columns)
{
	if (begins_each(name))
		return columns ? 0
			       : fail(w->f, E_INVALID, "file", "%s:%ld: {{each …}} stands outside of a table's row", w->part,
				      xmlGetLineNo(p));
	if (name.p[0] != '.')
		return note_field(w, fields, name);
	if (!columns)
		return fail(w->f, E_INVALID, "file", "%s:%ld: {{%.*s}} stands outside of a row with {{each …}}", w->part,
			    xmlGetLineNo(p), STR_FMT(name));
	return note_field(w, columns, (struct str){name.p + 1, name.len - 1});
}

static int scan_paragraph(struct walk *w, xmlNodePtr p, field_list *fields, field_list *columns)
{
	CLEANUP(buf_free) struct buf text = {0};
	node_list texts = {0};
	struct str name;
	size_t pos = 0, from;
	int r;

	collect_texts(p, &texts);
	text_of(&texts, &text);
	VEC_FREE(&texts);
	while ((r = next_mark(w, p, buf_str(&text), pos, &from, &pos, &name)) > 0)
		if ((r = scan_name(w, p, name, fields, columns)) < 0)
			return r;
	return r;
}

static int fill_paragraph(struct walk *w, xmlNodePtr p)
{
	CLEANUP(buf_free) struct buf text = {0};
	node_list texts = {0};
	struct str name, value;
	size_t pos = 0, from, to;
	int r;

	collect_texts(p, &texts);
	for (;;) {
		text_of(&texts, &text);
		if ((r = next_mark(w, p, buf_str(&text), pos, &from, &to, &name)) <= 0)
			break;
		value = begins_each(name) ? STR("") : value_of(w, name);
		replace(&texts, from, to, value);
		pos = from + value.len; /* what was filled in is text, never a mark */
	}
	for (size_t i = 0; i < texts.n; i++)
		break_lines(texts.at[i]);
	VEC_FREE(&texts);
	return r;
}

/* Which rows a table's row is repeated for; STR_NULL: it isn't. */
static int each_of(struct walk *w, xmlNodePtr n, struct str *ret)
{
	int r = 0;

	for (n = n->children; n && r == 0; n = n->next) {
		if (!is_named(n, "p")) {
			r = is_named(n, "tbl") ? 0 : each_of(w, n, ret);
			continue;
		}
		CLEANUP(buf_free) struct buf text = {0};
		node_list texts = {0};
		struct str name;
		size_t from, pos = 0;

		collect_texts(n, &texts);
		text_of(&texts, &text);
		VEC_FREE(&texts);
		while (r == 0 && next_mark(w, n, buf_str(&text), pos, &from, &pos, &name) > 0)
			if (begins_each(name)) {
				struct str rows = str_trim((struct str){name.p + 5, name.len - 5});

				*ret = (struct str){arena_strndup(w->a, rows.p, rows.len), rows.len};
				r = 1;
			}
	}
	return r;
}

static int scan(struct walk *w, xmlNodePtr n, field_list *fields, field_list *columns);

static int scan_row(struct walk *w, xmlNodePtr row, field_list *fields, struct str name)
{
	field_list columns = {0};
	int r = scan(w, row, fields, &columns), at = find_list(fields->at, fields->n, name);

	if (r == 0 && at < 0) {
		VEC_ADD(fields, field_new(w, name, TF_ROWS));
		at = (int)fields->n - 1;
	}
	if (r == 0) {
		fields->at[at].type = TF_ROWS;
		fields->at[at].columns = arena_memdup(w->a, columns.at, columns.n * sizeof(columns.at[0]));
		fields->at[at].n_columns = columns.n;
	}
	VEC_FREE(&columns);
	return r;
}

static int scan(struct walk *w, xmlNodePtr n, field_list *fields, field_list *columns)
{
	struct str rows = STR_NULL;
	int r = 0;

	for (n = n->children; n && r == 0; n = n->next) {
		if (is_named(n, "p"))
			r = scan_paragraph(w, n, fields, columns);
		if (r == 0 && !columns && is_named(n, "tr") && each_of(w, n, &rows) > 0)
			r = scan_row(w, n, fields, rows);
		else if (r == 0)
			r = scan(w, n, fields, columns);
	}
	return r;
}

static int fill(struct walk *w, xmlNodePtr n);

static int fill_row(struct walk *w, xmlNodePtr row, struct str name)
{
	int at = template_field(w->t, name), r = 0;
	const json_t *rows = at >= 0 ? json_object_get(w->values, w->t->fields[at].name) : NULL;

	w->rows = at >= 0 ? &w->t->fields[at] : NULL;
	for (size_t i = 0; r == 0 && i < json_array_size(rows); i++) {
		xmlNodePtr copy = xmlDocCopyNode(row, row->doc, 1);

		w->row = json_array_get(rows, i);
		xmlAddPrevSibling(row, copy);
		r = fill(w, copy);
	}
	w->row = NULL;
	w->rows = NULL;
	xmlUnlinkNode(row);
	xmlFreeNode(row);
	return r;
}

static int fill(struct walk *w, xmlNodePtr n)
{
	struct str rows = STR_NULL;
	int r = 0;

	for (xmlNodePtr next, at = n->children; at && r == 0; at = next) {
		next = at->next;
		if (is_named(at, "p"))
			r = fill_paragraph(w, at);
		if (r == 0 && !w->rows && is_named(at, "tr") && each_of(w, at, &rows) > 0)
			r = fill_row(w, at, rows);
		else if (r == 0)
			r = fill(w, at);
	}
	return r;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int open_file(struct str docx, struct arena *a, archive *all, struct fault *f)
{
	int r = archive_read(docx, a, all, f);

	if (r < 0)
		return r;
	if (archive_find(all, "word/vbaProject.bin"))
		r = fail(f, E_INVALID, "file", "the file has macros; save it as .docx without them");
	else if (!archive_find(all, "word/document.xml") || !archive_find(all, "[Content_Types].xml"))
		r = fail(f, E_INVALID, "file", "this is no Word file (.docx): word/document.xml is missing");
	if (r < 0)
		VEC_FREE(all);
	return r;
}

static struct template *template_of(struct arena *a, const char *name, struct tlabel title, const char *kind,
				    const char *hash, const field_list *fields)
{
	struct template *t = ARENA_NEW(a, struct template);

	t->arena = a;
	t->name = arena_strdup(a, name);
	t->file = arena_printf(a, "%s.docx", name);
	t->title = (struct tlabel){arena_strdup(a, title.zh), arena_strdup(a, title.en)};
	t->kind = arena_strdup(a, kind);
	t->need = "";
	snprintf(t->hash, sizeof(t->hash), "%s", hash);
	t->layout = document_layout(STR("contract"));
	t->fields = arena_memdup(a, fields->at, fields->n * sizeof(fields->at[0]));
	t->n_fields = fields->n;
	return t;
}

int merge_scan(struct str docx, const char *name, struct tlabel title, const char *kind, const char *hash,
	       struct template **ret, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *files = arena_new();
	struct arena *a = arena_new();
	struct walk w = {.f = f, .a = a};
	field_list fields = {0};
	archive all = {0};
	xmlDocPtr doc;
	int r = open_file(docx, files, &all, f);

	for (size_t i = 0; r == 0 && i < all.n; i++) {
		if (!is_text_part(all.at[i].name) || (r = parse_part(&all.at[i], &doc, f)) < 0)
			continue;
		w.part = all.at[i].name;
		r = scan(&w, xmlDocGetRootElement(doc), &fields, NULL);
		xmlFreeDoc(doc);
	}
	if (r == 0 && !fields.n)
		r = fail(f, E_INVALID, "file", "the file names no field: write {{name}} where something is to be filled in");
	if (r == 0)
		*ret = template_of(a, name, title, kind, hash, &fields);
	else
		arena_free(a);
	VEC_FREE(&fields);
	VEC_FREE(&all);
	return r;
}

static int fill_part(struct walk *w, struct archive_entry *e, struct arena *a)
{
	xmlDocPtr doc;
	xmlChar *bytes = NULL;
	int len = 0, r = parse_part(e, &doc, w->f);

	if (r < 0)
		return r;
	w->part = e->name;
	r = fill(w, xmlDocGetRootElement(doc));
	if (r == 0)
		xmlDocDumpMemoryEnc(doc, &bytes, &len, "UTF-8");
	xmlFreeDoc(doc);
	if (r == 0)
		e->data = (struct str){arena_memdup(a, bytes, (size_t)len), (size_t)len};
	xmlFree(bytes);
	return r;
}

int merge_fill(struct str docx, const struct template *t, const json_t *values, struct buf *out, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct walk w = {.f = f, .a = a, .t = t, .values = values};
	archive all = {0};
	int r = open_file(docx, a, &all, f);

	for (size_t i = 0; r == 0 && i < all.n; i++)
		if (is_text_part(all.at[i].name))
			r = fill_part(&w, &all.at[i], a);
	if (r == 0)
		r = archive_write(&all, out, f);
	VEC_FREE(&all);
	return r;
}
