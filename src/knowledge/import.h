/**
 * @file import.h  Statutes from a tree of Markdown files into the store (K01).
 *
 * Importing again changes nothing: a file whose bytes are known is passed over; a corrected one
 * replaces its part of its version, articles keeping their ids.
 */
#ifndef LEXLINE_IMPORT_H
#define LEXLINE_IMPORT_H

#include <stdio.h>

#include "store/ctx.h"

struct import_counts {
	size_t files, imported, unchanged, duplicates, unreadable;
	size_t articles; /**< of the files imported now */
};

/**
 * Import *.md below each tree. The folder directly below the tree names the kind of law.
 * @param list_file  NULL: all; else a file of paths relative to the tree, one a line
 * @param report     a line for each file or place that could not be read
 */
MUST_CHECK int statutes_import(struct env *env, const char *list_file, const char *const *trees, size_t n_trees,
			       FILE *report, struct import_counts *ret, struct fault *f);

#endif
