/* Paragraphs: Pango shapes and breaks by UAX #14 (no 。 at the start of a line, no 《 at its end); the lines are
 * justified here, because Pango would stretch only the few spaces of a Chinese line. */
#include "document/set.h"

#include <stdio.h>

#include "base/memory.h"

/* ---- building ------------------------------------------------------------------------------- */

#define NOTE_MARK_MAX 16

struct build {
	struct buf text;
	PangoAttrList *attrs;
};

static void add_attr(struct build *b, PangoAttribute *attr, size_t from)
{
	attr->start_index = (guint)from;
	attr->end_index = (guint)b->text.len;
	pango_attr_list_insert(b->attrs, attr);
}

/* The mark of a note carries its number, so that a line can be asked which notes it needs. */
static void add_note_mark(struct build *b, int note, double size)
{
	size_t from = b->text.len;

	buf_printf(&b->text, "[%d]", note);
	add_attr(b, pango_attr_size_new((int)(size * 0.62 * PANGO_SCALE)), from);
	add_attr(b, pango_attr_rise_new((int)(size * 0.36 * PANGO_SCALE)), from);
	add_attr(b, pango_attr_allow_breaks_new(FALSE), from);
}

/* To be filled in by hand: a line to write on. */
#define BLANK "\u3000\u3000\u3000\u3000\u3000\u3000"

static void add_run(struct build *b, const struct run *r, double size)
{
	size_t from = b->text.len;

	if (r->style & RUN_BLANK)
		buf_adds(&b->text, BLANK);
	else
		buf_add(&b->text, r->text.p, r->text.len);
	if (r->style & RUN_BOLD)
		add_attr(b, pango_attr_weight_new(PANGO_WEIGHT_BOLD), from);
	if (r->style & (RUN_UNDERLINE | RUN_BLANK))
		add_attr(b, pango_attr_underline_new(PANGO_UNDERLINE_SINGLE), from);
	if (r->note)
		add_note_mark(b, r->note, size);
}

/* 第一条 is bold and stands apart from its text; （一） and 一、 bring their own room. */
static void add_label(struct build *b, const char *label)
{
	buf_adds(&b->text, label);
	if (strncmp(label, "第", strlen("第")) == 0) {
		add_attr(b, pango_attr_weight_new(PANGO_WEIGHT_BOLD), 0);
		buf_adds(&b->text, "\u3000");
	} else if (label[0] && label[strlen(label) - 1] == '.') {
		buf_addc(&b->text, ' ');
	}
}

