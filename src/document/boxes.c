/* Blocks → boxes of known height. */
#include "document/set.h"

static double body_width(const struct setter *s)
{
	const struct page_layout *l = s->d->layout;

	return l->width - l->left - l->right;
}

static struct box *add_box(struct setter *s, enum box_kind kind, const struct block *b)
{
	struct box box = {.kind = kind, .block = b, .heading = -1};

	VEC_ADD(&s->boxes, box);
	return &s->boxes.at[s->boxes.n - 1];
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* No line of a paragraph alone at the foot or the head of a page. */
static bool keeps_with_next(const struct par *p, int line, bool all)
{
	return all || (p->n_lines > 1 && (line == 0 || line == p->n_lines - 2));
}

static void add_lines(struct setter *s, const struct block *b, const struct par *p, double before, bool keep)
{
	for (int i = 0; i < p->n_lines; i++) {
		struct box *box = add_box(s, BOX_LINE, b);

		box->par = p;
		box->line = i;
		box->height = p->style.pitch;
		box->before = i == 0 ? before : 0;
		box->keep = i + 1 < p->n_lines ? keeps_with_next(p, i, keep) : keep;
	}
}

static struct par_style body_style(const struct setter *s, const struct block *b)
{
	const struct page_layout *l = s->d->layout;
	struct par_style st = {.font = l->body_font, .size = l->size, .pitch = l->pitch, .align = b->align,
			       .width = body_width(s)};

	if (!b->flush && (b->align == ALIGN_JUSTIFY || b->align == ALIGN_LEFT))
		st.indent = 2 * l->size;
	return st;
}

static int add_para(struct setter *s, const struct block *b)
{
	struct par_style st = body_style(s, b);
	struct par *p;
	int r = par_set(s, &st, b->number_label, &b->runs, b->line, &p);

	if (r == 0)
		add_lines(s, b, p, 0, b->keep);
	return r;
}

static int add_title(struct setter *s, const struct block *b)
{
	const struct page_layout *l = s->d->layout;
	struct par_style st = {.font = l->head_font, .size = l->title_size, .pitch = l->title_size * 1.5, .bold = true,
			       .align = ALIGN_CENTRE, .width = body_width(s)};
	struct par *p;
	int r = par_set(s, &st, NULL, &b->runs, b->line, &p);

	if (r == 0)
		add_lines(s, b, p, l->pitch * 0.5, true);
	return r;
}

static struct par_style heading_style(const struct setter *s, const struct block *b)
{
	const struct page_layout *l = s->d->layout;
	struct par_style st = {.font = l->head_font, .size = l->size, .pitch = l->pitch, .bold = true,
			       .width = body_width(s), .align = ALIGN_LEFT};

