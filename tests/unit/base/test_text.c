#include "check.h"

static void views(void **state)
{
	assert_true(str_eq(STR_NULL, STR("")));
	assert_true(str_is(STR("abc"), "abc"));
	assert_false(str_is(STR("ab"), "abc"));
	assert_true(str_starts(STR("case.list"), STR("case.")));
	assert_false(str_starts(STR("ca"), STR("case")));
	assert_null(str_of(NULL).p);
}

static void trimming(void **state)
{
	assert_str(str_trim(STR(" \t\r\n\v a b \n")), "a b");
	assert_str(str_trim(STR("\u3000\u3000律 线\u3000")), "律 线");
	assert_int_equal(str_trim(STR(" \u3000 ")).len, 0);
	assert_int_equal(str_trim(STR_NULL).len, 0);
}

static void splitting(void **state)
{
	struct str rest = STR("a,,b,"), piece;

	assert_true(str_split(&rest, ',', &piece));
	assert_str(piece, "a");
	assert_true(str_split(&rest, ',', &piece));
	assert_str(piece, "");
	assert_true(str_split(&rest, ',', &piece));
	assert_str(piece, "b");
	assert_true(str_split(&rest, ',', &piece));
	assert_str(piece, "");
	assert_false(str_split(&rest, ',', &piece));
}

static void numbers(void **state)
{
	static const char *const bad[] = {"",  "-", "+1", " 1", "1 ", "0x1", "1.0", "1e3", "9223372036854775808",
					  "-9223372036854775809", "１"};
	int64_t v = 7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(str_to_int(str_of(bad[i]), &v), -E_INVALID);
	assert_int_equal(str_to_int(STR("1\0"), &v), -E_INVALID);
	assert_int_equal(v, 7); /* untouched on failure */
	assert_int_equal(str_to_int(STR("-0"), &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(str_to_int(STR("9223372036854775807"), &v), 0);
	assert_true(v == INT64_MAX);
	assert_int_equal(str_to_int(STR("-9223372036854775808"), &v), 0);
	assert_true(v == INT64_MIN);
}

static void buffers(void **state)
{
	struct buf b = {0};

	assert_str(buf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	assert_int_equal(b.len, 10 * 2 + 90 * 3 + 900 * 4);
	assert_int_equal(strlen(b.p), b.len);
	buf_clear(&b);
	assert_int_equal(b.len, 0);
	buf_adds(&b, "x");
	buf_addc(&b, '\0');
	buf_add(&b, NULL, 0);
	assert_int_equal(b.len, 2);
	buf_free(&b);
	buf_free(&b);
}

static void hex(void **state)
{
	struct arena *a = arena_new();
	uint8_t out[3] = {9, 9, 9};

	assert_string_equal(hex_encode(a, "\x00\xff\x1a", 3), "00ff1a");
	assert_int_equal(hex_decode(STR("00FF1a"), out, 3), 0);
	assert_memory_equal(out, "\x00\xff\x1a", 3);
	assert_int_equal(hex_decode(STR("00ff1"), out, 3), -E_INVALID);
	assert_int_equal(hex_decode(STR("00ff1g"), out, 3), -E_INVALID);
	assert_int_equal(hex_decode(STR("00ff"), out, 3), -E_INVALID);
	assert_memory_equal(out, "\x00\xff\x1a", 3);
	arena_free(a);
}

/* RFC 4648 §10, without padding */
static void base64url(void **state)
{
	static const char *const rfc[][2] = {{"", ""},		{"f", "Zg"},	    {"fo", "Zm8"},
					     {"foo", "Zm9v"},	{"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"},
					     {"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfb", "__77"}};
	static const char *const bad[] = {"Z", "Zg=", "Zg==", "Zh", "Zm9", "Z g", "+/AA", "Zm9vYg\n"};
	struct arena *a = arena_new();
	struct str s;

	for (size_t i = 0; i < ARRAY_SIZE(rfc); i++) {
		assert_string_equal(base64url_encode(a, rfc[i][0], strlen(rfc[i][0])), rfc[i][1]);
		assert_int_equal(base64url_decode(a, str_of(rfc[i][1]), &s), 0);
		assert_str(s, rfc[i][0]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(base64url_decode(a, str_of(bad[i]), &s), -E_INVALID);
	arena_free(a);
}

RUN(cmocka_unit_test(views), cmocka_unit_test(trimming), cmocka_unit_test(splitting), cmocka_unit_test(numbers),
    cmocka_unit_test(buffers), cmocka_unit_test(hex), cmocka_unit_test(base64url))
