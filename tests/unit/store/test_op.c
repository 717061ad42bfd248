/* Operations: what a request may hold, how rows become JSON, what is generated from the heads. */
#include "test.h"

#include <stdio.h>

#include "base/file.h"
#include "base/yaml.h"
#include "support/temp_store.h"

static struct temp_store t;
static struct catalogue *ops;
static struct arena *a;
static struct call call;

/* ---- operations of these tests, on the tables of fixture/modules/shop ----------------------- */

static const char *const files[][2] = {
	{"page.sql", "-- op: thing.page\n"
		     "-- Things, newest first.\n"
		     "-- With a second line.\n"
		     "-- route: GET /api/things\n"
		     "-- role: operator, lawyer\n"
		     "-- in: before id? | limit int = 2\n"
		     "--   (1..10) | kind (small|big)?\n"
		     "-- out: many {id id, name text, amount money, price real?, at time, day "
		     "date, big bool, extra json, note text?}\n"
		     "SELECT id, name, amount, price, amount * 1000 AS at, amount AS day, CASE "
		     "WHEN amount > 5 THEN 1 ELSE 0 END AS big,\n"
		     "  '{\"a\":[1]}' AS extra, note FROM items\n"
		     " WHERE (:before IS NULL OR id < :before) AND (:kind IS NULL OR (:kind = "
		     "'big') = (amount > 5))\n"
		     " ORDER BY id DESC LIMIT :limit\n"},
	{"one.sql", "-- op: thing.one\n-- One thing.\n-- route: GET /api/things/{id}\n-- role: "
		    "any\n-- in: id id\n"
		    "-- out: one {id id, name text}\nSELECT id, name FROM items WHERE id = :id\n"},
	{"all.sql", "-- op: thing.all\n-- A fixed word beside a parameter.\n-- route: GET "
		    "/api/things/all\n-- role: public\n"
		    "-- out: many {id id}\nSELECT id FROM items ORDER BY id\n"},
	{"make.sql",
	 "-- op: thing.make\n-- Make one.\n-- route: POST /api/things\n-- role: any\n-- status: "
	 "201\n"
	 "-- in: id id | name text (1..5) | amount money = 3 (0..1000) | big bool? | phone phone?\n"
	 "--   | at time? | day date? | price real? | kind (a|b) = b | extra json? | note text?\n"
	 "-- out: one {id id, name text}\n"
	 "INSERT INTO items (id, name, amount, price, note) SELECT :id, :name, :amount, :price, "
	 ":note\n"
	 " WHERE :big IS NULL AND :phone IS NULL AND :at IS NULL AND :day IS NULL AND :kind = 'b' "
	 "AND :extra IS NULL\n"
	 "RETURNING id, name\n"},
	{"rename.sql",
	 "-- op: thing.rename\n-- Other name.\n-- route: PATCH /api/things/{id}\n-- role: any\n"
	 "-- in: id id | name text (1..5)\n-- out: none\nUPDATE items SET name = :name WHERE id = "
	 ":id\n"},
	{"deep.sql", "-- op: thing.deep\n-- Nested.\n-- route: GET /api/things/{id}/deep\n-- role: "
		     "any\n-- in: id id\n"
		     "-- out: one {id id, owner one? {id id, roles many text}, clocks many {name "
		     "text, kind (run|stop)}}\n-- native:\n"},
};

static const struct native deep = {.op = "thing.deep"};

static void load_ops(void)
{
	const struct native *natives[] = {&deep};
	struct yreport report = {0};
	struct fault f = {0};
	const char *dir = path_join(a, t.dir, "ops");

	assert_int_equal(file_mkdirs(dir, 0700, &f), 0);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		assert_int_equal(
			file_write(path_join(a, dir, files[i][0]), str_of(files[i][1]), 0600, &f),
			0);
	if (catalogue_load(t.dir, natives, 1, &ops, &report) < 0)
		fail_msg("%s", report.text.p);
	yreport_free(&report);
}

static int open_all(enum db_kind kind)
{
	struct fault f = {0};

	a = arena_new();
	temp_store_prepare(&t, kind);
	load_ops();
	t.env.ops = ops;
	if (db_open(&t.options, ops, &t.db, &f) < 0 || db_migrate(t.db, &f) < 0)
		fail_msg("%s", f.detail);
	t.env.db = t.db;
	memset(&call, 0, sizeof(call));
	call.ctx = t.ctx;
	return 0;
}

ON_BOTH(open_all)

