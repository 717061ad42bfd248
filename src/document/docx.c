/* A document as .docx: the text. Word numbers the clauses and pages itself. */
#include "document/docx.h"

#include <stdio.h>

#include "document/set.h"

const char *const word_namespaces[] = {
	"w",   "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
	"r",   "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
	"wp",  "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
	"a",   "http://schemas.openxmlformats.org/drawingml/2006/main",
	"pic", "http://schemas.openxmlformats.org/drawingml/2006/picture", NULL};

/* ---- XML ------------------------------------------------------------------------------------ */

void part_begin(struct part *p, const char *root, const char *const *namespaces)
{
	p->bytes = xmlBufferCreate();
	p->w = xmlNewTextWriterMemory(p->bytes, 0);
	xmlTextWriterStartDocument(p->w, "1.0", "UTF-8", "yes");
	xmlTextWriterStartElement(p->w, BAD_CAST root);
	for (; namespaces && *namespaces; namespaces += 2) {
		char name[16];

		snprintf(name, sizeof(name), "xmlns%s%s", namespaces[0][0] ? ":" : "", namespaces[0]);
		xmlTextWriterWriteAttribute(p->w, BAD_CAST name, BAD_CAST namespaces[1]);
	}
}

void part_end(struct docx *x, struct part *p, const char *name)
{
	struct archive_entry e = {.name = name};

	xmlTextWriterEndDocument(p->w);
	xmlFreeTextWriter(p->w);
	e.data.len = (size_t)xmlBufferLength(p->bytes);
	e.data.p = arena_memdup(x->a, xmlBufferContent(p->bytes), e.data.len);
	xmlBufferFree(p->bytes);
	VEC_ADD(&x->parts, e);
}

void w_open(struct docx *x, const char *name)
{
	char full[48];

	snprintf(full, sizeof(full), "%s%s", strchr(name, ':') ? "" : "w:", name);
	xmlTextWriterStartElement(x->p->w, BAD_CAST full);
}

void w_close(struct docx *x)
{
	xmlTextWriterEndElement(x->p->w);
}

void w_attr(struct docx *x, const char *name, const char *value)
{
	char full[48];

	snprintf(full, sizeof(full), "%s%s", strchr(name, ':') ? "" : "w:", name);
	xmlTextWriterWriteAttribute(x->p->w, BAD_CAST full, BAD_CAST value);
}

void w_int(struct docx *x, const char *name, long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", value);
	w_attr(x, name, text);
}

void w_val(struct docx *x, const char *name, const char *value)
{
	w_open(x, name);
	if (value)
		w_attr(x, "val", value);
	w_close(x);
}

