/* From blocks to a PDF: what readers find in it, by other people's programs. */
#include "check.h"

#include "document/model.h"
#include "document/programs.h"

static struct block *para(struct doc *d, const char *text)
{
	struct block *b = doc_add(d, BLOCK_PARA, 7);

	b->runs = runs_of(d->arena, str_of(text), 0);
	return b;
}

static void heading(struct doc *d, const char *text, unsigned n)
{
	struct block *b = doc_add(d, BLOCK_HEADING, 1);

	b->level = 1;
	b->number_kind = NUM_ARTICLE;
	b->number = n;
	b->number_label = number_text(d->arena, NUM_ARTICLE, n);
	b->runs = runs_of(d->arena, str_of(text), 0);
}

static void add_table(struct doc *d, size_t rows)
{
	struct block *b = doc_add(d, BLOCK_TABLE, 9);
	struct table *t = b->table = ARENA_NEW(d->arena, struct table);

	t->columns = 3;
	t->rows = rows + 1;
	t->head_rows = 1;
	t->cells = ARENA_ARRAY(d->arena, struct cell, t->rows * 3);
	t->widths = ARENA_ARRAY(d->arena, double, 3);
	for (size_t i = 0; i < t->rows * 3; i++) {
		const char *text = i < 3 ? (const char *[]){"期次", "还款日", "金额"}[i]
					 : arena_printf(d->arena, "第%zu格", i);

		t->widths[i % 3] = 1.0 / 3;
		t->cells[i].runs = runs_of(d->arena, str_of(text), 0);
	}
}

#define LONG \
	"甲方因生产经营需要，向乙方借款人民币壹拾万元整（￥100,000.00），借款期限自2026年5月9日起至2027年5月8日止；乙方同意按照" \
	"《中华人民共和国民法典》第六百六十七条、第六百七十九条的规定出借，年利率为3.45%，不超过合同成立时一年期贷款市场报价利率的四倍。"

static struct doc *contract(struct arena *a)
{
	struct doc *d = doc_new(a, document_layout(STR("contract")));

	d->title = STR("借款合同");
	d->author = STR("江城市法律服务中心 <测试> & 合作");
	d->header = STR("借款合同");
	d->created_ms = 1778313600000;
	d->cross_seal = true;
	doc_add(d, BLOCK_TITLE, 1)->runs = runs_of(a, STR("借款合同"), 0);
	doc_add(d, BLOCK_CONTENTS, 2);
	doc_add(d, BLOCK_BREAK, 3);
	for (unsigned i = 1; i <= 12; i++) {
		heading(d, i == 1 ? "借款金额" : "其他约定", i);
		para(d, LONG);
		para(d, LONG);
	}
	add_table(d, 60);
	return d;
}

static void make(struct doc *d, struct buf *out, int *pages)
{
	struct fault f = {0};

	if (document_pdf(d, out, pages, &f) < 0)
		fail_msg("%s", f.detail);
}

static void test_readers_find_text_in_order(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf pdf = {0}, text = {0};
	CLEANUP(doc_freep) struct doc *d = contract(a);
	char *at = NULL;
	int pages;

	make(d, &pdf, &pages);
	program_keep("contract.pdf", buf_str(&pdf));
	assert_true(pages >= 6);
	assert_int_equal(PROGRAM(&text, buf_str(&pdf), "pdftotext", "-layout", "@", "-"), 0);
	for (size_t i = 0; i < 3; i++) {
		const char *next = (const char *[]){"第二条", "第十条", "第十二条"}[i];

		at = strstr(at ? at : strstr(text.p, "甲方因生产经营需要"), next);
		assert_non_null(at);
	}
	assert_contains(text.p, arena_printf(a, "第1页 共%d页", pages));
	assert_contains(text.p, "第180格");
}

static size_t count(const char *text, const char *piece)
{
	size_t n = 0;

	for (; (text = strstr(text, piece)); text += strlen(piece))
		n++;
	return n;
}