	if (b->number_kind == NUM_CHAPTER) {
		st.align = ALIGN_CENTRE;
		st.size *= 1.15;
	} else {
		st.indent = 2 * l->size;
	}
	return st;
}

static int add_heading(struct setter *s, const struct block *b)
{
	struct par_style st = heading_style(s, b);
	struct heading h = {.block = b};
	struct str words = runs_text(s->a, &b->runs);
	size_t first = s->boxes.n;
	struct par *p;
	int r = par_set(s, &st, b->number_label, &b->runs, b->line, &p);

	if (r < 0)
		return r;
	h.text = b->number_label ? arena_printf(s->a, "%s %.*s", b->number_label, STR_FMT(words))
				 : arena_strndup(s->a, words.p, words.len);
	add_lines(s, b, p, s->d->layout->pitch * (b->level <= 1 ? 0.5 : 0.2), true);
	s->boxes.at[first].heading = (int)s->headings.n;
	VEC_ADD(&s->headings, h);
	return 0;
}

/* ---- tables --------------------------------------------------------------------------------- */

static double table_pitch(const struct setter *s, const struct block *b)
{
	const struct page_layout *l = s->d->layout;

	return b->kind == BLOCK_SIGN ? l->pitch * 1.25 : l->size * 1.5;
}

static int set_cells(struct setter *s, const struct block *b, size_t row, struct par ***ret, int *ret_lines)
{
	const struct table *t = b->table;
	const struct page_layout *l = s->d->layout;
	bool head = row < t->head_rows;
	struct par **cells = ARENA_ARRAY(s->a, struct par *, t->columns);
	int lines = 1, r;

	for (size_t c = 0; c < t->columns; c++) {
		const struct cell *cell = &t->cells[row * t->columns + c];
		struct par_style st = {
			.font = head ? l->head_font : l->body_font,
			.size = b->kind == BLOCK_SIGN ? l->size : l->size * 0.875,
			.pitch = table_pitch(s, b),
			.bold = head,
			.align = head ? ALIGN_CENTRE : cell->align,
			.width = body_width(s) * t->widths[c] - 2 * CELL_PAD,
		};

		if ((r = par_set(s, &st, NULL, &cell->runs, b->line, &cells[c])) < 0)
			return r;
		if (cells[c]->n_lines > lines)
			lines = cells[c]->n_lines;
	}
	*ret = cells;
	*ret_lines = lines;
	return 0;
}

/* A row higher than a page goes on on the next. */
static void add_row(struct setter *s, const struct block *b, size_t row, struct par **cells, int lines)
{
	const struct page_layout *l = s->d->layout;
	double pitch = table_pitch(s, b);
	int most = (int)((l->height - l->top - l->bottom) * 0.8 / pitch);

	for (int from = 0; from < lines; from += most) {
		struct box *box = add_box(s, BOX_ROW, b);

		box->row = row;
		box->cells = cells;
		box->line = from;
		box->lines = lines - from < most ? lines - from : most;
		box->height = box->lines * pitch + 2 * CELL_PAD;
		box->head = row < b->table->head_rows;
		box->keep = box->head || (b->kind == BLOCK_SIGN && row + 1 < b->table->rows);
		box->before = row == 0 && from == 0 ? l->pitch * (b->kind == BLOCK_SIGN ? 1 : 0.4) : 0;
	}
}

static int add_table(struct setter *s, const struct block *b)
{
	struct par **cells;
	int lines, r;

	for (size_t row = 0; row < b->table->rows; row++) {
		if ((r = set_cells(s, b, row, &cells, &lines)) < 0)
			return r;
		add_row(s, b, row, cells, lines);
	}
	return 0;
}

/* ---- the rest ------------------------------------------------------------------------------- */

#define CONTENTS_LEVELS 2

/* A line for each heading that is to come, in their order. */
static void add_contents(struct setter *s)
{
	int index = 0;

	for (size_t i = 0; i < s->d->blocks.n; i++) {
		const struct block *h = &s->d->blocks.at[i];
		struct box *box;

		if (h->kind != BLOCK_HEADING)
			continue;
		if (h->level <= CONTENTS_LEVELS) {
			box = add_box(s, BOX_CONTENTS, h);
			box->heading = index;
			box->height = s->d->layout->pitch;
		}
		index++;
	}
}

static int add_qr(struct setter *s, const struct block *b)
{
	struct box *box = add_box(s, BOX_QR, b);

	box->height = QR_SIDE;
	box->before = s->d->layout->pitch * 0.5;
	return qr_make(s, runs_text(s->a, &b->runs), &box->qr);
}

static void add_chart(struct setter *s, const struct block *b)
{
	struct box *box = add_box(s, BOX_CHART, b);

	box->height = CHART_HEIGHT;
	box->before = s->d->layout->pitch * 0.4;
}

static int add_block(struct setter *s, const struct block *b)
{
	switch (b->kind) {
	case BLOCK_TITLE:
		return add_title(s, b);
	case BLOCK_HEADING:
		return add_heading(s, b);
	case BLOCK_PARA:
		return add_para(s, b);
	case BLOCK_TABLE:
	case BLOCK_SIGN:
		return add_table(s, b);
	case BLOCK_CONTENTS:
		add_contents(s);
		return 0;
	case BLOCK_CHART:
		add_chart(s, b);
		return 0;
	case BLOCK_QR:
		return add_qr(s, b);
	case BLOCK_BREAK:
		break; /* the next box begins a page */
	}
	return 0;
}

static int set_notes(struct setter *s)
{
	const struct page_layout *l = s->d->layout;
	struct par_style st = {.font = l->body_font, .size = l->size * 0.75, .pitch = l->size * 1.1,
			       .align = ALIGN_JUSTIFY, .width = body_width(s)};
	int r = 0;

	s->notes = ARENA_ARRAY(s->a, struct par *, s->d->notes.n + 1);
	for (size_t i = 0; r == 0 && i < s->d->notes.n; i++) {
		const struct note *n = &s->d->notes.at[i];

		r = par_set(s, &st, arena_printf(s->a, "[%zu] ", i + 1), &n->runs, n->line, &s->notes[i]);
	}
	return r;
}

double box_note_height(const struct setter *s, int note)
{
	const struct par *p = s->notes[note - 1];

	return p->n_lines * p->style.pitch;
}

int boxes_make(struct setter *s)
{
	int r = set_notes(s);

	for (size_t i = 0; r == 0 && i < s->d->blocks.n; i++) {
		size_t first = s->boxes.n;

		r = add_block(s, &s->d->blocks.at[i]);
		if (i > 0 && s->d->blocks.at[i - 1].kind == BLOCK_BREAK && s->boxes.n > first)
			s->boxes.at[first].page_before = true;
	}
	return r;
}
