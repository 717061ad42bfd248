/* Documents in memory, their layouts and numbers. */
#include "document/model.h"

#include <stdio.h>

#include "base/memory.h"

#define MM (72.0 / 25.4)
#define SERIF "Noto Serif CJK SC"
#define SANS "Noto Sans CJK SC"

/* Margins and type of the second are those of GB/T 9704-2012: 37 mm above, 28 mm left, 156 × 225 mm, 三号 (16 pt),
 * 22 lines of 28 characters. */
static const struct page_layout layouts[] = {
	{"contract", 210 * MM, 297 * MM, 25.4 * MM, 25.4 * MM, 28 * MM, 28 * MM, 12, 21, 20, SERIF, SANS, true},
	{"official", 210 * MM, 297 * MM, 37 * MM, 35 * MM, 28 * MM, 26 * MM, 15.75, 28.9, 22, SERIF, SANS, false},
	{"report", 210 * MM, 297 * MM, 25.4 * MM, 25.4 * MM, 25 * MM, 25 * MM, 12, 22, 22, SERIF, SANS, true},
};

const struct page_layout *document_layout(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(layouts); i++)
		if (str_is(name, layouts[i].name))
			return &layouts[i];
	return NULL;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static const char *const digits[] = {"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"};

void number_chinese(struct buf *out, unsigned n)
{
	static const char *const units[] = {"千", "百", "十", ""};
	unsigned power = 1000;
	bool any = false, gap = false;

	if (n == 0)
		buf_adds(out, digits[0]);
	for (int i = 0; i < 4; i++, power /= 10) {
		unsigned digit = n / power % 10;

		if (!digit) {
			gap = any;
			continue;
		}
		if (gap)
			buf_adds(out, digits[0]);
		if (!(digit == 1 && power == 10 && !any))
			buf_adds(out, digits[digit]);
		buf_adds(out, units[i]);
		any = true;
		gap = false;
	}
}

char *number_text(struct arena *a, enum number_kind kind, unsigned n)
{
	static const struct {
		const char *before, *behind;
		bool chinese;
	} forms[NUM_KINDS] = {
		[NUM_CHAPTER] = {"第", "章", true}, [NUM_ARTICLE] = {"第", "条", true}, [NUM_COMMA] = {"", "、", true},
		[NUM_PAREN] = {"（", "）", true},   [NUM_DOT] = {"", ".", false},	[NUM_DIGIT] = {"（", "）", false},
	};
	CLEANUP(buf_free) struct buf out = {0};

	if (kind == NUM_NONE)
		return NULL;
	buf_adds(&out, forms[kind].before);
	if (forms[kind].chinese)
		number_chinese(&out, n);
	else
		buf_printf(&out, "%u", n);
	buf_adds(&out, forms[kind].behind);
	return arena_strndup(a, out.p, out.len);
}

/* ---- documents ------------------------------------------------------------------------------ */

struct doc *doc_new(struct arena *a, const struct page_layout *layout)
{
	struct doc *d = MEM_NEW(struct doc);

	d->arena = a;
	d->layout = layout;
	d->lang = "zh-CN";
	d->file = "document";
	d->page_numbers = true;
	return d;
}

void doc_free(struct doc *d)
{
	if (!d)
		return;
	VEC_FREE(&d->blocks);
	VEC_FREE(&d->notes);
	free(d);
}

void doc_freep(struct doc **d)
{
	doc_free(*d);
}

struct block *doc_add(struct doc *d, enum block_kind kind, int line)
{
	struct block b = {.kind = kind, .line = line};

	VEC_ADD(&d->blocks, b);
	return &d->blocks.at[d->blocks.n - 1];
}

struct runs runs_of(struct arena *a, struct str text, unsigned style)
{
	struct runs r = {ARENA_NEW(a, struct run), 1};

	r.at[0] = (struct run){.text = text, .style = style};
	return r;
}

struct str runs_text(struct arena *a, const struct runs *r)
{
	CLEANUP(buf_free) struct buf out = {0};

	for (size_t i = 0; i < r->n; i++)
		buf_add(&out, r->at[i].text.p, r->at[i].text.len);
	return (struct str){arena_strndup(a, out.p ? out.p : "", out.len), out.len};
}
