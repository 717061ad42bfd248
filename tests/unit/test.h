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

#endif
