#include "test.h"

#include "http/url.h"

static struct arena *a;

static int setup(void **state)
{
	a = arena_new();
	return 0;
}

static int teardown(void **state)
{
	arena_free(a);
	return 0;
}

static void decoding(void **state)
{
	static const struct {
		const char *in, *out; /* out NULL: refused */
		bool plus;
	} table[] = {
		{"", "", false},
		{"/a%20b", "/a b", false},
		{"a+b", "a+b", false},
		{"a+b", "a b", true},
		{"%e6%b3%95", "法", false},
		{"法", "法", false},
		{"%2F%2f", "//", false},
		{"a%0Ab", NULL, false},
		{"a%0Ab", "a\nb", true}, /* a text of several lines in a query */
		{"%00", NULL, false},
		{"%00", NULL, true},
		{"%", NULL, false},
		{"%4", NULL, false},
		{"%4g", NULL, false},
		{"%ff", NULL, false},
		{"%c0%af", NULL, false},    /* overlong '/' */
		{"%ed%a0%80", NULL, false}, /* surrogate */
		{"%7f", NULL, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct str out = STR_NULL;
		int r = url_decode(a, str_of(table[i].in), table[i].plus, &out);

		if (!table[i].out)
			assert_int_equal(r, -E_MALFORMED);
		else
			assert_true(r == 0 && str_is(out, table[i].out));
	}
}

static void splitting(void **state)
{
	struct arg q[3];
	struct str path;
	size_t n;

	assert_int_equal(url_split(a, "/api/cases?q=%E6%B3%95&limit=5&&empty", &path, q, 3, &n), 0);
	assert_true(str_is(path, "/api/cases"));
	assert_int_equal(n, 3);
	assert_string_equal(q[0].name, "q");
	assert_true(str_is(q[0].v.s, "法"));
	assert_string_equal(q[2].name, "empty");
	assert_int_equal(q[2].v.s.len, 0);
	assert_int_equal(url_split(a, "/", &path, q, 3, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(url_split(a, "/?", &path, q, 3, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(url_split(a, "/?a=b=c", &path, q, 3, &n), 0);
	assert_true(str_is(q[0].v.s, "b=c"));
}

static void splitting_refuses(void **state)
{
	struct arg q[2];
	struct str path;
	size_t n;

	assert_int_equal(url_split(a, "http://x/", &path, q, 2, &n), -E_MALFORMED);
	assert_int_equal(url_split(a, "*", &path, q, 2, &n), -E_MALFORMED);
	assert_int_equal(url_split(a, "", &path, q, 2, &n), -E_MALFORMED);
	assert_int_equal(url_split(a, "/?a=1&a=2", &path, q, 2, &n), -E_MALFORMED);
	assert_int_equal(url_split(a, "/?a=1&%61=2", &path, q, 2, &n), -E_MALFORMED);
	assert_int_equal(url_split(a, "/?a&b&c", &path, q, 2, &n), -E_TOO_LARGE);
}

static void ranges(void **state)
{
	static const struct {
		const char *value;
		int64_t size;
		int r;
		int64_t from, len;
	} table[] = {
		{"bytes=0-99", 1000, 1, 0, 100},
		{"bytes=900-", 1000, 1, 900, 100},
		{"bytes=-100", 1000, 1, 900, 100},
		{"bytes=-5000", 1000, 1, 0, 1000},
		{"bytes=0-5000", 1000, 1, 0, 1000},
		{"bytes=999-999", 1000, 1, 999, 1},
		{"bytes=1000-", 1000, -E_RANGE, 0, 0},
		{"bytes=-0", 1000, -E_RANGE, 0, 0},
		{"bytes=0-", 0, -E_RANGE, 0, 0},
		{"bytes=99999999999999999999-", 1000, -E_RANGE, 0, 0},
		{"bytes=5-2", 1000, 0, 0, 0},	  /* no range at all: the whole */
		{"bytes=0-1,5-6", 1000, 0, 0, 0}, /* several: the whole */
		{"bytes=a-b", 1000, 0, 0, 0},
		{"bytes=-", 1000, 0, 0, 0},
		{"lines=0-1", 1000, 0, 0, 0},
		{NULL, 1000, 0, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int64_t from = -1, len = -1;
		int r = range_parse(table[i].value, table[i].size, &from, &len);

		assert_int_equal(r, table[i].r);
		if (r == 1) {
			assert_int_equal(from, table[i].from);
			assert_int_equal(len, table[i].len);
		}
	}
}

static void header_parts(void **state)
{
	assert_true(header_name_ok("X-CSRF-Token"));
	assert_false(header_name_ok("Host "));
	assert_false(header_name_ok(""));
	assert_false(header_name_ok("a:b"));
	assert_false(header_name_ok("\xe6\xb3\x95"));
	assert_int_equal(content_length("0"), 0);
	assert_int_equal(content_length("1048576"), 1048576);
	assert_int_equal(content_length(""), -1);
	assert_int_equal(content_length("+1"), -1);
	assert_int_equal(content_length("1,1"), -1);
	assert_int_equal(content_length("99999999999999999999"), -1);
	assert_string_equal(disposition(a, "证据 1.pdf"),
			    "attachment; filename*=UTF-8''%E8%AF%81%E6%8D%AE%201.pdf");
	assert_string_equal(disposition(a, "a\"\r\n.txt"),
			    "attachment; filename*=UTF-8''a%22%0D%0A.txt");
}

static void listening(void **state)
{
	const char *host, *port;
	struct fault f;

	assert_int_equal(listen_parse(a, "127.0.0.1:8080", &host, &port, &f), 0);
	assert_string_equal(host, "127.0.0.1");
	assert_string_equal(port, "8080");
	assert_int_equal(listen_parse(a, "[::1]:0", &host, &port, &f), 0);
	assert_string_equal(host, "::1");
	assert_int_equal(listen_parse(a, ":80", &host, &port, &f), 0);
	assert_string_equal(host, "0.0.0.0");
	assert_int_equal(listen_parse(a, "8080", &host, &port, &f), -E_CONFIG);
	assert_int_equal(listen_parse(a, "x:99999", &host, &port, &f), -E_CONFIG);
	assert_int_equal(listen_parse(a, "x:", &host, &port, &f), -E_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoding),	     cmocka_unit_test(splitting),
		cmocka_unit_test(splitting_refuses), cmocka_unit_test(ranges),
		cmocka_unit_test(header_parts),	     cmocka_unit_test(listening),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
