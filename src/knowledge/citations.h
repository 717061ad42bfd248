/**
 * @file citations.h  Articles that a text of law refers to: 《民法典》第六百七十九条, 本法第十条, 前条, 前款.
 */
#ifndef LEXLINE_CITATIONS_H
#define LEXLINE_CITATIONS_H

#include "knowledge/numerals.h"

struct citation {
	size_t from, to;	   /**< bytes of the text */
	struct str law;		   /**< what stands in 《》; empty: the law that speaks */
	char key[ARTICLE_KEY_MAX]; /**< "" when it is relative */
	int back;		   /**< articles back from the one that speaks: 前条 1; 前款 0; else -1 */
};

/** The next citation at or behind *pos; *pos moves behind it. @p last: the one before, zeroed at first. */
bool citation_next(struct str text, size_t *pos, struct citation *last);

#endif