static int close_all(void **state)
{
	buf_free(&call.reply.body);
	temp_store_close(&t);
	catalogue_free(ops);
	arena_free(a);
	return 0;
}

/* ---- binding ------------------------------------------------------------------------------ */

static json_t *body;

/* "a=1&b=2" as strings, then JSON as body. */
static int bind(const char *op, const char *query, const char *json)
{
	struct arg strings[8];
	struct str rest = str_of(query && *query ? query : NULL), pair, name;
	struct fault f = {0};
	size_t n = 0;

	while (str_split(&rest, '&', &pair)) {
		str_split(&pair, '=', &name);
		strings[n].name = arena_strndup(a, name.p, name.len);
		strings[n++].v = value_text(pair.p ? pair : STR(""));
	}
	json_decref(body);
	body = NULL;
	if (json)
		assert_int_equal(json_parse(str_of(json), &body, &f), 0);
	call.op = catalogue_find(ops, op);
	assert_non_null(call.op);
	memset(&t.ctx->fault, 0, sizeof(t.ctx->fault));
	return op_bind(&call, strings, n, body);
}

static void refused(const char *op, const char *query, const char *json, const char *field,
		    const char *piece)
{
	assert_int_equal(bind(op, query, json), -E_INVALID);
	assert_string_equal(t.ctx->fault.field, field);
	if (!strstr(t.ctx->fault.detail, piece))
		fail_msg("'%s' lacks '%s'", t.ctx->fault.detail, piece);
}

static void defaults_and_absent_values(void **state)
{
	assert_int_equal(bind("thing.page", "", NULL), 0);
	assert_int_equal(call_int(&call, "limit", 0), 2);
	assert_false(call_has(&call, "before"));
	assert_int_equal(bind("thing.page", "before=&limit=10&kind=big", NULL),
			 0); /* an empty search field */
	assert_int_equal(call_int(&call, "limit", 0), 10);
	assert_false(call_has(&call, "before"));
	assert_true(str_is(call_str(&call, "kind"), "big"));
	assert_false(call_has(&call, "nothing"));
	assert_int_equal(bind("thing.make", "", "{\"id\":\"7\",\"name\":\"灯\",\"phone\":null}"),
			 0);
	assert_int_equal(call_int(&call, "amount", 0), 3);
	assert_false(call_has(&call, "phone"));
}

static void values_are_typed(void **state)
{
	assert_int_equal(bind("thing.make", "",
			      "{\"id\":\"9007199254740993\",\"name\":\"abc\",\"amount\":12,\"big\":"
			      "true,\"phone\":\"138-0013 8000\","
			      "\"at\":\"2026-05-09T08:30:00+08:00\",\"day\":\"1970-01-11\","
			      "\"price\":0.5,\"kind\":\"a\","
			      "\"extra\":{\"x\":[1,null]}}"),
			 0);
	assert_int_equal(call_int(&call, "id", 0), 9007199254740993);
	assert_int_equal(call_int(&call, "big", 0), 1);
	assert_true(str_is(call_str(&call, "phone"), "+8613800138000"));
	assert_int_equal(call_int(&call, "at", 0), 1778286600000);
	assert_int_equal(call_int(&call, "day", 0), 10);
	assert_true(call_arg(&call, "price").type == V_REAL && call_arg(&call, "price").d == 0.5);
	assert_true(str_is(call_str(&call, "extra"), "{\"x\":[1,null]}"));
}

