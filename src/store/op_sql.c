/*
 * From the text of an operation to statements with numbered, typed parameters.
 *
 * The scanner knows just enough SQL: strings, quoted names, comments, brackets, words. It never has
 * to understand a statement; the databases do that when the statement is prepared.
 */
#include "store/op_sql.h"

#include <stdatomic.h>
#include <strings.h>

/* What the engine binds; nothing from a request can (docs/operations.md). */
static const struct op_param engine_params[] = {
	{"actor", PARAM_INT, PARAM_ACTOR},
	{"actor_org", PARAM_INT, PARAM_ACTOR_ORG},
	{"actor_session", PARAM_INT, PARAM_ACTOR_SESSION},
	{"now", PARAM_INT, PARAM_NOW},
	{"blob_id", PARAM_INT, PARAM_ARG},
	{"blob_size", PARAM_INT, PARAM_ARG},
	{"blob_address", PARAM_TEXT, PARAM_ARG},
	{"file_name", PARAM_TEXT, PARAM_ARG},
	{"media_type", PARAM_TEXT, PARAM_ARG},
};

enum verb { VERB_NONE, VERB_SELECT, VERB_WRITE, VERB_WITH, VERB_OTHER };

/* The statement being read. */
struct scan {
	struct arena *a;
	const struct op_sql_in *in;
	const struct op_source *src;
	struct yreport *report;
	size_t pos;
	int line;
	struct op_param all[OP_SQL_MAX_PARAMS]; /* of both texts */
	size_t n_all;
	struct op_stmt stmts[OP_SQL_MAX_STATEMENTS]; /* of this text */
	size_t n_stmts;
	int rows_at;
	bool writes; /* any statement so far */
	/* of the current statement */
	struct buf sqlite, pg;
	uint8_t params[OP_SQL_MAX_PARAMS];
	size_t n_params;
	int depth;
	enum verb verb;
	bool returning;
	int start_line;
};

static void finding(struct scan *s, const char *what, struct str detail)
{
	struct ynode at = {.file = s->src->file, .line = s->line};

	yreport_add(s->report, &at, "%s: %s%.*s", s->in->op, what, STR_FMT(detail));
}

static enum param_kind kind_of(enum op_type type)
{
	switch (type) {
	case T_TEXT:
	case T_PHONE:
	case T_JSON:
	case T_ENUM:
		return PARAM_TEXT;
	case T_REAL:
		return PARAM_REAL;
	case T_BLOB:
		return PARAM_BLOB;
	default:
		return PARAM_INT;
	}
}

static bool describe_param(const struct scan *s, struct str name, struct op_param *ret)
{
	for (size_t i = 0; i < s->in->n_in; i++)
		if (str_is(name, s->in->in[i].name)) {
			*ret = (struct op_param){s->in->in[i].name, kind_of(s->in->in[i].type),
						 PARAM_ARG};
			return true;
		}
	for (size_t i = 0; i < ARRAY_SIZE(engine_params); i++)
		if (str_is(name, engine_params[i].name)) {
			*ret = engine_params[i];
			return true;
		}
	*ret = (struct op_param){arena_strndup(s->a, name.p, name.len), PARAM_ANY, PARAM_ARG};
	return !s->in->declared_only;
}

/* Index of a parameter in the operation's list; it is added when new. Negative when there are too
 * many. */
static int param_index(struct scan *s, struct str name)
{
	for (size_t i = 0; i < s->n_all; i++)
		if (str_is(name, s->all[i].name))
			return (int)i;
	if (s->n_all == OP_SQL_MAX_PARAMS) {
		finding(s, "too many parameters at :", name);
		return -1;
	}
	if (!describe_param(s, name, &s->all[s->n_all]))
		finding(s, "`in:` does not declare :", name);
	return (int)s->n_all++;
}

static void emit(struct scan *s, const char *p, size_t len)
{
	buf_add(&s->sqlite, p, len);
	buf_add(&s->pg, p, len);
}

static void space(struct scan *s)
{
	if (s->sqlite.len && s->sqlite.p[s->sqlite.len - 1] != ' ')
		emit(s, " ", 1);
}