/* XML 1.0 has no control characters. */
void w_text(struct docx *x, struct str text)
{
	char *clean = arena_strndup(x->a, text.p ? text.p : "", text.len);

	for (char *c = clean; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\n' && *c != '\t')
			*c = ' ';
	xmlTextWriterWriteString(x->p->w, BAD_CAST clean);
}

int twips(double points)
{
	return (int)(points * 20 + 0.5);
}

/* ---- runs ----------------------------------------------------------------------------------- */

static void run_text(struct docx *x, struct str text)
{
	struct str piece;
	bool first = true;

	while (str_split(&text, '\n', &piece)) {
		if (!first)
			w_val(x, "br", NULL);
		first = false;
		w_open(x, "t");
		w_attr(x, "xml:space", "preserve");
		w_text(x, piece);
		w_close(x);
	}
}

static void write_run(struct docx *x, const struct run *r)
{
	bool blank = r->style & RUN_BLANK;

	if (!blank && !r->text.len)
		return;
	w_open(x, "r");
	if (r->style) {
		w_open(x, "rPr");
		if (r->style & RUN_BOLD)
			w_val(x, "b", NULL);
		if (blank || (r->style & RUN_UNDERLINE))
			w_val(x, "u", "single");
		w_close(x);
	}
	run_text(x, blank ? STR("\u3000\u3000\u3000\u3000\u3000\u3000") : r->text);
	w_close(x);
}

static void note_mark(struct docx *x, int note)
{
	w_open(x, "r");
	w_open(x, "rPr");
	w_val(x, "rStyle", "FootnoteReference");
	w_close(x);
	w_open(x, "footnoteReference");
	w_int(x, "id", note + 1); /* 0 and 1 are the separators */
	w_close(x);
	w_close(x);
}

void docx_runs(struct docx *x, const struct runs *runs)
{
	for (size_t i = 0; i < runs->n; i++) {
		write_run(x, &runs->at[i]);
		if (runs->at[i].note)
			note_mark(x, runs->at[i].note);
	}
}

/* ---- paragraphs ----------------------------------------------------------------------------- */

/* A new instance for each series, so that it starts at 1 again. */
static int num_for(struct docx *x, const struct block *b)
{
	if (b->number_starts || !x->num_of[b->number_kind]) {
		VEC_ADD(&x->nums, b->number_kind);
		x->num_of[b->number_kind] = (int)x->nums.n;
	}
	return x->num_of[b->number_kind];
}

static void numbering(struct docx *x, const struct block *b)
{
	if (!b->number)
		return;
	w_open(x, "numPr");
	w_val(x, "ilvl", "0");
	w_val(x, "numId", arena_printf(x->a, "%d", num_for(x, b)));
	w_close(x);
}

static const char *justification(enum align align)
{
	static const char *const words[] = {"both", "left", "center", "right"};

	return words[align];
}

static void open_paragraph(struct docx *x, const char *style, const struct block *b)
{
	w_open(x, "p");
	w_open(x, "pPr");
	w_val(x, "pStyle", style);
	if (b->keep)
		w_val(x, "keepNext", NULL);
	numbering(x, b);
	if (b->kind == BLOCK_PARA && (b->flush || b->align == ALIGN_CENTRE || b->align == ALIGN_RIGHT)) {
		w_open(x, "ind");
		w_int(x, "firstLineChars", 0);
		w_int(x, "firstLine", 0);
		w_close(x);
	}
	if (b->kind == BLOCK_PARA && b->align != ALIGN_JUSTIFY)
		w_val(x, "jc", justification(b->align));
	w_close(x);
}

static void paragraph(struct docx *x, const struct block *b)
{
	char style[16] = "Normal";

	if (b->kind == BLOCK_TITLE)
		snprintf(style, sizeof(style), "Title");
	else if (b->kind == BLOCK_HEADING)
		snprintf(style, sizeof(style), "Heading%d", b->level < 1 ? 1 : b->level > 3 ? 3 : b->level);
	open_paragraph(x, style, b);
	if (b->number_label && !b->number)
		write_run(x, &(struct run){.text = str_of(b->number_label)});
	docx_runs(x, &b->runs);
	w_close(x);
}

static void page_break(struct docx *x)
{
	w_open(x, "p");
	w_open(x, "r");
	w_open(x, "br");
	w_attr(x, "type", "page");
	w_close(x);
	w_close(x);
	w_close(x);
}

/* ---- fields --------------------------------------------------------------------------------- */

static void field_char(struct docx *x, const char *type)
{
	w_open(x, "r");
	w_open(x, "fldChar");
	w_attr(x, "fldCharType", type);
	w_close(x);
	w_close(x);
}

static void field_code(struct docx *x, const char *code)
{
	field_char(x, "begin");
	w_open(x, "r");
	w_open(x, "instrText");
	w_attr(x, "xml:space", "preserve");
	w_text(x, str_of(code));
	w_close(x);
	w_close(x);
	field_char(x, "separate");
}

static void contents_entry(struct docx *x, const struct block *h, bool first, bool last)
{
	w_open(x, "p");
	w_open(x, "pPr");
	w_val(x, "pStyle", h->level <= 1 ? "TOC1" : "TOC2");
	w_close(x);
	if (first)
		field_code(x, " TOC \\o \"1-2\" \\h \\z \\u ");
	if (h->number_label)
		write_run(x, &(struct run){.text = str_of(arena_printf(x->a, "%s ", h->number_label))});
	docx_runs(x, &(struct runs){h->runs.at, h->runs.n});
	if (last)
		field_char(x, "end");
	w_close(x);
}

/* Word fills in the pages when it opens the file (settings.xml asks it to). */
static void contents(struct docx *x)
{
	const struct block *headings[512];
	size_t n = 0;

	for (size_t i = 0; i < x->d->blocks.n && n < ARRAY_SIZE(headings); i++)
		if (x->d->blocks.at[i].kind == BLOCK_HEADING && x->d->blocks.at[i].level <= 2)
			headings[n++] = &x->d->blocks.at[i];
	for (size_t i = 0; i < n; i++)
		contents_entry(x, headings[i], i == 0, i + 1 == n);
	x->has_contents = n > 0;
}

/* ---- tables --------------------------------------------------------------------------------- */

static double body_width(const struct docx *x)
{
	return x->d->layout->width - x->d->layout->left - x->d->layout->right;
}

static void borders(struct docx *x)
{
	static const char *const sides[] = {"top", "left", "bottom", "right", "insideH", "insideV"};

	w_open(x, "tblBorders");
	for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
		w_open(x, sides[i]);
		w_attr(x, "val", "single");
		w_int(x, "sz", 4);
		w_int(x, "space", 0);
		w_attr(x, "color", "000000");
		w_close(x);
	}
	w_close(x);
}

