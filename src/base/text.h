/**
 * @file text.h  Byte strings with a length, growing buffers, UTF-8.
 */
#ifndef LEXLINE_TEXT_H
#define LEXLINE_TEXT_H

#include <stdarg.h>

#include "base/arena.h"

/** A view; not owned, not necessarily NUL-terminated. */
struct str {
	const char *p;
	size_t len;
};
#define STR(lit) ((struct str){(lit), sizeof(lit) - 1})
#define STR_NULL ((struct str){NULL, 0})
#define STR_FMT(s) (int)(s).len, (s).p /**< for "%.*s" */

struct str str_of(const char *cstr); /**< NULL gives STR_NULL */
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *b);
bool str_starts(struct str s, struct str prefix);
struct str str_trim(struct str s); /**< ASCII white space and U+3000 */
/** Cut off what stands before @p sep, move @p rest behind it. False when rest was empty (NULL). */
bool str_split(struct str *rest, char sep, struct str *ret_piece);
/** Whole string is a decimal int64. @return 0 or -E_INVALID */
MUST_CHECK int str_to_int(struct str s, int64_t *ret);

/** A growing byte buffer; owns p. Zero-initialised is empty. Always NUL-terminated once p != NULL. */
struct buf {
	char *p;
	size_t len;
	size_t cap;
};
void buf_free(struct buf *b); /**< also for CLEANUP; safe on a zeroed buffer */
void buf_clear(struct buf *b); /**< keeps the memory */
void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *p, size_t len);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) VPRINTF(2);
struct str buf_str(const struct buf *b);

/** Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms), and no NUL. */
bool utf8_valid(struct str s);
/** Decode the code point at *pos and move behind it; U+FFFD and one byte on for bad input. */
uint32_t utf8_next(struct str s, size_t *pos);
size_t utf8_put(char out[4], uint32_t cp);
size_t utf8_count(struct str s); /**< code points */
/** NFKC-like folding for matching: full-width ASCII → ASCII, upper → lower, U+3000 → space. */
uint32_t utf8_fold(uint32_t cp);

/** Hex and URL-safe base64 (RFC 4648 §5, no padding). Results in the arena. */
char *hex_encode(struct arena *a, const void *p, size_t len);
MUST_CHECK int hex_decode(struct str hex, uint8_t *out, size_t out_len);
char *base64url_encode(struct arena *a, const void *p, size_t len);
MUST_CHECK int base64url_decode(struct arena *a, struct str s, struct str *ret);

#endif
