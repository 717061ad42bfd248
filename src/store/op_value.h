/**
 * @file op_value.h  One value of a request, checked and typed by its field. Private to store/.
 */
#ifndef LEXLINE_OP_VALUE_H
#define LEXLINE_OP_VALUE_H

#include "store/op.h"

#define OP_TEXT_MAX 4000   /**< characters of a text that says nothing else */
#define OP_JSON_MAX 262144 /**< bytes of a json value that says nothing else */

/** From a path, a query or a default. @return 0, -E_INVALID with the field named */
MUST_CHECK int op_value_from_text(const struct op_field *f, struct str text, struct arena *a,
				  struct value *ret, struct fault *fault);
/** From a member of a JSON body; never null. Text stays where jansson keeps it. @return 0,
 * -E_INVALID */
MUST_CHECK int op_value_from_json(const struct op_field *f, const json_t *j, struct arena *a,
				  struct value *ret, struct fault *fault);

#endif
