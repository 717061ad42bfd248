/* A template's body: a Markdown of few constructions, read line by line. */
#include "document/template_rules.h"

#include <ctype.h>

/* ---- spans ---------------------------------------------------------------------------------- */

struct spans {
	struct tparser *p;
	VEC(struct tspan) all;
	struct buf words;
	unsigned style;
	int line;
};

static void end_words(struct spans *s)
{
	struct tspan span = {.kind = SPAN_TEXT, .style = s->style, .line = s->line};

	if (!s->words.len)
		return;
	span.text = (struct str){arena_strndup(s->p->a, s->words.p, s->words.len), s->words.len};
	VEC_ADD(&s->all, span);
	buf_clear(&s->words);
}

static void add_span(struct spans *s, enum tspan_kind kind, int index, enum tformat format)
{
	struct tspan span = {.kind = kind, .index = index, .format = format, .style = s->style, .line = s->line};

	end_words(s);
	VEC_ADD(&s->all, span);
}

int anchor_index(struct tparser *p, struct str name, int line)
{
	struct tanchor fresh = {.name = arena_strndup(p->a, name.p, name.len), .line = line};

	for (size_t i = 0; i < p->t->anchors.n; i++)
		if (str_is(name, p->t->anchors.at[i].name))
			return (int)i;
	VEC_ADD(&p->t->anchors, fresh);
	return (int)p->t->anchors.n - 1;
}

static int note_index(struct tparser *p, struct str name, int line)
{
	struct tnote fresh = {.name = arena_strndup(p->a, name.p, name.len), .line = line};

	for (size_t i = 0; i < p->t->notes.n; i++)
		if (str_is(name, p->t->notes.at[i].name))
			return (int)i;
	VEC_ADD(&p->t->notes, fresh);
	return (int)p->t->notes.n - 1;
}

static enum tformat parse_format(struct spans *s, struct str word)
{
	static const char *const names[FORMAT_KINDS] = {"", "upper", "number", "short"};

	for (int i = 0; i < FORMAT_KINDS; i++)
		if (str_is(word, names[i]))
			return (enum tformat)i;
	tfind(s->p, s->line, "there is no format '%.*s': upper, number, short", STR_FMT(word));
	return FORMAT_PLAIN;
}

static void add_column(struct spans *s, struct str name, enum tformat format)
{
	const struct tfield *rows = s->p->each_field >= 0 ? &s->p->t->fields[s->p->each_field] : NULL;

	if (!rows) {
		tfind(s->p, s->line, "{{.%.*s}} stands outside of ::: each and of a table's repeated row", STR_FMT(name));
		return;
	}
	if (str_is(name, "number")) {
		add_span(s, SPAN_ROW_NUMBER, 0, format);
		return;
	}
	for (size_t i = 0; i < rows->n_columns; i++)
		if (str_is(name, rows->columns[i].name)) {
			add_span(s, SPAN_COLUMN, (int)i, format);
			return;
		}
	tfind(s->p, s->line, "the rows '%s' have no column '%.*s'", rows->name, STR_FMT(name));
}

static bool is_data(const struct template *t, struct str set)
{
	for (size_t i = 0; i < t->n_data; i++)
		if (str_is(set, t->data[i].name))
			return true;
	return false;
}

/* {{name}}, {{name:upper}}, {{.column}}, {{set.member}}, {{#anchor}} */
static void add_field(struct spans *s, struct str inside)
{
	struct str name = str_trim(inside), rest = name, head;
	enum tformat format = FORMAT_PLAIN;
	int index;

	if (str_starts(name, STR("#"))) {
		add_span(s, SPAN_REF, anchor_index(s->p, (struct str){name.p + 1, name.len - 1}, s->line), 0);
		return;
	}
	str_split(&rest, ':', &name);
	if (rest.p)
		format = parse_format(s, rest);
	if (str_starts(name, STR("."))) {
		add_column(s, (struct str){name.p + 1, name.len - 1}, format);
		return;
	}
	rest = name;
	str_split(&rest, '.', &head);
	if (rest.p && is_data(s->p->t, head)) {
		add_span(s, SPAN_DATA, 0, format);
		s->all.at[s->all.n - 1].text = name;
		return;
	}
	index = template_field(s->p->t, name);
	if (index < 0)
		tfind(s->p, s->line, "there is no field '%.*s'", STR_FMT(name));
	else if (s->p->t->fields[index].type == TF_ROWS)
		tfind(s->p, s->line, "'%.*s' are rows: write them with ::: each or in a table", STR_FMT(name));
	else
		add_span(s, SPAN_FIELD, index, format);
}

