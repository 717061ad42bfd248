/* A document as PDF. */
#include "document/set.h"

#include <cairo-pdf.h>
#include <stdio.h>

#include "base/time.h"

static cairo_status_t write_bytes(void *out, const unsigned char *p, unsigned len)
{
	buf_add(out, p, len);
	return CAIRO_STATUS_SUCCESS;
}

static void set_metadata(struct setter *s, cairo_surface_t *surface)
{
	const struct doc *d = s->d;
	const struct {
		cairo_pdf_metadata_t key;
		struct str value;
	} entries[] = {
		{CAIRO_PDF_METADATA_TITLE, d->title},	    {CAIRO_PDF_METADATA_AUTHOR, d->author},
		{CAIRO_PDF_METADATA_SUBJECT, d->subject},   {CAIRO_PDF_METADATA_KEYWORDS, d->keywords},
		{CAIRO_PDF_METADATA_CREATOR, STR("Lexline")},
		{CAIRO_PDF_METADATA_CREATE_DATE, str_of(time_format(s->a, d->created_ms / 1000 * 1000, NULL))},
	};

	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		if (entries[i].value.len)
			cairo_pdf_surface_set_metadata(surface, entries[i].key,
						       arena_strndup(s->a, entries[i].value.p, entries[i].value.len));
}

#define OUTLINE_DEPTH 6

static void set_outline(struct setter *s, cairo_surface_t *surface)
{
	int parents[OUTLINE_DEPTH + 1] = {CAIRO_PDF_OUTLINE_ROOT};

	for (size_t i = 0; i < s->headings.n; i++) {
		const struct heading *h = &s->headings.at[i];
		int level = h->block->level < 1 ? 1 : h->block->level > OUTLINE_DEPTH ? OUTLINE_DEPTH : h->block->level;
		int id = cairo_pdf_surface_add_outline(surface, parents[level - 1], h->text,
						       arena_printf(s->a, "dest='h%zu'", i), CAIRO_PDF_OUTLINE_FLAG_OPEN);

		for (int below = level; below <= OUTLINE_DEPTH; below++)
			parents[below] = id;
	}
}

static int paint(struct setter *s, struct buf *out)
{
	const struct page_layout *l = s->d->layout;
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(write_bytes, out, l->width, l->height);
	cairo_t *cr = cairo_create(surface);
	cairo_status_t status;
	int r = 0;

	set_metadata(s, surface);
	for (size_t i = 0; r == 0 && i < s->pages.n; i++) {
		r = page_paint(s, cr, i);
		cairo_show_page(cr);
	}
	if (r == 0)
		set_outline(s, surface);
	status = cairo_status(cr);
	cairo_destroy(cr);
	cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	if (r == 0 && status != CAIRO_STATUS_SUCCESS)
		r = fail(s->f, E_INTERNAL, "", "the PDF could not be drawn: %s", cairo_status_to_string(status));
	return r;
}

int document_pdf(const struct doc *d, struct buf *out, int *ret_pages, struct fault *f)
{
	CLEANUP(buf_free) struct buf plain = {0};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct setter s = {.d = d, .a = a, .f = f};
	int r;

	if ((r = fonts_context(d->layout, &s.pango, f)) < 0)
		return r;
	if ((r = boxes_make(&s)) == 0) {
		pages_make(&s);
		r = paint(&s, &plain);
	}
	if (r == 0 && ret_pages)
		*ret_pages = (int)s.pages.n;
	setter_free(&s);
	return r < 0 ? r : pdfa_finish(d, &plain, out, f);
}
