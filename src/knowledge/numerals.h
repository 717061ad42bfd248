/**
 * @file numerals.h  Article numbers: 第一百二十条之一 ↔ "120-1".
 */
#ifndef LEXLINE_NUMERALS_H
#define LEXLINE_NUMERALS_H

#include "base/text.h"

/** Longest article key with its NUL. */
#define ARTICLE_KEY_MAX 24

/**
 * Read 第…条 or 第…条之… at the start of @p s; Chinese and ASCII digits.
 * @param[out] ret_len  bytes read, up to the end of 条 or of 之…
 * @param[out] key      "54", "120-1"
 * @return whether an article number stands there
 */
bool article_number(struct str s, size_t *ret_len, char key[ARTICLE_KEY_MAX]);

/**
 * Read a Chinese number (一百二十, 二〇二五) or ASCII digits at *pos and move behind it.
 * @return false when none stands there or it exceeds 1,000,000
 */
bool numeral_read(struct str s, size_t *pos, uint32_t *ret);

#endif