static void test_fonts_are_embedded_subsets(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf pdf = {0}, text = {0};
	CLEANUP(doc_freep) struct doc *d = contract(a);
	char *line, *rest;
	int fonts = 0;

	make(d, &pdf, NULL);
	assert_int_equal(PROGRAM(&text, buf_str(&pdf), "pdffonts", "@"), 0);
	rest = text.p;
	for (int i = 0; (line = strsep(&rest, "\n")); i++) {
		if (i < 2 || !line[0])
			continue;
		fonts++;
		assert_contains(line, "yes yes yes"); /* emb sub uni */
	}
	assert_in_range(fonts, 2, 8);
	assert_true(pdf.len < 400000);
}

static void test_what_pdf_a_asks_for(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf pdf = {0}, text = {0}, json = {0}, again = {0};
	CLEANUP(doc_freep) struct doc *d = contract(a);

	make(d, &pdf, NULL);
	assert_int_equal(PROGRAM(&text, buf_str(&pdf), "qpdf", "--check", "@"), 0);
	assert_int_equal(PROGRAM(&json, buf_str(&pdf), "qpdf", "--json", "@"), 0);
	assert_contains(json.p, "/GTS_PDFA1");
	assert_contains(json.p, "/DestOutputProfile");
	assert_contains(json.p, "\"/Lang\": \"u:zh-CN\"");
	assert_contains(json.p, "/Metadata");
	assert_contains(json.p, "/Outlines");
	assert_null(strstr(json.p, "/Encrypt\""));
	assert_int_equal(count(json.p, "\"/F\": 4"), count(json.p, "\"/Subtype\": \"/Link\""));
	assert_contains(json.p, "\"/Subtype\": \"/Link\"");
	/* XMP isn't compressed (readers look for it in the bytes) and agrees with the information. */
	assert_non_null(memmem(pdf.p, pdf.len, "<pdfaid:part>2</pdfaid:part>", 28));
	assert_non_null(memmem(pdf.p, pdf.len, "江城市法律服务中心 &lt;测试&gt; &amp; 合作", 50));
	make(d, &again, NULL);
	assert_int_equal(pdf.len, again.len);
	assert_memory_equal(pdf.p, again.p, pdf.len);
}

static void test_head_of_a_table_on_every_page(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf pdf = {0}, text = {0};
	CLEANUP(doc_freep) struct doc *d = doc_new(a, document_layout(STR("contract")));
	int pages;

	add_table(d, 100);
	make(d, &pdf, &pages);
	assert_int_equal(pages, 4);
	assert_int_equal(PROGRAM(&text, buf_str(&pdf), "pdftotext", "-layout", "@", "-"), 0);
	assert_int_equal(count(text.p, "还款日"), 4);
	assert_int_equal(count(text.p, "第302格"), 1);
}

/* 避头尾: no closing mark begins a line, no opening one ends it. */
static void test_lines_break_where_chinese_may(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf pdf = {0}, text = {0};
	CLEANUP(doc_freep) struct doc *d = doc_new(a, document_layout(STR("contract")));
	static const char *const never_first[] = {"。", "，", "、", "；", "》", "）", "”"};
	static const char *const never_last[] = {"《", "（", "“"};
	char *line, *rest;

	d->page_numbers = false;
	for (int i = 0; i < 40; i++)
		para(d, arena_printf(a, "%.*s甲、乙、（丙）、“丁”。%s", i % 13 * 3, "一二三四五六七八九十百千万", LONG LONG));
	make(d, &pdf, NULL);
	assert_int_equal(PROGRAM(&text, buf_str(&pdf), "pdftotext", "-layout", "@", "-"), 0);
	rest = text.p;
	while ((line = strsep(&rest, "\n"))) {
		struct str s = str_trim(str_of(line));

		for (size_t i = 0; i < ARRAY_SIZE(never_first); i++)
			assert_false(str_starts(s, str_of(never_first[i])));
		for (size_t i = 0; i < ARRAY_SIZE(never_last); i++)
			assert_false(s.len >= 3 && memcmp(s.p + s.len - 3, never_last[i], 3) == 0);
	}
}

