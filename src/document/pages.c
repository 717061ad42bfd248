/* Boxes → pages: greedily, with what belongs together kept together, heads of tables repeated, notes at the foot. */
#include "document/set.h"

#define NOTES_A_LINE 16

struct filler {
	struct setter *s;
	struct page *page;
	double y, bottom; /* next free place, and where the body ends */
};

static void begin_page(struct filler *p)
{
	const struct page_layout *l = p->s->d->layout;
	struct page fresh = {0};

	VEC_ADD(&p->s->pages, fresh);
	p->page = &p->s->pages.at[p->s->pages.n - 1];
	p->y = l->top;
	p->bottom = l->height - l->bottom;
}

static size_t notes_of(const struct box *b, int *notes)
{
	return b->kind == BOX_LINE ? par_line_notes(b->par, b->line, notes, NOTES_A_LINE) : 0;
}

static double notes_height(const struct setter *s, const struct box *b, bool first_of_page)
{
	int notes[NOTES_A_LINE];
	size_t n = notes_of(b, notes);
	double height = n && first_of_page ? NOTE_RULE : 0;

	for (size_t i = 0; i < n; i++)
		height += box_note_height(s, notes[i]);
	return height;
}

/* A box and all that must stay with it. */
static double group_height(const struct setter *s, size_t i, bool top, bool no_notes)
{
	double height = 0;

	for (size_t first = i; i < s->boxes.n; i++) {
		const struct box *b = &s->boxes.at[i];
		double notes = notes_height(s, b, no_notes);

		height += (top && i == first ? 0 : b->before) + b->height + notes;
		no_notes = no_notes && notes == 0;
		if (!b->keep)
			break;
	}
	return height;
}

static void place(struct filler *p, const struct box *b)
{
	struct placed at = {.box = b};
	struct setter *s = p->s;
	int notes[NOTES_A_LINE];
	size_t n = notes_of(b, notes);
	double more = notes_height(s, b, p->page->notes.n == 0);

	if (p->page->boxes.n > 0)
		p->y += b->before;
	at.y = p->y;
	VEC_ADD(&p->page->boxes, at);
	p->y += b->height;
	p->bottom -= more;
	p->page->notes_height += more;
	for (size_t i = 0; i < n; i++)
		VEC_ADD(&p->page->notes, notes[i]);
	if (b->heading >= 0 && b->kind == BOX_LINE) {
		s->headings.at[b->heading].page = (int)s->pages.n - 1;
		s->headings.at[b->heading].y = at.y;
	}
}

/* A table goes on: its head stands on every page. */
static void repeat_head(struct filler *p, size_t i)
{
	const struct box *b = &p->s->boxes.at[i];

	if (b->kind != BOX_ROW || b->head || !b->block->table->head_rows)
		return;
	while (i > 0 && p->s->boxes.at[i - 1].block == b->block)
		i--;
	for (; p->s->boxes.at[i].head && p->s->boxes.at[i].block == b->block; i++)
		place(p, &p->s->boxes.at[i]);
}

void pages_make(struct setter *s)
{
	struct filler p = {.s = s};
	const struct page_layout *l = s->d->layout;
	double whole = l->height - l->top - l->bottom;

	begin_page(&p);
	for (size_t i = 0; i < s->boxes.n; i++) {
		const struct box *b = &s->boxes.at[i];
		bool top = p.page->boxes.n == 0, goes_on = i > 0 && s->boxes.at[i - 1].keep;
		double need = group_height(s, i, top, p.page->notes.n == 0);
		double own = (top ? 0 : b->before) + b->height + notes_height(s, b, p.page->notes.n == 0);
		bool full = need <= whole && !goes_on ? p.y + need > p.bottom + 0.01 : p.y + own > p.bottom + 0.01;

		if (!top && (b->page_before || full)) {
			begin_page(&p);
			repeat_head(&p, i);
		}
		place(&p, b);
	}
}

void setter_free(struct setter *s)
{
	for (size_t i = 0; i < s->pars.n; i++)
		g_object_unref(s->pars.at[i]->layout);
	for (size_t i = 0; i < s->pages.n; i++) {
		VEC_FREE(&s->pages.at[i].boxes);
		VEC_FREE(&s->pages.at[i].notes);
	}
	VEC_FREE(&s->pars);
	VEC_FREE(&s->pages);
	VEC_FREE(&s->boxes);
	VEC_FREE(&s->headings);
}