static void table_head(struct docx *x, const struct block *b)
{
	w_open(x, "tblPr");
	w_open(x, "tblW");
	w_int(x, "w", twips(body_width(x)));
	w_attr(x, "type", "dxa");
	w_close(x);
	if (b->kind == BLOCK_TABLE)
		borders(x);
	w_val(x, "tblLayout", NULL);
	w_close(x);
	w_open(x, "tblGrid");
	for (size_t c = 0; c < b->table->columns; c++) {
		w_open(x, "gridCol");
		w_int(x, "w", twips(body_width(x) * b->table->widths[c]));
		w_close(x);
	}
	w_close(x);
}

static void table_cell(struct docx *x, const struct block *b, size_t row, size_t column)
{
	const struct cell *cell = &b->table->cells[row * b->table->columns + column];
	bool head = row < b->table->head_rows;

	w_open(x, "tc");
	w_open(x, "tcPr");
	w_open(x, "tcW");
	w_int(x, "w", twips(body_width(x) * b->table->widths[column]));
	w_attr(x, "type", "dxa");
	w_close(x);
	w_close(x);
	w_open(x, "p");
	w_open(x, "pPr");
	w_val(x, "pStyle", head ? "TableHead" : b->kind == BLOCK_SIGN ? "Signature" : "TableText");
	if (b->kind == BLOCK_SIGN && row + 1 < b->table->rows)
		w_val(x, "keepNext", NULL);
	w_val(x, "jc", head ? "center" : justification(cell->align));
	w_close(x);
	docx_runs(x, &cell->runs);
	w_close(x);
	w_close(x);
}

static void table(struct docx *x, const struct block *b)
{
	w_open(x, "tbl");
	table_head(x, b);
	for (size_t row = 0; row < b->table->rows; row++) {
		w_open(x, "tr");
		w_open(x, "trPr");
		w_val(x, "cantSplit", NULL);
		if (row < b->table->head_rows)
			w_val(x, "tblHeader", NULL);
		w_close(x);
		for (size_t c = 0; c < b->table->columns; c++)
			table_cell(x, b, row, c);
		w_close(x);
	}
	w_close(x);
	/* Word wants a paragraph between and behind tables. */
	w_val(x, "p", NULL);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int block(struct docx *x, const struct block *b)
{
	switch (b->kind) {
	case BLOCK_TABLE:
	case BLOCK_SIGN:
		table(x, b);
		return 0;
	case BLOCK_CONTENTS:
		contents(x);
		return 0;
	case BLOCK_BREAK:
		page_break(x);
		return 0;
	case BLOCK_CHART:
	case BLOCK_QR:
		return docx_picture(x, b);
	default:
		paragraph(x, b);
		return 0;
	}
}

static void reference(struct docx *x, const char *name, const char *id)
{
	w_open(x, name);
	w_attr(x, "type", "default");
	w_attr(x, "r:id", id);
	w_close(x);
}

static void section(struct docx *x)
{
	const struct page_layout *l = x->d->layout;

	w_open(x, "sectPr");
	reference(x, "headerReference", "rIdHeader");
	reference(x, "footerReference", "rIdFooter");
	w_open(x, "pgSz");
	w_int(x, "w", twips(l->width));
	w_int(x, "h", twips(l->height));
	w_close(x);
	w_open(x, "pgMar");
	w_int(x, "top", twips(l->top));
	w_int(x, "right", twips(l->right));
	w_int(x, "bottom", twips(l->bottom));
	w_int(x, "left", twips(l->left));
	w_int(x, "header", twips(l->top * 0.55));
	w_int(x, "footer", twips(l->bottom * 0.55));
	w_int(x, "gutter", 0);
	w_close(x);
	w_close(x);
}

static int write_text(struct docx *x)
{
	struct part text;
	int r = 0;

	part_begin(&text, "w:document", word_namespaces);
	x->p = &text;
	w_open(x, "body");
	for (size_t i = 0; r == 0 && i < x->d->blocks.n; i++)
		r = block(x, &x->d->blocks.at[i]);
	section(x);
	w_close(x);
	part_end(x, &text, "word/document.xml");
	return r;
}

int document_docx(const struct doc *d, struct buf *out, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct docx x = {.d = d, .a = a, .f = f};
	int r = write_text(&x);

	if (r == 0) {
		docx_styles(&x);
		docx_numbering(&x);
		docx_frame(&x);
		docx_notes(&x);
		docx_package(&x);
		r = archive_write(&x.parts, out, f);
	}
	VEC_FREE(&x.parts);
	VEC_FREE(&x.nums);
	return r;
}
