/* K01, K02: statutes imported into a store, read by version, found by question. */
#include "test.h"

#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "knowledge/import.h"
#include "knowledge/statutes.h"
#include "support/temp_store.h"

struct world {
	char dir[64];
	struct env env;
	struct arena *arena;
	struct import_counts counts;
	char *report;
	json_t *reply;
	struct fault fault;
};

static struct world w;

static char *source_path(const char *below)
{
	const char *source = getenv("LEXLINE_SOURCE");

	if (!source)
		fail_msg("LEXLINE_SOURCE must name the checkout (meson test sets it)");
	return arena_printf(w.arena, "%s/%s", source, below);
}

static void load_operations(void)
{
	struct yreport report = {0};
	const struct native *natives[16];
	size_t n = 0;

	temp_modules((const char *const[]){"knowledge", "people/schema", NULL});
	for (size_t i = 0; i < knowledge_n_natives; i++)
		natives[n++] = &knowledge_natives[i];
	for (size_t i = 0; i < import_n_natives; i++)
		natives[n++] = &import_natives[i];
	if (catalogue_load(NULL, natives, n, &w.env.ops, &report) < 0)
		fail_msg("operations: %s", report.text.p);
	yreport_free(&report);
}

static int open_world(void **state)
{
	struct db_options o = {.name = "cases", .zone = "Asia/Shanghai", .writers = 2, .readers = 2};
	struct fault f = {0};

	log_set_level(LOG_WARN);
	memset(&w, 0, sizeof(w));
	w.arena = arena_new();
	snprintf(w.dir, sizeof(w.dir), "/tmp/lexline-test-XXXXXX");
	assert_non_null(mkdtemp(w.dir));
	load_operations();
	w.env.zone = zone_get("Asia/Shanghai");
	o.url = path_join(w.arena, w.dir, "cases.db");
	if (db_open(&o, w.env.ops, &w.env.db, &f) < 0 || db_migrate(w.env.db, &f) < 0)
		fail_msg("store: %s", f.detail);
	return 0;
}

static int close_world(void **state)
{
	struct fault f = {0};

	json_decrefp(&w.reply);
	statutes_stop(w.env.statutes);
	db_close(w.env.db);
	catalogue_free(w.env.ops);
	free(w.report);
	assert_int_equal(file_remove_tree(w.dir, &f), 0);
	arena_free(w.arena);
	return 0;
}

static void import(const char *tree)
{
	const char *trees[] = {tree};
	struct fault f = {0};
	size_t size;
	FILE *out;

	free(w.report);
	out = open_memstream(&w.report, &size);
	if (statutes_import(&w.env, NULL, trees, 1, out, &w.counts, &f) < 0)
		fail_msg("import: %s", f.detail);
	fclose(out);
}

static void import_fixtures(void)
{
	struct fault f = {0};

	import(source_path("tests/fixtures/laws"));
	if (statutes_load(&w.env, &w.env.statutes, &f) < 0)
		fail_msg("index: %s", f.detail);
}

/** Call a read operation of this room; the parsed reply is in w.reply. */
static int call(const char *name, const char *json)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w.env);
	CLEANUP(json_decrefp) json_t *body = NULL;
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct call c = {.ctx = ctx, .op = catalogue_find(w.env.ops, name)};
	int r;

	json_decrefp(&w.reply);
	w.reply = NULL;
	assert_non_null(c.op);
	assert_int_equal(json_parse(str_of(json), &body, &ctx->fault), 0);
	jw_begin(&c.reply.json, &c.reply.body);
	if ((r = op_bind(&c, NULL, 0, body)) < 0 || (r = db_read(w.env.db, ctx, &tx)) < 0 ||
	    (r = c.op->native->apply(&c, tx)) < 0) {
		w.fault = ctx->fault;
	} else {
		if (json_parse(buf_str(&c.reply.body), &w.reply, &ctx->fault) < 0)
			fail_msg("%s\n%s", ctx->fault.detail, c.reply.body.p);
		if (op_check_reply(c.op, w.reply, &ctx->fault) < 0)
			fail_msg("reply of %s: %s %s", name, ctx->fault.field, ctx->fault.detail);
	}
	buf_free(&c.reply.body);
	return r;
}

