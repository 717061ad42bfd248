/* Pages → Cairo: header, body, notes, page number, the places of seals. */
#include "document/set.h"

#include <math.h>
#include <stdio.h>

#define SEAL_MM 42.0 /* a company's seal: 国发〔1999〕25号 allows 42 mm for most bodies, companies use 40 */
#define RULE 0.5

static void ink(cairo_t *cr, double grey)
{
	cairo_set_source_rgb(cr, grey, grey, grey);
}

static void line(cairo_t *cr, double x1, double y1, double x2, double y2, double width)
{
	cairo_set_line_width(cr, width);
	cairo_move_to(cr, x1, y1);
	cairo_line_to(cr, x2, y2);
	cairo_stroke(cr);
}

/* ---- small texts ---------------------------------------------------------------------------- */

static int text_at(struct setter *s, cairo_t *cr, struct str text, double size, enum align align, double x, double y,
		   double width)
{
	struct par_style st = {.font = s->d->layout->body_font, .size = size, .pitch = size * 1.4, .align = align,
			       .width = width};
	struct runs runs = runs_of(s->a, text, 0);
	struct par *p;
	int r = par_set(s, &st, NULL, &runs, 0, &p);

	if (r == 0)
		par_draw_line(cr, p, 0, x, y);
	return r;
}

static int paint_frame(struct setter *s, cairo_t *cr, size_t page)
{
	const struct page_layout *l = s->d->layout;
	double width = l->width - l->left - l->right, size = l->size * 0.75;
	char *number;
	int r;

	ink(cr, 0);
	if (s->d->header.len) {
		if ((r = text_at(s, cr, s->d->header, size, ALIGN_RIGHT, l->left, l->top - size * 3, width)) < 0)
			return r;
		if (l->framed_header)
			line(cr, l->left, l->top - size * 1.3, l->width - l->right, l->top - size * 1.3, RULE);
	}
	if (!s->d->page_numbers)
		return 0;
	number = arena_printf(s->a, "第 %zu 页  共 %zu 页", page + 1, s->pages.n);
	return text_at(s, cr, str_of(number), size, ALIGN_CENTRE, l->left, l->height - l->bottom + size * 1.6, width);
}

static int paint_watermark(struct setter *s, cairo_t *cr)
{
	const struct page_layout *l = s->d->layout;
	int r;

	if (!s->d->watermark)
		return 0;
	cairo_save(cr);
	ink(cr, 0.9);
	cairo_translate(cr, l->width / 2, l->height / 2);
	cairo_rotate(cr, -M_PI / 5);
	r = text_at(s, cr, str_of(s->d->watermark), 110, ALIGN_CENTRE, -400, -80, 800);
	cairo_restore(cr);
	return r;
}

/* ---- seals ---------------------------------------------------------------------------------- */

static void dashed_circle(cairo_t *cr, double x, double y, double radius)
{
	static const double dashes[] = {3, 3};

	cairo_save(cr);
	ink(cr, 0.7);
	cairo_set_line_width(cr, 0.6);
	cairo_set_dash(cr, dashes, 2, 0);
	cairo_new_sub_path(cr);
	cairo_arc(cr, x, y, radius, 0, 2 * M_PI);
	cairo_stroke(cr);
	cairo_restore(cr);
}

/*
 * 骑缝章: fanned out, the edges of all pages lie side by side and the seal goes across them. So each page
 * shows its strip of the circle at its right edge. More pages than strips of 3 mm: several seals.
 */
static int paint_cross_seal(struct setter *s, cairo_t *cr, size_t page)
{
	const struct page_layout *l = s->d->layout;
	size_t most = (size_t)(SEAL_MM / 3), n = s->pages.n, first = page / most * most;
	size_t group = n - first < most ? n - first : most;
	double side = SEAL_MM * MM_PT, strip = side / (double)group, y = l->height / 2;
	double left = l->width - strip;
	int r;

	if (!s->d->cross_seal || n < 2)
		return 0;
	cairo_save(cr);
	cairo_rectangle(cr, left, y - side, strip, side * 2);
	cairo_clip(cr);
	dashed_circle(cr, left - strip * (double)(page - first) + side / 2, y, side / 2);
	cairo_restore(cr);
	ink(cr, 0.7);
	cairo_save(cr);
	cairo_translate(cr, l->width - 2, y + side / 2 + 40);
	cairo_rotate(cr, -M_PI / 2);
	r = text_at(s, cr, STR("骑缝章"), 7, ALIGN_LEFT, 0, -10, 60);
	cairo_restore(cr);
	return r;
}

/* ---- boxes ---------------------------------------------------------------------------------- */

static void paint_line(struct setter *s, cairo_t *cr, const struct box *b, double y)
{
	char dest[48];

	ink(cr, 0);
	if (b->heading >= 0) {
		snprintf(dest, sizeof(dest), "name='h%d'", b->heading);
		cairo_tag_begin(cr, CAIRO_TAG_DEST, dest);
	}
	par_draw_line(cr, b->par, b->line, s->d->layout->left, y);
	if (b->heading >= 0)
		cairo_tag_end(cr, CAIRO_TAG_DEST);
}

