/**
 * @file json_member.h  One member of a stored JSON object, without building the tree. Private to
 * store/.
 *
 * jget() runs once per row of a list; parsing whole documents there would be the list's main cost.
 */
#ifndef LEXLINE_JSON_MEMBER_H
#define LEXLINE_JSON_MEMBER_H

#include "base/text.h"

/**
 * Text of member @p key at the top of @p object: a string's characters, anything else as written.
 * The last one of doubled names counts, as in PostgreSQL.
 * @param out  holds the characters when the string had escapes
 * @return STR_NULL when absent, null, or when @p object is no JSON object
 */
struct str json_member(struct str object, struct str key, struct buf *out);

#endif