static void wrong_values_are_refused_with_their_field(void **state)
{
	static const struct {
		const char *json, *field, *piece;
	} bad[] = {
		{"[]", "", "object"},
		{"{\"name\":\"a\"}", "id", "required"},
		{"{\"id\":null,\"name\":\"a\"}", "id", "id"},
		{"{\"id\":7,\"name\":\"a\"}", "id", "string of digits"},
		{"{\"id\":\"07\",\"name\":\"a\"}", "id", "string of digits"},
		{"{\"id\":\"-7\",\"name\":\"a\"}", "id", "string of digits"},
		{"{\"id\":\"9223372036854775808\",\"name\":\"a\"}", "id", "string of digits"},
		{"{\"id\":\"7\",\"name\":\"\"}", "name", "must not be empty"},
		{"{\"id\":\"7\",\"name\":\"律律律律律律\"}", "name", "1 to 5 characters, has 6"},
		{"{\"id\":\"7\",\"name\":5}", "name", "string"},
		{"{\"id\":\"7\",\"name\":\"a\",\"nam\":1}", "nam", "did you mean 'name'?"},
		{"{\"id\":\"7\",\"name\":\"a\",\"org_id\":\"1\"}", "org_id", "unknown"},
		{"{\"id\":\"7\",\"name\":\"a\",\"amount\":1.5}", "amount", "whole number of fen"},
		{"{\"id\":\"7\",\"name\":\"a\",\"amount\":\"1\"}", "amount", "whole number"},
		{"{\"id\":\"7\",\"name\":\"a\",\"amount\":1001}", "amount", "between 0 and 1000"},
		{"{\"id\":\"7\",\"name\":\"a\",\"big\":1}", "big", "true or false"},
		{"{\"id\":\"7\",\"name\":\"a\",\"phone\":\"12\"}", "phone", "telephone"},
		{"{\"id\":\"7\",\"name\":\"a\",\"at\":\"yesterday\"}", "at", "RFC 3339"},
		{"{\"id\":\"7\",\"name\":\"a\",\"at\":1}", "at", "string"},
		{"{\"id\":\"7\",\"name\":\"a\",\"day\":\"2026-02-30\"}", "day", "date"},
		{"{\"id\":\"7\",\"name\":\"a\",\"price\":\"1\"}", "price", "number"},
		{"{\"id\":\"7\",\"name\":\"a\",\"kind\":\"c\"}", "kind", "a, b"},
		{"{\"id\":\"7\",\"name\":\"a\",\"kind\":\"A\"}", "kind", "a, b"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		refused("thing.make", "", bad[i].json, bad[i].field, bad[i].piece);
	refused("thing.page", "limit=11", NULL, "limit", "between 1 and 10");
	refused("thing.page", "limit=ten", NULL, "limit", "whole number");
	refused("thing.page", "limit=1&limit=2", NULL, "limit", "twice");
	refused("thing.page", "actor=1", NULL, "actor", "unknown");
	refused("thing.one", "id=\xff", NULL, "id", "digits");
}

static void address_and_body_keep_apart(void **state)
{
	refused("thing.rename", "id=7&name=x", NULL, "name", "belongs into the body");
	refused("thing.rename", "id=7", "{\"id\":\"8\",\"name\":\"x\"}", "id",
		"in the address already");
	assert_int_equal(bind("thing.rename", "id=7", "{\"name\":\"x\"}"), 0);
	assert_int_equal(call_int(&call, "id", 0), 7);
}

/* ---- routes ------------------------------------------------------------------------------- */

static void routed(const char *method, const char *path, const char *op, const char *param)
{
	struct arg args[ROUTE_PARAMS_MAX];
	const struct op *found;
	const char *allow = NULL;
	size_t n = 0;

	assert_int_equal(catalogue_route(ops, method, str_of(path), &found, args, &n, a, &allow),
			 0);
	assert_string_equal(found->name, op);
	assert_int_equal(n, param ? 1 : 0);
	if (param)
		assert_true(str_is(args[0].v.s, param));
}

static void paths_lead_to_operations(void **state)
{
	static const char *const nowhere[] = {"",
					      "/",
					      "/api",
					      "/api/thing",
					      "/api/things/",
					      "//api/things",
					      "api/things",
					      "/api/things/7/deep/x",
					      "/api//things"};
	struct arg args[ROUTE_PARAMS_MAX];
	const struct op *found;
	const char *allow = NULL;
	size_t n = 0;

	routed("GET", "/api/things", "thing.page", NULL);
	routed("HEAD", "/api/things", "thing.page", NULL);
	routed("POST", "/api/things", "thing.make", NULL);
	routed("GET", "/api/things/7", "thing.one", "7");
	routed("GET", "/api/things/all", "thing.all", NULL);
	routed("GET", "/api/things/all/deep", "thing.deep", "all");
	routed("PATCH", "/api/things/all", "thing.rename", "all");
	for (size_t i = 0; i < ARRAY_SIZE(nowhere); i++)
		assert_int_equal(catalogue_route(ops, "GET", str_of(nowhere[i]), &found, args, &n,
						 a, &allow),
				 -E_NOT_FOUND);
	assert_int_equal(
		catalogue_route(ops, "PUT", STR("/api/things/7"), &found, args, &n, a, &allow),
		-E_METHOD);
	assert_string_equal(allow, "GET, PATCH");
	assert_int_equal(
		catalogue_route(ops, "BREW", STR("/api/things"), &found, args, &n, a, &allow),
		-E_METHOD);
}

/* ---- rows to JSON ------------------------------------------------------------------------- */

static int apply_stream(struct tx *tx, void *arg)
{
	return op_stream(arg, tx);
}

static int run(void)
{
	struct tx *tx;
	int r;

	if (!call.op->read_only)
		return db_write_wait(t.db, t.ctx, apply_stream, &call);
	assert_int_equal(db_read(t.db, t.ctx, &tx), 0);
	r = op_stream(&call, tx);
	db_read_end(tx);
	return r;
}

static void reply_is(const char *expected)
{
	json_t *j = NULL;
	struct fault f = {0};

	assert_string_equal(call.reply.body.p, expected);
	assert_int_equal(json_parse(buf_str(&call.reply.body), &j, &f), 0);
	if (op_check_reply(call.op, j, &f) < 0)
		fail_msg("%s %s", f.field, f.detail);
	json_decref(j);
}

static void make(const char *id, const char *name, int amount)
{
	assert_int_equal(bind("thing.make", "",
			      arena_printf(a, "{\"id\":\"%s\",\"name\":\"%s\",\"amount\":%d}", id,
					   name, amount)),
			 0);
	assert_int_equal(run(), 0);
}

static void rows_become_json(void **state)
{
	make("1", "a\\\"", 3);
	reply_is("{\"id\":\"1\",\"name\":\"a\\\"\"}");
	make("2", "灯", 7);
	make("3", "c", 9);
	assert_int_equal(bind("thing.page", "", NULL), 0);
	assert_int_equal(run(), 0);
	reply_is(
		"{\"items\":["
		"{\"id\":\"3\",\"name\":\"c\",\"amount\":9,\"price\":null,\"at\":\"1970-01-01T00:"
		"00:09Z\",\"day\":\"1970-01-10\",\"big\":true,\"extra\":{\"a\":[1]},\"note\":null},"
		"{\"id\":\"2\",\"name\":\"灯\",\"amount\":7,\"price\":null,\"at\":\"1970-01-01T00:"
		"00:07Z\",\"day\":\"1970-01-08\",\"big\":true,\"extra\":{\"a\":[1]},\"note\":null}"
		"],\"next\":\"2\"}");
	assert_int_equal(bind("thing.page", "before=2", NULL), 0);
	assert_int_equal(run(), 0);
	assert_non_null(strstr(call.reply.body.p, "\"id\":\"1\""));
	assert_null(strstr(call.reply.body.p, "next"));
	assert_int_equal(bind("thing.page", "before=1", NULL), 0);
	assert_int_equal(run(), 0);
	reply_is("{\"items\":[]}");
}

static void one_without_a_row_is_not_found(void **state)
{
	assert_int_equal(bind("thing.one", "id=5", NULL), 0);
	assert_int_equal(run(), -E_NOT_FOUND);
	make("5", "x", 1);
	assert_int_equal(bind("thing.one", "id=5", NULL), 0);
	assert_int_equal(run(), 0);
	reply_is("{\"id\":\"5\",\"name\":\"x\"}");
	assert_int_equal(bind("thing.rename", "id=5", "{\"name\":\"y\"}"), 0);
	assert_int_equal(run(), 0);
	assert_int_equal(call.reply.body.len, 0);
}

static void a_name_twice_is_said_to_exist(void **state)
{
	make("1", "a", 1);
	assert_int_equal(bind("thing.make", "", "{\"id\":\"2\",\"name\":\"a\"}"), 0);
	assert_int_equal(run(), -E_EXISTS);
}

/* ---- replies of natives ------------------------------------------------------------------- */

static void checked(const char *json, const char *path, const char *piece)
{
	const struct op *op = catalogue_find(ops, "thing.deep");
	json_t *j = NULL;
	struct fault f = {0};

	assert_int_equal(json_parse(str_of(json), &j, &f), 0);
	assert_int_equal(op_check_reply(op, j, &f), piece ? -E_INVALID : 0);
	if (piece) {
		assert_string_equal(f.field, path);
		assert_non_null(strstr(f.detail, piece));
	}
	json_decref(j);
}

static void replies_are_held_to_their_promise(void **state)
{
	checked("{\"id\":\"1\",\"owner\":null,\"clocks\":[]}", NULL, NULL);
	checked("{\"id\":\"1\",\"owner\":{\"id\":\"2\",\"roles\":[\"a\"]},\"clocks\":[{\"name\":"
		"\"n\",\"kind\":\"run\"}]}",
		NULL, NULL);
	checked("{\"id\":\"1\",\"owner\":null}", "clocks", "missing");
	checked("{\"id\":1,\"owner\":null,\"clocks\":[]}", "id", "no id");
	checked("{\"id\":\"1\",\"owner\":null,\"clocks\":null}", "clocks", "null");
	checked("{\"id\":\"1\",\"owner\":{\"id\":\"2\",\"roles\":[1]},\"clocks\":[]}",
		"owner.roles[0]", "no string");
	checked("{\"id\":\"1\",\"owner\":null,\"clocks\":[{\"name\":\"n\",\"kind\":\"go\"}]}",
		"clocks[0].kind", "choices");
	checked("{\"id\":\"1\",\"owner\":null,\"clocks\":[],\"phone\":\"1\"}", "phone",
		"not declared");
	checked("[]", "", "no object");
}

/* ---- what is generated -------------------------------------------------------------------- */

static void openapi_describes_every_route(void **state)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct fault f = {0};
	json_t *doc = NULL, *paths, *page;

	catalogue_openapi(ops, "https://example.org", &b);
	assert_int_equal(json_parse(buf_str(&b), &doc, &f), 0);
	assert_true(str_is(json_get_str(doc, "openapi"), "3.1.0"));
	paths = json_object_get(doc, "paths");
	assert_int_equal(json_object_size(paths), 4);
	assert_int_equal(json_object_size(json_object_get(paths, "/api/things")), 2);
	page = json_object_get(json_object_get(paths, "/api/things"), "get");
	assert_true(str_is(json_get_str(page, "summary"), "Things, newest first."));
	assert_true(str_is(json_get_str(page, "description"),
			   "Things, newest first.\nWith a second line."));
	assert_int_equal(json_array_size(json_object_get(page, "parameters")), 3);
	assert_non_null(json_object_get(json_object_get(page, "responses"), "default"));
	json_decref(doc);
}

static void typescript_has_a_type_for_each(void **state)
{
	CLEANUP(buf_free) struct buf b = {0};
	static const char *const pieces[] = {
		"export interface ThingPageIn {\n  before?: Id | null\n  limit?: number\n  kind?: "
		"'small' | 'big' | null\n}",
		"export interface ThingOneOut {\n  id: Id\n  name: string\n}",
		"  owner: {\n    id: Id\n    roles: string[]\n  } | null\n",
		"  'thing.page': {\n    method: 'GET'\n    path: '/api/things'\n    in: "
		"ThingPageIn\n    out: Page<ThingPageItem>\n  }",
		"  'thing.rename': { method: 'PATCH', path: '/api/things/{id}', query: [] },",
		"  'thing.page': { method: 'GET', path: '/api/things', query: ['before', 'limit', "
		"'kind'] },",
	};

	catalogue_typescript(ops, &b);
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		if (!strstr(b.p, pieces[i]))
			fail_msg("lacks %s in\n%s", pieces[i], b.p);
}

static void the_catalogue_is_sorted_and_complete(void **state)
{
	const struct op *op = catalogue_find(ops, "thing.make");

	assert_null(catalogue_find(ops, "thing.nothing"));
	for (size_t i = 1; i < catalogue_count(ops); i++)
		assert_true(strcmp(catalogue_at(ops, i - 1)->name, catalogue_at(ops, i)->name) < 0);
	assert_int_equal(op->status, 201);
	assert_false(op->read_only);
	assert_true(op->any_role);
	assert_true(catalogue_find(ops, "thing.all")->is_public);
	assert_string_equal(catalogue_find(ops, "thing.page")->roles[1], "lawyer");
	assert_int_equal(catalogue_find(ops, "thing.rename")->status, 204);
	assert_string_equal(op->module, "profile");
}

#define SQLITE(test) cmocka_unit_test_setup_teardown(test, open_sqlite, close_all)
#define BOTH(test) SQLITE(test), cmocka_unit_test_setup_teardown(test, open_pg, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SQLITE(defaults_and_absent_values),
		SQLITE(values_are_typed),
		SQLITE(wrong_values_are_refused_with_their_field),
		SQLITE(address_and_body_keep_apart),
		SQLITE(paths_lead_to_operations),
		BOTH(rows_become_json),
		BOTH(one_without_a_row_is_not_found),
		BOTH(a_name_twice_is_said_to_exist),
		SQLITE(replies_are_held_to_their_promise),
		SQLITE(openapi_describes_every_route),
		SQLITE(typescript_has_a_type_for_each),
		SQLITE(the_catalogue_is_sorted_and_complete),
	};
	int r;

	temp_store_init();
	r = cmocka_run_group_tests_name("operations", tests, NULL, NULL);
	json_decref(body);
	return r;
}
