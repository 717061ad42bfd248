/**
 * @file learn.h  From questions whose articles are known to a ranking model, and how good it is.
 *
 * What a question's own answer teaches may not describe that question: features are computed from
 * memories that leave its fold out, so the trees learn on rows like those they will meet.
 */
#ifndef LEXLINE_LEARN_H
#define LEXLINE_LEARN_H

#include <stdio.h>

#include "knowledge/model.h"

#define LEARN_FOLDS 5

/** Labelled questions read from JSON lines {"question", "relevant": [{"law", "article"}, …]}. */
struct lessons {
	struct labelled *at;
	size_t n;
	size_t unread; /**< lines without a question or a readable article */
};
/** Strings live in the arena. @return 0, -E_MALFORMED with the line */
MUST_CHECK int lessons_read(struct arena *a, struct str lines, struct lessons *ret, struct fault *f);
void lessons_free(struct lessons *l);

/** Deterministic. @param day  articles in force on it are candidates */
struct model *model_learn(const struct corpus *c, const struct lessons *l, int64_t day);

struct learn_score {
	size_t questions;
	double recall_10, recall_100, mrr_10; /**< means over questions */
	double recall_10_error, mrr_10_error; /**< 1.96 standard errors */
};
/** Cross-validation in LEARN_FOLDS folds: each question answered by a model that hasn't seen it; and by words alone. */
void learn_validate(const struct corpus *c, const struct lessons *l, int64_t day, struct learn_score *ret_model,
		    struct learn_score *ret_words);

/**
 * `lexline learn`: read lessons, validate when asked, write the model.
 * @return exit code
 */
int learn_command(const struct corpus *c, int64_t day, const char *questions_file, const char *out_file, bool validate,
		  FILE *out, FILE *err);

#endif
