/* K01: which articles a text refers to. */
#include "test.h"

#include "knowledge/citations.h"

static void assert_citations(const char *text, const char *expected)
{
	CLEANUP(buf_free) struct buf got = {0};
	struct citation c = {0};
	size_t pos = 0;

	while (citation_next(str_of(text), &pos, &c)) {
		buf_printf(&got, "[%.*s:", STR_FMT(c.law));
		if (c.back >= 0)
			buf_printf(&got, "-%d]", c.back);
		else
			buf_printf(&got, "%s]", c.key);
	}
	assert_string_equal(got.p ? got.p : "", expected);
}

static void citations_are_found(void **state)
{
	(void)state;
	assert_citations("依照《民法典》第六百七十九条的规定", "[民法典:679]");
	assert_citations("《中华人民共和国公司法》（以下简称公司法）第十条、第十二条第二款和第三十条之一",
			 "[中华人民共和国公司法:10][中华人民共和国公司法:12][中华人民共和国公司法:30-1]");
	assert_citations("依照《甲法》第一条处罚，适用本法第二条", "[甲法:1][:2]");
	assert_citations("前款规定的期间，依照前条计算", "[:-0][:-1]");
	assert_citations("《甲法》规定的第三人，第一章", "");
	assert_citations("《没有结尾 第一条", "[:1]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(citations_are_found)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