static json_t *item(size_t i)
{
	json_t *at = json_array_get(json_object_get(w.reply, "items"), i);

	assert_non_null(at);
	return at;
}

#define assert_text(object, key, expected) assert_string_equal(json_string_value(json_object_get((object), (key))), (expected))

static void the_tree_is_imported_and_what_is_no_law_is_reported(void **state)
{
	import_fixtures();
	assert_int_equal(w.counts.files, 6);
	assert_int_equal(w.counts.imported, 5);
	assert_int_equal(w.counts.unreadable, 1);
	assert_int_equal(w.counts.articles, 5 + 4 + 2 + 2 + 2);
	assert_non_null(strstr(w.report, "无条文.md"));
}

static void importing_again_changes_nothing(void **state)
{
	char id[32];

	import_fixtures();
	assert_int_equal(call("statute.search", "{\"q\":\"高利放贷\"}"), 0);
	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(item(0), "article_id")));
	import(source_path("tests/fixtures/laws"));
	assert_int_equal(w.counts.imported, 0);
	assert_int_equal(w.counts.unchanged, 5);
	statutes_stop(w.env.statutes);
	import_fixtures();
	assert_int_equal(call("statute.search", "{\"q\":\"高利放贷\"}"), 0);
	assert_text(item(0), "article_id", id);
}

static void write_law(const char *dir, const char *article)
{
	char *text = arena_printf(w.arena, "# 示例办法\n\n2020年1月1日 公布\n\n<!-- INFO END -->\n\n第一条 总则。\n\n第二条 %s\n", article);
	struct fault f = {0};

	assert_int_equal(file_mkdirs(path_join(w.arena, dir, "部门规章"), 0700, &f), 0);
	assert_int_equal(file_write(path_join(w.arena, dir, "部门规章/示例办法.md"), str_of(text), 0600, &f), 0);
}

static void a_corrected_article_keeps_its_id(void **state)
{
	const char *tree = path_join(w.arena, w.dir, "laws");
	struct fault f = {0};
	char id[32];

	write_law(tree, "罚款一百元。");
	import(tree);
	assert_int_equal(statutes_load(&w.env, &w.env.statutes, &f), 0);
	assert_int_equal(call("statute.search", "{\"q\":\"罚款\"}"), 0);
	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(item(0), "article_id")));
	statutes_stop(w.env.statutes);
	write_law(tree, "罚款二百元。");
	import(tree);
	assert_int_equal(w.counts.imported, 1);
	assert_int_equal(statutes_load(&w.env, &w.env.statutes, &f), 0);
	assert_int_equal(call("statute.search", "{\"q\":\"罚款\"}"), 0);
	assert_text(item(0), "article_id", id);
	assert_text(item(0), "text", "罚款二百元。");
}

static void a_lay_question_finds_its_article_and_says_why(void **state)
{
	import_fixtures();
	assert_int_equal(call("statute.search", "{\"q\":\"借款人逾期不还款可以打热线吗\",\"on\":\"2022-01-01\"}"), 0);
	assert_text(item(0), "article", "第三条之一");
	assert_text(item(0), "law", "中华人民共和国热线服务法");
	assert_text(item(0), "heading", "第二章 答复期限 › 第一节 一般规定");
	assert_true(json_array_size(json_object_get(item(0), "marks")) > 0);
	assert_true(json_array_size(json_object_get(item(0), "why")) > 0);
}

