/* K01: what a Markdown statute is taken for. */
#include "test.h"

#include "base/time.h"
#include "knowledge/lawtext.h"

static void numbers_are_read(void **state)
{
	static const struct {
		const char *text, *key;
	} rows[] = {
		{"第一条 为了", "1"},	    {"第十条", "10"},		 {"第五十四条", "54"},
		{"第一百二十条之一", "120-1"}, {"第一千二百六十条", "1260"}, {"第一百零五条", "105"},
		{"第120条", "120"},	    {"第二〇条", "20"},		 {"第１２条", "12"},
		{"第三十条之", "30"},	    {"第十三条之十二", "13-12"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char key[ARTICLE_KEY_MAX] = "";
		size_t len;

		assert_true(article_number(str_of(rows[i].text), &len, key));
		assert_string_equal(key, rows[i].key);
	}
}

static void what_is_no_number_is_refused(void **state)
{
	static const char *const rows[] = {"", "第", "第条", "条", "第一章", "本条", "第一", "第九九九九九九九九九条"};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char key[ARTICLE_KEY_MAX];
		size_t len;

		assert_false(article_number(str_of(rows[i]), &len, key));
	}
}

static const char law[] = "# 中华人民共和国示例法\n\n# 总则编\n\n2010年3月1日 示例会议通过\n\n2020年7月1日 施行\n\n"
			  "<!-- INFO END -->\n\n序言。\n\n## 第一章　总　则\n\n第一条 甲。\n\n（一）乙；\n\n"
			  "第二条规定的情形不在此列。\n\n### 第一节 期限\n\n第二条 丙。\n\n第二条 丁。\n";

static void a_law_is_read(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct fault f = {0};
	struct law_text t;

	assert_int_equal(law_text_parse(a, str_of(law), "示例法.md", &t, &f), 0);
	assert_true(str_is(t.title, "中华人民共和国示例法"));
	assert_true(str_is(t.part, "总则编"));
	assert_int_equal(t.articles, 3);
	assert_int_equal(t.version_day, date_from_civil(2010, 3, 1));
	assert_int_equal(t.effective_day, date_from_civil(2020, 7, 1));
	assert_int_equal(t.nodes.n, 6);
	assert_true(str_is(t.nodes.at[0].text, "序言。"));
	assert_true(str_is(t.nodes.at[1].text, "第一章 总 则"));
	assert_true(str_is(t.nodes.at[2].text, "甲。\n（一）乙；\n第二条规定的情形不在此列。"));
	assert_true(str_is(t.nodes.at[4].path, "第一章 总 则 › 第一节 期限"));
	assert_int_equal(t.nodes.at[5].repeat, 1);
	law_text_free(&t);
}

static void the_name_of_the_file_dates_the_version(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct fault f = {0};
	struct law_text t;

	assert_int_equal(law_text_parse(a, str_of(law), "民法/示例法(2023-12-29).md", &t, &f), 0);
	assert_int_equal(t.version_day, date_from_civil(2023, 12, 29));
	assert_int_equal(t.effective_day, t.version_day);
	law_text_free(&t);
}

static void amendments_are_counted_by_items(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct fault f = {0};
	struct law_text t;

	assert_int_equal(law_text_parse(a, STR("# 修正案\n<!-- INFO END -->\n一、甲\n续\n十二、乙"), "x.md", &t, &f), 0);
	assert_int_equal(t.articles, 2);
	assert_string_equal(t.nodes.at[1].key, "i12");
	assert_true(str_is(t.nodes.at[0].text, "甲\n续"));
	law_text_free(&t);
}

static void what_is_no_law_is_refused_with_the_reason(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct fault f = {0};
	struct law_text t;

	assert_int_equal(law_text_parse(a, STR("第一条 无标题"), "x.md", &t, &f), -E_INVALID);
	assert_non_null(strstr(f.detail, "title"));
	assert_int_equal(law_text_parse(a, STR("# 标题\n没有条文"), "x.md", &t, &f), -E_INVALID);
	assert_non_null(strstr(f.detail, "article"));
	assert_int_equal(law_text_parse(a, STR("# \xff\xfe"), "x.md", &t, &f), -E_INVALID);
	assert_int_equal(law_text_parse(a, STR_NULL, "x.md", &t, &f), -E_INVALID);
}

static void titles_name_the_law_across_versions(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str plain = law_title_key(a, STR("公司法"));

	assert_true(str_eq(plain, law_title_key(a, STR("中华人民共和国公司法"))));
	assert_true(str_eq(plain, law_title_key(a, STR("中华人民共和国公司法（2023年修订）"))));
	assert_true(str_eq(plain, law_title_key(a, STR(" 公司 法 (2018-10-26)"))));
	assert_false(str_eq(plain, law_title_key(a, STR("公司法（试行）"))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(a_law_is_read),
		cmocka_unit_test(the_name_of_the_file_dates_the_version),
		cmocka_unit_test(amendments_are_counted_by_items),
		cmocka_unit_test(what_is_no_law_is_refused_with_the_reason),
		cmocka_unit_test(titles_name_the_law_across_versions),
	};

	return cmocka_run_group_tests_name("knowledge/lawtext", tests, NULL, NULL);
}
