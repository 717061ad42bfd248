/* Bars, lines, pies; and QR codes: what is drawn rather than set. */
#include "document/set.h"

#include <math.h>
#include <qrencode.h>
#include <stdio.h>

/* Ink blue first, then colours that differ in lightness as well, for those who print in grey. */
static const double palette[][3] = {
	{0.122, 0.227, 0.373}, {0.722, 0.525, 0.231}, {0.357, 0.545, 0.678}, {0.545, 0.278, 0.263},
	{0.451, 0.573, 0.420}, {0.620, 0.620, 0.620}, {0.306, 0.353, 0.573}, {0.796, 0.690, 0.490},
};

#define LABEL 8.5
#define TITLE 10.5

static void colour(cairo_t *cr, size_t i)
{
	const double *c = palette[i % ARRAY_SIZE(palette)];

	cairo_set_source_rgb(cr, c[0], c[1], c[2]);
}

static int label(struct setter *s, cairo_t *cr, struct str text, double size, enum align align, double x, double y,
		 double width)
{
	struct par_style st = {.font = s->d->layout->head_font, .size = size, .pitch = size * 1.3, .align = align,
			       .width = width};
	struct runs runs = runs_of(s->a, text, 0);
	struct par *p;
	int r = par_set(s, &st, NULL, &runs, 0, &p);

	if (r < 0)
		return r;
	cairo_set_source_rgb(cr, 0.2, 0.2, 0.2);
	par_draw_line(cr, p, 0, x, y);
	return 0;
}

static struct str number(struct arena *a, double v)
{
	return str_of(v == floor(v) ? arena_printf(a, "%.0f", v) : arena_printf(a, "%.1f", v));
}

/* 1, 2 or 5 times a power of ten, so that about four steps reach @p most. */
static double nice_step(double most)
{
	double raw = most / 4, power = pow(10, floor(log10(raw > 0 ? raw : 1))), left = raw / power;

	if (most <= 4)
		return 1;
	return power * (left <= 1 ? 1 : left <= 2 ? 2 : left <= 5 ? 5 : 10);
}

struct axes {
	double x, y, width, height, top; /* the plot, and the value at its upper edge */
};

static double greatest(const struct chart *c)
{
	double most = 0;

	for (size_t i = 0; i < c->n; i++)
		most = c->values[i] > most ? c->values[i] : most;
	return most;
}

static int paint_axes(struct setter *s, cairo_t *cr, const struct chart *c, struct axes *ax)
{
	double step = nice_step(greatest(c));
	int r = 0;

	ax->top = step * ceil(greatest(c) / step);
	if (ax->top <= 0)
		ax->top = step;
	for (double v = 0; r == 0 && v <= ax->top + step / 2; v += step) {
		double y = ax->y + ax->height * (1 - v / ax->top);

		cairo_set_source_rgb(cr, v == 0 ? 0.3 : 0.85, v == 0 ? 0.3 : 0.85, v == 0 ? 0.3 : 0.85);
		cairo_set_line_width(cr, 0.5);
		cairo_move_to(cr, ax->x, y);
		cairo_line_to(cr, ax->x + ax->width, y);
		cairo_stroke(cr);
		r = label(s, cr, number(s->a, v), LABEL, ALIGN_RIGHT, ax->x - 44, y - LABEL * 0.65, 40);
	}
	for (size_t i = 0; r == 0 && i < c->n; i++) {
		double w = ax->width / (double)c->n;

		r = label(s, cr, c->labels[i], LABEL, ALIGN_CENTRE, ax->x + w * (double)i, ax->y + ax->height + 3, w);
	}
	return r;
}

static int paint_bars(struct setter *s, cairo_t *cr, const struct chart *c, const struct axes *ax)
{
	double w = ax->width / (double)c->n, bar = w * 0.6 < 40 ? w * 0.6 : 40;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n; i++) {
		double h = ax->height * c->values[i] / ax->top, x = ax->x + w * ((double)i + 0.5) - bar / 2;

		colour(cr, 0);
		cairo_rectangle(cr, x, ax->y + ax->height - h, bar, h);
		cairo_fill(cr);
		r = label(s, cr, number(s->a, c->values[i]), LABEL, ALIGN_CENTRE, x - 20, ax->y + ax->height - h - LABEL * 1.4,
			  bar + 40);
	}
	return r;
}