/* Bytes of a construction at the start of @p t, 0: none. */
static size_t take_special(struct spans *s, struct str t)
{
	const char *end;

	if (str_starts(t, STR("{{"))) {
		end = memmem(t.p, t.len, "}}", 2);
		if (!end) {
			tfind(s->p, s->line, "{{ without its }}");
			return 2;
		}
		add_field(s, (struct str){t.p + 2, (size_t)(end - t.p) - 2});
		return (size_t)(end - t.p) + 2;
	}
	if (str_starts(t, STR("[^"))) {
		end = memchr(t.p, ']', t.len);
		if (!end)
			return 0;
		add_span(s, SPAN_NOTE, note_index(s->p, (struct str){t.p + 2, (size_t)(end - t.p) - 2}, s->line), 0);
		return (size_t)(end - t.p) + 1;
	}
	if (str_starts(t, STR("**")) || str_starts(t, STR("__"))) {
		end_words(s);
		s->style ^= t.p[0] == '*' ? RUN_BOLD : RUN_UNDERLINE;
		return 2;
	}
	if (t.p[0] == '\\' && t.len > 1) {
		buf_addc(&s->words, t.p[1]);
		return 2;
	}
	return 0;
}

struct tspans parse_spans(struct tparser *p, struct str text, int line)
{
	struct spans s = {.p = p, .line = line};
	struct tspans ret;

	for (size_t i = 0; i < text.len;) {
		size_t n = take_special(&s, (struct str){text.p + i, text.len - i});

		if (!n)
			buf_addc(&s.words, text.p[i++]);
		i += n;
	}
	end_words(&s);
	if (s.style)
		tfind(p, line, "** or __ is opened and not closed");
	ret = (struct tspans){arena_memdup(p->a, s.all.at, s.all.n * sizeof(s.all.at[0])), s.all.n};
	VEC_FREE(&s.all);
	buf_free(&s.words);
	return ret;
}

/* ---- blocks --------------------------------------------------------------------------------- */

struct reader {
	struct tparser *p;
	struct str rest;   /* lines not read yet */
	struct str line;   /* the one being looked at, without its end */
	int number;	   /* of it */
	bool at_end;
	int depth;	   /* of ::: blocks */
};

static void next_line(struct reader *rd)
{
	rd->number++;
	rd->at_end = !rd->rest.p || !str_split(&rd->rest, '\n', &rd->line);
	if (!rd->at_end && rd->line.len && rd->line.p[rd->line.len - 1] == '\r')
		rd->line.len--;
	rd->p->line = rd->number;
}

static struct tnode *node_new(struct reader *rd, enum tnode_kind kind)
{
	struct tnode *n = ARENA_NEW(rd->p->a, struct tnode);

	n->kind = kind;
	n->line = rd->number;
	n->anchor = -1;
	return n;
}

/* A text's {#anchor} at its end. */
static struct str take_anchor(struct reader *rd, struct tnode *n, struct str text)
{
	char *open;

	text = str_trim(text);
	if (!text.len || text.p[text.len - 1] != '}' || !(open = memmem(text.p, text.len, "{#", 2)) ||
	    (open > text.p && open[-1] == '{'))
		return text;
	n->anchor = anchor_index(rd->p, (struct str){open + 2, (size_t)(text.p + text.len - 1 - (open + 2))}, rd->number);
	if (rd->p->t->anchors.at[n->anchor].defined)
		tfind(rd->p, rd->number, "the anchor '%s' stands twice", rd->p->t->anchors.at[n->anchor].name);
	rd->p->t->anchors.at[n->anchor].defined = true;
	return str_trim((struct str){text.p, (size_t)(open - text.p)});
}

static struct str behind(struct str line, size_t n)
{
	return str_trim((struct str){line.p + n, line.len - n});
}

