/* Template + values → document. Walked twice: what a clause is called is known only when all before it are numbered. */
#include "document/template.h"

#include <math.h>
#include <stdio.h>

#include "base/time.h"

struct filler {
	const struct template *t;
	const struct fill *fill;
	struct arena *a;
	struct doc *doc;
	struct fault *f;
	const json_t *row; /* of ::: each; NULL: a blank one */
	bool in_row;
	int row_field, row_number;
	const char **labels; /* of anchors; NULL: not seen */
	bool last;	     /* the second walk */
	int *note_numbers;   /* of the template's notes; 0: not yet */
	unsigned numbers[8]; /* of series, see number_next() */
	int r;
};

/* ---- texts ---------------------------------------------------------------------------------- */

static const json_t *value_of(const struct filler *w, int field)
{
	const json_t *v = json_object_get(w->fill->values, w->t->fields[field].name);

	return v && tfield_asked(w->t, (size_t)field, w->fill->values) ? v : NULL;
}

static struct run run_of(struct str text, unsigned style)
{
	return (struct run){.text = text, .style = text.len ? style : style | RUN_BLANK};
}

static struct run field_run(struct filler *w, const struct tfield *f, const json_t *v, const struct tspan *s)
{
	struct str text = tfield_print(w->a, f, v, s->format);

	return run_of(text, s->style);
}

static struct run ref_run(struct filler *w, const struct tspan *s)
{
	const char *label = w->labels[s->index];

	if (!label && w->last && w->r == 0)
		w->r = fail(w->f, E_INVALID, "", "%s:%d: the clause {#%s} is referred to, but with these answers it isn't there",
			    w->t->file, s->line, w->t->anchors.at[s->index].name);
	return (struct run){.text = str_of(label ? label : "…"), .style = s->style};
}

static struct runs spans_runs(struct filler *w, const struct tspans *spans);

/* The number the note gets where it is first referred to. */
static int note_number(struct filler *w, int index)
{
	struct note n = {.line = w->t->notes.at[index].line};

	if (w->note_numbers[index])
		return w->note_numbers[index];
	VEC_ADD(&w->doc->notes, n);
	w->note_numbers[index] = (int)w->doc->notes.n;
	w->doc->notes.at[w->note_numbers[index] - 1].runs = spans_runs(w, &w->t->notes.at[index].spans);
	return w->note_numbers[index];
}

/* "set.member": the first row's; "set.total:member" sums are the operation's business, not ours. */
static struct str data_text(struct filler *w, struct str path)
{
	struct str set, member = path;
	json_t *v;

	str_split(&member, '.', &set);
	v = json_object_get(json_array_get(json_object_get(w->fill->data, arena_strndup(w->a, set.p, set.len)), 0),
			    arena_strndup(w->a, member.p, member.len));
	if (json_is_integer(v))
		return str_of(arena_printf(w->a, "%lld", (long long)json_integer_value(v)));
	if (json_is_real(v))
		return str_of(arena_printf(w->a, "%.1f", json_real_value(v)));
	return json_is_string(v) ? str_of(arena_strdup(w->a, json_string_value(v))) : STR("");
}

static struct run span_run(struct filler *w, const struct tspan *s)
{
	const struct tfield *rows = w->in_row ? &w->t->fields[w->row_field] : NULL;

	switch (s->kind) {
	case SPAN_FIELD:
		return field_run(w, &w->t->fields[s->index], value_of(w, s->index), s);
	case SPAN_COLUMN:
		if (!rows)
			return run_of(STR(""), s->style);
		return field_run(w, &rows->columns[s->index], json_object_get(w->row, rows->columns[s->index].name), s);
	case SPAN_ROW_NUMBER:
		return run_of(str_of(arena_printf(w->a, "%d", w->row_number)), s->style);
	case SPAN_REF:
		return ref_run(w, s);
	case SPAN_NOTE:
		return (struct run){.text = STR(""), .note = w->fill->notes ? note_number(w, s->index) : 0};
	case SPAN_DATA:
		return run_of(data_text(w, s->text), s->style);
	default:
		return (struct run){.text = s->text, .style = s->style};
	}
}

static struct runs spans_runs(struct filler *w, const struct tspans *spans)
{
	struct runs runs = {ARENA_ARRAY(w->a, struct run, spans->n), spans->n};

	for (size_t i = 0; i < spans->n; i++)
		runs.at[i] = span_run(w, &spans->at[i]);
	return runs;
}

/* ---- numbers -------------------------------------------------------------------------------- */

enum series { SERIES_HEADING, SERIES_HEADING_2, SERIES_HEADING_3, SERIES_ITEM, SERIES_ITEM_2 };

