/**
 * @file template.h  Templates: Markdown with a head that says which fields there are (docs/templates.md).
 *
 * A template is immutable once parsed; everything of it lives in its own arena. Values that are filled in
 * are text and never markup: the body is parsed before any value is seen.
 */
#ifndef LEXLINE_DOCUMENT_TEMPLATE_H
#define LEXLINE_DOCUMENT_TEMPLATE_H

#include "base/json.h"
#include "base/yaml.h"
#include "document/model.h"
#include "knowledge/numerals.h"

enum tfield_type {
	TF_TEXT,
	TF_LONG_TEXT,
	TF_INT,
	TF_MONEY, /**< whole fen */
	TF_RATE,  /**< percent a year and its like: decimal text, "3.45" */
	TF_BOOL,
	TF_DATE, /**< "2026-05-09" */
	TF_PHONE,
	TF_EMAIL,
	TF_CHOICE,
	TF_CHOICES,
	TF_ROWS, /**< a list of objects with the members `columns` */
	TF_TYPES
};
const char *tfield_type_name(enum tfield_type t);

struct tlabel {
	const char *zh, *en;
};

struct tchoice {
	const char *value;
	struct tlabel label;
};

struct tcond;

struct tfield {
	const char *name;
	enum tfield_type type;
	struct tlabel label, help;
	bool required;
	bool sealed; /**< personal: not shown in the interview again */
	int64_t max; /**< characters, value or rows; 0: none */
	const struct tchoice *choices;
	size_t n_choices;
	const char **from; /**< where it is filled from, first that has something; NULL-terminated */
	const char *dflt;
	const struct tcond *when; /**< asked only then; NULL: always */
	const struct tfield *columns;
	size_t n_columns;
	int line;
};

enum tcond_kind { TC_IS, TC_NOT, TC_GT, TC_LT, TC_GIVEN, TC_ALL, TC_ANY, TC_NONE, TC_NAMED };

struct tcond {
	enum tcond_kind kind;
	int field;	     /**< of a comparison */
	const char **values; /**< is, not, in; NULL-terminated */
	int64_t number;	     /**< gt, lt: as tfield_number() counts */
	bool yes;	     /**< given */
	int named;	     /**< TC_NAMED: index in template->conditions */
	const struct tcond *kids;
	size_t n_kids;
	int line;
};

struct tcondition {
	const char *name;
	struct tcond cond;
	int line;
};

/* ---- body ----------------------------------------------------------------------------------- */

enum tformat { FORMAT_PLAIN, FORMAT_UPPER, FORMAT_NUMBER, FORMAT_SHORT, FORMAT_KINDS };
enum tspan_kind { SPAN_TEXT, SPAN_FIELD, SPAN_COLUMN, SPAN_ROW_NUMBER, SPAN_REF, SPAN_NOTE, SPAN_DATA };

struct tspan {
	enum tspan_kind kind;
	struct str text; /**< SPAN_TEXT: words; SPAN_DATA: "set.member" */
	int index;	 /**< field, column, anchor, note */
	enum tformat format;
	unsigned style; /**< enum run_style */
	int line;
};

struct tspans {
	const struct tspan *at;
	size_t n;
};

enum tnode_kind {
	NODE_TITLE,
	NODE_HEADING,
	NODE_PARA,
	NODE_ITEM,
	NODE_BULLET,
	NODE_TABLE,
	NODE_SIGN,
	NODE_IF,
	NODE_EACH,
	NODE_CONTENTS,
	NODE_PAGE,
	NODE_QR,
	NODE_CHART,
	NODE_DATA_TABLE,
};

struct tcell {
	struct tspans spans;
	enum align align;
	bool seal;
};

struct tnode {
	enum tnode_kind kind;
	int line, level;
	enum align align;
	bool flush;
	int anchor; /**< -1: none */
	struct tspans spans;
	int index;  /**< NODE_IF: condition; NODE_EACH: field; NODE_CHART, NODE_DATA_TABLE: data set */
	bool negated;
	enum chart_kind chart;
	const struct tcell *cells; /**< table, sign: row by row */
	size_t rows, columns;
	const double *widths; /**< shares by the dashes of the ruler; NULL: by the text */
	bool repeats; /**< NODE_TABLE: its last row stands for each entry of field `index` */
	struct tnode *kids, *otherwise; /**< first of each */
	struct tnode *next;
};

