/**
 * @file value.h  One typed value: a parameter of a statement or a column of a row.
 */
#ifndef LEXLINE_VALUE_H
#define LEXLINE_VALUE_H

#include "base/text.h"

enum value_type {
	V_NULL,
	V_INT,  /**< integers, ids, booleans 0/1, instants (UTC ms), money (fen) */
	V_REAL,
	V_TEXT, /**< UTF-8, also JSON */
	V_BLOB,
};

struct value {
	enum value_type type;
	union {
		int64_t i;
		double d;
		struct str s; /**< not owned */
	};
};

struct arg {
	const char *name; /**< without the colon */
	struct value v;
};

#define VAL_NULL ((struct value){.type = V_NULL})
#define VAL_INT(x) ((struct value){.type = V_INT, .i = (x)})
#define VAL_STR(x) value_text(x) /**< STR_NULL becomes NULL */
static inline struct value value_text(struct str s)
{
	return s.p ? (struct value){.type = V_TEXT, .s = s} : VAL_NULL;
}
static inline struct value value_blob(struct str s)
{
	return s.p ? (struct value){.type = V_BLOB, .s = s} : VAL_NULL;
}

#define A_INT(n, x) {.name = (n), .v = {.type = V_INT, .i = (x)}}
#define A_STR(n, x) {.name = (n), .v = value_text(x)}
#define A_TEXT(n, cstr) {.name = (n), .v = value_text(str_of(cstr))}
#define A_BLOB(n, x) {.name = (n), .v = value_blob(x)}
#define A_NULL(n) {.name = (n), .v = {.type = V_NULL}}
/** An id column where 0 means none. */
#define A_ID(n, x) {.name = (n), .v = {.type = (x) ? V_INT : V_NULL, .i = (x)}}

#define ARGS(...) \
	(const struct arg[]){__VA_ARGS__}, sizeof((const struct arg[]){__VA_ARGS__}) / sizeof(struct arg)
#define NO_ARGS NULL, 0

#endif