static void emit_param(struct scan *s, struct str name)
{
	int index = param_index(s, name);
	size_t k = 0;

	if (index < 0)
		return;
	while (k < s->n_params && s->params[k] != index)
		k++;
	if (k == s->n_params)
		s->params[s->n_params++] = (uint8_t)index;
	buf_printf(&s->sqlite, "?%zu", k + 1);
	buf_printf(&s->pg, "$%zu", k + 1);
}

static bool word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool word_char(char c)
{
	return word_start(c) || (c >= '0' && c <= '9');
}

static size_t word_len(const struct scan *s, size_t from)
{
	size_t to = from;

	while (to < s->src->text.len && word_char(s->src->text.p[to]))
		to++;
	return to - from;
}

static bool word_is(struct str w, const char *keyword)
{
	return w.len == strlen(keyword) && !strncasecmp(w.p, keyword, w.len);
}

static enum verb verb_of(struct str w)
{
	if (word_is(w, "select") || word_is(w, "values"))
		return VERB_SELECT;
	if (word_is(w, "insert") || word_is(w, "update") || word_is(w, "delete"))
		return VERB_WRITE;
	return word_is(w, "with") ? VERB_WITH : VERB_OTHER;
}

/* The verb is the first word, or behind WITH the first verb outside brackets. */
static void note_word(struct scan *s, struct str w)
{
	if (s->verb == VERB_NONE) {
		s->verb = verb_of(w);
		s->start_line = s->line;
		if (s->verb == VERB_OTHER)
			finding(s,
				"a statement begins with SELECT, INSERT, UPDATE, DELETE, VALUES or "
				"WITH, not ",
				w);
	} else if (s->verb == VERB_WITH && s->depth == 0 && verb_of(w) < VERB_WITH) {
		s->verb = verb_of(w);
	}
	if (s->depth == 0 && word_is(w, "returning"))
		s->returning = true;
}

static void take_word(struct scan *s)
{
	struct str w = {s->src->text.p + s->pos, word_len(s, s->pos)};

	note_word(s, w);
	emit(s, w.p, w.len);
	s->pos += w.len;
}

/* 'string' or "name", the quote doubled inside. */
static void take_quoted(struct scan *s)
{
	const char *p = s->src->text.p;
	char quote = p[s->pos];
	size_t from = s->pos++;

	for (; s->pos < s->src->text.len; s->pos++) {
		if (p[s->pos] == '\n')
			s->line++;
		if (p[s->pos] != quote)
			continue;
		if (s->pos + 1 < s->src->text.len && p[s->pos + 1] == quote) {
			s->pos++;
			continue;
		}
		s->pos++;
		emit(s, p + from, s->pos - from);
		return;
	}
	finding(s, "a quote is never closed", STR(""));
}

/* Comments become one space. Returns false when there is none here. */
static bool skip_comment(struct scan *s)
{
	struct str t = s->src->text;
	const char *p = t.p + s->pos, *end;
	size_t left = t.len - s->pos;

	if (left >= 2 && p[0] == '-' && p[1] == '-') {
		end = memchr(p, '\n', left);
		s->pos = end ? (size_t)(end - t.p) : t.len;
	} else if (left >= 2 && p[0] == '/' && p[1] == '*') {
		end = memmem(p + 2, left - 2, "*/", 2);
		if (!end)
			finding(s, "a comment is never closed", STR(""));
		for (const char *q = p; q < (end ? end : t.p + t.len); q++)
			s->line += *q == '\n';
		s->pos = end ? (size_t)(end + 2 - t.p) : t.len;
	} else {
		return false;
	}
	space(s);
	return true;
}

static void take_space(struct scan *s)
{
	const char *p = s->src->text.p;

	while (s->pos < s->src->text.len && strchr(" \t\r\n", p[s->pos]))
		s->line += p[s->pos++] == '\n';
	space(s);
}

/* `:name` is a parameter, `::type` a cast. */
static void take_colon(struct scan *s)
{
	const char *p = s->src->text.p + s->pos;
	size_t left = s->src->text.len - s->pos;
	size_t len;

	if (left >= 2 && p[1] == ':') {
		emit(s, p, 2);
		s->pos += 2;
		return;
	}
	len = word_len(s, s->pos + 1);
	if (!len)
		finding(s, "a colon without a parameter's name", STR(""));
	else
		emit_param(s, (struct str){p + 1, len});
	s->pos += 1 + len;
}