static void the_day_decides_the_version(void **state)
{
	import_fixtures();
	assert_int_equal(call("statute.search", "{\"q\":\"几秒内接听\",\"on\":\"2023-01-01\",\"limit\":1}"), 0);
	assert_true(strstr(json_string_value(json_object_get(item(0), "text")), "十五秒") != NULL);
	assert_text(item(0), "valid_to", "2024-06-01");
	assert_int_equal(call("statute.search", "{\"q\":\"几秒内接听\",\"on\":\"2024-06-01\",\"limit\":1}"), 0);
	assert_true(strstr(json_string_value(json_object_get(item(0), "text")), "十秒") != NULL);
	/* Something of another law may be near, but nothing that was not in force yet. */
	assert_int_equal(call("statute.search", "{\"q\":\"接听\",\"on\":\"2019-12-31\"}"), 0);
	for (size_t i = 0; i < json_array_size(json_object_get(w.reply, "items")); i++) {
		const char *from = json_string_value(json_object_get(item(i), "valid_from"));

		assert_true(!from || strcmp(from, "2019-12-31") <= 0);
	}
}

static void a_law_opens_with_the_text_of_the_day(void **state)
{
	char json[96], law[32];

	import_fixtures();
	assert_int_equal(call("statute.search", "{\"q\":\"值班人员接听\",\"limit\":1}"), 0);
	snprintf(law, sizeof(law), "%s", json_string_value(json_object_get(item(0), "law_id")));
	snprintf(json, sizeof(json), "{\"id\":\"%s\"}", law);
	assert_int_equal(call("statute.get", json), 0);
	assert_int_equal(json_array_size(json_object_get(w.reply, "versions")), 2);
	assert_int_equal(json_array_size(json_object_get(w.reply, "nodes")), 6);
	snprintf(json, sizeof(json), "{\"id\":\"%s\",\"on\":\"2022-01-01\"}", law);
	assert_int_equal(call("statute.get", json), 0);
	assert_int_equal(json_array_size(json_object_get(w.reply, "nodes")), 9);
	assert_int_equal(call("statute.get", "{\"id\":\"1\"}"), -E_NOT_FOUND);
}

static void an_article_stands_beside_its_other_versions(void **state)
{
	char json[96];

	import_fixtures();
	assert_int_equal(call("statute.search", "{\"q\":\"咨询人拨打热线值班人员接听\",\"limit\":1}"), 0);
	snprintf(json, sizeof(json), "{\"id\":\"%s\"}", json_string_value(json_object_get(item(0), "article_id")));
	assert_int_equal(call("statute.article", json), 0);
	assert_text(w.reply, "article", "第二条");
	assert_int_equal(json_array_size(json_object_get(w.reply, "versions")), 2);
	assert_int_equal(call("statute.article", "{\"id\":\"1\"}"), -E_NOT_FOUND);
}

static void questions_are_answered_line_by_line(void **state)
{
	char *out = NULL, *err = NULL, in[] = "{\"id\":7,\"question\":\"高利放贷合法吗\"}\n\n{\"id\":\"b\",\"question\":\"未成年人\"}\n";
	size_t out_size, err_size;
	FILE *from = fmemopen(in, strlen(in), "r"), *to = open_memstream(&out, &out_size), *bad = open_memstream(&err, &err_size);

	import_fixtures();
	assert_int_equal(statutes_search_lines(&w.env, 3, from, to, bad), 0);
	fclose(from);
	fclose(to);
	fclose(bad);
	assert_true(strncmp(out, "{\"id\":7,\"results\":[[\"示例法典\",\"第十一条\"]", 40) == 0);
	assert_non_null(strstr(out, "{\"id\":\"b\",\"results\":[[\"示例法典\",\"第二条\"]"));
	free(out);
	free(err);
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, open_world, close_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(the_tree_is_imported_and_what_is_no_law_is_reported),
		WORLD_TEST(importing_again_changes_nothing),
		WORLD_TEST(a_corrected_article_keeps_its_id),
		WORLD_TEST(a_lay_question_finds_its_article_and_says_why),
		WORLD_TEST(the_day_decides_the_version),
		WORLD_TEST(a_law_opens_with_the_text_of_the_day),
		WORLD_TEST(an_article_stands_beside_its_other_versions),
		WORLD_TEST(questions_are_answered_line_by_line),
	};

	return cmocka_run_group_tests_name("knowledge/statutes", tests, NULL, NULL);
}
