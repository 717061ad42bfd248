/**
 * @file merge.h  The firm's own Word files as templates: {{field}} filled in, rows repeated (docs/templates.md).
 */
#ifndef LEXLINE_DOCUMENT_MERGE_H
#define LEXLINE_DOCUMENT_MERGE_H

#include "document/template.h"

/**
 * Look through a .docx: is it intact and harmless, and which fields does it name? Refused: damaged or encrypted
 * archives, bombs, a DTD or entities, macros, {{ without }}; with part and line.
 * @param[out] ret a template that has only fields, all of them texts; freed with template_free()
 * @return 0, -E_INVALID
 */
MUST_CHECK int merge_scan(struct str docx, const char *name, struct tlabel title, const char *kind, const char *hash,
			  struct template **ret, struct fault *f);
/** Fill it. @p values fit the scanned template. */
MUST_CHECK int merge_fill(struct str docx, const struct template *t, const json_t *values, struct buf *out,
			  struct fault *f);

#endif