static bool is_blank(struct str line)
{
	return str_trim(line).len == 0;
}

/* "1. " or "   1. ": @return bytes up to the text, 0: none */
static size_t item_start(struct str line, int *ret_level)
{
	size_t i = 0, digits;

	while (i < line.len && line.p[i] == ' ')
		i++;
	*ret_level = i >= 3 ? 2 : 1;
	for (digits = 0; i < line.len && isdigit((unsigned char)line.p[i]); i++)
		digits++;
	return digits && i + 1 < line.len && line.p[i] == '.' && line.p[i + 1] == ' ' ? i + 2 : 0;
}

static bool begins_block(struct str line)
{
	int level;

	return is_blank(line) || str_starts(line, STR("#")) || str_starts(line, STR("|")) || str_starts(line, STR(":::")) ||
	       str_starts(line, STR("- ")) || str_starts(line, STR(">")) || str_starts(line, STR("[^")) ||
	       str_starts(line, STR("<!--")) || item_start(line, &level);
}

/* A paragraph goes on until something else begins; Chinese lines are joined without a space. */
static struct str take_paragraph(struct reader *rd, struct str first)
{
	struct buf all = {0};
	struct str ret;

	buf_add(&all, first.p, first.len);
	for (next_line(rd); !rd->at_end && !begins_block(rd->line); next_line(rd)) {
		struct str piece = str_trim(rd->line);

		if (all.len && !(all.p[all.len - 1] & 0x80) && !(piece.p[0] & 0x80))
			buf_addc(&all, ' ');
		buf_add(&all, piece.p, piece.len);
	}
	ret = (struct str){arena_strndup(rd->p->a, all.p ? all.p : "", all.len), all.len};
	buf_free(&all);
	return ret;
}

static struct tnode *read_heading(struct reader *rd)
{
	size_t marks = 0;
	struct tnode *n;

	while (marks < rd->line.len && rd->line.p[marks] == '#')
		marks++;
	n = node_new(rd, marks == 1 ? NODE_TITLE : NODE_HEADING);
	n->level = (int)marks - 1;
	if (marks > 4)
		tfind(rd->p, rd->number, "headings go from # to ####");
	n->spans = parse_spans(rd->p, take_anchor(rd, n, behind(rd->line, marks)), rd->number);
	next_line(rd);
	return n;
}

/* > flush, >> right, >^ centred */
static struct tnode *read_flush(struct reader *rd)
{
	struct tnode *n = node_new(rd, NODE_PARA);
	bool right = str_starts(rd->line, STR(">>")), centre = str_starts(rd->line, STR(">^"));
	int line = rd->number;

	n->flush = true;
	n->align = right ? ALIGN_RIGHT : centre ? ALIGN_CENTRE : ALIGN_JUSTIFY;
	n->spans = parse_spans(rd->p, behind(rd->line, right || centre ? 2 : 1), line);
	next_line(rd);
	return n;
}

static struct tnode *read_text(struct reader *rd)
{
	int level = 0, line = rd->number;
	size_t start = item_start(rd->line, &level);
	bool bullet = str_starts(rd->line, STR("- "));
	struct tnode *n = node_new(rd, start ? NODE_ITEM : bullet ? NODE_BULLET : NODE_PARA);
	struct str text = take_paragraph(rd, behind(rd->line, start ? start : bullet ? 2 : 0));

	n->level = level;
	n->spans = parse_spans(rd->p, take_anchor(rd, n, text), line);
	return n;
}

/* [^name]: text */
static bool read_note(struct reader *rd)
{
	char *end = memmem(rd->line.p, rd->line.len, "]:", 2);
	int line = rd->number, index;
	struct str name, text;
	struct tspans spans;

	if (!end)
		return false;
	name = (struct str){rd->line.p + 2, (size_t)(end - rd->line.p) - 2};
	text = take_paragraph(rd, str_trim((struct str){end + 2, (size_t)(rd->line.p + rd->line.len - (end + 2))}));
	index = note_index(rd->p, name, line);
	if (rd->p->t->notes.at[index].spans.n)
		tfind(rd->p, line, "the note '%.*s' stands twice", STR_FMT(name));
	spans = parse_spans(rd->p, text, line);
	rd->p->t->notes.at[index].spans = spans;
	rd->p->t->notes.at[index].line = line;
	return true;
}

