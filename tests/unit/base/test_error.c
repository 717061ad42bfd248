#include "check.h"

static void table_is_complete_and_unambiguous(void **state)
{
	for (int e = 1; e < E_COUNT; e++) {
		const struct error_info *info = error_info(e);

		assert_in_range(info->http_status, 400, 599);
		assert_true(utf8_valid(str_of(info->title_zh)) && info->title_zh[0]);
		assert_true(info->title_en[0]);
		for (int other = 1; other < e; other++)
			assert_string_not_equal(info->code, error_info(other)->code);
	}
}

static void either_sign_and_unknown_values(void **state)
{
	assert_ptr_equal(error_info(-E_STALE), error_info(E_STALE));
	assert_ptr_equal(error_info(99999), error_info(E_INTERNAL));
	assert_ptr_equal(error_info(INT32_MIN), error_info(E_INTERNAL));
	assert_string_equal(error_info(E_NOT_FOUND)->code, "not_found");
}

static void fail_describes(void **state)
{
	struct fault f = {0};

	assert_int_equal(fail(&f, E_INVALID, "phone", "%d digits", 3), -E_INVALID);
	assert_int_equal(f.err, E_INVALID);
	assert_string_equal(f.field, "phone");
	assert_string_equal(f.detail, "3 digits");
	assert_int_equal(fail(NULL, E_BUSY, NULL, "x"), -E_BUSY);
}

static void the_first_description_stays(void **state)
{
	struct fault f = {0};

	assert_int_equal(fail_if_silent(&f, -E_IO, "outer"), -E_IO);
	assert_string_equal(f.detail, "outer");
	assert_int_equal(fail_if_silent(&f, E_BUSY, "later"), -E_BUSY);
	assert_string_equal(f.detail, "outer");
	assert_int_equal(f.err, E_IO);
}

static void a_long_detail_is_cut_between_characters(void **state)
{
	struct fault f;

	for (int lead = 0; lead < 4; lead++) {
		char text[2000];
		int n = 0;

		for (; n < lead; n++)
			text[n] = 'x';
		for (; n + 3 < (int)sizeof(text); n += 3)
			memcpy(text + n, "法", 3);
		text[n] = '\0';
		f = (struct fault){0};
		assert_int_equal(fail(&f, E_INVALID, NULL, "%s", text), -E_INVALID);
		assert_true(utf8_valid(str_of(f.detail)));
		assert_in_range(strlen(f.detail), sizeof(f.detail) - 4, sizeof(f.detail) - 1);
	}
}

RUN(cmocka_unit_test(table_is_complete_and_unambiguous), cmocka_unit_test(either_sign_and_unknown_values),
    cmocka_unit_test(fail_describes), cmocka_unit_test(the_first_description_stays),
    cmocka_unit_test(a_long_detail_is_cut_between_characters))