/* What is numbered how, by the template's numbering: headings ## ### ####, items 1. and indented 1. */
static enum number_kind kind_of(const struct template *t, enum series s)
{
	static const enum number_kind kinds[][5] = {
		[NUMBERING_CLAUSES] = {NUM_ARTICLE, NUM_NONE, NUM_NONE, NUM_PAREN, NUM_DOT},
		[NUMBERING_CHAPTERS] = {NUM_CHAPTER, NUM_NONE, NUM_NONE, NUM_ARTICLE, NUM_PAREN},
		[NUMBERING_OUTLINE] = {NUM_COMMA, NUM_PAREN, NUM_DOT, NUM_DOT, NUM_DIGIT},
		[NUMBERING_NONE] = {NUM_NONE, NUM_NONE, NUM_NONE, NUM_DOT, NUM_DIGIT},
	};

	return kinds[t->numbering][s];
}

/* A series begins anew below whatever is above it; the articles of 第一章, 第二章 … go on. */
static void begin_below(struct filler *w, enum series s)
{
	bool articles_go_on = w->t->numbering == NUMBERING_CHAPTERS;

	for (int below = (int)s + 1; below <= SERIES_ITEM_2; below++)
		if (!(articles_go_on && below == SERIES_ITEM))
			w->numbers[below] = 0;
}