/* ---- tables --------------------------------------------------------------------------------- */

#define COLUMNS_MAX 12

static bool is_ruler(struct str line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!strchr("|-: ", line.p[i]))
			return false;
	return line.len && memchr(line.p, '-', line.len);
}

/* Cells of "| a | b |"; a sign block's lines have no outer bars: there " | b" has an empty first cell. */
static size_t cut_cells(struct reader *rd, bool barred, struct str cells[COLUMNS_MAX])
{
	struct str rest = barred ? str_trim(rd->line) : rd->line, piece;
	size_t n = 0;

	if (barred && rest.len && rest.p[0] == '|')
		rest = (struct str){rest.p + 1, rest.len - 1};
	if (barred && rest.len && rest.p[rest.len - 1] == '|')
		rest.len--;
	while (n < COLUMNS_MAX && str_split(&rest, '|', &piece))
		cells[n++] = str_trim(piece);
	if (rest.p && rest.len)
		tfind(rd->p, rd->number, "a table has at most %d columns", COLUMNS_MAX);
	return n;
}

/* Dashes of unequal numbers are widths: |--|------| */
static void read_widths(struct reader *rd, struct tnode *n, const struct str *cells, size_t count)
{
	double *widths = ARENA_ARRAY(rd->p->a, double, count + 1), sum = 0;
	bool equal = true;

	for (size_t i = 0; i < count; i++) {
		widths[i] = (double)cells[i].len; /* colons count as dashes */
		equal = equal && widths[i] == widths[0];
		sum += widths[i];
	}
	for (size_t i = 0; i < count; i++)
		widths[i] /= sum;
	if (!equal)
		n->widths = widths;
}

static void read_ruler(struct reader *rd, struct tnode *n, enum align align[COLUMNS_MAX])
{
	struct str cells[COLUMNS_MAX];
	size_t count = cut_cells(rd, true, cells);

	if (n->columns && count != n->columns) {
		tfind(rd->p, rd->number, "this row has %zu cells, the first one %zu", count, n->columns);
		return;
	}
	read_widths(rd, n, cells, count);
	for (size_t i = 0; i < count; i++) {
		bool left = cells[i].len && cells[i].p[0] == ':', right = cells[i].len && cells[i].p[cells[i].len - 1] == ':';

		align[i] = left && right ? ALIGN_CENTRE : right ? ALIGN_RIGHT : ALIGN_LEFT;
	}
}

typedef VEC(struct tcell) cell_list;

static void add_cells(struct reader *rd, struct tnode *n, cell_list *all, const enum align *align)
{
	struct str cells[COLUMNS_MAX];
	size_t count = cut_cells(rd, n->kind == NODE_TABLE, cells);

	if (!n->columns)
		n->columns = count;
	if (count != n->columns)
		tfind(rd->p, rd->number, "this row has %zu cells, the first one %zu", count, n->columns);
	for (size_t i = 0; i < n->columns; i++) {
		struct tcell cell = {.align = align[i]};
		struct str text = i < count ? cells[i] : STR("");

		cell.seal = str_starts(text, STR("[seal]"));
		cell.spans = parse_spans(rd->p, cell.seal ? behind(text, 6) : text, rd->number);
		VEC_ADD(all, cell);
	}
	n->rows++;
}

static struct tnode *end_table(struct reader *rd, struct tnode *n, cell_list *all)
{
	n->cells = arena_memdup(rd->p->a, all->at, all->n * sizeof(all->at[0]));
	VEC_FREE(all);
	return n;
}

/* A row that begins with {{each FIELD}} is repeated. */
static void begin_repeated_row(struct reader *rd, struct tnode *n)
{
	static const struct str mark = STR("{{each ");
	char *at = memmem(rd->line.p, rd->line.len, mark.p, mark.len), *end;
	struct str name;

	if (!at || !(end = memmem(at, rd->line.len - (size_t)(at - rd->line.p), "}}", 2)))
		return;
	name = str_trim((struct str){at + mark.len, (size_t)(end - at) - mark.len});
	n->index = template_field(rd->p->t, name);
	if (n->index < 0 || rd->p->t->fields[n->index].type != TF_ROWS) {
		tfind(rd->p, rd->number, "there are no rows '%.*s'", STR_FMT(name));
		return;
	}
	n->repeats = true;
	rd->p->each_field = n->index;
	/* Blank it out: the cells are what remains. */
	rd->line.p = arena_strndup(rd->p->a, rd->line.p, rd->line.len);
	memset(memmem((char *)rd->line.p, rd->line.len, mark.p, mark.len), ' ', (size_t)(end + 2 - at));
}

