#include "check.h"

#define BAD(lit) {lit, sizeof(lit) - 1}

/* Every kind of ill-formed sequence of RFC 3629 and Unicode table 3-7. */
static const struct str bad[] = {
	BAD("\x80"), BAD("\xBF"), BAD("\xC0\x80"), BAD("\xC1\xBF"), BAD("\xC2"), BAD("\xC2\x41"),
	BAD("\xE0\x80\x80"), BAD("\xE0\x9F\xBF"), BAD("\xE4\xB8"), BAD("\xED\xA0\x80"), BAD("\xED\xBF\xBF"),
	BAD("\xF0\x80\x80\x80"), BAD("\xF0\x8F\xBF\xBF"), BAD("\xF4\x90\x80\x80"), BAD("\xF5\x80\x80\x80"),
	BAD("\xFE"), BAD("\xFF"), BAD("a\0b"), BAD("\0"), BAD("\xF0\x9F\x98"),
};

static void ill_formed_is_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(utf8_valid(bad[i]));
}

/* Decoding never reads beyond the text and always moves on. */
static void ill_formed_is_decoded_safely(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *exact = malloc(bad[i].len); /* so that the sanitizer sees a byte too many */
		size_t pos = 0, steps = 0;

		memcpy(exact, bad[i].p, bad[i].len);
		while (pos < bad[i].len) {
			utf8_next((struct str){exact, bad[i].len}, &pos);
			assert_in_range(++steps, 1, bad[i].len);
		}
		assert_int_equal(pos, bad[i].len);
		free(exact);
	}
}

static void every_code_point_goes_round(void **state)
{
	for (uint32_t cp = 1; cp <= 0x10FFFF; cp++) {
		char out[4];
		size_t pos = 0, n;

		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		n = utf8_put(out, cp);
		if (!utf8_valid((struct str){out, n}) || utf8_next((struct str){out, n}, &pos) != cp || pos != n)
			fail_msg("U+%04X", cp);
	}
}

static void counting(void **state)
{
	assert_int_equal(utf8_count(STR("律线 L\U0001F600")), 5);
	assert_int_equal(utf8_count(STR("")), 0);
	assert_int_equal(utf8_count(STR("\xFF\xFF")), 2);
}

static void putting_what_is_no_character(void **state)
{
	char out[4];

	assert_int_equal(utf8_put(out, 0xD800), 3);
	assert_memory_equal(out, "\xEF\xBF\xBD", 3);
	assert_int_equal(utf8_put(out, 0x110000), 3);
}

static void folding(void **state)
{
	static const uint32_t pairs[][2] = {{'A', 'a'},	  {'z', 'z'},	    {0xFF21, 'a'}, {0xFF11, '1'},
					    {0x3000, ' '}, {0xFF5E, '~'},    {0x5F8B, 0x5F8B}, {0xC4, 0xE4},
					    {0xD7, 0xD7},  {0x100, 0x101},  {0x178, 0xFF}, {0x17D, 0x17E}};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		assert_int_equal(utf8_fold(pairs[i][0]), pairs[i][1]);
	for (uint32_t cp = 0; cp < 0x10000; cp++)
		assert_int_equal(utf8_fold(utf8_fold(cp)), utf8_fold(cp));
}

RUN(cmocka_unit_test(ill_formed_is_refused), cmocka_unit_test(ill_formed_is_decoded_safely),
    cmocka_unit_test(every_code_point_goes_round), cmocka_unit_test(counting),
    cmocka_unit_test(putting_what_is_no_character), cmocka_unit_test(folding))
