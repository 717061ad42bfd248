/* The annotations at the head of an operation's file. */
#include "store/op_parse.h"

#include <ctype.h>

struct parser {
	struct arena *arena;
	struct op *op;
	struct op_text *text;
	struct op_place at; /* of the annotation being read */
	unsigned seen;	    /* bit per keyword */
	struct buf about;
};

void op_finding(const struct op_place *at, const char *fmt, ...)
{
	struct ynode where = {.file = at->file, .line = at->line};
	char msg[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	yreport_add(at->report, &where, "%s", msg);
}

bool op_is_name(struct str s)
{
	if (!s.len || !islower((unsigned char)s.p[0]))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!islower(c) && !isdigit(c) && c != '_')
			return false;
	}
	return true;
}

/* ---- did you mean ------------------------------------------------------------------------- */

#define WORD_MAX 24

/* Levenshtein's distance of two short words. */
static size_t distance(struct str a, struct str b)
{
	size_t row[WORD_MAX + 1];

	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diag = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t best = diag + (a.p[i - 1] != b.p[j - 1]);

			diag = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b.len];
}

const char *op_nearest(struct str word, const char *const *candidates)
{
	const char *best = NULL;
	size_t best_distance = word.len / 3 + 1;

	if (word.len > WORD_MAX)
		return NULL;
	for (; *candidates; candidates++) {
		struct str c = str_of(*candidates);
		size_t d;

		if (c.len > WORD_MAX)
			continue;
		d = distance(word, c);
		if (d <= best_distance && (!best || d < best_distance)) {
			best = *candidates;
			best_distance = d;
		}
	}
	return best;
}

/* ---- one function an annotation ----------------------------------------------------------- */

static char *keep(struct parser *p, struct str s)
{
	return arena_strndup(p->arena, s.p, s.len);
}

static bool is_dotted(struct str s)
{
	struct str piece;
	size_t n = 0;

	while (str_split(&s, '.', &piece)) {
		if (!op_is_name(piece))
			return false;
		n++;
	}
	return n >= 2;
}

static void read_op(struct parser *p, struct str v)
{
	p->text->op_line = p->at.line;
	if (!is_dotted(v))
		op_finding(&p->at,
			   "'%.*s' is no name of an operation: lower-case words joined by dots, "
			   "such as case.list",
			   STR_FMT(v));
	p->op->name = keep(p, v);
}

static bool is_path_segment(struct str seg)
{
	if (seg.len > 2 && seg.p[0] == '{' && seg.p[seg.len - 1] == '}')
		return op_is_name((struct str){seg.p + 1, seg.len - 2});
	for (size_t i = 0; i < seg.len; i++)
		if (!isalnum((unsigned char)seg.p[i]) && !strchr("-_.~", seg.p[i]))
			return false;
	return seg.len > 0;
}

static bool is_path(struct str path)
{
	struct str seg;
	size_t params = 0;

	if (path.len < 2 || path.p[0] != '/')
		return false;
	path = (struct str){path.p + 1, path.len - 1};
	while (str_split(&path, '/', &seg)) {
		if (!is_path_segment(seg))
			return false;
		params += seg.p[0] == '{';
	}
	return params <= ROUTE_PARAMS_MAX;
}

static void read_route(struct parser *p, struct str v)
{
	static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", NULL};
	struct str method;

	p->text->route_line = p->at.line;
	p->op->via = VIA_ROUTE;
	str_split(&v, ' ', &method);
	for (const char *const *m = methods; *m; m++)
		if (str_is(method, *m))
			p->op->method = *m;
	if (!p->op->method)
		op_finding(&p->at, "'%.*s' is no method: GET, POST, PUT, PATCH or DELETE",
			   STR_FMT(method));
	v = str_trim(v);
	if (!is_path(v))
		op_finding(&p->at, "'%.*s' is no path: /word/{name}/word, at most %d names",
			   STR_FMT(v), ROUTE_PARAMS_MAX);
	p->op->path = keep(p, v);
}

