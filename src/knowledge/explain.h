/**
 * @file explain.h  Why an article came up: which of its words the question holds.
 */
#ifndef LEXLINE_EXPLAIN_H
#define LEXLINE_EXPLAIN_H

#include "base/json.h"
#include "knowledge/index.h"

/**
 * Write two JSON values under the keys "marks" ([[from, to], …] in UTF-16 units of @p text, for the
 * browser) and "why" (the matched words, weightiest first, at most 6).
 */
void explain_json(struct jw *w, const struct index *ix, struct str question, struct str text);

/** UTF-16 units of text[from, to). */
size_t explain_utf16(struct str text, size_t from, size_t to);

#endif
