/**
 * @file common.h  What every file of the engine may take for granted.
 *
 * Language: C11 with GNU extensions (gcc >= 12, clang >= 14). Comments give units, ownership
 * and sources; functions return 0 or a negative error of errors.def unless they say otherwise;
 * `ret_` parameters are untouched on failure.
 */
#ifndef LEXLINE_COMMON_H
#define LEXLINE_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define VPRINTF(fmt) __attribute__((format(printf, fmt, 0)))
#define UNUSED __attribute__((unused))

/** Run `release_fn(&variable)` when the variable goes out of scope. */
#define CLEANUP(release_fn) __attribute__((cleanup(release_fn)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

#include "base/banned.h"

#endif