static void read_via(struct parser *p, struct str v)
{
	if (str_is(v, "process"))
		p->op->via = VIA_PROCESS;
	else if (str_is(v, "engine"))
		p->op->via = VIA_ENGINE;
	else
		op_finding(&p->at, "'via: %.*s' is unknown: process or engine", STR_FMT(v));
}

static void read_role(struct parser *p, struct str v)
{
	VEC(const char *) roles = {0};
	struct str piece;

	while (str_split(&v, ',', &piece)) {
		piece = str_trim(piece);
		if (!op_is_name(piece))
			op_finding(&p->at, "'%.*s' is no name of a role", STR_FMT(piece));
		else if (str_is(piece, "any"))
			p->op->any_role = true;
		else if (str_is(piece, "public"))
			p->op->is_public = true;
		else
			VEC_ADD(&roles, keep(p, piece));
	}
	if ((p->op->any_role || p->op->is_public) &&
	    (roles.n || p->op->any_role == p->op->is_public))
		op_finding(&p->at, "'any' and 'public' stand alone");
	p->op->roles = ARENA_ARRAY(p->arena, const char *, roles.n + 1);
	for (size_t i = 0; i < roles.n; i++)
		p->op->roles[i] = roles.at[i];
	VEC_FREE(&roles);
}

static void read_in(struct parser *p, struct str v)
{
	p->text->in_line = p->at.line;
	op_parse_in(p->arena, p->at, v, p->op);
}

static void read_out(struct parser *p, struct str v)
{
	op_parse_out(p->arena, p->at, v, p->op);
}

static void read_native(struct parser *p, struct str v)
{
	if (v.len)
		op_finding(&p->at, "'native:' takes no value");
	p->text->native = true;
}

static void read_store(struct parser *p, struct str v)
{
	if (str_is(v, "cases") || str_is(v, "clients") || str_is(v, "both"))
		p->op->store = keep(p, v);
	else
		op_finding(&p->at, "there is no store '%.*s': cases, clients or both", STR_FMT(v));
}

static void read_audit(struct parser *p, struct str v)
{
	if (!op_is_name(v))
		op_finding(&p->at, "'audit:' needs a word, such as reveal");
	p->op->audit = keep(p, v);
}

static void read_upload(struct parser *p, struct str v)
{
	if (!str_is(v, "yes"))
		op_finding(&p->at, "'upload:' can only be yes");
	p->op->upload = true;
}

/* "10/min ip" */
static void read_rate(struct parser *p, struct str v)
{
	struct str count, unit, who = v;
	int64_t n;

	str_split(&who, '/', &count);
	str_split(&who, ' ', &unit);
	who = str_trim(who);
	if (str_to_int(count, &n) < 0 || n < 1 || n > 1000000 ||
	    !(str_is(unit, "sec") || str_is(unit, "min") || str_is(unit, "hour")) ||
	    !(str_is(who, "ip") || str_is(who, "actor")))
		op_finding(&p->at,
			   "'%.*s' is no limit: such as 10/min ip (sec, min, hour; ip, actor)",
			   STR_FMT(v));
	p->op->rate = keep(p, v);
}

static void read_status(struct parser *p, struct str v)
{
	int64_t n;

	if (str_to_int(v, &n) < 0 || n < 200 || n > 299)
		op_finding(&p->at, "'status:' is that of a success: 200 to 299");
	else
		p->op->status = (int)n;
}

static const struct keyword {
	const char *word;
	void (*read)(struct parser *p, struct str value);
} keywords[] = {
	{"op", read_op},	 {"route", read_route}, {"via", read_via},
	{"role", read_role},	 {"in", read_in},	{"out", read_out},
	{"native", read_native}, {"store", read_store}, {"audit", read_audit},
	{"upload", read_upload}, {"rate", read_rate},	{"status", read_status},
};

enum { K_OP, K_ROUTE, K_VIA, K_ROLE, K_IN, K_OUT, K_NATIVE };

