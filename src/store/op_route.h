/**
 * @file op_route.h  Paths to operations: a tree of segments. Private to store/.
 */
#ifndef LEXLINE_OP_ROUTE_H
#define LEXLINE_OP_ROUTE_H

#include "store/op.h"

struct route_node;

struct route_node *route_tree(struct arena *a);
/** @return NULL, or the operation that has this method and path already (whatever its parameters
 * are called) */
const struct op *route_add(struct arena *a, struct route_node *root, const struct op *op);
/** As catalogue_route(). A fixed segment is preferred to a parameter. */
MUST_CHECK int route_find(const struct route_node *root, const char *method, struct str path,
			  const struct op **ret, struct arg *args, size_t *n_args, struct arena *a,
			  const char **ret_allow);

#endif
