/**
 * @file sheet.h  Excel files in memory: cell by cell, or the rows of an operation by a table of
 * columns.
 */
#ifndef LEXLINE_SHEET_H
#define LEXLINE_SHEET_H

#include "base/time.h"
#include "store/op.h"

#define SHEET_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define EXPORT_MAX 20000

struct sheet;
struct sheet *sheet_new(const char *title, const char *const *headings, const double *widths,
			size_t n);
void sheet_text(struct sheet *s, struct str text);
void sheet_number(struct sheet *s, double n);
void sheet_share(struct sheet *s, double part);			       /**< 0.95 as 95.0% */
void sheet_time(struct sheet *s, const struct zone *z, int64_t at_ms); /**< local time; 0: empty */
void sheet_nothing(struct sheet *s);				       /**< an empty cell */
void sheet_row_end(struct sheet *s);
/** Close it and give its bytes. Frees the sheet. */
MUST_CHECK int sheet_finish(struct sheet *s, struct buf *out, struct fault *f);

enum sheet_kind {
	SHEET_TEXT,
	SHEET_INT,
	SHEET_REAL,
	SHEET_SHARE,
	SHEET_TIME,
	SHEET_DAY,
	SHEET_SECONDS, /**< from milliseconds */
	SHEET_MINUTES, /**< from milliseconds */
};

/** What a value is called. */
struct sheet_word {
	const char *value;
	struct {
		const char *zh, *en;
	} label;
};

struct sheet_column {
	const char *name; /**< of the operation's column */
	const char *zh, *en;
	double width;
	enum sheet_kind kind;
	const struct sheet_word *words; /**< of a text: ends with value NULL */
};

struct sheet_spec {
	const char *op; /**< whose rows; it gets what it takes of the call's parameters */
	const char *zh, *en;
	const char *file; /**< without ending; Chinese */
	const char *file_en;
	const struct sheet_column *columns;
	size_t n;
};

/** Answer @p call with the rows of @p spec->op. In its transaction. */
MUST_CHECK int sheet_reply(struct call *call, struct tx *tx, const struct sheet_spec *spec);

#endif