static void read_annotation(struct parser *p, struct str word, struct str value)
{
	const char *words[ARRAY_SIZE(keywords) + 1] = {NULL};
	const char *near;

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		words[i] = keywords[i].word;
		if (!str_is(word, keywords[i].word))
			continue;
		if (p->seen & 1u << i)
			op_finding(&p->at, "'%s:' stands here a second time", keywords[i].word);
		else
			keywords[i].read(p, value);
		p->seen |= 1u << i;
		return;
	}
	near = op_nearest(word, words);
	op_finding(&p->at, "unknown annotation '%.*s:'%s%s%s", STR_FMT(word),
		   near ? ", did you mean '" : "", near ? near : "", near ? ":'?" : "");
}

/* ---- lines -------------------------------------------------------------------------------- */

/* "word:" and then a space or the end: splits it off. */
static bool annotation_word(struct str line, struct str *ret_word, struct str *ret_value)
{
	struct str rest = line, word;

	if (!memchr(line.p, ':', line.len) || !str_split(&rest, ':', &word) || !op_is_name(word))
		return false;
	if (rest.len && rest.p[0] != ' ')
		return false;
	*ret_word = word;
	*ret_value = str_trim(rest);
	return true;
}

static bool is_continuation(struct str line)
{
	return line.len > 3 && !memcmp(line.p, "   ", 3);
}

static void add_description(struct parser *p, struct str line)
{
	line = str_trim(line);
	if (!p->op->title && line.len)
		p->op->title = keep(p, line);
	if (p->about.len)
		buf_addc(&p->about, '\n');
	buf_add(&p->about, line.p, line.len);
}

/* One line of the file, without its end. @return false behind the last */
static bool next_line(struct str *rest, struct str *ret)
{
	if (!str_split(rest, '\n', ret))
		return false;
	if (ret->len && ret->p[ret->len - 1] == '\r')
		ret->len--;
	return true;
}

static bool comment_line(struct str line, struct str *ret_inner)
{
	if (line.len < 2 || memcmp(line.p, "--", 2))
		return false;
	*ret_inner = (struct str){line.p + 2, line.len - 2};
	return true;
}

/* The lines that carry on a value, joined to it by newlines so that the line number is not lost. */
static struct str continued(struct parser *p, struct str value, struct str *rest, int *line)
{
	CLEANUP(buf_free) struct buf joined = {0};
	struct str ahead = *rest, l, inner;

	buf_add(&joined, value.p, value.len);
	while (next_line(&ahead, &l) && comment_line(l, &inner) && is_continuation(inner)) {
		inner = str_trim(inner);
		buf_addc(&joined, '\n');
		buf_add(&joined, inner.p, inner.len);
		*rest = ahead;
		(*line)++;
	}
	return (struct str){keep(p, buf_str(&joined)), joined.len};
}

static void read_head(struct parser *p, struct str rest)
{
	struct str ahead = rest, l, inner, word, value;
	int line = 1;
	bool begun = false; /* blank lines may stand before the head, not within */

	for (; next_line(&ahead, &l); rest = ahead, line++) {
		if (!comment_line(l, &inner)) {
			if (begun || str_trim(l).len)
				break;
			continue;
		}
		begun = true;
		p->at.line = line;
		if (annotation_word(
			    (struct str){inner.p + (inner.len > 0), inner.len - (inner.len > 0)},
			    &word, &value))
			read_annotation(p, word, continued(p, value, &ahead, &line));
		else
			add_description(p, inner);
	}
	p->text->sql = rest;
	p->text->sql_line = line;
}

const char *op_annotations(struct arena *a, struct str text)
{
	CLEANUP(buf_free) struct buf b = {0};
	struct str l, inner, word, value;
	bool within = false;

	for (struct str ahead = text; next_line(&ahead, &l) && !str_trim(l).len; text = ahead)
		;
	while (next_line(&text, &l) && comment_line(l, &inner)) {
		struct str behind = {inner.p + (inner.len > 0), inner.len - (inner.len > 0)};

		within = annotation_word(behind, &word, &value) ||
			 (within && is_continuation(inner));
		if (within) {
			buf_add(&b, inner.p, inner.len);
			buf_addc(&b, '\n');
		}
	}
	return arena_strndup(a, b.p ? b.p : "", b.len);
}

/* ---- what must fit together --------------------------------------------------------------- */

