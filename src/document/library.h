/**
 * @file library.h  The template library: files of the product and the profile, and what was uploaded.
 *
 * At start every template file is parsed and kept, under the hash of its text, in table `template_versions`; from
 * then on the store is the truth. Parsed ones stay in memory.
 */
#ifndef LEXLINE_DOCUMENT_LIBRARY_H
#define LEXLINE_DOCUMENT_LIBRARY_H

#include "document/template.h"
#include "store/op.h"

struct templates;

/** Natives of modules/documents. */
extern const struct native *const document_natives[];
extern const size_t document_natives_count;

/**
 * Read the files of the product, and of the profile's templates/ folder, which win. One with findings is left out
 * and logged; `lexline check` shows them.
 */
MUST_CHECK int templates_open(struct env *env, struct templates **ret, struct fault *f);
void templates_close(struct templates *lib); /**< NULL is fine */

/** A version as a caller sees it. In the request's arena but for the template, which the library keeps. */
struct template_version {
	int64_t id, org_id, created_at, created_by, blob_id;
	const char *name, *hash, *format, *title_zh, *title_en, *kind, *state;
	bool in_force;
	const struct template *t; /**< of a Word file: only its fields */
	struct str docx;	  /**< format docx: the file */
};
/** @return 0, -E_NOT_FOUND (also when the actor's organisation doesn't see it) */
MUST_CHECK int template_version_load(struct tx *tx, int64_t id, struct template_version *ret);

/** Folded title, sound, initials, name and need: what template.find looks in. */
struct str template_search_text(struct arena *a, const char *name, struct tlabel title, const char *need);

/**
 * Parse all templates of a profile (a folder or a built-in name) and of the modules; data must be operations of @p ops.
 * @param[out] ret_n templates looked at
 * @return 0 (see @p r for findings), -E_IO
 */
MUST_CHECK int templates_check(const char *profile, const struct catalogue *ops, struct yreport *r, size_t *ret_n,
			       struct fault *f);

#endif