static int paint_points(struct setter *s, cairo_t *cr, const struct chart *c, const struct axes *ax)
{
	double w = ax->width / (double)c->n;
	int r = 0;

	colour(cr, 0);
	cairo_new_path(cr); /* the last label left its point */
	cairo_set_line_width(cr, 1.5);
	for (size_t i = 0; i < c->n; i++)
		cairo_line_to(cr, ax->x + w * ((double)i + 0.5), ax->y + ax->height * (1 - c->values[i] / ax->top));
	cairo_stroke(cr);
	for (size_t i = 0; r == 0 && i < c->n; i++) {
		double x = ax->x + w * ((double)i + 0.5), y = ax->y + ax->height * (1 - c->values[i] / ax->top);

		colour(cr, 0);
		cairo_new_sub_path(cr);
		cairo_arc(cr, x, y, 2.2, 0, 2 * M_PI);
		cairo_fill(cr);
		r = label(s, cr, number(s->a, c->values[i]), LABEL, ALIGN_CENTRE, x - 25, y - LABEL * 1.7, 50);
	}
	return r;
}

static int paint_legend(struct setter *s, cairo_t *cr, const struct chart *c, double total, double x, double y,
			double width)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n; i++, y += LABEL * 1.7) {
		struct str value = number(s->a, c->values[i]);
		char *text = arena_printf(s->a, "%.*s  %.*s（%.1f%%）", STR_FMT(c->labels[i]), STR_FMT(value),
					  total > 0 ? 100 * c->values[i] / total : 0);

		colour(cr, i);
		cairo_rectangle(cr, x, y + 1, LABEL, LABEL);
		cairo_fill(cr);
		r = label(s, cr, str_of(text), LABEL, ALIGN_LEFT, x + LABEL * 1.6, y, width);
	}
	return r;
}

static int paint_pie(struct setter *s, cairo_t *cr, const struct chart *c, double x, double y, double width, double height)
{
	double total = 0, at = -M_PI / 2, radius = height / 2 - 4, cx = x + width * 0.28, cy = y + height / 2;

	for (size_t i = 0; i < c->n; i++)
		total += c->values[i];
	for (size_t i = 0; total > 0 && i < c->n; i++) {
		double part = 2 * M_PI * c->values[i] / total;

		colour(cr, i);
		cairo_move_to(cr, cx, cy);
		cairo_arc(cr, cx, cy, radius, at, at + part);
		cairo_close_path(cr);
		cairo_fill_preserve(cr);
		cairo_set_source_rgb(cr, 1, 1, 1);
		cairo_set_line_width(cr, 0.8);
		cairo_stroke(cr);
		at += part;
	}
	return paint_legend(s, cr, c, total, x + width * 0.54, cy - (double)c->n * LABEL * 0.85, width * 0.42);
}

int chart_paint(struct setter *s, cairo_t *cr, const struct chart *c, double x, double y, double width, double height)
{
	struct axes ax = {x + 48, y + 34, width - 56, height - 56, 1};
	struct str title = c->title;
	int r;

	if (c->unit.len)
		title = str_of(arena_printf(s->a, "%.*s（%.*s）", STR_FMT(c->title), STR_FMT(c->unit)));
	if ((r = label(s, cr, title, TITLE, ALIGN_CENTRE, x, y + 2, width)) < 0)
		return r;
	if (c->n == 0)
		return label(s, cr, STR("本期没有数据"), LABEL, ALIGN_CENTRE, x, y + height / 2, width);
	if (c->kind == CHART_PIE)
		return paint_pie(s, cr, c, x, y + 22, width, height - 30);
	if ((r = paint_axes(s, cr, c, &ax)) < 0)
		return r;
	return c->kind == CHART_BAR ? paint_bars(s, cr, c, &ax) : paint_points(s, cr, c, &ax);
}

/* ---- QR codes ------------------------------------------------------------------------------- */

struct qr {
	int width;
	const unsigned char *modules;
};

int qr_make(struct setter *s, struct str text, struct qr **ret)
{
	QRcode *code = QRcode_encodeString8bit(arena_strndup(s->a, text.p, text.len), 0, QR_ECLEVEL_M);
	struct qr *qr = ARENA_NEW(s->a, struct qr);

	if (!code)
		return fail(s->f, E_INVALID, "", "the text of the QR code is too long (%zu bytes)", text.len);
	qr->width = code->width;
	qr->modules = arena_memdup(s->a, code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	*ret = qr;
	return 0;
}

void qr_paint(cairo_t *cr, const struct qr *qr, double x, double y, double side)
{
	double module = side / qr->width;

	cairo_set_source_rgb(cr, 0, 0, 0);
	for (int row = 0; row < qr->width; row++)
		for (int column = 0; column < qr->width; column++)
			if (qr->modules[row * qr->width + column] & 1)
				cairo_rectangle(cr, x + column * module, y + row * module, module, module);
	cairo_fill(cr);
}