static void test_notes_stand_on_the_page_of_their_mark(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf pdf = {0}, text = {0};
	CLEANUP(doc_freep) struct doc *d = doc_new(a, document_layout(STR("contract")));
	struct note n = {.line = 3};
	char *page_end, *note;

	for (int i = 0; i < 30; i++)
		para(d, LONG);
	d->blocks.at[2].runs.at[0].note = 1;
	n.runs = runs_of(a, STR("《中华人民共和国民法典》第六百八十条：禁止高利放贷。"), 0);
	VEC_ADD(&d->notes, n);
	make(d, &pdf, NULL);
	assert_int_equal(PROGRAM(&text, buf_str(&pdf), "pdftotext", "-layout", "@", "-"), 0);
	page_end = strchr(text.p, '\f');
	note = strstr(text.p, "禁止高利放贷");
	assert_non_null(note);
	assert_true(note < page_end);
}

static void test_missing_glyph_is_an_error_with_its_place(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf pdf = {0};
	CLEANUP(doc_freep) struct doc *d = doc_new(a, document_layout(STR("contract")));
	struct fault f = {0};

	d->file = "loan.md";
	para(d, "借款人：\U0001F600");
	assert_int_equal(document_pdf(d, &pdf, NULL, &f), -E_INVALID);
	assert_contains(f.detail, "loan.md:7: character 5");
	assert_contains(f.detail, "U+1F600");
}

static void add_chart(struct doc *d, enum chart_kind kind, const char *title)
{
	static const char *const labels[] = {"劳动争议", "婚姻家庭", "债权债务", "房屋土地", "人身损害", "其他"};
	static const double values[] = {132, 98, 87, 45, 20, 7};
	struct chart *c = ARENA_NEW(d->arena, struct chart);

	c->kind = kind;
	c->title = str_of(title);
	c->unit = STR("件");
	c->n = 6;
	c->labels = ARENA_ARRAY(d->arena, struct str, 6);
	c->values = arena_memdup(d->arena, values, sizeof(values));
	for (size_t i = 0; i < 6; i++)
		c->labels[i] = str_of(labels[i]);
	doc_add(d, BLOCK_CHART, 5)->chart = c;
}

static void test_charts_and_codes(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf pdf = {0}, text = {0};
	CLEANUP(doc_freep) struct doc *d = doc_new(a, document_layout(STR("report")));

	add_chart(d, CHART_BAR, "各类咨询");
	add_chart(d, CHART_LINE, "走势");
	add_chart(d, CHART_PIE, "构成");
	doc_add(d, BLOCK_QR, 1)->runs = runs_of(a, STR("https://example.org/verify/123"), 0);
	make(d, &pdf, NULL);
	program_keep("charts.pdf", buf_str(&pdf));
	assert_int_equal(PROGRAM(&text, buf_str(&pdf), "pdftotext", "-layout", "@", "-"), 0);
	assert_contains(text.p, "各类咨询（件）");
	assert_contains(text.p, "劳动争议 132（33.9%）");
}

static void test_chinese_numbers(void **state)
{
	static const struct {
		unsigned n;
		const char *text;
	} cases[] = {{1, "一"}, {10, "十"}, {11, "十一"}, {20, "二十"}, {101, "一百零一"}, {110, "一百一十"},
		     {1005, "一千零五"}, {1050, "一千零五十"}, {9999, "九千九百九十九"}, {0, "零"}};
	CLEANUP(arena_freep) struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		CLEANUP(buf_free) struct buf out = {0};

		number_chinese(&out, cases[i].n);
		assert_string_equal(out.p, cases[i].text);
	}
	assert_string_equal(number_text(a, NUM_PAREN, 3), "（三）");
	assert_string_equal(number_text(a, NUM_COMMA, 12), "十二、");
	assert_string_equal(number_text(a, NUM_CHAPTER, 2), "第二章");
	assert_null(number_text(a, NUM_NONE, 2));
}

RUN(cmocka_unit_test(test_readers_find_text_in_order), cmocka_unit_test(test_fonts_are_embedded_subsets),
    cmocka_unit_test(test_what_pdf_a_asks_for), cmocka_unit_test(test_head_of_a_table_on_every_page),
    cmocka_unit_test(test_lines_break_where_chinese_may),
    cmocka_unit_test(test_notes_stand_on_the_page_of_their_mark),
    cmocka_unit_test(test_missing_glyph_is_an_error_with_its_place), cmocka_unit_test(test_charts_and_codes),
    cmocka_unit_test(test_chinese_numbers))
