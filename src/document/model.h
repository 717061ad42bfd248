/**
 * @file model.h  A document before it is set: blocks of runs, the same for PDF and DOCX.
 *
 * Text is always text: nothing in a run is markup any more. Everything lives in one arena and is
 * immutable once built. Lengths are PostScript points (1/72 inch).
 */
#ifndef LEXLINE_DOCUMENT_MODEL_H
#define LEXLINE_DOCUMENT_MODEL_H

#include "base/error.h"
#include "base/map.h"

/* ---- page and type -------------------------------------------------------------------------- */

/** How pages look. The built-in ones: document_layout(). */
struct page_layout {
	const char *name;
	double width, height;		   /**< paper */
	double top, bottom, left, right;   /**< margins */
	double size;			   /**< of the body's type */
	double pitch;			   /**< from line to line */
	double title_size;
	const char *body_font, *head_font; /**< families */
	bool framed_header;		   /**< a rule below the header */
};

/** "contract" (小四, 1.5 lines), "official" (三号, 22 lines a page, after GB/T 9704), "report". NULL: unknown. */
const struct page_layout *document_layout(struct str name);

/* ---- numbers -------------------------------------------------------------------------------- */

enum number_kind {
	NUM_NONE,
	NUM_CHAPTER, /**< 第一章 */
	NUM_ARTICLE, /**< 第一条 */
	NUM_COMMA,   /**< 一、 */
	NUM_PAREN,   /**< （一） */
	NUM_DOT,     /**< 1. */
	NUM_DIGIT,   /**< （1） */
	NUM_KINDS
};

/** "第十二条" and its like. @p n from 1 to 9999. In the arena. */
char *number_text(struct arena *a, enum number_kind kind, unsigned n);
/** 一千二百三十四 without 一 before 十 at the front. */
void number_chinese(struct buf *out, unsigned n);

/* ---- blocks --------------------------------------------------------------------------------- */

enum run_style {
	RUN_BOLD = 1,
	RUN_UNDERLINE = 2,
	RUN_BLANK = 4, /**< left empty, to be filled in by hand */
};

struct run {
	struct str text; /**< may hold \n: a new line in the same paragraph */
	unsigned style;
	int note; /**< 1 …: the mark of doc->notes[note - 1] stands behind the text */
};

struct runs {
	struct run *at;
	size_t n;
};

enum block_kind {
	BLOCK_TITLE,
	BLOCK_HEADING,
	BLOCK_PARA,
	BLOCK_TABLE,
	BLOCK_SIGN,    /**< table without rules, kept together: signatures and seals */
	BLOCK_CONTENTS,
	BLOCK_CHART,
	BLOCK_QR,
	BLOCK_BREAK,   /**< a new page */
};

enum align { ALIGN_JUSTIFY, ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };

struct cell {
	struct runs runs;
	enum align align;
	bool seal; /**< keep room for a seal and show where */
};

struct table {
	struct cell *cells; /**< row by row */
	size_t rows, columns, head_rows;
	double *widths; /**< shares of the whole, sum 1 */
};

enum chart_kind { CHART_BAR, CHART_LINE, CHART_PIE };

struct chart {
	enum chart_kind kind;
	struct str title, unit;
	struct str *labels;
	double *values;
	size_t n;
};

struct block {
	enum block_kind kind;
	int level;	    /**< heading: 1 …; paragraph: depth of a numbered one */
	enum number_kind number_kind;
	unsigned number;    /**< its number within the series; 0 without */
	bool number_starts; /**< the first of its series */
	const char *number_label; /**< "第一条"; NULL without */
	enum align align;
	bool flush; /**< no indent of the first line */
	bool keep;  /**< on one page with the next block */
	struct runs runs;
	struct table *table;
	struct chart *chart;
	int line; /**< of the template, for messages; 0 unknown */
};

struct note {
	struct runs runs;
	int line;
};

struct doc {
	struct arena *arena;
	const struct page_layout *layout;
	struct str title, author, subject, keywords;
	const char *lang; /**< "zh-CN" */
	struct str header;
	bool page_numbers; /**< 第 X 页 共 Y 页 */
	bool cross_seal;   /**< mark the place of the seal across all pages (骑缝章) */
	const char *watermark; /**< "草稿" across each page; NULL without */
	int64_t created_ms;
	int utc_offset_s;
	const char *file; /**< the template's name, for messages */
	VEC(struct block) blocks;
	VEC(struct note) notes;
};

/** The caller frees it with doc_free(); strings go into the arena. */
struct doc *doc_new(struct arena *a, const struct page_layout *layout);
void doc_free(struct doc *d);
void doc_freep(struct doc **d); /**< for CLEANUP */
struct block *doc_add(struct doc *d, enum block_kind kind, int line);
/** One run of plain text. */
struct runs runs_of(struct arena *a, struct str text, unsigned style);
/** The words of runs, without marks of notes. */
struct str runs_text(struct arena *a, const struct runs *r);

/* ---- output --------------------------------------------------------------------------------- */

/**
 * Set the document: PDF/A-2b with embedded subset fonts, outline, metadata.
 * @param[out] ret_pages may be NULL
 * @return 0, -E_INVALID (a character that no font of the layout has: says which and where),
 *         -E_CONFIG (the fonts are not installed)
 */
MUST_CHECK int document_pdf(const struct doc *d, struct buf *out, int *ret_pages, struct fault *f);
/** The same as WordprocessingML with real styles, numbering, page number fields. */
MUST_CHECK int document_docx(const struct doc *d, struct buf *out, struct fault *f);

#endif