static struct tnode *read_table(struct reader *rd)
{
	struct tnode *n = node_new(rd, NODE_TABLE);
	enum align align[COLUMNS_MAX] = {0};
	cell_list all = {0};
	int each_field = rd->p->each_field;

	for (size_t i = 0; i < COLUMNS_MAX; i++)
		align[i] = ALIGN_LEFT;
	for (; !rd->at_end && str_starts(rd->line, STR("|")); next_line(rd)) {
		if (is_ruler(rd->line)) {
			read_ruler(rd, n, align);
			continue;
		}
		if (n->repeats)
			tfind(rd->p, rd->number, "the repeated row is the last of its table");
		begin_repeated_row(rd, n);
		add_cells(rd, n, &all, align);
	}
	rd->p->each_field = each_field;
	return end_table(rd, n, &all);
}

/* ---- ::: blocks ----------------------------------------------------------------------------- */

static struct tnode *read_blocks(struct reader *rd, bool *ret_else);

static bool is_end(struct str line)
{
	return str_is(str_trim(line), ":::");
}

static struct tnode *read_sign(struct reader *rd)
{
	struct tnode *n = node_new(rd, NODE_SIGN);
	enum align align[COLUMNS_MAX] = {0};
	cell_list all = {0};

	for (size_t i = 0; i < COLUMNS_MAX; i++)
		align[i] = ALIGN_LEFT;
	for (next_line(rd); !rd->at_end && !is_end(rd->line); next_line(rd))
		if (!is_blank(rd->line))
			add_cells(rd, n, &all, align);
	if (rd->at_end)
		tfind(rd->p, n->line, "::: sign without its end :::");
	else
		next_line(rd);
	if (!n->rows)
		tfind(rd->p, n->line, "::: sign is empty");
	return end_table(rd, n, &all);
}

static struct tnode *read_if(struct reader *rd, struct str words)
{
	struct tnode *n = node_new(rd, NODE_IF);
	bool has_else = false, second = false;

	if (str_starts(words, STR("not "))) {
		n->negated = true;
		words = behind(words, 4);
	}
	n->index = condition_index(rd->p->t, words);
	if (n->index < 0) {
		tfind(rd->p, rd->number, "there is no condition '%.*s'", STR_FMT(words));
		n->index = 0;
	}
	next_line(rd);
	n->kids = read_blocks(rd, &has_else);
	if (has_else)
		n->otherwise = read_blocks(rd, &second);
	if (second)
		tfind(rd->p, rd->number, "a second ::: else");
	return n;
}

static struct tnode *read_each(struct reader *rd, struct str words)
{
	struct tnode *n = node_new(rd, NODE_EACH);
	int index = template_field(rd->p->t, words);
	bool has_else = false;

	if (rd->p->each_field >= 0)
		tfind(rd->p, rd->number, "::: each within ::: each");
	if (index < 0 || rd->p->t->fields[index].type != TF_ROWS) {
		tfind(rd->p, rd->number, "there are no rows '%.*s'", STR_FMT(words));
		index = -1;
	}
	n->index = rd->p->each_field = index;
	next_line(rd);
	n->kids = read_blocks(rd, &has_else);
	rd->p->each_field = -1;
	if (has_else)
		tfind(rd->p, rd->number, "::: each has no else");
	return n;
}

static int data_index(struct reader *rd, struct str name)
{
	for (size_t i = 0; i < rd->p->t->n_data; i++)
		if (str_is(name, rd->p->t->data[i].name))
			return (int)i;
	tfind(rd->p, rd->number, "there is no data '%.*s'", STR_FMT(name));
	return 0;
}

