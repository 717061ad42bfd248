/**
 * @file csrf.h  Requests forged from another site: only browsers carry a cookie unasked.
 *
 * A request with a cookie that has Origin or Sec-Fetch-Site comes from a browser: it must be of
 * this site, and for an unsafe method bring the session's token in X-CSRF-Token. Scripts send
 * neither header.
 */
#ifndef LEXLINE_HTTP_CSRF_H
#define LEXLINE_HTTP_CSRF_H

#include "base/error.h"

struct csrf_facts {
	const char *origin, *fetch_site, *host; /**< headers; NULL when absent */
	const char *own_origin; /**< "https://hotline.example", NULL: judged by Host */
	const char *token;	/**< X-CSRF-Token */
	const char *expected;	/**< of the session; NULL when there is none */
	bool has_cookie;
	bool unsafe; /**< not GET or HEAD */
};

/** @return 0 or -E_CSRF */
MUST_CHECK int csrf_check(const struct csrf_facts *q, struct fault *f);

#endif
