/* A document as .docx: styles, numbering, header and footer, notes, pictures, the package. */
#include "document/docx.h"

#include <stdio.h>

#include "base/time.h"
#include "document/set.h"

/* Word's users have these faces, not ours. */
#define BODY_FACE "宋体"
#define HEAD_FACE "黑体"
#define LATIN_FACE "Times New Roman"

/* ---- styles --------------------------------------------------------------------------------- */

struct style {
	const char *id, *name, *face;
	double size, pitch;
	bool bold;
	const char *align;
	bool indented;
	int outline; /* 1 … for headings */
	double before;
};

static void style_font(struct docx *x, const struct style *s)
{
	w_open(x, "rPr");
	w_open(x, "rFonts");
	w_attr(x, "ascii", LATIN_FACE);
	w_attr(x, "hAnsi", LATIN_FACE);
	w_attr(x, "eastAsia", s->face);
	w_close(x);
	if (s->bold)
		w_val(x, "b", NULL);
	w_val(x, "sz", arena_printf(x->a, "%d", (int)(s->size * 2 + 0.5)));
	w_close(x);
}

static void style_paragraph(struct docx *x, const struct style *s)
{
	w_open(x, "pPr");
	if (s->outline)
		w_val(x, "keepNext", NULL);
	w_open(x, "spacing");
	w_int(x, "before", twips(s->before));
	w_int(x, "after", 0);
	if (s->pitch > 0) {
		w_int(x, "line", twips(s->pitch));
		w_attr(x, "lineRule", "exact");
	}
	w_close(x);
	w_open(x, "ind");
	w_int(x, "firstLineChars", s->indented ? 200 : 0);
	w_int(x, "firstLine", s->indented ? twips(2 * s->size) : 0);
	w_close(x);
	w_val(x, "jc", s->align);
	if (s->outline)
		w_val(x, "outlineLvl", arena_printf(x->a, "%d", s->outline - 1));
	w_close(x);
}

static void write_style(struct docx *x, const struct style *s)
{
	bool normal = strcmp(s->id, "Normal") == 0;

	w_open(x, "style");
	w_attr(x, "type", "paragraph");
	if (normal)
		w_attr(x, "default", "1");
	w_attr(x, "styleId", s->id);
	w_val(x, "name", s->name);
	w_val(x, "qFormat", NULL);
	style_paragraph(x, s);
	style_font(x, s);
	w_close(x);
}

static void mark_style(struct docx *x)
{
	w_open(x, "style");
	w_attr(x, "type", "character");
	w_attr(x, "styleId", "FootnoteReference");
	w_val(x, "name", "footnote reference");
	w_open(x, "rPr");
	w_val(x, "vertAlign", "superscript");
	w_close(x);
	w_close(x);
}

void docx_styles(struct docx *x)
{
	const struct page_layout *l = x->d->layout;
	const double size = l->size, pitch = l->pitch;
	const struct style styles[] = {
		{"Normal", "Normal", BODY_FACE, size, pitch, false, "both", true, 0, 0},
		{"Title", "Title", HEAD_FACE, l->title_size, l->title_size * 1.5, true, "center", false, 0, pitch * 0.5},
		{"Heading1", "heading 1", HEAD_FACE, size, pitch, true, "left", true, 1, pitch * 0.5},
		{"Heading2", "heading 2", HEAD_FACE, size, pitch, true, "left", true, 2, pitch * 0.2},
		{"Heading3", "heading 3", HEAD_FACE, size, pitch, true, "left", true, 3, pitch * 0.2},
		{"TOC1", "toc 1", BODY_FACE, size, pitch, false, "left", false, 0, 0},
		{"TOC2", "toc 2", BODY_FACE, size, pitch, false, "left", true, 0, 0},
		{"TableText", "Table Text", BODY_FACE, size * 0.875, size * 1.5, false, "left", false, 0, 0},
		{"TableHead", "Table Head", HEAD_FACE, size * 0.875, size * 1.5, true, "center", false, 0, 0},
		{"Signature", "Signature", BODY_FACE, size, pitch * 1.25, false, "left", false, 0, 0},
		{"Picture", "Picture", BODY_FACE, size, 0, false, "center", false, 0, 0},
		{"Header", "header", BODY_FACE, size * 0.75, 0, false, "right", false, 0, 0},
		{"Footer", "footer", BODY_FACE, size * 0.75, 0, false, "center", false, 0, 0},
		{"FootnoteText", "footnote text", BODY_FACE, size * 0.75, size * 1.1, false, "both", false, 0, 0},
	};
	struct part p;

	part_begin(&p, "w:styles", word_namespaces);
	x->p = &p;
	for (size_t i = 0; i < ARRAY_SIZE(styles); i++)
		write_style(x, &styles[i]);
	mark_style(x);
	part_end(x, &p, "word/styles.xml");
}

