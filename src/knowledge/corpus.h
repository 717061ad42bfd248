/**
 * @file corpus.h  The articles that can be ranked: the index, and what is known of each besides its words.
 *
 * Immutable once built; shared by all threads.
 */
#ifndef LEXLINE_CORPUS_H
#define LEXLINE_CORPUS_H

#include "knowledge/index_inner.h"

/** Names an article across stores and versions: hash of (title key of the law, article key). Never 0. */
typedef uint64_t article_name_t;
article_name_t article_name(struct str title_key, struct str article_key);

struct article {
	article_name_t name;
	uint32_t law;	   /**< number within the corpus */
	uint32_t section;  /**< articles under the same headings share it */
	uint16_t kind;	   /**< number of the kind of law, by first appearance of a name in a fixed list; 0 other */
	int16_t year;	   /**< of the version, 0 unknown */
	uint16_t position; /**< within the law, from 0 */
};

/** What a source says of one article; strings need only live during the call. */
struct article_row {
	int64_t id;
	struct str law;	   /**< title */
	struct str kind;
	struct str part, path, body;
	struct str key;	   /**< article key */
	int64_t version_day, valid_from, valid_to;
};

struct corpus {
	struct index *index;
	struct article *articles;	 /**< one a document, same numbers */
	size_t n, n_laws, n_sections;
	struct name_at {
		article_name_t name;
		uint32_t doc;
	} *by_name; /**< sorted by name, then document */
};

struct corpus_builder;
struct corpus_builder *corpus_builder_new(void);
void corpus_builder_add(struct corpus_builder *b, const struct article_row *row);
struct corpus *corpus_builder_finish(struct corpus_builder *b); /**< frees the builder */
void corpus_free(struct corpus *c);

/** Documents of a name (versions, repeats): [*ret_from, return). */
size_t corpus_find(const struct corpus *c, article_name_t name, size_t *ret_from);

#endif