/** An article that a template follows. */
struct tcitation {
	const char *law;	   /**< as written between 《 and 》 */
	char key[ARTICLE_KEY_MAX]; /**< "680", "120-1" */
	const char *article;	   /**< 第六百八十条 */
	int line;
	int note; /**< 0-based; -1: in the text */
};

struct tnote {
	const char *name;
	struct tspans spans;
	int line;
	bool used;
};

struct tanchor {
	const char *name;
	bool defined;
	int line;
};

/** Figures that a report gathers: rows of an operation. */
struct tdata {
	const char *name, *op;
	int line;
};

enum tnumbering { NUMBERING_CLAUSES, NUMBERING_CHAPTERS, NUMBERING_OUTLINE, NUMBERING_NONE };

struct template {
	struct arena *arena;
	const char *name, *file;
	struct str text; /**< as it was read */
	char hash[65];	 /**< BLAKE2b-256 of the text, hex: names the version */
	struct tlabel title;
	const char *kind; /**< contract, mandate, letter, pleading, application, opinion, rules, report */
	const char *need; /**< words by which people look for it */
	const struct page_layout *layout;
	enum tnumbering numbering;
	const char *header;
	bool cross_seal, page_numbers;
	struct tfield *fields;
	size_t n_fields;
	struct tcondition *conditions;
	size_t n_conditions;
	struct tdata *data;
	size_t n_data;
	struct tnode *body;
	VEC(struct tnote) notes;
	VEC(struct tanchor) anchors;
	VEC(struct tcitation) citations;
};

extern const char *const template_kinds[];

/**
 * Parse and prove: unknown keys, fields, conditions, notes and anchors, circular conditions, malformed
 * citations are findings with file:line.
 * @return 0, -E_CONFIG (see @p r)
 */
MUST_CHECK int template_parse(struct str text, const char *file, struct template **ret, struct yreport *r);
void template_free(struct template *t);

int template_field(const struct template *t, struct str name); /**< -1 */

/* ---- values --------------------------------------------------------------------------------- */

/** Does the condition hold for these values (an object by field name)? */
bool tcond_holds(const struct template *t, const struct tcond *c, const json_t *values);
/** Is the field asked, with these values? */
bool tfield_asked(const struct template *t, size_t field, const json_t *values);
/** Something is there: not null, not "", not [], and the field is asked. */
bool tfield_given(const struct template *t, size_t field, const json_t *values);
/** A number, money (fen), date (days) or rate (hundredths of a percent) to compare. */
bool tfield_number(const struct tfield *f, struct str text, int64_t *ret);
/** What is filled in when nothing else is; owned; NULL: nothing. */
json_t *tfield_default(const struct tfield *f);
/** Does the value fit the field? @return 0, -E_INVALID with the field's name and label */
MUST_CHECK int tfield_check(const struct tfield *f, const json_t *value, struct fault *fault);
/** Each answer names a field and fits it. */
MUST_CHECK int template_check_values(const struct template *t, const json_t *values, struct fault *f);
/** As it is printed; empty when not given. In the arena. */
struct str tfield_print(struct arena *a, const struct tfield *f, const json_t *value, enum tformat format);
/** 人民币壹拾万元整. @p fen ≥ 0 */
void format_capitals(struct buf *out, int64_t fen);

/* ---- filling -------------------------------------------------------------------------------- */

struct fill {
	const json_t *values;
	const json_t *data;  /**< {set: [rows]} of a report; NULL without */
	bool notes;	     /**< print the annotations as footnotes */
	bool blanks;	     /**< what is missing stays blank; else it is an error */
	const char *watermark;
	const char *author;
	int64_t created_ms;
	int utc_offset_s;
	enum lang lang;
};

/**
 * Template + values → document, in @p a.
 * @return 0, -E_INVALID: required fields are missing (named), or a clause is referred to that isn't there
 */
MUST_CHECK int template_fill(const struct template *t, const struct fill *fill, struct arena *a, struct doc **ret,
			     struct fault *f);

/** Citations 《…》第…条 in a text. Findings: a name without its end, a number that is none. */
void citations_find(struct template *t, struct str text, int line, int note, struct yreport *r);

#endif
