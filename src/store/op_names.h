/**
 * @file op_names.h  What generated descriptions call things. Private to store/.
 */
#ifndef LEXLINE_OP_NAMES_H
#define LEXLINE_OP_NAMES_H

#include "store/op.h"

/** "case.list" with "Item" → "CaseListItem" */
char *op_camel(struct arena *a, const char *name, const char *suffix);
/** Does this parameter stand in the address (path or query) rather than in a JSON body? */
bool op_in_address(const struct op *op, const struct op_field *f);
/** Has the operation a JSON body at all? */
bool op_has_body(const struct op *op);

#endif
