/**
 * @file statutes.h  The statutes in force, searchable within milliseconds (K01, K02).
 *
 * The truth is in the database; each node keeps an index in memory, built in the background at
 * start and whenever the store's generation has changed, and swapped whole. Ranked by what was learned
 * (ranker.h): the model in the data folder (`lexline learn`), else the one built in; by words alone without.
 */
#ifndef LEXLINE_STATUTES_H
#define LEXLINE_STATUTES_H

#include <stdio.h>

#include "knowledge/corpus.h"
#include "store/op.h"

extern const struct native knowledge_natives[];
extern const size_t knowledge_n_natives;
extern const struct native import_natives[]; /**< import_ops.c */
extern const size_t import_n_natives;

struct statutes;

/** Starts building in the background. */
MUST_CHECK int statutes_start(struct env *env, struct statutes **ret, struct fault *f);
/** Build now and wait: for the command line and tests. @return 0, -E_UNAVAILABLE … */
MUST_CHECK int statutes_load(struct env *env, struct statutes **ret, struct fault *f);
void statutes_stop(struct statutes *s);
/** Look for a new generation at once (after an import in this process). */
void statutes_nudge(struct statutes *s);

/** The articles as they are now; only for the command line, where nothing swaps them. NULL: not built. */
const struct corpus *statutes_corpus(const struct statutes *s);

/**
 * Articles for a question, best first.
 * @param day  in force on that day
 * @return count, or -E_BUSY while the first index is being built
 */
int statutes_search(struct statutes *s, struct str question, int64_t day, struct index_hit *hits, size_t limit);

/**
 * `lexline search`: JSON lines {"id","question"} in, {"id","results":[[law, article],…]} out.
 * @return exit code
 */
int statutes_search_lines(struct env *env, size_t limit, FILE *in, FILE *out, FILE *err);

#endif