/* "bar SET title", "SET heading, heading" */
static struct tnode *read_figures(struct reader *rd, struct str words, bool chart)
{
	static const char *const kinds[] = {"bar", "line", "pie"};
	struct tnode *n = node_new(rd, chart ? NODE_CHART : NODE_DATA_TABLE);
	struct str word = words;

	if (chart) {
		bool known = false;

		str_split(&words, ' ', &word);
		for (int i = 0; i < 3; i++)
			if (str_is(word, kinds[i])) {
				n->chart = (enum chart_kind)i;
				known = true;
			}
		if (!known)
			tfind(rd->p, rd->number, "a chart is bar, line or pie");
	}
	str_split(&words, ' ', &word);
	n->index = data_index(rd, word);
	n->spans = parse_spans(rd->p, str_trim(words.p ? words : STR("")), rd->number);
	next_line(rd);
	return n;
}

static struct tnode *read_line_block(struct reader *rd, enum tnode_kind kind, struct str words)
{
	struct tnode *n = node_new(rd, kind);

	n->spans = parse_spans(rd->p, words, rd->number);
	next_line(rd);
	return n;
}

static struct tnode *read_directive(struct reader *rd)
{
	struct str words = behind(rd->line, 3), verb = words;

	str_split(&words, ' ', &verb);
	words = str_trim(words.p ? words : STR(""));
	if (str_is(verb, "if"))
		return read_if(rd, words);
	if (str_is(verb, "each"))
		return read_each(rd, words);
	if (str_is(verb, "sign"))
		return read_sign(rd);
	if (str_is(verb, "chart") || str_is(verb, "table"))
		return read_figures(rd, words, str_is(verb, "chart"));
	if (str_is(verb, "contents"))
		return read_line_block(rd, NODE_CONTENTS, STR(""));
	if (str_is(verb, "page"))
		return read_line_block(rd, NODE_PAGE, STR(""));
	if (str_is(verb, "qr"))
		return read_line_block(rd, NODE_QR, words);
	tfind(rd->p, rd->number, "'::: %.*s' is unknown: if, else, each, sign, contents, page, qr, chart, table", STR_FMT(verb));
	next_line(rd);
	return NULL;
}

static struct tnode *read_block(struct reader *rd)
{
	if (str_starts(rd->line, STR("#")))
		return read_heading(rd);
	if (str_starts(rd->line, STR("|")))
		return read_table(rd);
	if (str_starts(rd->line, STR(">")))
		return read_flush(rd);
	if (str_starts(rd->line, STR(":::")))
		return read_directive(rd);
	if (str_starts(rd->line, STR("[^")) && read_note(rd))
		return NULL;
	return read_text(rd);
}

static bool is_else(struct str line)
{
	return str_starts(line, STR(":::")) && str_is(behind(line, 3), "else");
}

#define DEPTH_MAX 8

/* Until the end of the block (or of the text). */
static struct tnode *read_blocks(struct reader *rd, bool *ret_else)
{
	struct tnode *first = NULL, **tail = &first;
	int opened = rd->number - 1;
	bool inside = rd->depth++ > 0;

	if (rd->depth > DEPTH_MAX) {
		tfind(rd->p, rd->number, "blocks are nested more than %d deep", DEPTH_MAX);
		rd->at_end = true;
	}
	while (!rd->at_end) {
		if (is_blank(rd->line) || str_starts(rd->line, STR("<!--"))) {
			next_line(rd);
			continue;
		}
		if (is_end(rd->line) || is_else(rd->line)) {
			*ret_else = is_else(rd->line);
			if (!inside)
				tfind(rd->p, rd->number, "'%.*s' closes nothing", STR_FMT(rd->line));
			next_line(rd);
			if (inside)
				break;
			continue;
		}
		if ((*tail = read_block(rd)))
			tail = &(*tail)->next;
		if (inside && rd->at_end)
			tfind(rd->p, opened, "a ::: block without its end :::");
	}
	rd->depth--;
	return first;
}

void parse_body(struct tparser *p, struct str body, int first)
{
	struct reader rd = {.p = p, .rest = body, .number = first - 1};
	bool has_else = false;

	next_line(&rd);
	p->t->body = read_blocks(&rd, &has_else);
	if (!p->t->body)
		tfind(p, first, "the template has no text");
}
