/* A template's head: fields, conditions, data, in the closed vocabulary of docs/templates.md. */
#include "document/template_rules.h"

#include <sodium.h>

#include "base/memory.h"
#include "base/time.h"

#define TEXT_MAX ((size_t)1 << 20)

static const char *const type_names[] = {"text", "long_text", "int",	"money",  "rate",    "bool", "date",
					 "phone", "email",    "choice", "choices", "rows", NULL};
const char *const template_kinds[] = {"contract", "mandate", "letter",	 "pleading", "application",
				      "opinion",  "rules",   "certificate", "report",   NULL};

const char *tfield_type_name(enum tfield_type t)
{
	return type_names[t];
}

void tfind(struct tparser *p, int line, const char *fmt, ...)
{
	struct ynode at = {.file = p->t->file, .line = line};
	CLEANUP(buf_free) struct buf text = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	yreport_add(p->r, &at, "%s", text.p);
}

int template_field(const struct template *t, struct str name)
{
	for (size_t i = 0; i < t->n_fields; i++)
		if (str_is(name, t->fields[i].name))
			return (int)i;
	return -1;
}

int condition_index(const struct template *t, struct str name)
{
	for (size_t i = 0; i < t->n_conditions; i++)
		if (str_is(name, t->conditions[i].name))
			return (int)i;
	return -1;
}

/* ---- labels and names ----------------------------------------------------------------------- */

static struct tlabel parse_label(struct tparser *p, const struct ynode *n)
{
	static const char *const keys[] = {"zh", "en", NULL};
	struct tlabel l = {0};

	if (n && n->kind == Y_MAP) {
		yaml_only(n, keys, p->r);
		l.zh = yaml_text(yaml_get(n, "zh"), NULL, p->r);
		l.en = yaml_text(yaml_get(n, "en"), l.zh, p->r);
	} else {
		l.zh = l.en = yaml_text(n, NULL, p->r);
	}
	if (n && !l.zh)
		yreport_add(p->r, n, "the Chinese text is missing: {zh: …, en: …}");
	return l;
}

static void check_name(struct tparser *p, const struct ynode *n, const char *name)
{
	size_t len = strlen(name);

	if (!len || len > 40 || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != len || (name[0] >= '0' && name[0] <= '9'))
		yreport_add(p->r, n, "'%s' is no name: small letters, digits and _, at most 40, a letter first", name);
}

/* ---- fields --------------------------------------------------------------------------------- */

static void parse_choices(struct tparser *p, const struct ynode *n, struct tfield *f)
{
	struct tchoice *choices;

	if (f->type != TF_CHOICE && f->type != TF_CHOICES) {
		if (n)
			yreport_add(p->r, n, "only a choice has choices");
		return;
	}
	if (!n || n->kind != Y_MAP || !n->n_kids) {
		tfind(p, f->line, "the choice '%s' needs choices: {value: {zh: …, en: …}}", f->name);
		return;
	}
	choices = ARENA_ARRAY(p->a, struct tchoice, n->n_kids);
	for (size_t i = 0; i < n->n_kids; i++) {
		check_name(p, n->kids[i], n->kids[i]->key);
		choices[i] = (struct tchoice){n->kids[i]->key, parse_label(p, n->kids[i])};
	}
	f->choices = choices;
	f->n_choices = n->n_kids;
}

