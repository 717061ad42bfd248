/**
 * @file import_inner.h  One file of statutes on its way into the store: for trees and for uploads.
 */
#ifndef LEXLINE_IMPORT_INNER_H
#define LEXLINE_IMPORT_INNER_H

#include <sodium.h>

#include "base/map.h"
#include "knowledge/lawtext.h"
#include "store/db.h"

#define LAW_FILE_MAX (64u << 20)

/** One file, read and parsed. */
struct source {
	const char *path; /**< relative to its tree; an upload's name */
	const char *kind;
	int64_t org_id;	  /**< whose rule it is; 0: everybody's */
	char hash[2 * crypto_generichash_BYTES + 1];
	struct law_text law;
	struct str key;
	struct str events; /**< JSON */
	enum { SOURCE_NEW, SOURCE_UNCHANGED, SOURCE_DUPLICATE } outcome;
	const char *other; /**< path that already holds this part */
};

/**
 * Markdown, or Word by its first bytes. Strings live in the arena; law_text_free() releases the rest.
 * @return 0, or why not, with the place
 */
MUST_CHECK int source_parse(struct arena *a, const char *path, struct str bytes, struct source *ret, struct fault *f);
/** After title or days were changed: everything that follows from them. */
void source_finish(struct arena *a, struct source *s);
/** Key of a node within its part: an article's number (with #n from its second appearance), or its place. */
void source_node_key(const struct law_node *n, size_t position, char *out, size_t size);
#define NODE_KEY_MAX (ARTICLE_KEY_MAX + 16)

/**
 * Inside the transaction. An unchanged source is left alone.
 * @param present  paths that hold other parts in this run; NULL: none
 */
MUST_CHECK int source_put(struct arena *a, struct map *present, struct tx *tx, struct source *s);
int64_t source_stored_day(int64_t day);

#endif