static void number_block(struct filler *w, struct block *b, enum series s, int anchor)
{
	enum number_kind kind = kind_of(w->t, s);

	begin_below(w, s);
	if (kind == NUM_NONE)
		return;
	b->number = ++w->numbers[s];
	b->number_kind = kind;
	b->number_starts = b->number == 1;
	b->number_label = number_text(w->a, kind, b->number);
	if (anchor >= 0)
		w->labels[anchor] = b->number_label;
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static void walk(struct filler *w, const struct tnode *n);

static void add_heading(struct filler *w, const struct tnode *n)
{
	struct runs runs = spans_runs(w, &n->spans);
	struct block *b = doc_add(w->doc, n->kind == NODE_TITLE ? BLOCK_TITLE : BLOCK_HEADING, n->line);

	b->runs = runs;
	b->level = n->level;
	if (n->kind == NODE_HEADING)
		number_block(w, b, (enum series)(SERIES_HEADING + n->level - 1), n->anchor);
}

static void add_text(struct filler *w, const struct tnode *n)
{
	struct runs runs = spans_runs(w, &n->spans);
	struct block *b = doc_add(w->doc, BLOCK_PARA, n->line);

	b->runs = runs;
	b->align = n->align;
	b->flush = n->flush;
	b->level = n->level;
	if (n->kind == NODE_ITEM)
		number_block(w, b, n->level == 2 ? SERIES_ITEM_2 : SERIES_ITEM, n->anchor);
	else if (n->kind == NODE_BULLET)
		b->number_label = "• ";
}

/* ---- tables --------------------------------------------------------------------------------- */

#define WIDTH_MIN 4.0 /* characters */
#define WIDTH_MAX 24.0

/* Shares by the longest text of each column, within reason. */
static void set_widths(struct filler *w, struct table *t, bool equal)
{
	double sum = 0;

	t->widths = ARENA_ARRAY(w->a, double, t->columns);
	for (size_t c = 0; c < t->columns; c++) {
		double most = WIDTH_MIN;

		for (size_t r = 0; !equal && r < t->rows; r++) {
			struct str s = runs_text(w->a, &t->cells[r * t->columns + c].runs);

			most = fmax(most, (double)utf8_count(s));
		}
		t->widths[c] = fmin(most, WIDTH_MAX);
		sum += t->widths[c];
	}
	for (size_t c = 0; c < t->columns; c++)
		t->widths[c] /= sum;
}

static void fill_row(struct filler *w, const struct tnode *n, size_t from, struct cell *to)
{
	for (size_t c = 0; c < n->columns; c++) {
		const struct tcell *cell = &n->cells[from * n->columns + c];

		to[c] = (struct cell){spans_runs(w, &cell->spans), cell->align, cell->seal};
	}
}

static void add_table(struct filler *w, const struct tnode *n)
{
	const json_t *rows = n->repeats ? value_of(w, n->index) : NULL;
	size_t repeated = n->repeats ? (json_array_size(rows) ? json_array_size(rows) : 1) : 0;
	struct table *t = ARENA_NEW(w->a, struct table);
	const json_t *row = w->row;
	int row_field = w->row_field, row_number = w->row_number;
	bool in_row = w->in_row;
	size_t fixed = n->rows - (n->repeats ? 1 : 0);
	struct block *b;

	t->columns = n->columns;
	t->rows = fixed + repeated;
	t->head_rows = n->kind == NODE_TABLE ? 1 : 0;
	t->cells = ARENA_ARRAY(w->a, struct cell, t->rows * t->columns);
	for (size_t i = 0; i < fixed; i++)
		fill_row(w, n, i, t->cells + i * t->columns);
	for (size_t i = 0; i < repeated; i++) {
		w->row = json_array_get(rows, i);
		w->row_field = n->index;
		w->row_number = (int)i + 1;
		w->in_row = true;
		fill_row(w, n, fixed, t->cells + (fixed + i) * t->columns);
	}
	w->row = row;
	w->row_field = row_field;
	w->row_number = row_number;
	w->in_row = in_row;
	if (n->widths)
		t->widths = arena_memdup(w->a, n->widths, t->columns * sizeof(double));
	else
		set_widths(w, t, n->kind == NODE_SIGN);
	b = doc_add(w->doc, n->kind == NODE_SIGN ? BLOCK_SIGN : BLOCK_TABLE, n->line);
	b->table = t;
}

/* ---- figures of reports --------------------------------------------------------------------- */

static const json_t *data_rows(const struct filler *w, const struct tnode *n)
{
	return json_object_get(w->fill->data, w->t->data[n->index].name);
}

static struct str json_words(struct arena *a, const json_t *v)
{
	if (json_is_string(v))
		return str_of(arena_strdup(a, json_string_value(v)));
	if (json_is_integer(v))
		return str_of(arena_printf(a, "%lld", (long long)json_integer_value(v)));
	if (json_is_real(v))
		return str_of(arena_printf(a, "%.1f", json_real_value(v)));
	return STR("");
}

/* A set's first two columns: label and value. */
static void add_chart(struct filler *w, const struct tnode *n)
{
	const json_t *rows = data_rows(w, n);
	struct chart *c = ARENA_NEW(w->a, struct chart);
	struct runs title = spans_runs(w, &n->spans);
	struct block *b = doc_add(w->doc, BLOCK_CHART, n->line);

	c->kind = n->chart;
	c->title = runs_text(w->a, &title);
	c->n = json_array_size(rows);
	c->labels = ARENA_ARRAY(w->a, struct str, c->n + 1);
	c->values = ARENA_ARRAY(w->a, double, c->n + 1);
	for (size_t i = 0; i < c->n; i++) {
		void *it = json_object_iter(json_array_get(rows, i));

		c->labels[i] = json_words(w->a, it ? json_object_iter_value(it) : NULL);
		it = it ? json_object_iter_next(json_array_get(rows, i), it) : NULL;
		c->values[i] = it ? json_number_value(json_object_iter_value(it)) : 0;
	}
	b->chart = c;
}

#define HEADINGS_MAX 12

/* The headings stand in the directive, separated by 、 */
static size_t cut_headings(struct str text, struct str *ret)
{
	static const struct str sep = STR("、");
	size_t n = 0;

	while (n < HEADINGS_MAX && text.len) {
		char *at = memmem(text.p, text.len, sep.p, sep.len);

		ret[n++] = str_trim((struct str){text.p, at ? (size_t)(at - text.p) : text.len});
		text = at ? (struct str){at + sep.len, (size_t)(text.p + text.len - at) - sep.len} : STR("");
	}
	return n;
}

static void data_row(struct filler *w, const json_t *row, size_t columns, struct cell *to)
{
	void *it = json_object_iter((json_t *)row);

	for (size_t c = 0; c < columns; c++) {
		const json_t *v = it ? json_object_iter_value(it) : NULL;

		to[c] = (struct cell){runs_of(w->a, json_words(w->a, v), 0), json_is_number(v) ? ALIGN_RIGHT : ALIGN_LEFT, false};
		it = it ? json_object_iter_next((json_t *)row, it) : NULL;
	}
}

static void add_data_table(struct filler *w, const struct tnode *n)
{
	const json_t *rows = data_rows(w, n);
	struct runs words = spans_runs(w, &n->spans);
	struct str headings[HEADINGS_MAX];
	size_t columns = cut_headings(runs_text(w->a, &words), headings), count = json_array_size(rows);
	struct table *t = ARENA_NEW(w->a, struct table);

	if (!columns || !count) {
		doc_add(w->doc, BLOCK_PARA, n->line)->runs = runs_of(w->a, STR("本期没有数据。"), 0);
		return;
	}
	t->columns = columns;
	t->rows = count + 1;
	t->head_rows = 1;
	t->cells = ARENA_ARRAY(w->a, struct cell, t->rows * columns);
	for (size_t c = 0; c < columns; c++)
		t->cells[c].runs = runs_of(w->a, headings[c], 0);
	for (size_t i = 0; i < count; i++)
		data_row(w, json_array_get(rows, i), columns, t->cells + (i + 1) * columns);
	set_widths(w, t, false);
	doc_add(w->doc, BLOCK_TABLE, n->line)->table = t;
}

/* ---- conditions and repetition -------------------------------------------------------------- */

static void walk_if(struct filler *w, const struct tnode *n)
{
	bool holds = tcond_holds(w->t, &w->t->conditions[n->index].cond, w->fill->values);

	walk(w, holds != n->negated ? n->kids : n->otherwise);
}

static void walk_each(struct filler *w, const struct tnode *n)
{
	const json_t *rows = value_of(w, n->index);
	/* A blank form has room for one. */
	size_t count = json_array_size(rows) ? json_array_size(rows) : w->fill->blanks ? 1 : 0;

	w->row_field = n->index;
	w->in_row = true;
	for (size_t i = 0; i < count; i++) {
		w->row = json_array_get(rows, i);
		w->row_number = (int)i + 1;
		walk(w, n->kids);
	}
	w->in_row = false;
	w->row = NULL;
}

static void add_plain(struct filler *w, const struct tnode *n, enum block_kind kind)
{
	struct runs runs = spans_runs(w, &n->spans);

	doc_add(w->doc, kind, n->line)->runs = runs;
}

static void walk(struct filler *w, const struct tnode *n)
{
	for (; n && w->r == 0; n = n->next)
		switch (n->kind) {
		case NODE_TITLE:
		case NODE_HEADING:
			add_heading(w, n);
			break;
		case NODE_PARA:
		case NODE_ITEM:
		case NODE_BULLET:
			add_text(w, n);
			break;
		case NODE_TABLE:
		case NODE_SIGN:
			add_table(w, n);
			break;
		case NODE_IF:
			walk_if(w, n);
			break;
		case NODE_EACH:
			walk_each(w, n);
			break;
		case NODE_CHART:
			add_chart(w, n);
			break;
		case NODE_DATA_TABLE:
			add_data_table(w, n);
			break;
		case NODE_CONTENTS:
			add_plain(w, n, BLOCK_CONTENTS);
			break;
		case NODE_PAGE:
			add_plain(w, n, BLOCK_BREAK);
			break;
		case NODE_QR:
			add_plain(w, n, BLOCK_QR);
			break;
		}
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int nothing_missing(struct filler *w)
{
	CLEANUP(buf_free) struct buf names = {0};
	const char *first = NULL;

	for (size_t i = 0; i < w->t->n_fields; i++) {
		const struct tfield *f = &w->t->fields[i];

		if (!f->required || !tfield_asked(w->t, i, w->fill->values) || tfield_given(w->t, i, w->fill->values))
			continue;
		if (names.len < 300)
			buf_printf(&names, "%s%s", first ? "、" : "", w->fill->lang == LANG_EN ? f->label.en : f->label.zh);
		first = first ? first : f->name;
	}
	if (!first)
		return 0;
	return fail(w->f, E_INVALID, first, w->fill->lang == LANG_EN ? "still missing: %s" : "还缺：%s", names.p);
}

static struct doc *begin_doc(struct filler *w)
{
	const struct template *t = w->t;
	struct doc *d = doc_new(w->a, t->layout);

	d->file = t->file;
	d->title = str_of(t->title.zh);
	d->author = str_of(w->fill->author ? w->fill->author : "");
	d->header = str_of(t->header);
	d->page_numbers = t->page_numbers;
	d->cross_seal = t->cross_seal;
	d->watermark = w->fill->watermark;
	d->created_ms = w->fill->created_ms;
	d->utc_offset_s = w->fill->utc_offset_s;
	return d;
}

int template_fill(const struct template *t, const struct fill *fill, struct arena *a, struct doc **ret, struct fault *f)
{
	struct filler w = {.t = t, .fill = fill, .a = a, .f = f};
	int r = fill->blanks ? 0 : nothing_missing(&w);

	w.labels = ARENA_ARRAY(a, const char *, t->anchors.n + 1);
	for (int i = 0; r == 0 && i < 2; i++) {
		doc_free(w.doc);
		w.doc = begin_doc(&w);
		w.last = i == 1;
		w.note_numbers = ARENA_ARRAY(a, int, t->notes.n + 1);
		memset(w.numbers, 0, sizeof(w.numbers));
		walk(&w, t->body);
		r = w.r;
	}
	if (r < 0) {
		doc_free(w.doc);
		return r;
	}
	*ret = w.doc;
	return 0;
}