static void paint_cell(cairo_t *cr, const struct box *b, size_t column, double x, double y, double width)
{
	const struct par *p = b->cells[column];
	const struct cell *cell = &b->block->table->cells[b->row * b->block->table->columns + column];
	int shown = p->n_lines - b->line < b->lines ? p->n_lines - b->line : b->lines;
	double above = b->block->kind == BLOCK_SIGN ? 0 : (b->lines - shown) * p->style.pitch / 2;

	if (cell->seal)
		dashed_circle(cr, x + width / 2, y + b->height / 2, SEAL_MM * MM_PT / 2);
	ink(cr, 0);
	for (int i = 0; i < shown; i++)
		par_draw_line(cr, p, b->line + i, x + CELL_PAD, y + CELL_PAD + above + i * p->style.pitch);
	if (b->block->kind == BLOCK_TABLE) {
		cairo_set_line_width(cr, RULE);
		cairo_rectangle(cr, x, y, width, b->height);
		cairo_stroke(cr);
	}
}

static void paint_row(struct setter *s, cairo_t *cr, const struct box *b, double y)
{
	const struct page_layout *l = s->d->layout;
	double x = l->left;

	for (size_t c = 0; c < b->block->table->columns; c++) {
		double width = (l->width - l->left - l->right) * b->block->table->widths[c];

		paint_cell(cr, b, c, x, y, width);
		x += width;
	}
}

static int paint_contents(struct setter *s, cairo_t *cr, const struct box *b, double y)
{
	const struct page_layout *l = s->d->layout;
	const struct heading *h = &s->headings.at[b->heading];
	double indent = (h->block->level - 1) * 2 * l->size, width = l->width - l->left - l->right - indent;
	char *number = arena_printf(s->a, "%d", h->page + 1);
	static const double dots[] = {1, 3};
	double from = 0, to;
	struct par_style st = {.font = l->body_font, .size = l->size, .pitch = l->pitch, .align = ALIGN_LEFT,
			       .width = width - 3 * l->size};
	struct runs runs = runs_of(s->a, str_of(h->text), 0);
	struct par *p;
	int r = par_set(s, &st, NULL, &runs, h->block->line, &p);

	if (r < 0)
		return r;
	ink(cr, 0);
	cairo_tag_begin(cr, CAIRO_TAG_LINK, arena_printf(s->a, "dest='h%d'", b->heading));
	par_draw_line(cr, p, 0, l->left + indent, y);
	r = text_at(s, cr, str_of(number), l->size, ALIGN_RIGHT, l->left + indent, y + (l->pitch - l->size * 1.4) / 2, width);
	cairo_tag_end(cr, CAIRO_TAG_LINK);
	from = l->left + indent + par_line_width(p, 0) + 4;
	to = l->width - l->right - (double)strlen(number) * l->size * 0.6 - 4;
	cairo_save(cr);
	cairo_set_dash(cr, dots, 2, 0);
	if (to > from)
		line(cr, from, y + l->pitch * 0.68, to, y + l->pitch * 0.68, 1);
	cairo_restore(cr);
	return r;
}

static int paint_box(struct setter *s, cairo_t *cr, const struct placed *at)
{
	const struct page_layout *l = s->d->layout;
	double width = l->width - l->left - l->right;

	switch (at->box->kind) {
	case BOX_LINE:
		paint_line(s, cr, at->box, at->y);
		return 0;
	case BOX_ROW:
		paint_row(s, cr, at->box, at->y);
		return 0;
	case BOX_CONTENTS:
		return paint_contents(s, cr, at->box, at->y);
	case BOX_CHART:
		return chart_paint(s, cr, at->box->block->chart, l->left, at->y, width, CHART_HEIGHT);
	case BOX_QR:
		qr_paint(cr, at->box->qr, l->width - l->right - QR_SIDE, at->y, QR_SIDE);
		return 0;
	}
	return 0;
}

static void paint_notes(struct setter *s, cairo_t *cr, const struct page *page)
{
	const struct page_layout *l = s->d->layout;
	double y = l->height - l->bottom - page->notes_height;

	if (!page->notes.n)
		return;
	ink(cr, 0);
	line(cr, l->left, y + NOTE_RULE / 2, l->left + 120, y + NOTE_RULE / 2, RULE);
	y += NOTE_RULE;
	for (size_t i = 0; i < page->notes.n; i++) {
		const struct par *p = s->notes[page->notes.at[i] - 1];

		for (int n = 0; n < p->n_lines; n++, y += p->style.pitch)
			par_draw_line(cr, p, n, l->left, y);
	}
}

int page_paint(struct setter *s, cairo_t *cr, size_t page)
{
	const struct page *p = &s->pages.at[page];
	int r;

	if ((r = paint_watermark(s, cr)) < 0 || (r = paint_frame(s, cr, page)) < 0)
		return r;
	for (size_t i = 0; i < p->boxes.n; i++)
		if ((r = paint_box(s, cr, &p->boxes.at[i])) < 0)
			return r;
	paint_notes(s, cr, p);
	return paint_cross_seal(s, cr, page);
}
