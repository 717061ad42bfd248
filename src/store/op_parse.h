/**
 * @file op_parse.h  The head of an operation's file, read into a struct op. Grammar:
 * docs/operations.md.
 *
 * Nothing here knows the database; catalogue.c puts head, SQL and native together.
 */
#ifndef LEXLINE_OP_PARSE_H
#define LEXLINE_OP_PARSE_H

#include "base/yaml.h"
#include "store/op.h"

/** Where a value stands, for "file:line: …". */
struct op_place {
	const char *file;
	int line;
	struct yreport *report;
};

/** Add a finding. */
void op_finding(const struct op_place *at, const char *fmt, ...) PRINTF(2, 3);

/** What is left of a file when its head was read. */
struct op_text {
	struct str sql; /**< behind the head */
	int sql_line;	/**< its first line */
	int op_line;	/**< of `op:`; 1 without one */
	int in_line, route_line;
	bool native; /**< `native:` was there */
};

/**
 * Read annotations and description. Findings go to the report, with what could be read still set:
 * the caller compares the report's count.
 * @param file    kept in the operation, must live as long
 * @param module  the same
 */
void op_parse(struct arena *a, const char *file, const char *module, struct str text,
	      struct op *ret, struct op_text *ret_text, struct yreport *report);

/** Only the lines of annotations in a file's head: to compare two files. */
const char *op_annotations(struct arena *a, struct str text);

/** The value of `in:` (lines joined by newlines). */
void op_parse_in(struct arena *a, struct op_place at, struct str value, struct op *op);
/** The value of `out:`. */
void op_parse_out(struct arena *a, struct op_place at, struct str value, struct op *op);

/** The candidate nearest to a misspelt word, NULL when none is near. */
const char *op_nearest(struct str word, const char *const *candidates);
/** "text", "id", …; "one of" for T_ENUM. */
const char *op_type_name(enum op_type t);
/** lower case letter, then letters, digits, underscores */
bool op_is_name(struct str s);
/** Is there a `{name}` in the operation's path? */
bool op_in_path(const struct op *op, struct str name);

/** One of the names that only `upload: yes` binds? */
bool op_is_upload_param(const char *name);

#endif
