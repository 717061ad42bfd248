#include "test.h"

#include "http/csrf.h"

#define PAGE \
	.origin = "https://hotline.example", .fetch_site = "same-origin", .host = "hotline.example"

static int check(struct csrf_facts facts)
{
	struct fault f;

	return csrf_check(&facts, &f);
}

static void only_browsers_with_a_cookie(void **state)
{
	assert_int_equal(check((struct csrf_facts){.unsafe = true, .expected = "t"}), 0);
	assert_int_equal(
		check((struct csrf_facts){.has_cookie = true, .unsafe = true, .expected = "t"}), 0);
	assert_int_equal(
		check((struct csrf_facts){.origin = "https://evil.example", .unsafe = true}), 0);
}

static void another_site(void **state)
{
	struct csrf_facts f = {PAGE, .has_cookie = true, .expected = "t", .token = "t"};

	assert_int_equal(check(f), 0);
	f.origin = "https://evil.example";
	assert_int_equal(check(f), -E_CSRF);
	f.origin = "https://hotline.example.evil.example";
	assert_int_equal(check(f), -E_CSRF);
	f.origin = "null";
	assert_int_equal(check(f), -E_CSRF);
	f.origin = NULL;
	f.fetch_site = "cross-site";
	assert_int_equal(check(f), -E_CSRF);
	f.fetch_site = "same-site"; /* a sister host isn't us */
	assert_int_equal(check(f), -E_CSRF);
	f.fetch_site = "none"; /* typed into the address line */
	assert_int_equal(check(f), 0);
}

static void behind_a_proxy(void **state)
{
	struct csrf_facts f = {
		.origin = "https://hotline.example", .host = "127.0.0.1:8080", .has_cookie = true};

	assert_int_equal(check(f), -E_CSRF);
	f.own_origin = "https://hotline.example";
	assert_int_equal(check(f), 0);
}

static void the_token(void **state)
{
	struct csrf_facts f = {PAGE, .has_cookie = true, .unsafe = true, .expected = "secret"};

	assert_int_equal(check(f), -E_CSRF);
	f.token = "secreT";
	assert_int_equal(check(f), -E_CSRF);
	f.token = "secret2";
	assert_int_equal(check(f), -E_CSRF);
	f.token = "secret";
	assert_int_equal(check(f), 0);
	f.token = NULL;
	f.expected = NULL; /* the cookie means nothing any more: signing in anew */
	assert_int_equal(check(f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_browsers_with_a_cookie),
		cmocka_unit_test(another_site),
		cmocka_unit_test(behind_a_proxy),
		cmocka_unit_test(the_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