static void begin_statement(struct scan *s)
{
	buf_clear(&s->sqlite);
	buf_clear(&s->pg);
	s->n_params = 0;
	s->depth = 0;
	s->verb = VERB_NONE;
	s->returning = false;
}

static struct str keep(struct scan *s, const struct buf *b)
{
	struct str t = str_trim(buf_str(b));

	return (struct str){arena_strndup(s->a, t.p, t.len), t.len};
}

static void end_statement(struct scan *s)
{
	struct op_stmt *st;

	if (s->verb == VERB_NONE) {
		begin_statement(s);
		return;
	}
	if (s->depth != 0)
		finding(s, "brackets do not match", STR(""));
	if (s->n_stmts == OP_SQL_MAX_STATEMENTS) {
		finding(s, "too many statements", STR(""));
		return;
	}
	st = &s->stmts[s->n_stmts];
	st->sqlite = keep(s, &s->sqlite);
	st->pg = keep(s, &s->pg);
	st->params = arena_memdup(s->a, s->params, s->n_params);
	st->n_params = s->n_params;
	st->rows = s->verb != VERB_WRITE || s->returning;
	st->writes = s->verb == VERB_WRITE;
	if (st->rows)
		s->rows_at = (int)s->n_stmts;
	s->writes |= st->writes;
	s->n_stmts++;
	begin_statement(s);
}

static void take_one(struct scan *s)
{
	char c = s->src->text.p[s->pos];

	if (word_start(c)) {
		take_word(s);
	} else if (c == '\'' || c == '"') {
		take_quoted(s);
	} else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
		take_space(s);
	} else if (skip_comment(s)) {
		return;
	} else if (c == ':') {
		take_colon(s);
	} else if (c == ';') {
		end_statement(s);
		s->pos++;
	} else {
		if (c == '?' || c == '$')
			finding(s, "parameters are written :name", STR(""));
		s->depth += (c == '(') - (c == ')');
		emit(s, &s->src->text.p[s->pos++], 1);
		/* digits belong to what stands before them: 1e5 is no word */
		if (c >= '0' && c <= '9') {
			size_t len = word_len(s, s->pos);

			emit(s, s->src->text.p + s->pos, len);
			s->pos += len;
		}
	}
}

static const struct op_script *parse_script(struct scan *s, const struct op_source *src)
{
	struct op_script *script = ARENA_NEW(s->a, struct op_script);

	s->src = src;
	s->pos = 0;
	s->line = src->line;
	s->n_stmts = 0;
	s->rows_at = -1;
	begin_statement(s);
	while (s->pos < src->text.len)
		take_one(s);
	end_statement(s);
	if (!s->n_stmts)
		finding(s, "no statement", STR(""));
	script->stmts = arena_memdup(s->a, s->stmts, s->n_stmts * sizeof(s->stmts[0]));
	script->n_stmts = s->n_stmts;
	script->rows_at = s->rows_at;
	return script;
}

static void check_used(struct scan *s)
{
	for (size_t i = 0; i < s->in->n_in; i++) {
		bool used = false;

		for (size_t k = 0; k < s->n_all && !used; k++)
			used = !strcmp(s->all[k].name, s->in->in[i].name);
		if (!used) {
			s->line = s->src->line;
			finding(s, "no statement uses the declared :", str_of(s->in->in[i].name));
		}
	}
}

int op_sql_parse(struct arena *a, const struct op_sql_in *in, struct op_sql **ret,
		 struct yreport *report)
{
	static atomic_uint serials;
	struct scan s = {.a = a, .in = in, .report = report};
	struct op_sql *sql = ARENA_NEW(a, struct op_sql);
	size_t before = report->n;

	sql->slot = in->slot;
	sql->serial = atomic_fetch_add(&serials, 1) + 1;
	sql->sqlite = parse_script(&s, &in->portable);
	sql->pg = in->pg.text.p ? parse_script(&s, &in->pg) : sql->sqlite;
	check_used(&s);
	sql->params = arena_memdup(a, s.all, s.n_all * sizeof(s.all[0]));
	sql->n_params = s.n_all;
	sql->writes = s.writes;
	buf_free(&s.sqlite);
	buf_free(&s.pg);
	if (report->n != before)
		return -E_CONFIG;
	*ret = sql;
	return 0;
}
