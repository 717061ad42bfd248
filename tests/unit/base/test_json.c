#include "check.h"

#include "base/json.h"

static int parse(struct str text, struct fault *f)
{
	CLEANUP(json_decrefp) json_t *j = NULL;

	return json_parse(text, &j, f);
}

static void good_texts(void **state)
{
	static const char *const good[] = {"{}", "[]", "0", "-1.5e3", "\"律线\"", "null", " {\"a\":[1,{}]}\n",
					   "\"\\u5f8b\\ud83d\\ude00\"", "{\"a\":1,\"b\":1}", "9223372036854775807"};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct fault f = {0};

		if (parse(str_of(good[i]), &f) != 0)
			fail_msg("%s: %s", good[i], f.detail);
	}
}

static void bad_texts(void **state)
{
	static const char *const bad[] = {"", " ", "{", "}", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "1 2", "{}x",
					  "01", "+1", ".5", "1.", "NaN", "Infinity", "1e999", "tru", "\"a", "\"\n\"",
					  "\"\\x\"", "\"\\ud800\"", "\"\\u0000\"", "{\"a\":1,\"a\":2}",
					  "[1] // note", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\xEF\xBB\xBF{}",
					  "9223372036854775808"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct fault f = {0};

		if (parse(str_of(bad[i]), &f) != -E_MALFORMED)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(f.err, E_MALFORMED);
		assert_true(f.detail[0]);
	}
}

static void nul_bytes_are_refused(void **state)
{
	assert_int_equal(parse(STR("{}\0{}"), NULL), -E_MALFORMED);
	assert_int_equal(parse(STR("\"a\0b\""), NULL), -E_MALFORMED);
	assert_int_equal(parse(STR("1\0"), NULL), -E_MALFORMED);
}

static struct str nested(struct buf *b, int depth, const char *open, const char *close)
{
	buf_clear(b);
	for (int i = 0; i < depth; i++)
		buf_adds(b, open);
	buf_adds(b, "1");
	for (int i = 0; i < depth; i++)
		buf_adds(b, close);
	return buf_str(b);
}

static void depth_is_limited(void **state)
{
	struct fault f = {0};
	struct buf b = {0};

	assert_int_equal(parse(nested(&b, JSON_MAX_DEPTH, "[", "]"), NULL), 0);
	assert_int_equal(parse(nested(&b, JSON_MAX_DEPTH + 1, "[", "]"), &f), -E_MALFORMED);
	assert_contains(f.detail, "line 1 column 33");
	assert_int_equal(parse(nested(&b, JSON_MAX_DEPTH, "{\"[{\\\"\":", "}"), NULL), 0);
	assert_int_equal(parse(nested(&b, JSON_MAX_DEPTH + 1, "{\"a\":", "}"), NULL), -E_MALFORMED);
	assert_int_equal(parse(nested(&b, 1000000, "[", ""), NULL), -E_MALFORMED);
	buf_free(&b);
}

static void errors_name_the_place_but_not_the_content(void **state)
{
	struct fault f = {0};

	assert_int_equal(parse(STR("{\n  \"phone\": 13800001234x\n}"), &f), -E_MALFORMED);
	assert_contains(f.detail, "line 2");
	assert_null(strstr(f.detail, "13800001234"));
	assert_int_equal(parse(STR("{\"张三\":1,\"张三\":2}"), &f), -E_MALFORMED);
	assert_null(strstr(f.detail, "张三"));
}

static void nothing_is_returned_on_failure(void **state)
{
	json_t *j = NULL;

	assert_int_equal(json_parse(STR("[1,"), &j, NULL), -E_MALFORMED);
	assert_null(j);
}

static void members(void **state)
{
	CLEANUP(json_decrefp) json_t *j = NULL;

	assert_int_equal(json_parse(STR("{\"s\":\"x\",\"n\":5,\"b\":true,\"z\":null}"), &j, NULL), 0);
	assert_str(json_get_str(j, "s"), "x");
	assert_null(json_get_str(j, "n").p);
	assert_int_equal(json_get_int(j, "n", 0), 5);
	assert_int_equal(json_get_int(j, "s", -1), -1);
	assert_true(json_get_bool(j, "b", false));
	assert_true(json_get_bool(j, "z", true));
	assert_int_equal(json_get_int(NULL, "n", 9), 9);
}

