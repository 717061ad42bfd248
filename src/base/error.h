/**
 * @file error.h  Named errors and the message that travels with one.
 *
 * A function that fails returns a negative error and may describe it in the caller's
 * `struct fault`. Only the edge (HTTP, command line, job loop) logs, once.
 */
#ifndef LEXLINE_ERROR_H
#define LEXLINE_ERROR_H

#include "base/common.h"

enum error {
	E_OK = 0,
#define X(sym, status, code, zh, en) sym,
#include "base/errors.def"
#undef X
	E_COUNT
};

enum lang { LANG_ZH, LANG_EN };

struct error_info {
	int http_status;
	const char *code; /**< stable, for programs */
	const char *title_zh;
	const char *title_en;
};

/** What went wrong, in the user's words. Plain data: copy freely, nothing to release. */
struct fault {
	int err;	  /**< positive enum error, or 0 */
	char field[64];	  /**< offending input field, "" if none */
	char detail[512]; /**< one sentence: cause and remedy; never personal data */
};

/** Describe error @p err (positive or negative). Unknown values are E_INTERNAL. */
const struct error_info *error_info(int err);

/**
 * Record a failure. A NULL @p f is allowed. Overwrites what was there.
 * @return -err, so that callers can `return fail(f, E_INVALID, "phone", "…")`
 */
int fail(struct fault *f, enum error err, const char *field, const char *fmt, ...) PRINTF(4, 5);

/** As fail() but keeps a description that is already there (outer callers adding context). */
int fail_if_silent(struct fault *f, int err, const char *fmt, ...) PRINTF(3, 4);

#endif
