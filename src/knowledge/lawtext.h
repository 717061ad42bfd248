/**
 * @file lawtext.h  One Markdown file of a statute → title, dates, headings, articles (K01).
 *
 * Layout (LawRefBook/Laws): `# title`, optional `# part`, lines "YYYY年M月D日 what happened",
 * `<!-- INFO END -->`, then `##`… headings and articles "第…条 text", further paragraphs
 * belonging to the article above. Amendments without articles are counted by their 一、二、….
 */
#ifndef LEXLINE_LAWTEXT_H
#define LEXLINE_LAWTEXT_H

#include "base/error.h"
#include "base/map.h"
#include "knowledge/numerals.h"

enum law_node_kind { LAW_HEADING, LAW_ARTICLE, LAW_TEXT /**< preamble, signature */ };

struct law_node {
	enum law_node_kind kind;
	int level;		   /**< heading: 2 … 6 */
	struct str number;	   /**< article: as written, 第五十四条 */
	char key[ARTICLE_KEY_MAX]; /**< article: "54", "120-1"; item of an amendment: "i3" */
	int repeat;		   /**< 0; 1 … for a second article of the same number in the file */
	struct str path;	   /**< headings above, joined by " › " */
	struct str text;	   /**< paragraphs joined by \n; heading: its words */
	int line;
};

struct law_event {
	int64_t day; /**< days since 1970 */
	struct str what;
};

#define DAY_UNKNOWN INT64_MIN

struct law_text {
	struct str title; /**< 中华人民共和国民法典 */
	struct str part;  /**< 合同编; empty */
	VEC(struct law_event) events;
	VEC(struct law_node) nodes;
	size_t articles;
	int64_t version_day;   /**< of the file's name, else the last event that isn't 施行; or DAY_UNKNOWN */
	int64_t effective_day; /**< last 施行 on or after version_day, else version_day */
	VEC(const char *) findings; /**< "line 12: …" what could not be read */
};

/**
 * Strings live in the arena; the vectors are released by law_text_free().
 * @param file_name  may carry the version: 公司法(2023-12-29).md
 * @return 0, -E_INVALID (no title, no article, not UTF-8: says so)
 */
MUST_CHECK int law_text_parse(struct arena *a, struct str text, const char *file_name, struct law_text *ret,
			      struct fault *f);
void law_text_free(struct law_text *t);

/** Title without 中华人民共和国, white space, punctuation and bracketed dates: names the law across its versions. */
struct str law_title_key(struct arena *a, struct str title);

#endif