/* ---- numbering ------------------------------------------------------------------------------ */

static void abstract_number(struct docx *x, int id, const char *format, const char *text, const char *behind)
{
	w_open(x, "abstractNum");
	w_int(x, "abstractNumId", id);
	w_val(x, "multiLevelType", "singleLevel");
	w_open(x, "lvl");
	w_int(x, "ilvl", 0);
	w_val(x, "start", "1");
	w_val(x, "numFmt", format);
	w_val(x, "suff", behind);
	w_val(x, "lvlText", text);
	w_val(x, "lvlJc", "left");
	w_open(x, "pPr");
	w_open(x, "ind");
	w_int(x, "left", 0);
	w_int(x, "firstLineChars", id == NUM_CHAPTER ? 0 : 200);
	w_int(x, "firstLine", id == NUM_CHAPTER ? 0 : twips(2 * x->d->layout->size));
	w_close(x);
	w_close(x);
	w_close(x);
	w_close(x);
}

static void number_instance(struct docx *x, size_t index)
{
	w_open(x, "num");
	w_int(x, "numId", (long)index + 1);
	w_val(x, "abstractNumId", arena_printf(x->a, "%d", (int)x->nums.at[index]));
	w_open(x, "lvlOverride");
	w_int(x, "ilvl", 0);
	w_val(x, "startOverride", "1");
	w_close(x);
	w_close(x);
}

void docx_numbering(struct docx *x)
{
	struct part p;

	part_begin(&p, "w:numbering", word_namespaces);
	x->p = &p;
	abstract_number(x, NUM_CHAPTER, "chineseCountingThousand", "第%1章", "space");
	abstract_number(x, NUM_ARTICLE, "chineseCountingThousand", "第%1条", "space");
	abstract_number(x, NUM_COMMA, "chineseCountingThousand", "%1、", "nothing");
	abstract_number(x, NUM_PAREN, "chineseCountingThousand", "（%1）", "nothing");
	abstract_number(x, NUM_DOT, "decimal", "%1.", "space");
	abstract_number(x, NUM_DIGIT, "decimal", "（%1）", "nothing");
	for (size_t i = 0; i < x->nums.n; i++)
		number_instance(x, i);
	part_end(x, &p, "word/numbering.xml");
}

/* ---- header and footer ---------------------------------------------------------------------- */

static void words(struct docx *x, struct str text)
{
	w_open(x, "r");
	w_open(x, "t");
	w_attr(x, "xml:space", "preserve");
	w_text(x, text);
	w_close(x);
	w_close(x);
}

static void simple_field(struct docx *x, const char *code)
{
	w_open(x, "fldSimple");
	w_attr(x, "instr", code);
	words(x, STR("1"));
	w_close(x);
}

static void begin_framed(struct docx *x, const char *style, bool rule)
{
	w_open(x, "p");
	w_open(x, "pPr");
	w_val(x, "pStyle", style);
	if (rule) {
		w_open(x, "pBdr");
		w_open(x, "bottom");
		w_attr(x, "val", "single");
		w_int(x, "sz", 4);
		w_int(x, "space", 1);
		w_attr(x, "color", "000000");
		w_close(x);
		w_close(x);
	}
	w_close(x);
}

