/**
 * @file url.h  Request targets, header names, byte ranges: the parsing libmicrohttpd is too lax
 * about.
 *
 * Pure functions over untrusted text.
 */
#ifndef LEXLINE_HTTP_URL_H
#define LEXLINE_HTTP_URL_H

#include "base/error.h"
#include "base/text.h"
#include "store/value.h"

/**
 * Percent-decode. @p plus: '+' is a space (queries).
 * @return 0, -E_MALFORMED for a broken escape, %00, a control character or bad UTF-8
 */
MUST_CHECK int url_decode(struct arena *a, struct str s, bool plus, struct str *ret);

/**
 * Split an origin-form target ("/a/b?x=1") into a decoded path and the query's pairs.
 * Names without a value have the empty string; a name may stand once only.
 * @return 0, -E_MALFORMED, -E_TOO_LARGE (more than @p max pairs)
 */
MUST_CHECK int url_split(struct arena *a, const char *target, struct str *ret_path,
			 struct arg *ret_query, size_t max, size_t *ret_n);

/** Is it a `token` of RFC 9110 5.6.2? */
bool header_name_ok(const char *name);
/** Is it a decimal Content-Length without sign or list? @return -1 when it isn't */
int64_t content_length(const char *value);

/**
 * One range of RFC 9110 14.1.2 ("bytes=0-99", "bytes=-100", "bytes=5-"). Several ranges and other
 * units are ignored, as the RFC allows: the whole is sent.
 * @return 1 a range was asked for and fits, 0 send the whole, -E_RANGE
 */
int range_parse(const char *value, int64_t size, int64_t *ret_from, int64_t *ret_len);

/** Content-Disposition of a download whose name may be Chinese (RFC 6266, RFC 8187). In the arena.
 */
const char *disposition(struct arena *a, const char *file_name);

/** "HOST:PORT" or "[v6]:PORT". @return 0 or -E_CONFIG */
MUST_CHECK int listen_parse(struct arena *a, const char *listen, const char **ret_host,
			    const char **ret_port, struct fault *f);

#endif
