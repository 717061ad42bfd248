/* What can be proven of a template: conditions that end, notes and anchors that exist, citations that are some. */
#include "document/template_rules.h"

/* ---- circles -------------------------------------------------------------------------------- */

/* Fields come first, then conditions. */
struct walk {
	struct tparser *p;
	unsigned char *state; /* 0 not seen, 1 being looked at, 2 done */
	bool told;
};

static void visit(struct walk *w, size_t at);

static void visit_cond(struct walk *w, const struct tcond *c)
{
	switch (c->kind) {
	case TC_ALL:
	case TC_ANY:
	case TC_NONE:
		for (size_t i = 0; i < c->n_kids; i++)
			visit_cond(w, &c->kids[i]);
		break;
	case TC_NAMED:
		if (c->named >= 0)
			visit(w, w->p->t->n_fields + (size_t)c->named);
		break;
	default:
		visit(w, (size_t)c->field);
	}
}

static void visit(struct walk *w, size_t at)
{
	const struct template *t = w->p->t;
	bool is_field = at < t->n_fields;

	if (at >= t->n_fields + t->n_conditions || w->state[at] == 2)
		return;
	if (w->state[at] == 1) {
		if (!w->told)
			tfind(w->p, is_field ? t->fields[at].line : t->conditions[at - t->n_fields].line,
			      "the condition of '%s' is circular: it depends on itself",
			      is_field ? t->fields[at].name : t->conditions[at - t->n_fields].name);
		w->told = true;
		return;
	}
	w->state[at] = 1;
	if (!is_field)
		visit_cond(w, &t->conditions[at - t->n_fields].cond);
	else if (t->fields[at].when)
		visit_cond(w, t->fields[at].when);
	w->state[at] = 2;
}

static void prove_no_circle(struct tparser *p)
{
	struct walk w = {.p = p, .state = arena_alloc(p->a, p->t->n_fields + p->t->n_conditions + 1)};

	for (size_t i = 0; i < p->t->n_fields + p->t->n_conditions; i++)
		visit(&w, i);
}

/* ---- citations ------------------------------------------------------------------------------ */

#define LAW_MAX 240 /* bytes of a name */

static void add_citation(struct template *t, struct str law, struct str article, const char *key, int line, int note)
{
	struct tcitation c = {.law = arena_strndup(t->arena, law.p, law.len), .line = line, .note = note,
			      .article = arena_strndup(t->arena, article.p, article.len)};

	memcpy(c.key, key, sizeof(c.key));
	VEC_ADD(&t->citations, c);
}

/* Steps over what may stand between two articles of one law: 、和及至 and 第…款, 第…项. */
static size_t between_articles(struct str s)
{
	static const char *const words[] = {"、", "和", "及", "至", "到", "，", "与"};
	size_t at = 0, pos;
	uint32_t n;

	for (;;) {
		size_t before = at;

		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (str_starts((struct str){s.p + at, s.len - at}, str_of(words[i])))
				at += strlen(words[i]);
		pos = at;
		if (str_starts((struct str){s.p + pos, s.len - pos}, STR("第"))) {
			pos += strlen("第");
			if (str_starts((struct str){s.p + pos, s.len - pos}, STR("（")))
				pos += strlen("（");
			if (numeral_read(s, &pos, &n)) {
				struct str behind;

				if (str_starts((struct str){s.p + pos, s.len - pos}, STR("）")))
					pos += strlen("）");
				behind = (struct str){s.p + pos, s.len - pos};
				if (str_starts(behind, STR("款")) || str_starts(behind, STR("项")))
					at = pos + strlen("款");
			}
		}
		if (at == before)
			return at;
	}
}

#define SHOWN 60 /* bytes, about */

static void find_at(struct tparser *p, int line, const char *what, struct str where)
{
	size_t shown = 0;

	while (shown < where.len && shown < SHOWN)
		utf8_next(where, &shown);
	tfind(p, line, "%s: …%.*s", what, (int)shown, where.p);
}

static void find_in(struct tparser *p, struct str text, int line, int note)
{
	static const struct str open = STR("《"), close = STR("》");
	const char *end = text.p + text.len, *at = text.p, *from;
	char key[ARTICLE_KEY_MAX];
	size_t len;

	while ((from = memmem(at, (size_t)(end - at), open.p, open.len))) {
		const char *stop = memmem(from, (size_t)(end - from), close.p, close.len);
		struct str law, rest;

		if (!stop || stop - from > LAW_MAX) {
			find_at(p, line, "《 without its 》", (struct str){from, (size_t)(end - from)});
			return;
		}
		law = (struct str){from + open.len, (size_t)(stop - from) - open.len};
		rest = (struct str){stop + close.len, (size_t)(end - stop) - close.len};
		while (article_number(rest, &len, key)) {
			add_citation(p->t, law, (struct str){rest.p, len}, key, line, note);
			rest = (struct str){rest.p + len, rest.len - len};
			len = between_articles(rest);
			rest = (struct str){rest.p + len, rest.len - len};
		}
		if (str_starts(rest, STR("第条")))
			find_at(p, line, "an article without its number", (struct str){from, (size_t)(end - from)});
		at = rest.p;
	}
}

void citations_find(struct template *t, struct str text, int line, int note, struct yreport *r)
{
	struct tparser p = {.t = t, .a = t->arena, .r = r};

	find_in(&p, text, line, note);
}

static void cite_spans(struct tparser *p, const struct tspans *spans, int note)
{
	for (size_t i = 0; i < spans->n; i++)
		if (spans->at[i].kind == SPAN_TEXT)
			find_in(p, spans->at[i].text, spans->at[i].line, note);
}

static void cite_nodes(struct tparser *p, const struct tnode *n)
{
	for (; n; n = n->next) {
		cite_spans(p, &n->spans, -1);
		for (size_t i = 0; i < n->rows * n->columns; i++)
			cite_spans(p, &n->cells[i].spans, -1);
		cite_nodes(p, n->kids);
		cite_nodes(p, n->otherwise);
	}
}

/* ---- what is named -------------------------------------------------------------------------- */

static void mark_spans(struct tparser *p, const struct tspans *spans)
{
	for (size_t i = 0; i < spans->n; i++)
		if (spans->at[i].kind == SPAN_NOTE)
			p->t->notes.at[spans->at[i].index].used = true;
}

static void mark_nodes(struct tparser *p, const struct tnode *n)
{
	for (; n; n = n->next) {
		mark_spans(p, &n->spans);
		for (size_t i = 0; i < n->rows * n->columns; i++)
			mark_spans(p, &n->cells[i].spans);
		mark_nodes(p, n->kids);
		mark_nodes(p, n->otherwise);
	}
}

void prove(struct tparser *p)
{
	struct template *t = p->t;

	prove_no_circle(p);
	mark_nodes(p, t->body);
	for (size_t i = 0; i < t->notes.n; i++) {
		if (!t->notes.at[i].spans.n)
			tfind(p, t->notes.at[i].line, "there is no note [^%s]: …", t->notes.at[i].name);
		else if (!t->notes.at[i].used)
			tfind(p, t->notes.at[i].line, "the note [^%s] is nowhere referred to", t->notes.at[i].name);
		cite_spans(p, &t->notes.at[i].spans, (int)i);
	}
	for (size_t i = 0; i < t->anchors.n; i++)
		if (!t->anchors.at[i].defined)
			tfind(p, t->anchors.at[i].line, "no clause has the anchor {#%s}", t->anchors.at[i].name);
	cite_nodes(p, t->body);
}