void docx_frame(struct docx *x)
{
	struct part p;

	part_begin(&p, "w:hdr", word_namespaces);
	x->p = &p;
	begin_framed(x, "Header", x->d->layout->framed_header && x->d->header.len);
	words(x, x->d->header);
	w_close(x);
	part_end(x, &p, "word/header1.xml");
	part_begin(&p, "w:ftr", word_namespaces);
	x->p = &p;
	begin_framed(x, "Footer", false);
	if (x->d->page_numbers) {
		words(x, STR("第 "));
		simple_field(x, " PAGE ");
		words(x, STR(" 页  共 "));
		simple_field(x, " NUMPAGES ");
		words(x, STR(" 页"));
	}
	w_close(x);
	part_end(x, &p, "word/footer1.xml");
}

/* ---- notes ---------------------------------------------------------------------------------- */

static void separator(struct docx *x, int id, const char *kind)
{
	w_open(x, "footnote");
	w_attr(x, "type", kind);
	w_int(x, "id", id);
	w_open(x, "p");
	w_open(x, "r");
	w_val(x, kind, NULL);
	w_close(x);
	w_close(x);
	w_close(x);
}

static void note(struct docx *x, size_t i)
{
	w_open(x, "footnote");
	w_int(x, "id", (long)i + 2);
	w_open(x, "p");
	w_open(x, "pPr");
	w_val(x, "pStyle", "FootnoteText");
	w_close(x);
	w_open(x, "r");
	w_open(x, "rPr");
	w_val(x, "rStyle", "FootnoteReference");
	w_close(x);
	w_val(x, "footnoteRef", NULL);
	w_close(x);
	words(x, STR(" "));
	docx_runs(x, &x->d->notes.at[i].runs);
	w_close(x);
	w_close(x);
}

void docx_notes(struct docx *x)
{
	struct part p;

	part_begin(&p, "w:footnotes", word_namespaces);
	x->p = &p;
	separator(x, 0, "separator");
	separator(x, 1, "continuationSeparator");
	for (size_t i = 0; i < x->d->notes.n; i++)
		note(x, i);
	part_end(x, &p, "word/footnotes.xml");
}

/* ---- pictures ------------------------------------------------------------------------------- */

#define PIXELS_A_POINT 2.5
#define EMU_A_POINT 12700

static cairo_status_t add_png(void *out, const unsigned char *p, unsigned len)
{
	buf_add(out, p, len);
	return CAIRO_STATUS_SUCCESS;
}

static int paint_png(struct docx *x, const struct block *b, double width, double height, struct buf *out)
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(width * PIXELS_A_POINT),
							      (int)(height * PIXELS_A_POINT));
	cairo_t *cr = cairo_create(surface);
	struct setter s = {.d = x->d, .a = x->a, .f = x->f};
	struct qr *qr;
	int r = fonts_context(x->d->layout, &s.pango, x->f);

	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_scale(cr, PIXELS_A_POINT, PIXELS_A_POINT);
	if (r == 0 && b->kind == BLOCK_CHART)
		r = chart_paint(&s, cr, b->chart, 0, 0, width, height);
	else if (r == 0 && (r = qr_make(&s, runs_text(x->a, &b->runs), &qr)) == 0)
		qr_paint(cr, qr, 0, 0, width);
	if (r == 0 && cairo_surface_write_to_png_stream(surface, add_png, out) != CAIRO_STATUS_SUCCESS)
		r = fail(x->f, E_INTERNAL, "", "a picture could not be written");
	cairo_destroy(cr);
	cairo_surface_destroy(surface);
	setter_free(&s);
	return r;
}

static void extent(struct docx *x, const char *name, double width, double height)
{
	w_open(x, name);
	xmlTextWriterWriteFormatAttribute(x->p->w, BAD_CAST "cx", "%ld", (long)(width * EMU_A_POINT));
	xmlTextWriterWriteFormatAttribute(x->p->w, BAD_CAST "cy", "%ld", (long)(height * EMU_A_POINT));
	w_close(x);
}

static void plain_attr(struct docx *x, const char *name, const char *value)
{
	xmlTextWriterWriteAttribute(x->p->w, BAD_CAST name, BAD_CAST value);
}

