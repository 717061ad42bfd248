/**
 * @file template_rules.h  Parsing templates. Between the template*.c files only.
 */
#ifndef LEXLINE_TEMPLATE_RULES_H
#define LEXLINE_TEMPLATE_RULES_H

#include "document/template.h"

struct tparser {
	struct template *t;
	struct arena *a;
	struct yreport *r;
	int line;	 /**< of the body, being read */
	int each_field;	 /**< the rows field whose columns {{.name}} means; -1 outside */
};

/** A finding at a line of the template. */
void tfind(struct tparser *p, int line, const char *fmt, ...) PRINTF(3, 4);
void parse_head(struct tparser *p, const struct ynode *head);
/** @p first: line number of the body's first line. */
void parse_body(struct tparser *p, struct str body, int first);
struct tspans parse_spans(struct tparser *p, struct str text, int line);
int anchor_index(struct tparser *p, struct str name, int line);
int condition_index(const struct template *t, struct str name);
/** Circular conditions, notes and anchors that are missing or unused. */
void prove(struct tparser *p);

#endif
