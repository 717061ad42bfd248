/**
 * @file docx.h  Writing WordprocessingML (ECMA-376). Between the docx*.c files only.
 */
#ifndef LEXLINE_DOCUMENT_DOCX_H
#define LEXLINE_DOCUMENT_DOCX_H

#include <libxml/xmlwriter.h>

#include "document/archive.h"
#include "document/model.h"

/** A part being written. */
struct part {
	xmlBufferPtr bytes;
	xmlTextWriterPtr w;
};

struct docx {
	const struct doc *d;
	struct arena *a;
	struct fault *f;
	archive parts;
	struct part *p;	  /**< being written */
	VEC(enum number_kind) nums; /**< a numbering instance each; its id is the index + 1 */
	int num_of[NUM_KINDS];	    /**< the instance a series goes on with */
	unsigned pictures;
	bool has_contents;
};

void part_begin(struct part *p, const char *root, const char *const *namespaces);
/** Close all and add it to the archive. */
void part_end(struct docx *x, struct part *p, const char *name);

/* Elements: <w:name>, </…>, <w:name w:val="…"/>, and attributes. */
void w_open(struct docx *x, const char *name);
void w_close(struct docx *x);
void w_val(struct docx *x, const char *name, const char *value);
void w_attr(struct docx *x, const char *name, const char *value);
void w_int(struct docx *x, const char *name, long value);
void w_text(struct docx *x, struct str text);
int twips(double points);

extern const char *const word_namespaces[]; /**< prefix, URI, … NULL */

void docx_styles(struct docx *x);    /**< docx_parts.c: all that is not the text itself */
void docx_numbering(struct docx *x);
void docx_frame(struct docx *x);
void docx_notes(struct docx *x);
void docx_package(struct docx *x);
void docx_runs(struct docx *x, const struct runs *runs);
/** The picture of a chart or QR code in a paragraph of its own. */
MUST_CHECK int docx_picture(struct docx *x, const struct block *b);

#endif
