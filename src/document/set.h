/**
 * @file set.h  Setting type: paragraphs, boxes, pages. Between the files of this room only.
 *
 * Blocks become boxes of a known height (a line, a row of a table, a chart), boxes are laid on pages,
 * pages are painted. So the number of pages and the page of every heading are known before anything is drawn.
 */
#ifndef LEXLINE_DOCUMENT_SET_H
#define LEXLINE_DOCUMENT_SET_H

#include <pango/pangocairo.h>

#include "document/model.h"

#define MM_PT (72.0 / 25.4)

/* ---- fonts.c -------------------------------------------------------------------------------- */

/**
 * This thread's Pango context, with its font map and caches; kept as long as the thread.
 * @return 0, -E_CONFIG when a family of the layout is not installed
 */
MUST_CHECK int fonts_context(const struct page_layout *l, PangoContext **ret, struct fault *f);

/* ---- paragraph.c ---------------------------------------------------------------------------- */

struct par_style {
	const char *font;
	double size, pitch;
	bool bold;
	enum align align;
	double width;
	double indent; /**< of the first line */
	double left;   /**< of all lines */
};

/** A paragraph broken into lines. The layout is owned. */
struct par {
	PangoLayout *layout;
	struct par_style style;
	int n_lines;
};

struct setter;

/**
 * Break runs into lines, @p label (NULL: none) before them.
 * @return 0, -E_INVALID: a character without a glyph, with its place
 */
MUST_CHECK int par_set(struct setter *s, const struct par_style *style, const char *label,
		       const struct runs *runs, int line, struct par **ret);
/** Paint one line; (@p x, @p top) is the upper left corner of the paragraph's line box. */
void par_draw_line(cairo_t *cr, const struct par *p, int line, double x, double top);
/** Marks of notes in a line, in the order they stand. @return how many, at most @p max */
size_t par_line_notes(const struct par *p, int line, int *notes, size_t max);
/** Width of a line as set. */
double par_line_width(const struct par *p, int line);

/* ---- boxes.c -------------------------------------------------------------------------------- */

enum box_kind { BOX_LINE, BOX_ROW, BOX_CONTENTS, BOX_CHART, BOX_QR };

struct box {
	enum box_kind kind;
	double before, height; /**< space above (not at the top of a page), own height */
	bool page_before;      /**< begins a page */
	bool keep;	       /**< on one page with the next box */
	int line;	       /**< BOX_LINE: of the paragraph; BOX_ROW: first line of the cells shown */
	int lines;	       /**< BOX_ROW: how many */
	const struct par *par;
	int heading;	       /**< BOX_CONTENTS: which; BOX_LINE: begins this one; -1 */
	const struct block *block;
	size_t row;	       /**< BOX_ROW */
	struct par **cells;    /**< BOX_ROW: block->table->columns of them */
	bool head;	       /**< BOX_ROW: repeated on the next page */
	struct qr *qr;
};

struct heading {
	const struct block *block;
	char *text;
	int page; /**< 0-based */
	double y;
};

struct placed {
	const struct box *box;
	double y;
};

struct page {
	VEC(struct placed) boxes;
	VEC(int) notes; /**< numbers, 1 … */
	double notes_height;
};

struct setter {
	const struct doc *d;
	struct arena *a;
	PangoContext *pango;
	struct fault *f;
	VEC(struct box) boxes;
	VEC(struct page) pages;
	VEC(struct par *) pars;
	VEC(struct heading) headings;
	struct par **notes; /**< as many as the document has */
};

#define CELL_PAD 4.0
#define NOTE_RULE 8.0 /**< above the notes of a page */

MUST_CHECK int boxes_make(struct setter *s);
double box_note_height(const struct setter *s, int note);

/* ---- pages.c -------------------------------------------------------------------------------- */

/** Lay the boxes on pages. */
void pages_make(struct setter *s);
void setter_free(struct setter *s);

/* ---- paint.c, chart.c ----------------------------------------------------------------------- */

MUST_CHECK int page_paint(struct setter *s, cairo_t *cr, size_t page);
/** @p f: a label that can't be set. Also used for the pictures of a DOCX. */
MUST_CHECK int chart_paint(struct setter *s, cairo_t *cr, const struct chart *c, double x, double y,
			   double width, double height);
#define CHART_HEIGHT 190.0

struct qr; /**< modules of a QR code */
MUST_CHECK int qr_make(struct setter *s, struct str text, struct qr **ret);
void qr_paint(cairo_t *cr, const struct qr *qr, double x, double y, double side);
#define QR_SIDE (25 * MM_PT)

/* ---- pdfa.c --------------------------------------------------------------------------------- */

/** Turn Cairo's PDF (mended in place) into PDF/A-2b: XMP, output intent, language, print flags. */
MUST_CHECK int pdfa_finish(const struct doc *d, struct buf *pdf, struct buf *out, struct fault *f);

#endif
