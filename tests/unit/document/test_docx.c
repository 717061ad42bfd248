/* .docx: what we write, by its XML and by another office program; what is refused. */
#include "check.h"

#include <libxml/parser.h>
#include <unistd.h>

#include "base/file.h"
#include "document/archive.h"
#include "document/model.h"
#include "document/programs.h"
#include "document/template.h"

#define TEMPLATE                                                                                        \
	"---\ntemplate: t\ntitle: {zh: 借款合同, en: Loan}\nkind: contract\n"                           \
	"fields:\n  a: {type: text, label: 甲}\n  rows: {type: rows, label: 行, columns: {n: {label: 名}}}\n" \
	"---\n# 借款合同\n\n::: contents\n\n## 金额 {#sum}\n\n甲方：{{a}}[^n]\n\n## 其他\n\n1. 见{{#sum}}\n\n1. 二\n\n" \
	"## 再\n\n1. 又从一起\n\n| 名 | 值 |\n|---|---|\n| {{each rows}}{{.n}} | 1 |\n\n"             \
	"::: sign\n[seal]甲方（盖章）： | 乙方：\n日期： | 日期：\n:::\n\n[^n]: 《中华人民共和国民法典》第六百六十七条。\n"

static void make(const char *values, struct buf *out)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(doc_freep) struct doc *d = NULL;
	struct yreport r = {0};
	struct template *t;
	struct fault f = {0};
	struct fill fill = {.notes = true, .author = "测试"};
	json_t *v;

	assert_int_equal(template_parse(STR(TEMPLATE), "t.md", &t, &r), 0);
	assert_int_equal(json_parse(str_of(values), &v, &f), 0);
	fill.values = v;
	assert_int_equal(template_fill(t, &fill, a, &d, &f), 0);
	if (document_docx(d, out, &f) < 0)
		fail_msg("%s", f.detail);
	json_decref(v);
	template_free(t);
}

#define VALUES "{\"a\":\"<张&三>\",\"rows\":[{\"n\":\"x\"},{\"n\":\"y\"}]}"

static struct str part(const archive *all, const char *name)
{
	struct archive_entry *e = archive_find(all, name);

	if (!e)
		fail_msg("there is no %s", name);
	return e->data;
}

static void test_parts_are_well_formed(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf docx = {0}, again = {0};
	struct fault f = {0};
	archive all = {0};

	make(VALUES, &docx);
	make(VALUES, &again);
	program_keep("loan.docx", buf_str(&docx));
	assert_int_equal(docx.len, again.len);
	assert_memory_equal(docx.p, again.p, docx.len);
	assert_int_equal(archive_read(buf_str(&docx), a, &all, &f), 0);
	for (size_t i = 0; i < all.n; i++) {
		xmlDocPtr xml = xmlReadMemory(all.at[i].data.p, (int)all.at[i].data.len, all.at[i].name, NULL, XML_PARSE_NONET);

		if (!xml)
			fail_msg("%s is not well-formed", all.at[i].name);
		xmlFreeDoc(xml);
	}
	assert_contains(part(&all, "word/document.xml").p, "&lt;张&amp;三&gt;");
	assert_contains(part(&all, "word/document.xml").p, " TOC ");
	assert_contains(part(&all, "word/document.xml").p, "<w:tblHeader/>");
	assert_contains(part(&all, "word/footer1.xml").p, " NUMPAGES ");
	assert_contains(part(&all, "word/numbering.xml").p, "第%1条");
	assert_contains(part(&all, "word/footnotes.xml").p, "第六百六十七条");
	/* Clauses in one series; the paragraphs below each heading begin anew. */
	assert_contains(part(&all, "word/numbering.xml").p, "w:numId=\"3\"");
	assert_null(strstr(part(&all, "word/numbering.xml").p, "w:numId=\"4\""));
	VEC_FREE(&all);
}