bool op_in_path(const struct op *op, struct str name)
{
	struct str path = str_of(op->path), seg;

	while (path.p && str_split(&path, '/', &seg))
		if (seg.len == name.len + 2 && seg.p[0] == '{' &&
		    !memcmp(seg.p + 1, name.p, name.len))
			return true;
	return false;
}

static const struct op_field *in_named(const struct op *op, struct str name)
{
	for (size_t i = 0; i < op->n_in; i++)
		if (str_is(name, op->in[i].name))
			return &op->in[i];
	return NULL;
}

static void check_path_params(struct parser *p)
{
	struct str path = str_of(p->op->path), seg;

	p->at.line = p->text->route_line;
	while (path.p && str_split(&path, '/', &seg)) {
		struct str name = {seg.p + 1, seg.len - 2};
		const struct op_field *f;

		if (seg.len < 3 || seg.p[0] != '{')
			continue;
		f = in_named(p->op, name);
		if (!f)
			op_finding(&p->at, "{%.*s} of the path is not declared in 'in:'",
				   STR_FMT(name));
		else if (f->optional || f->dflt)
			op_finding(&p->at, "{%.*s} of the path can't be optional", STR_FMT(name));
	}
}

bool op_is_upload_param(const char *name)
{
	static const char *const names[] = {"blob_id", "blob_size", "blob_address", "file_name",
					    "media_type"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static void check_in(struct parser *p)
{
	p->at.line = p->text->in_line;
	for (size_t i = 0; i < p->op->n_in; i++) {
		const char *name = p->op->in[i].name;

		if (p->op->in[i].type == T_BLOB && p->op->method)
			op_finding(&p->at, "'%s': bytes don't come over HTTP; use via: engine",
				   name);
		if (p->op->upload && op_is_upload_param(name))
			op_finding(&p->at, "'%s' is bound by the engine and can't be a parameter",
				   name);
	}
}

static bool has(const struct parser *p, int keyword)
{
	return p->seen & 1u << keyword;
}

static void check_whole(struct parser *p)
{
	struct op *op = p->op;

	p->at.line = p->text->op_line;
	if (!has(p, K_OP))
		op_finding(&p->at, "there is no 'op:'");
	if (has(p, K_ROUTE) == has(p, K_VIA))
		op_finding(&p->at, "needs exactly one of 'route:' and 'via:'");
	if (has(p, K_ROUTE) && !has(p, K_ROLE))
		op_finding(&p->at, "a route needs 'role:': roles, any or public");
	if (!has(p, K_ROUTE) && has(p, K_ROLE))
		op_finding(&p->at, "'role:' belongs to a route");
	if (has(p, K_ROUTE) && !has(p, K_OUT))
		op_finding(&p->at, "a route needs 'out:'");
	if ((op->shape == OUT_JSON || op->shape == OUT_FILE) && !p->text->native)
		op_finding(&p->at, "'out: %s' is for natives",
			   op->shape == OUT_JSON ? "json" : "file");
	if (op->upload && (!op->method || str_is(str_of(op->method), "GET")))
		op_finding(&p->at, "'upload:' needs a route with a body");
	if (op->method && !strcmp(op->store, "both"))
		op_finding(&p->at, "'store: both' is for via: engine");
	check_path_params(p);
	check_in(p);
}

void op_parse(struct arena *a, const char *file, const char *module, struct str text,
	      struct op *ret, struct op_text *ret_text, struct yreport *report)
{
	struct parser p = {.arena = a, .op = ret, .text = ret_text, .at = {file, 1, report}};
	size_t before = report->n;

	*ret = (struct op){.file = file, .module = module, .store = "cases"};
	*ret_text = (struct op_text){.op_line = 1, .in_line = 1, .route_line = 1};
	if (!utf8_valid(text))
		op_finding(&p.at, "the file is no well-formed UTF-8 or holds a NUL");
	read_head(&p, text);
	if (report->n == before)
		check_whole(&p);
	if (!ret->title)
		ret->title = "";
	ret->about = keep(&p, str_trim(p.about.len ? buf_str(&p.about) : STR("")));
	if (!ret->status)
		ret->status = ret->shape == OUT_NONE ? 204 : 200;
	buf_free(&p.about);
}