/* Where values come from: a case's or client's field, the organisation, the person, the day. */
static bool is_source(const char *s)
{
	static const char *const known[] = {"client.name",    "client.kind",  "client.phone", "client.email", "client.id_number",
					    "client.address", "client.bank_account", "org.name", "person.name", "today", NULL};

	for (const char *const *k = known; *k; k++)
		if (strcmp(*k, s) == 0)
			return true;
	return strncmp(s, "case.", 5) == 0 && s[5] && strspn(s + 5, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(s + 5);
}

static void parse_from(struct tparser *p, const struct ynode *n, struct tfield *f)
{
	size_t count;

	f->from = yaml_list(p->a, n, &count, p->r);
	for (const char **s = f->from; *s; s++)
		if (!is_source(*s))
			yreport_add(p->r, n, "nothing is filled from '%s': client.name (kind, phone, email, id_number, address, "
				    "bank_account), case.FIELD, org.name, person.name, today", *s);
}

static void parse_field(struct tparser *p, const struct ynode *n, struct tfield *f, bool column);

static void parse_columns(struct tparser *p, const struct ynode *n, struct tfield *f)
{
	struct tfield *columns;

	if (f->type != TF_ROWS) {
		if (n)
			yreport_add(p->r, n, "only rows have columns");
		return;
	}
	if (!n || n->kind != Y_MAP || !n->n_kids) {
		tfind(p, f->line, "the rows '%s' need columns", f->name);
		return;
	}
	columns = ARENA_ARRAY(p->a, struct tfield, n->n_kids);
	for (size_t i = 0; i < n->n_kids; i++)
		parse_field(p, n->kids[i], &columns[i], true);
	f->columns = columns;
	f->n_columns = n->n_kids;
}

static void parse_field(struct tparser *p, const struct ynode *n, struct tfield *f, bool column)
{
	static const char *const keys[] = {"type", "label", "help", "required", "sealed", "max",
					   "choices", "from", "default", "when", "columns", NULL};

	f->name = n->key;
	f->line = n->key_line;
	check_name(p, n, f->name);
	if (n->kind != Y_MAP) {
		yreport_add(p->r, n, "a field is {type: …, label: {zh: …, en: …}}");
		return;
	}
	yaml_only(n, keys, p->r);
	f->type = (enum tfield_type)yaml_enum(yaml_get(n, "type"), type_names, TF_TEXT, p->r);
	if (column && f->type == TF_ROWS)
		yreport_add(p->r, n, "rows in rows are too much for a form");
	f->label = parse_label(p, yaml_get(n, "label"));
	if (!yaml_get(n, "label"))
		yreport_add(p->r, n, "the field '%s' has no label", f->name);
	f->help = parse_label(p, yaml_get(n, "help"));
	f->required = yaml_bool(yaml_get(n, "required"), false, p->r);
	f->sealed = yaml_bool(yaml_get(n, "sealed"), false, p->r);
	f->max = yaml_int(yaml_get(n, "max"), 1, INT64_MAX / 100, 0, p->r);
	f->dflt = yaml_text(yaml_get(n, "default"), NULL, p->r);
	parse_choices(p, yaml_get(n, "choices"), f);
	parse_from(p, yaml_get(n, "from"), f);
	parse_columns(p, yaml_get(n, "columns"), f);
}

/* ---- conditions ----------------------------------------------------------------------------- */

static void check_values(struct tparser *p, const struct ynode *n, const struct tcond *c)
{
	const struct tfield *f = &p->t->fields[c->field];

	for (const char **v = c->values; f->n_choices && *v; v++) {
		bool known = false;

		for (size_t i = 0; i < f->n_choices; i++)
			known |= strcmp(f->choices[i].value, *v) == 0;
		if (!known)
			yreport_add(p->r, n, "'%s' is no choice of field '%s'", *v, f->name);
	}
}

static void parse_comparison(struct tparser *p, const struct ynode *n, struct tcond *c)
{
	static const struct {
		const char *key;
		enum tcond_kind kind;
	} kinds[] = {{"is", TC_IS}, {"in", TC_IS}, {"not", TC_NOT}, {"gt", TC_GT}, {"lt", TC_LT}, {"given", TC_GIVEN}};
	size_t found = 0, count;

	c->field = template_field(p->t, str_of(yaml_text(yaml_get(n, "field"), "", p->r)));
	if (c->field < 0) {
		yreport_add(p->r, n, "there is no field '%s'", yaml_text(yaml_get(n, "field"), "", p->r));
		c->field = 0;
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct ynode *v = yaml_get(n, kinds[i].key);

		if (!v)
			continue;
		found++;
		c->kind = kinds[i].kind;
		if (c->kind == TC_GIVEN) {
			c->yes = yaml_bool(v, true, p->r);
		} else if (c->kind == TC_GT || c->kind == TC_LT) {
			if (!tfield_number(&p->t->fields[c->field], v->text, &c->number))
				yreport_add(p->r, v, "'%.*s' can't be compared with field '%s'", STR_FMT(v->text),
					    p->t->fields[c->field].name);
		} else {
			c->values = yaml_list(p->a, v, &count, p->r);
			check_values(p, v, c);
		}
	}
	if (found != 1)
		yreport_add(p->r, n, "a comparison has one of is, not, in, gt, lt, given");
}

static void parse_cond(struct tparser *p, const struct ynode *n, struct tcond *c);

static void parse_kids(struct tparser *p, const struct ynode *n, struct tcond *c, enum tcond_kind kind)
{
	struct tcond *kids = ARENA_ARRAY(p->a, struct tcond, n->n_kids);

	if (n->kind != Y_SEQ || !n->n_kids)
		yreport_add(p->r, n, "all, any and none take a list of conditions");
	c->kind = kind;
	for (size_t i = 0; n->kind == Y_SEQ && i < n->n_kids; i++)
		parse_cond(p, n->kids[i], &kids[i]);
	c->kids = kids;
	c->n_kids = n->kind == Y_SEQ ? n->n_kids : 0;
}

static void parse_cond(struct tparser *p, const struct ynode *n, struct tcond *c)
{
	static const char *const keys[] = {"field", "is", "not", "in", "gt", "lt", "given", "all", "any", "none", "condition", NULL};
	const struct ynode *v;

	c->line = n->line;
	c->kind = TC_ALL;
	if (n->kind != Y_MAP) {
		yreport_add(p->r, n, "a condition is {field: …, is: …}, {all: […]}, {any: […]}, {none: […]} or {condition: NAME}");
		return;
	}
	yaml_only(n, keys, p->r);
	if ((v = yaml_get(n, "all")))
		parse_kids(p, v, c, TC_ALL);
	else if ((v = yaml_get(n, "any")))
		parse_kids(p, v, c, TC_ANY);
	else if ((v = yaml_get(n, "none")))
		parse_kids(p, v, c, TC_NONE);
	else if ((v = yaml_get(n, "condition"))) {
		c->kind = TC_NAMED;
		c->named = condition_index(p->t, v->text);
		if (c->named < 0)
			yreport_add(p->r, v, "there is no condition '%.*s'", STR_FMT(v->text));
	} else {
		parse_comparison(p, n, c);
	}
}

static void parse_conditions(struct tparser *p, const struct ynode *n)
{
	struct template *t = p->t;

	if (!n)
		return;
	t->conditions = ARENA_ARRAY(p->a, struct tcondition, n->n_kids);
	/* All names first: a condition may use one that comes later. */
	for (size_t i = 0; n->kind == Y_MAP && i < n->n_kids; i++) {
		check_name(p, n->kids[i], n->kids[i]->key);
		t->conditions[i].name = n->kids[i]->key;
		t->conditions[i].line = n->kids[i]->key_line;
		t->n_conditions++;
	}
	for (size_t i = 0; i < t->n_conditions; i++)
		parse_cond(p, n->kids[i], &t->conditions[i].cond);
}

/* ---- the head ------------------------------------------------------------------------------- */

static void parse_fields(struct tparser *p, const struct ynode *n)
{
	struct template *t = p->t;

	if (!n)
		return;
	if (n->kind != Y_MAP) {
		yreport_add(p->r, n, "fields: is a map of NAME: {type: …, label: …}");
		return;
	}
	t->fields = ARENA_ARRAY(p->a, struct tfield, n->n_kids);
	t->n_fields = n->n_kids;
	for (size_t i = 0; i < n->n_kids; i++)
		parse_field(p, n->kids[i], &t->fields[i], false);
}

static void parse_when(struct tparser *p, const struct ynode *fields)
{
	for (size_t i = 0; fields && i < p->t->n_fields; i++) {
		const struct ynode *when = yaml_get(fields->kids[i], "when");
		struct tcond *c;

		if (!when)
			continue;
		c = ARENA_NEW(p->a, struct tcond);
		parse_cond(p, when, c);
		p->t->fields[i].when = c;
	}
}

static void parse_data(struct tparser *p, const struct ynode *n)
{
	struct template *t = p->t;

	if (!n || n->kind != Y_MAP)
		return;
	t->data = ARENA_ARRAY(p->a, struct tdata, n->n_kids);
	t->n_data = n->n_kids;
	for (size_t i = 0; i < n->n_kids; i++)
		t->data[i] = (struct tdata){n->kids[i]->key, yaml_text(n->kids[i], "", p->r), n->kids[i]->line};
}

void parse_head(struct tparser *p, const struct ynode *head)
{
	static const char *const keys[] = {"template", "title", "kind", "need", "layout", "numbering", "header", "cross_seal",
					   "page_numbers", "fields", "conditions", "data", NULL};
	static const char *const numberings[] = {"clauses", "chapters", "outline", "none", NULL};
	struct template *t = p->t;
	const char *layout;
	int kind;

	yaml_only(head, keys, p->r);
	t->name = yaml_text(yaml_get(head, "template"), "", p->r);
	check_name(p, head, t->name);
	t->title = parse_label(p, yaml_get(head, "title"));
	if (!t->title.zh) {
		tfind(p, 1, "the template has no title");
		t->title.zh = t->title.en = t->name;
	}
	kind = yaml_enum(yaml_get(head, "kind"), template_kinds, 0, p->r);
	t->kind = template_kinds[kind < 0 ? 0 : kind];
	t->need = yaml_text(yaml_get(head, "need"), "", p->r);
	layout = yaml_text(yaml_get(head, "layout"), "contract", p->r);
	t->layout = document_layout(str_of(layout));
	if (!t->layout) {
		yreport_add(p->r, yaml_get(head, "layout"), "there is no layout '%s': contract, official, report", layout);
		t->layout = document_layout(STR("contract"));
	}
	t->numbering = (enum tnumbering)yaml_enum(yaml_get(head, "numbering"), numberings, NUMBERING_CLAUSES, p->r);
	t->header = yaml_text(yaml_get(head, "header"), t->title.zh, p->r);
	t->cross_seal = yaml_bool(yaml_get(head, "cross_seal"), false, p->r);
	t->page_numbers = yaml_bool(yaml_get(head, "page_numbers"), true, p->r);
	parse_fields(p, yaml_get(head, "fields"));
	parse_conditions(p, yaml_get(head, "conditions"));
	parse_when(p, yaml_get(head, "fields"));
	parse_data(p, yaml_get(head, "data"));
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* "---\n" head "---\n" body. */
static bool split(struct str text, struct str *ret_head, struct str *ret_body, int *ret_line)
{
	char *end;

	if (!str_starts(text, STR("---\n")) || !(end = memmem(text.p + 3, text.len - 3, "\n---\n", 5)))
		return false;
	*ret_head = (struct str){text.p, (size_t)(end + 1 - text.p)};
	*ret_body = (struct str){end + 5, (size_t)(text.p + text.len - (end + 5))};
	*ret_line = 2;
	for (const char *c = text.p; c <= end; c++)
		*ret_line += *c == '\n';
	return true;
}

static void hash(struct template *t)
{
	uint8_t digest[32];

	crypto_generichash(digest, sizeof(digest), (const uint8_t *)t->text.p, t->text.len, NULL, 0);
	sodium_bin2hex(t->hash, sizeof(t->hash), digest, sizeof(digest));
}

static void parse(struct tparser *p)
{
	struct template *t = p->t;
	struct str head_text, body;
	struct ynode *head;
	struct fault f = {0};
	int line;

	if (t->text.len > TEXT_MAX || !utf8_valid(t->text)) {
		tfind(p, 1, "a template is UTF-8 text of at most 1 MB");
		return;
	}
	if (!split(t->text, &head_text, &body, &line)) {
		tfind(p, 1, "a template begins with its head between two lines of ---");
		return;
	}
	if (yaml_parse(p->a, head_text, t->file, &head, &f) < 0) {
		yreport_add(p->r, NULL, "%s", f.detail);
		return;
	}
	parse_head(p, head);
	parse_body(p, body, line);
	prove(p);
}

int template_parse(struct str text, const char *file, struct template **ret, struct yreport *r)
{
	struct arena *a = arena_new();
	struct template *t = ARENA_NEW(a, struct template);
	struct tparser p = {.t = t, .a = a, .r = r, .each_field = -1};
	size_t before = r->n;

	t->arena = a;
	t->file = arena_strdup(a, file);
	t->text = (struct str){arena_strndup(a, text.p, text.len), text.len};
	hash(t);
	parse(&p);
	if (r->n > before) {
		template_free(t);
		return -E_CONFIG;
	}
	*ret = t;
	return 0;
}

void template_free(struct template *t)
{
	if (!t)
		return;
	VEC_FREE(&t->notes);
	VEC_FREE(&t->anchors);
	VEC_FREE(&t->citations);
	arena_free(t->arena);
}
