/**
 * @file word.h  A statute as a Word file → the Markdown layout that lawtext.h reads (K01).
 *
 * The layout of the national database of laws: title in one or more paragraphs, note in brackets
 * (题注: who adopted and amended it when), 目录, then 编/章/节, articles and appendices.
 * The file comes from outside: a zip bomb, entities or a damaged part end in an error with the place.
 */
#ifndef LEXLINE_WORD_H
#define LEXLINE_WORD_H

#include "base/error.h"
#include "base/text.h"

/** Most bytes that the text's part may unfold to. */
#define WORD_TEXT_MAX (64u << 20)

/** By its first bytes: a zip, or what Word wrote before 2007 (which word_law() refuses by name). */
bool word_is(struct str file);

/**
 * @param[out] ret  in the arena
 * @return 0, -E_UNSUPPORTED (.doc), -E_CORRUPT (damaged: says where), -E_TOO_LARGE, -E_INVALID
 */
MUST_CHECK int word_law(struct arena *a, struct str file, struct str *ret, struct fault *f);

#endif
