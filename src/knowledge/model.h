/**
 * @file model.h  What was learned, as one file: latent map of terms, known questions, trees.
 *
 * Layout, little endian: "LXRANK01" | sections (counts as u64, arrays as they stand in memory, each padded
 * to 8 bytes) | BLAKE2b-256 of everything before. The same training data give the same bytes.
 */
#ifndef LEXLINE_MODEL_H
#define LEXLINE_MODEL_H

#include "base/error.h"
#include "knowledge/ranker.h"

struct model {
	struct term_vectors *vectors;
	struct known *known;
	struct trees *trees;
};

void model_free(struct model *m);
void model_write(const struct model *m, struct buf *out);
/** Copies what it needs. @return 0, -E_CORRUPT (not a model, damaged, or of another layout: says which) */
MUST_CHECK int model_read(struct str file, struct model **ret, struct fault *f);

#endif
