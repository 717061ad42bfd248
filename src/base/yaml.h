/**
 * @file yaml.h  The plain files a lawyer can read: YAML as a tree that knows file and line.
 *
 * A strict subset: UTF-8, one document, no anchors, aliases, tags or merge keys, no duplicate
 * keys, depth ≤ 32, file ≤ 4 MB. Scalars stay text: the reader types them by its schema, so
 * `on:` is not a boolean and 1.10 is not 1.1.
 */
#ifndef LEXLINE_YAML_H
#define LEXLINE_YAML_H

#include "base/error.h"
#include "base/map.h"

enum ynode_kind { Y_SCALAR, Y_SEQ, Y_MAP };

struct ynode {
	enum ynode_kind kind;
	const char *file;
	int line;	    /**< 1-based */
	const char *key;    /**< when it is a value in a map */
	int key_line;
	struct str text;    /**< scalar; NUL-terminated */
	bool quoted;	    /**< scalar was written in quotes */
	struct ynode **kids; /**< seq items or map values, in file order */
	size_t n_kids;
};

/** Everything lives in the arena; @p file is copied (used in messages). */
MUST_CHECK int yaml_parse(struct arena *a, struct str text, const char *file, struct ynode **ret, struct fault *f);
MUST_CHECK int yaml_load(struct arena *a, const char *path, struct ynode **ret, struct fault *f);

/** Collects many findings instead of stopping at the first: "file:line: message". */
struct yreport {
	struct buf text; /**< a line a finding */
	size_t n;
};
void yreport_add(struct yreport *r, const struct ynode *at, const char *fmt, ...) PRINTF(3, 4);
void yreport_free(struct yreport *r);

/** Value of a key in a map node; NULL when absent (or when @p map is NULL or no map). */
struct ynode *yaml_get(const struct ynode *map, const char *key);
/**
 * Report every key of @p map that is not in the NULL-terminated list, with the nearest
 * allowed name ("unknown key 'cloks', did you mean 'clocks'?").
 */
void yaml_only(const struct ynode *map, const char *const *allowed, struct yreport *r);
/** Typed readers: report and return the default when the node has another shape; a NULL node is the default, silently. */
const char *yaml_text(const struct ynode *n, const char *dflt, struct yreport *r);
int64_t yaml_int(const struct ynode *n, int64_t min, int64_t max, int64_t dflt, struct yreport *r);
bool yaml_bool(const struct ynode *n, bool dflt, struct yreport *r); /**< yes/no/true/false */
/** Index in the NULL-terminated list, or @p dflt. */
int yaml_enum(const struct ynode *n, const char *const *names, int dflt, struct yreport *r);
/** A scalar or a sequence of scalars as NULL-terminated list in the arena; never NULL. */
const char **yaml_list(struct arena *a, const struct ynode *n, size_t *ret_n, struct yreport *r);

#endif