static void named(struct docx *x, const char *element, unsigned id, const char *about)
{
	w_open(x, element);
	xmlTextWriterWriteFormatAttribute(x->p->w, BAD_CAST "id", "%u", id);
	xmlTextWriterWriteFormatAttribute(x->p->w, BAD_CAST "name", "Picture %u", id);
	plain_attr(x, "descr", about);
	w_close(x);
}

static void picture_shape(struct docx *x, double width, double height)
{
	w_open(x, "pic:spPr");
	w_open(x, "a:xfrm");
	w_open(x, "a:off");
	plain_attr(x, "x", "0");
	plain_attr(x, "y", "0");
	w_close(x);
	extent(x, "a:ext", width, height);
	w_close(x);
	w_open(x, "a:prstGeom");
	plain_attr(x, "prst", "rect");
	w_open(x, "a:avLst");
	w_close(x);
	w_close(x);
	w_close(x);
}

static void picture_graphic(struct docx *x, unsigned id, double width, double height, const char *about)
{
	w_open(x, "a:graphic");
	w_open(x, "a:graphicData");
	plain_attr(x, "uri", word_namespaces[9]);
	w_open(x, "pic:pic");
	w_open(x, "pic:nvPicPr");
	named(x, "pic:cNvPr", id, about);
	w_open(x, "pic:cNvPicPr");
	w_close(x);
	w_close(x);
	w_open(x, "pic:blipFill");
	w_open(x, "a:blip");
	xmlTextWriterWriteFormatAttribute(x->p->w, BAD_CAST "r:embed", "rIdPicture%u", id);
	w_close(x);
	w_open(x, "a:stretch");
	w_open(x, "a:fillRect");
	w_close(x);
	w_close(x);
	w_close(x);
	picture_shape(x, width, height);
	for (int i = 0; i < 3; i++)
		w_close(x);
}

int docx_picture(struct docx *x, const struct block *b)
{
	const struct page_layout *l = x->d->layout;
	double width = b->kind == BLOCK_CHART ? l->width - l->left - l->right : QR_SIDE;
	double height = b->kind == BLOCK_CHART ? CHART_HEIGHT : QR_SIDE;
	struct str title = b->kind == BLOCK_CHART ? b->chart->title : runs_text(x->a, &b->runs);
	char *about = arena_strndup(x->a, title.p, title.len);
	struct archive_entry png;
	struct buf bytes = {0};
	unsigned id = ++x->pictures;
	int r = paint_png(x, b, width, height, &bytes);

	if (r == 0) {
		png.name = arena_printf(x->a, "word/media/image%u.png", id);
		png.data = (struct str){arena_memdup(x->a, bytes.p, bytes.len), bytes.len};
		VEC_ADD(&x->parts, png);
		w_open(x, "p");
		w_open(x, "pPr");
		w_val(x, "pStyle", "Picture");
		w_close(x);
		w_open(x, "r");
		w_open(x, "drawing");
		w_open(x, "wp:inline");
		extent(x, "wp:extent", width, height);
		named(x, "wp:docPr", id, about);
		picture_graphic(x, id, width, height, about);
		for (int i = 0; i < 4; i++)
			w_close(x);
	}
	buf_free(&bytes);
	return r;
}

/* ---- the package ---------------------------------------------------------------------------- */

#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define WORD_TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml."

/* Element names without prefix: w_open() would give one. */
static void open_plain(struct docx *x, const char *name)
{
	xmlTextWriterStartElement(x->p->w, BAD_CAST name);
}

static void plain_relationship(struct docx *x, const char *id, const char *type, const char *target)
{
	open_plain(x, "Relationship");
	plain_attr(x, "Id", id);
	plain_attr(x, "Type", type);
	plain_attr(x, "Target", target);
	w_close(x);
}

