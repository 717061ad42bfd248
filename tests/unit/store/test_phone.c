/* Telephone numbers as people type them (P02: intake by telephone). */
#include "check.h"

#include "store/phone.h"

static void numbers_that_came_by_a_trunk(void **state)
{
	static const struct {
		const char *text, *country, *area, *e164;
	} cases[] = {
		{"65123456", "+86", "0551", "+8655165123456"},	  {"65123456", "+86", NULL, NULL},
		{"55165123456", "+86", "0551", "+8655165123456"}, {"1065123456", "+86", "0551", "+861065123456"},
		{"013800138000", NULL, NULL, "+8613800138000"},	  {"13800138000", NULL, NULL, "+8613800138000"},
		{"+85223456789", "+86", "0551", "+85223456789"},  {"0085223456789", "+86", NULL, "+85223456789"},
		{"23456789", "+852", NULL, "+85223456789"},	  {"85223456789", "+852", NULL, "+85223456789"},
		{"030123456", "+49", NULL, "+4930123456"},	  {"1", "+852", NULL, NULL},
		{"anonymous", "+86", "0551", NULL},		  {"", NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char got[PHONE_MAX] = "";
		int r = phone_normalise_at(str_of(cases[i].text), cases[i].country, cases[i].area, got, NULL);

		assert_int_equal(r, cases[i].e164 ? 0 : -E_INVALID);
		assert_string_equal(got, cases[i].e164 ? cases[i].e164 : "");
	}
}

static void numbers_have_one_form(void **state)
{
	static const char *const same[][2] = {
		{"13800138000", "+8613800138000"},
		{"138 0013 8000", "+8613800138000"},
		{"138-0013-8000", "+8613800138000"},
		{"+86 138 0013 8000", "+8613800138000"},
		{"008613800138000", "+8613800138000"},
		{"8613800138000", "+8613800138000"},
		{"013800138000", "+8613800138000"},
		{"１３８００１３８０００", "+8613800138000"},
		{"0551-65123456", "+8655165123456"},
		{"(0551) 6512 3456", "+8655165123456"},
		{"（0551）65123456", "+8655165123456"},
		{"+86 551 65123456", "+8655165123456"},
		{"010-65123456", "+861065123456"},
		{"0755 1234567", NULL},
		{"0755 2345678", "+867552345678"},
		{"021—65123456", "+862165123456"},
		{"400-820-8820", "+864008208820"},
		{"8008208820", "+868008208820"},
		{"12348", "+8612348"},
		{"110", "+86110"},
		{"95588", "+8695588"},
		{"+852 2345 6789", "+85223456789"},
		{"00852 23456789", "+85223456789"},
		{"+1 (415) 555-2671", "+14155552671"},
		{"+86 10 6512 3456", "+861065123456"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		char got[PHONE_MAX] = "";
		int r = phone_normalise(str_of(same[i][0]), got, NULL);

		if (!same[i][1])
			assert_int_equal(r, -E_INVALID);
		else
			assert_string_equal(got, same[i][1]);
	}
}

static void half_numbers_are_refused(void **state)
{
	static const char *const bad[] = {"",
					  "+",
					  "65123456",
					  "1380013800",
					  "138001380001",
					  "12",
					  "abc",
					  "0",
					  "05",
					  "+86",
					  "+123",
					  "+1234567890123456",
					  "138+00138000",
					  "120138000",
					  "0551-65123456-801",
					  "0000",
					  "+0123456789",
					  "++8613800138000"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char got[PHONE_MAX] = "";
		struct fault f = {0};

		if (phone_normalise(str_of(bad[i]), got, &f) != -E_INVALID)
			fail_msg("'%s' became %s", bad[i], got);
		assert_true(*f.detail);
		if (strlen(bad[i]) > 2)
			assert_null(
				strstr(f.detail, bad[i])); /* never repeated: messages are logged */
	}
}

static void a_missing_area_code_is_asked_for(void **state)
{
	char got[PHONE_MAX];
	struct fault f = {0};

	assert_int_equal(phone_normalise(STR("65123456"), got, &f), -E_INVALID);
	assert_contains(f.detail, "area code");
}

RUN(cmocka_unit_test(numbers_have_one_form), cmocka_unit_test(half_numbers_are_refused),
    cmocka_unit_test(a_missing_area_code_is_asked_for), cmocka_unit_test(numbers_that_came_by_a_trunk))
