/**
 * @file json_list.h  Lists of names in the arguments of an operation.
 */
#ifndef LEXLINE_JSON_LIST_H
#define LEXLINE_JSON_LIST_H

#include "store/op.h"

/**
 * A JSON argument that must be a list of at most @p max short texts, as a NULL-terminated list in
 * the arena.
 * @return 0 (NULL when the argument is absent), -E_INVALID
 */
MUST_CHECK int call_names(struct call *call, const char *arg, size_t max, const char ***ret,
			  size_t *ret_n);

#endif