/* LibreOffice is large, so the tests don't install it; where it is, it must read what we write. */
static void test_another_office_reads_it(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf docx = {0}, said = {0};
	char dir[] = "/tmp/lexline-office-XXXXXX";
	struct fault f = {0};
	struct str text;
	int status;

	make(VALUES, &docx);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(file_write(path_join(a, dir, "loan.docx"), buf_str(&docx), 0600, &f), 0);
	status = PROGRAM(&said, STR(""), "soffice", arena_printf(a, "-env:UserInstallation=file://%s/profile", dir), "--headless",
			 "--convert-to", "txt:Text (encoded):UTF8", "--outdir", dir, path_join(a, dir, "loan.docx"));
	if (status != 0) {
		(void)!file_remove_tree(dir, &f);
		if (status < 0)
			skip();
		fail_msg("soffice: %s", said.p);
	}
	assert_int_equal(file_read(a, path_join(a, dir, "loan.txt"), 1 << 20, &text, &f), 0);
	assert_contains(text.p, "第一条 金额");
	assert_contains(text.p, "甲方：<张&三>");
	assert_contains(text.p, "（一） 见第一条");
	assert_contains(text.p, "第三条 再");
	assert_contains(text.p, "（一） 又从一起");
	assert_int_equal(file_remove_tree(dir, &f), 0);
}

static void test_pictures(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf docx = {0};
	CLEANUP(doc_freep) struct doc *d = doc_new(a, document_layout(STR("report")));
	struct str labels[] = {STR("劳动"), STR("婚姻")};
	double values[] = {3, 5};
	struct chart c = {.kind = CHART_PIE, .title = STR("构成"), .labels = labels, .values = values, .n = 2};
	struct fault f = {0};
	archive all = {0};

	doc_add(d, BLOCK_CHART, 1)->chart = &c;
	assert_int_equal(document_docx(d, &docx, &f), 0);
	assert_int_equal(archive_read(buf_str(&docx), a, &all, &f), 0);
	assert_memory_equal(part(&all, "word/media/image1.png").p, "\x89PNG", 4);
	assert_contains(part(&all, "word/document.xml").p, "rIdPicture1");
	assert_contains(part(&all, "word/_rels/document.xml.rels").p, "media/image1.png");
	VEC_FREE(&all);
}

/* ---- archives ------------------------------------------------------------------------------- */

static void refused(struct str bytes, const char *why)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct fault f = {0};
	archive all = {0};

	assert_int_equal(archive_read(bytes, a, &all, &f), -E_INVALID);
	assert_contains(f.detail, why);
}

static void pack(struct archive_entry *entries, size_t n, struct buf *out)
{
	archive all = {entries, n, n};
	struct fault f = {0};

	assert_int_equal(archive_write(&all, out, &f), 0);
}

/* Each byte changed in turn. @return how often that was told; else the content must be what it was. */
static int any_damage_is_found(struct buf *zip)
{
	int found = 0;

	for (size_t i = 0; i < zip->len; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct fault f = {0};
		archive all = {0};

		zip->p[i] ^= 0x55;
		if (archive_read(buf_str(zip), a, &all, &f) == 0 && all.n)
			assert_str(all.at[0].data, "some text that is stored in the archive");
		found += f.err != 0;
		VEC_FREE(&all);
		zip->p[i] ^= 0x55;
	}
	return found;
}

static void test_archives_that_are_refused(void **state)
{
	CLEANUP(buf_free) struct buf bomb = {0}, out = {0}, good = {0};
	size_t size = (size_t)ARCHIVE_UNPACKED_MAX + 1;
	char *zeros = calloc(1, size);

	refused(STR(""), "no intact");
	refused(STR("PK not a zip"), "no intact");
	pack((struct archive_entry[]){{"word/document.xml", {zeros, size}}}, 1, &bomb);
	assert_true(bomb.len < 100000);
	refused(buf_str(&bomb), "unpacks to more than 64 MB, at 'word/document.xml'");
	free(zeros);
	pack((struct archive_entry[]){{"../../etc/passwd", STR("x")}}, 1, &out);
	refused(buf_str(&out), "leads out of it");
	pack((struct archive_entry[]){{"a.xml", STR("some text that is stored in the archive")}}, 1, &good);
	refused((struct str){good.p, good.len / 2}, "no intact");
	assert_true(any_damage_is_found(&good) > 10);
}

RUN(cmocka_unit_test(test_parts_are_well_formed), cmocka_unit_test(test_another_office_reads_it),
    cmocka_unit_test(test_pictures), cmocka_unit_test(test_archives_that_are_refused))
