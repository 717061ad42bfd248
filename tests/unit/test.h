/**
 * @file test.h  cmocka for our tests. Include it first.
 */
#ifndef LEXLINE_TEST_H
#define LEXLINE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#undef fail /* cmocka's macro; ours is base/error.h's function. In a test: fail_msg("…") */
#undef fail_msg /* it uses that macro */
#define fail_msg(msg, ...)                                      \
	do {                                                    \
		print_error("ERROR: " msg "\n", ##__VA_ARGS__); \
		_fail(__FILE__, __LINE__);                      \
	} while (0)

#endif
