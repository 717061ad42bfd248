/* K02: what is learned from questions, kept in a file, and used to rank. */
#include "test.h"

#include "base/arena.h"
#include "knowledge/learn.h"

#define TOPICS 8
#define ARTICLES 16 /* of each topic; one of them answers its lay questions */

static const char *const words[TOPICS] = {"工资", "离婚", "租房", "借款", "车祸", "继承", "商标", "工伤"};
static const char *const lay[TOPICS] = {"老板不给钱", "过不下去了", "房东赶人", "钱要不回来", "被撞了", "老人走了留下的房",
					"牌子被抄", "干活受伤"};

static struct corpus *make_corpus(struct arena *a)
{
	struct corpus_builder *b = corpus_builder_new();

	for (int t = 0; t < TOPICS; t++)
		for (int i = 0; i < ARTICLES; i++) {
			struct article_row row = {
				.id = 1000 * (t + 1) + i,
				.law = str_of(arena_printf(a, "%s法", words[t])),
				.kind = STR("社会法"),
				.part = STR(""),
				.path = STR("第一章"),
				.body = str_of(i == 7 ? arena_printf(a, "有关%s的权利人可以请求%s赔偿并解除。", words[t], words[t])
						      : arena_printf(a, "主管部门负责%s的第%d项登记与备案。", words[t], i)),
				.key = str_of(arena_printf(a, "%d", i + 1)),
				.version_day = 18000,
				.valid_from = 0,
				.valid_to = INT64_MAX,
			};
			corpus_builder_add(b, &row);
		}
	return corpus_builder_finish(b);
}

/** Five ways to ask for article 8 of each topic, none with the topic's word. */
static struct str make_lessons(struct arena *a)
{
	static const char *const ends[] = {"怎么办", "可以要求什么", "找谁", "合法吗", "能赔多少"};
	CLEANUP(buf_free) struct buf b = {0};

	for (int t = 0; t < TOPICS; t++)
		for (size_t e = 0; e < ARRAY_SIZE(ends); e++)
			buf_printf(&b, "{\"question\":\"%s%s\",\"relevant\":[{\"law\":\"中华人民共和国%s法\",\"article\":\"第八条\"}]}\n",
				   lay[t], ends[e], words[t]);
	return (struct str){arena_strndup(a, b.p, b.len), b.len};
}

struct fixture {
	struct arena *a;
	struct corpus *corpus;
	struct lessons lessons;
};

static void open_fixture(struct fixture *x)
{
	struct fault f = {0};

	x->a = arena_new();
	x->corpus = make_corpus(x->a);
	assert_int_equal(lessons_read(x->a, make_lessons(x->a), &x->lessons, &f), 0);
	assert_int_equal(x->lessons.n, TOPICS * 5);
}

static void close_fixture(struct fixture *x)
{
	lessons_free(&x->lessons);
	corpus_free(x->corpus);
	arena_free(x->a);
}

static void lay_wording_is_learned(void **state)
{
	struct learn_score learned, plain;
	struct fixture x;

	open_fixture(&x);
	learn_validate(x.corpus, &x.lessons, 1, &learned, &plain);
	assert_int_equal(learned.questions, TOPICS * 5);
	print_message("words alone %.2f, learned %.2f\n", plain.mrr_10, learned.mrr_10);
	assert_true(plain.mrr_10 < 0.5); /* the questions hold few of the articles' words */
	assert_true(learned.mrr_10 > 0.9);
	close_fixture(&x);
}

static void the_same_lessons_give_the_same_bytes(void **state)
{
	CLEANUP(buf_free) struct buf first = {0}, second = {0};
	struct model *m;
	struct fixture x;

	open_fixture(&x);
	m = model_learn(x.corpus, &x.lessons, 1);
	model_write(m, &first);
	model_free(m);
	m = model_learn(x.corpus, &x.lessons, 1);
	model_write(m, &second);
	model_free(m);
	assert_int_equal(first.len, second.len);
	assert_memory_equal(first.p, second.p, first.len);
	close_fixture(&x);
}

static void rank_with(const struct fixture *x, const struct model *m, struct index_hit *best)
{
	int8_t *docs = vectors_of_docs(m->vectors, x->corpus->index);
	struct ranker *r = ranker_new(x->corpus, m->vectors, docs, m->known, m->trees);

	assert_int_equal(ranker_search(r, STR("房东赶人了"), 1, best, 1), 1);
	ranker_free(r);
	free(docs);
}

static void a_model_is_the_same_after_its_file(void **state)
{
	CLEANUP(buf_free) struct buf file = {0}, again = {0};
	struct index_hit before, after;
	struct model *m, *read;
	struct fault f = {0};
	struct fixture x;

	open_fixture(&x);
	m = model_learn(x.corpus, &x.lessons, 1);
	model_write(m, &file);
	assert_int_equal(model_read(buf_str(&file), &read, &f), 0);
	model_write(read, &again);
	assert_int_equal(file.len, again.len);
	assert_memory_equal(file.p, again.p, file.len);
	rank_with(&x, m, &before);
	rank_with(&x, read, &after);
	assert_int_equal(before.id, 3007);
	assert_int_equal(after.id, before.id);
	assert_true(after.score == before.score);
	model_free(m);
	model_free(read);
	close_fixture(&x);
}

static void a_damaged_model_is_refused(void **state)
{
	CLEANUP(buf_free) struct buf file = {0};
	struct model *m, *read = NULL;
	struct fault f = {0};
	struct fixture x;

	open_fixture(&x);
	m = model_learn(x.corpus, &x.lessons, 1);
	model_write(m, &file);
	model_free(m);
	assert_int_equal(model_read(STR("no model"), &read, &f), -E_CORRUPT);
	assert_int_equal(model_read(STR_NULL, &read, &f), -E_CORRUPT);
	for (size_t cut = 8; cut < file.len; cut += file.len / 7)
		assert_int_equal(model_read((struct str){file.p, file.len - cut}, &read, &f), -E_CORRUPT);
	for (size_t at = 0; at < file.len; at += file.len / 23) {
		file.p[at] ^= 0x40;
		assert_int_equal(model_read(buf_str(&file), &read, &f), -E_CORRUPT);
		file.p[at] ^= 0x40;
	}
	assert_null(read);
	close_fixture(&x);
}

static void lessons_that_cannot_be_read_are_named(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct lessons l;
	struct fault f = {0};

	assert_int_equal(lessons_read(a, STR("{\"question\":\"甲\",\"relevant\":[{\"law\":\"乙法\",\"article\":\"第一条\"}]}\n\n{\"question\":"
					     "\"无答案\",\"relevant\":[]}\n"), &l, &f), 0);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.unread, 1);
	lessons_free(&l);
	assert_int_equal(lessons_read(a, STR("{}\n{oops\n"), &l, &f), -E_MALFORMED);
	assert_non_null(strstr(f.detail, "line 2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lay_wording_is_learned),
		cmocka_unit_test(the_same_lessons_give_the_same_bytes),
		cmocka_unit_test(a_model_is_the_same_after_its_file),
		cmocka_unit_test(a_damaged_model_is_refused),
		cmocka_unit_test(lessons_that_cannot_be_read_are_named),
	};

	return cmocka_run_group_tests_name("knowledge/learn", tests, NULL, NULL);
}