static void writer_writes_commas_and_escapes(void **state)
{
	struct buf b = {0};
	struct jw w;

	jw_begin(&w, &b);
	jw_obj(&w);
	jw_kcstr(&w, "a", "q\"\\\n\t\x01\x0b");
	jw_kcstr(&w, "none", NULL);
	jw_key(&w, "list");
	jw_arr(&w);
	jw_int(&w, INT64_MIN);
	jw_obj(&w);
	jw_obj_end(&w);
	jw_arr(&w);
	jw_arr_end(&w);
	jw_bool(&w, true);
	jw_arr_end(&w);
	jw_kid(&w, "id", 383067417540034561);
	jw_kid(&w, "no_id", 0);
	jw_ktime(&w, "at", 1000);
	jw_ktime(&w, "never", 0);
	jw_key(&w, "raw");
	jw_raw(&w, STR("[1]"));
	jw_key(&w, "empty");
	jw_raw(&w, STR_NULL);
	jw_kbool(&w, "last", false);
	jw_obj_end(&w);
	assert_string_equal(b.p, "{\"a\":\"q\\\"\\\\\\n\\t\\u0001\\u000b\",\"none\":null,"
				 "\"list\":[-9223372036854775808,{},[],true],"
				 "\"id\":\"383067417540034561\",\"no_id\":null,\"at\":\"1970-01-01T00:00:01Z\","
				 "\"never\":null,\"raw\":[1],\"empty\":null,\"last\":false}");
	buf_free(&b);
}

static void bad_bytes_become_the_replacement_character(void **state)
{
	struct buf b = {0};
	struct jw w;

	jw_begin(&w, &b);
	jw_str(&w, STR("a\xFF\xE4\xB8" "z\xEF\xBF\xBD法"));
	assert_string_equal(b.p, "\"a\uFFFD\uFFFD\uFFFDz\uFFFD法\"");
	buf_free(&b);
}

static void every_byte_string_reads_back(void **state)
{
	struct buf in = {0}, out = {0};
	json_t *j = NULL;
	struct jw w;

	for (uint32_t cp = 1; cp < 0x3000; cp++) {
		char c[4];

		buf_add(&in, c, utf8_put(c, cp));
	}
	jw_begin(&w, &out);
	jw_str(&w, buf_str(&in));
	assert_int_equal(json_parse(buf_str(&out), &j, NULL), 0);
	assert_true(str_eq((struct str){json_string_value(j), json_string_length(j)}, buf_str(&in)));
	json_decref(j);
	buf_free(&in);
	buf_free(&out);
}

static void doubles_read_back(void **state)
{
	static const double values[] = {0, -0.5, 0.1, 1.0 / 3, 1e300, 5e-324, 123456789.125, 2.5e-9};
	struct buf b = {0};
	struct jw w;

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		buf_clear(&b);
		jw_begin(&w, &b);
		jw_double(&w, values[i]);
		assert_true(strtod(b.p, NULL) == values[i]);
	}
	buf_clear(&b);
	jw_begin(&w, &b);
	jw_double(&w, 0.1);
	assert_string_equal(b.p, "0.1");
	buf_clear(&b);
	jw_begin(&w, &b);
	jw_double(&w, __builtin_inf());
	assert_string_equal(b.p, "null");
	buf_free(&b);
}

RUN(cmocka_unit_test(good_texts), cmocka_unit_test(bad_texts), cmocka_unit_test(nul_bytes_are_refused),
    cmocka_unit_test(depth_is_limited), cmocka_unit_test(errors_name_the_place_but_not_the_content),
    cmocka_unit_test(nothing_is_returned_on_failure), cmocka_unit_test(members),
    cmocka_unit_test(writer_writes_commas_and_escapes),
    cmocka_unit_test(bad_bytes_become_the_replacement_character),
    cmocka_unit_test(every_byte_string_reads_back), cmocka_unit_test(doubles_read_back))