static void document_relations(struct docx *x)
{
	static const char *const ns[] = {"", PACKAGE "relationships", NULL};
	struct part p;

	part_begin(&p, "Relationships", ns);
	x->p = &p;
	plain_relationship(x, "rIdStyles", OFFICE "relationships/styles", "styles.xml");
	plain_relationship(x, "rIdNumbering", OFFICE "relationships/numbering", "numbering.xml");
	plain_relationship(x, "rIdSettings", OFFICE "relationships/settings", "settings.xml");
	plain_relationship(x, "rIdHeader", OFFICE "relationships/header", "header1.xml");
	plain_relationship(x, "rIdFooter", OFFICE "relationships/footer", "footer1.xml");
	plain_relationship(x, "rIdNotes", OFFICE "relationships/footnotes", "footnotes.xml");
	for (unsigned i = 1; i <= x->pictures; i++)
		plain_relationship(x, arena_printf(x->a, "rIdPicture%u", i), OFFICE "relationships/image",
				   arena_printf(x->a, "media/image%u.png", i));
	part_end(x, &p, "word/_rels/document.xml.rels");
}

static void package_relations(struct docx *x)
{
	static const char *const ns[] = {"", PACKAGE "relationships", NULL};
	struct part p;

	part_begin(&p, "Relationships", ns);
	x->p = &p;
	plain_relationship(x, "rId1", OFFICE "relationships/officeDocument", "word/document.xml");
	plain_relationship(x, "rId2", PACKAGE "relationships/metadata/core-properties", "docProps/core.xml");
	part_end(x, &p, "_rels/.rels");
}

static void settings(struct docx *x)
{
	struct part p;

	part_begin(&p, "w:settings", word_namespaces);
	x->p = &p;
	if (x->has_contents)
		w_val(x, "updateFields", "true");
	w_open(x, "themeFontLang");
	w_attr(x, "val", "en-US");
	w_attr(x, "eastAsia", x->d->lang);
	w_close(x);
	part_end(x, &p, "word/settings.xml");
}

static void type(struct docx *x, const char *element, const char *key, const char *name, const char *what)
{
	open_plain(x, element);
	plain_attr(x, key, name);
	plain_attr(x, "ContentType", what);
	w_close(x);
}

static void content_types(struct docx *x)
{
	static const char *const ns[] = {"", PACKAGE "content-types", NULL};
	static const char *const parts[][2] = {
		{"/word/document.xml", WORD_TYPE "document.main+xml"}, {"/word/styles.xml", WORD_TYPE "styles+xml"},
		{"/word/numbering.xml", WORD_TYPE "numbering+xml"},    {"/word/settings.xml", WORD_TYPE "settings+xml"},
		{"/word/header1.xml", WORD_TYPE "header+xml"},	       {"/word/footer1.xml", WORD_TYPE "footer+xml"},
		{"/word/footnotes.xml", WORD_TYPE "footnotes+xml"},
		{"/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"},
	};
	struct part p;

	part_begin(&p, "Types", ns);
	x->p = &p;
	type(x, "Default", "Extension", "rels", "application/vnd.openxmlformats-package.relationships+xml");
	type(x, "Default", "Extension", "xml", "application/xml");
	type(x, "Default", "Extension", "png", "image/png");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		type(x, "Override", "PartName", parts[i][0], parts[i][1]);
	part_end(x, &p, "[Content_Types].xml");
}

static void property(struct docx *x, const char *name, struct str value)
{
	if (!value.len)
		return;
	open_plain(x, name);
	w_text(x, value);
	w_close(x);
}

static void core_properties(struct docx *x)
{
	static const char *const ns[] = {"cp",	    PACKAGE "metadata/core-properties",
					 "dc",	    "http://purl.org/dc/elements/1.1/",
					 "dcterms", "http://purl.org/dc/terms/",
					 "xsi",	    "http://www.w3.org/2001/XMLSchema-instance", NULL};
	struct part p;

	part_begin(&p, "cp:coreProperties", ns);
	x->p = &p;
	property(x, "dc:title", x->d->title);
	property(x, "dc:subject", x->d->subject);
	property(x, "dc:creator", x->d->author);
	open_plain(x, "dcterms:created");
	plain_attr(x, "xsi:type", "dcterms:W3CDTF");
	w_text(x, str_of(time_format(x->a, x->d->created_ms / 1000 * 1000, NULL)));
	w_close(x);
	part_end(x, &p, "docProps/core.xml");
}

void docx_package(struct docx *x)
{
	settings(x);
	document_relations(x);
	package_relations(x);
	core_properties(x);
	content_types(x);
}
