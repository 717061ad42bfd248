/* K02: terms, BM25F ranking, days of validity, the explanation of a hit. */
#include "test.h"

#include "knowledge/explain.h"

#define FOREVER INT64_MAX

static void text_becomes_single_characters_pairs_and_words(void **state)
{
	struct term_scan scan = term_scan(STR("借款, ＡＢ12元"));
	struct term_at at[16];
	size_t n = 0;

	while (term_next(&scan, &at[n]))
		n++;
	assert_int_equal(n, 5); /* 借 款 借款 ab12 元 */
	assert_true(term_is_single(at[0].term));
	assert_false(term_is_single(at[2].term));
	assert_int_equal(at[2].start, 0);
	assert_int_equal(at[2].end, 6);
	scan = term_scan(STR("ab12"));
	assert_true(term_next(&scan, &at[0]));
	assert_true(at[0].term == at[3].term);
}

static void add(struct index_builder *b, int64_t id, int64_t from, int64_t to, const char *title, const char *text)
{
	struct index_doc doc = {id, from, to};
	struct str fields[FIELD_COUNT] = {str_of(title), STR(""), str_of(text)};

	index_builder_add(b, &doc, fields);
}

static struct index *small_index(void)
{
	struct index_builder *b = index_builder_new();

	add(b, 11, 0, FOREVER, "合同法", "借款人应当按照约定的期限返还借款。");
	add(b, 12, 0, FOREVER, "合同法", "出卖人应当交付标的物。");
	add(b, 13, 0, 100, "利率规定", "借款利率不得超过四倍。");
	add(b, 14, 100, FOREVER, "利率规定", "借款利率不得超过合同成立时贷款市场报价利率四倍。");
	return index_builder_finish(b);
}

static void the_fitting_article_is_first(void **state)
{
	struct index *ix = small_index();
	struct index_hit hits[4];

	assert_int_equal(index_docs(ix), 4);
	assert_true(index_search(ix, STR("借款到期不返还怎么办"), 200, hits, 4) >= 1);
	assert_int_equal(hits[0].id, 11);
	assert_true(index_search(ix, STR("标的物"), 200, hits, 4) >= 1); /* 的 stands elsewhere too */
	assert_int_equal(hits[0].id, 12);
	index_free(ix);
}

static void only_what_is_in_force_on_the_day_is_found(void **state)
{
	struct index *ix = small_index();
	struct index_hit hits[4];

	assert_int_equal(index_search(ix, STR("利率"), 99, hits, 4), 1);
	assert_int_equal(hits[0].id, 13);
	assert_int_equal(index_search(ix, STR("利率"), 100, hits, 4), 1);
	assert_int_equal(hits[0].id, 14);
	index_free(ix);
}

static void the_best_of_many_are_kept_in_order(void **state)
{
	struct index_builder *b = index_builder_new();
	struct index_hit hits[10];
	struct index *ix;
	char text[64];

	for (int i = 0; i < 500; i++) {
		snprintf(text, sizeof(text), "%s第%d号文件", i % 50 == 7 ? "保证金保证金" : "保证", i);
		add(b, i + 1, 0, FOREVER, "", text);
	}
	ix = index_builder_finish(b);
	assert_int_equal(index_search(ix, STR("保证金"), 1, hits, 10), 10);
	for (int i = 0; i < 10; i++) {
		assert_int_equal((hits[i].id - 1) % 50, 7);
		assert_true(i == 0 || hits[i - 1].score >= hits[i].score);
	}
	index_free(ix);
}

static void nothing_is_found_for_nothing(void **state)
{
	struct index *ix = small_index();
	struct index_hit hits[4];
	struct index *empty = index_builder_finish(index_builder_new());

	assert_int_equal(index_search(ix, STR(""), 1, hits, 4), 0);
	assert_int_equal(index_search(ix, STR("！？…"), 1, hits, 4), 0);
	assert_int_equal(index_search(ix, STR("借款"), 1, hits, 0), 0);
	assert_int_equal(index_search(empty, STR("借款"), 1, hits, 4), 0);
	index_free(ix);
	index_free(empty);
}

static void a_hit_is_explained(void **state)
{
	CLEANUP(buf_free) struct buf out = {0};
	struct index *ix = small_index();
	struct jw w;

	jw_begin(&w, &out);
	jw_obj(&w);
	explain_json(&w, ix, STR("借款没返还"), STR("𠀀应当返还借款。"));
	jw_obj_end(&w);
	assert_string_equal(out.p, "{\"marks\":[[4,6],[6,8]],\"why\":[\"返还\",\"借款\"]}");
	index_free(ix);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_becomes_single_characters_pairs_and_words),
		cmocka_unit_test(the_fitting_article_is_first),
		cmocka_unit_test(only_what_is_in_force_on_the_day_is_found),
		cmocka_unit_test(the_best_of_many_are_kept_in_order),
		cmocka_unit_test(nothing_is_found_for_nothing),
		cmocka_unit_test(a_hit_is_explained),
	};

	return cmocka_run_group_tests_name("knowledge/index", tests, NULL, NULL);
}
