/**
 * @file check.h  test.h with assertions for our own types, and a list of tests without ceremony.
 */
#ifndef LEXLINE_TEST_CHECK_H
#define LEXLINE_TEST_CHECK_H

#include <stdio.h>

#include "test.h"

#include "base/error.h"
#include "base/text.h"

/** Compare a str with a C string, showing both when they differ. */
#define assert_str(s, expected)                                                      \
	do {                                                                         \
		struct str got_ = (s);                                               \
		char *text_ = got_.p ? strndup(got_.p, got_.len) : strdup("(null)"); \
		assert_string_equal(text_, expected);                                \
		free(text_);                                                         \
	} while (0)

/** The text contains a piece. */
#define assert_contains(text, piece)                                                   \
	do {                                                                           \
		if (!strstr((text), (piece)))                                          \
			fail_msg("\"%s\" does not contain \"%s\"", (text), (piece)); \
	} while (0)

#define RUN(...)                                                            \
	int main(void)                                                      \
	{                                                                   \
		const struct CMUnitTest tests[] = {__VA_ARGS__};            \
		return cmocka_run_group_tests(tests, NULL, NULL);           \
	}

#endif