static PangoFontDescription *describe(const struct par_style *st)
{
	PangoFontDescription *font = pango_font_description_new();

	pango_font_description_set_family_static(font, st->font);
	pango_font_description_set_absolute_size(font, st->size * PANGO_SCALE);
	pango_font_description_set_weight(font, st->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
	return font;
}

static void set_layout(struct par *p, struct build *b)
{
	PangoFontDescription *font = describe(&p->style);

	pango_layout_set_font_description(p->layout, font);
	pango_font_description_free(font);
	/* No borrowed glyphs: what the layout's fonts lack is an error, not another face or a box. */
	pango_attr_list_insert(b->attrs, pango_attr_fallback_new(FALSE));
	/* Two marks of punctuation side by side take one and a half squares. */
	pango_attr_list_insert(b->attrs, pango_attr_font_features_new("chws=1"));
	pango_layout_set_attributes(p->layout, b->attrs);
	pango_layout_set_text(p->layout, b->text.p ? b->text.p : "", (int)b->text.len);
	pango_layout_set_wrap(p->layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_width(p->layout, (int)(p->style.width * PANGO_SCALE));
	pango_layout_set_indent(p->layout, (int)(p->style.indent * PANGO_SCALE));
}

/* ---- characters no font has ----------------------------------------------------------------- */

static struct str layout_text(const struct par *p)
{
	return str_of(pango_layout_get_text(p->layout));
}

/* Byte of the first one in a line, or -1. */
static int unknown_at(PangoLayoutLine *line)
{
	for (GSList *l = line->runs; l; l = l->next) {
		PangoGlyphItem *item = l->data;

		for (int i = 0; i < item->glyphs->num_glyphs; i++)
			if (item->glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG)
				return item->item->offset + item->glyphs->log_clusters[i];
	}
	return -1;
}

static int unknown_glyph(struct setter *s, const struct par *p, int line)
{
	struct str text = layout_text(p);
	size_t at = 0, end;
	char utf8[5] = {0};
	uint32_t cp;
	int found = -1;

	for (int i = 0; found < 0 && i < p->n_lines; i++)
		found = unknown_at(pango_layout_get_line_readonly(p->layout, i));
	if (found < 0)
		return fail(s->f, E_INVALID, "", "%s: a character has no glyph in the fonts", s->d->file);
	at = end = (size_t)found;
	cp = utf8_next(text, &end);
	utf8_put(utf8, cp);
	/* A template's line; the character's place in its paragraph. */
	return fail(s->f, E_INVALID, "", "%s:%d: character %zu, '%s' (U+%04X), is in none of the document's fonts; "
		    "write another one", s->d->file, line, utf8_count((struct str){text.p, at}) + 1, utf8, cp);
}

/* ---- justification -------------------------------------------------------------------------- */

static bool is_wide(uint32_t cp)
{
	return cp >= 0x2E80;
}

/* Full-width marks with their ink in the left half: at the end of a line they need only that. */
static bool hangs(uint32_t cp)
{
	static const uint32_t marks[] = {0x3001, 0x3002, 0xFF0C, 0xFF1B, 0xFF1A, 0xFF09, 0x300B, 0x300D, 0x3011, 0x300F};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (marks[i] == cp)
			return true;
	return false;
}

static uint32_t char_at(struct str text, size_t at)
{
	return at < text.len ? utf8_next(text, &at) : 0;
}

static uint32_t char_behind(struct str text, size_t at, size_t end)
{
	(void)utf8_next(text, &at);
	return at < end ? char_at(text, at) : 0;
}

/* Call @p widen for each place of a line that may grow; count them when it is NULL. */
static int each_gap(struct str text, PangoLayoutLine *line, int extra)
{
	size_t end = (size_t)line->start_index + (size_t)line->length;
	int n = 0;

	for (GSList *l = line->runs; l; l = l->next) {
		PangoGlyphItem *item = l->data;
		PangoGlyphString *glyphs = item->glyphs;

		for (int i = 0; i < glyphs->num_glyphs; i++) {
			size_t at = (size_t)(item->item->offset + glyphs->log_clusters[i]);
			uint32_t cp = char_at(text, at), next = char_behind(text, at, end);

			if (i + 1 < glyphs->num_glyphs && glyphs->log_clusters[i + 1] == glyphs->log_clusters[i])
				continue;
			if (!next || !(cp == ' ' || is_wide(cp) || is_wide(next)))
				continue;
			glyphs->glyphs[i].geometry.width += extra;
			n++;
		}
	}
	return n;
}

/* Character and room at the line's end. */
static uint32_t last_char(struct str text, const PangoLayoutLine *line)
{
	size_t at = (size_t)line->start_index + (size_t)line->length;
	size_t start = (size_t)line->start_index;

	while (at > start && ((unsigned char)text.p[--at] & 0xC0) == 0x80)
		;
	return char_at(text, at);
}

static bool ends_paragraph(const struct par *p, int line)
{
	struct str text = layout_text(p);
	PangoLayoutLine *l = pango_layout_get_line_readonly(p->layout, line);
	size_t end = (size_t)l->start_index + (size_t)l->length;

	return line + 1 == p->n_lines || (end < text.len && text.p[end] == '\n');
}

static void justify_line(const struct par *p, int line)
{
	struct str text = layout_text(p);
	PangoLayoutLine *l = pango_layout_get_line(p->layout, line);
	double indent = l->is_paragraph_start ? p->style.indent : 0;
	double left = p->style.width - indent - par_line_width(p, line);
	int gaps;

	if (hangs(last_char(text, l)))
		left += p->style.size / 2;
	gaps = each_gap(text, l, 0);
	/* What would look like a row of holes stays ragged: a long word behind a short line. */
	if (gaps && left > 0 && left / gaps < p->style.size)
		each_gap(text, l, (int)(left * PANGO_SCALE / gaps));
}

/* ---- paragraphs ----------------------------------------------------------------------------- */

int par_set(struct setter *s, const struct par_style *style, const char *label, const struct runs *runs,
	    int line, struct par **ret)
{
	struct par *p = ARENA_NEW(s->a, struct par);
	struct build b = {.attrs = pango_attr_list_new()};

	p->style = *style;
	p->layout = pango_layout_new(s->pango);
	VEC_ADD(&s->pars, p);
	if (label)
		add_label(&b, label);
	for (size_t i = 0; i < runs->n; i++)
		add_run(&b, &runs->at[i], style->size);
	set_layout(p, &b);
	pango_attr_list_unref(b.attrs);
	buf_free(&b.text);
	p->n_lines = pango_layout_get_line_count(p->layout);
	if (pango_layout_get_unknown_glyphs_count(p->layout) > 0)
		return unknown_glyph(s, p, line);
	for (int i = 0; style->align == ALIGN_JUSTIFY && i < p->n_lines; i++)
		if (!ends_paragraph(p, i))
			justify_line(p, i);
	*ret = p;
	return 0;
}

double par_line_width(const struct par *p, int line)
{
	PangoRectangle logical;

	pango_layout_line_get_extents(pango_layout_get_line_readonly(p->layout, line), NULL, &logical);
	return (double)logical.width / PANGO_SCALE;
}

void par_draw_line(cairo_t *cr, const struct par *p, int line, double x, double top)
{
	PangoLayoutLine *l = pango_layout_get_line_readonly(p->layout, line);
	const struct par_style *st = &p->style;
	double room = st->width - par_line_width(p, line);

	x += st->left;
	if (st->align == ALIGN_CENTRE)
		x += room / 2;
	else if (st->align == ALIGN_RIGHT)
		x += room;
	else if (l->is_paragraph_start)
		x += st->indent;
	/* The em box of a CJK face reaches from .88 above to .12 below its baseline. */
	cairo_move_to(cr, x, top + (st->pitch - st->size) / 2 + st->size * 0.88);
	pango_cairo_show_layout_line(cr, l);
}

/* Marks are the only text that is raised. */
size_t par_line_notes(const struct par *p, int line, int *notes, size_t max)
{
	PangoLayoutLine *l = pango_layout_get_line_readonly(p->layout, line);
	size_t n = 0;

	for (GSList *r = l->runs; r && n < max; r = r->next) {
		PangoItem *item = ((PangoGlyphItem *)r->data)->item;
		const char *text = pango_layout_get_text(p->layout) + item->offset;
		bool raised = false;

		for (GSList *a = item->analysis.extra_attrs; a; a = a->next)
			raised |= ((PangoAttribute *)a->data)->klass->type == PANGO_ATTR_RISE;
		if (raised && text[0] == '[')
			notes[n++] = (int)strtol(text + 1, NULL, 10);
	}
	return n;
}
