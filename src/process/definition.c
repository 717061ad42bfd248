#include "process/definition.h"

#include <sodium.h>
#include <stdlib.h>

const char *const field_type_names[] = {
	"text",	  "long_text", "int",	 "money",  "bool", "date",     "time",	"phone", "email",
	"choice", "choices",   "person", "client", "case", "articles", "files", NULL};
const char *const clock_status_names[] = {"never",   "running",	 "paused",
					  "stopped", "breached", NULL};
static const char *const state_kind_names[] = {"start", "open", "wait", "end", NULL};

static const char *const top_keys[] = {"process",  "label",   "source", "number",  "title",
				       "calendar", "fields",  "states", "create",  "actions",
				       "clocks",   "reviews", "assign", "visible", NULL};
static const char *const field_keys[] = {"type", "label", "help",    "required", "sealed",
					 "max",	 "min",	  "choices", "default",	 NULL};
static const char *const state_keys[] = {"label", "kind", "edit", "editors", NULL};
static const char *const create_keys[] = {"by", "form", "guard", "effects", NULL};
static const char *const action_keys[] = {"label",   "from",	"to",	   "by",
					  "form",    "guard",	"effects", "reason",
					  "confirm", "primary", NULL};

/* ---- look-ups ----------------------------------------------------------------------------- */

int definition_field(const struct definition *d, struct str name)
{
	for (size_t i = 0; i < d->n_fields; i++)
		if (str_is(name, d->fields[i].name))
			return (int)i;
	return -1;
}

int definition_state(const struct definition *d, struct str name)
{
	for (size_t i = 0; i < d->n_states; i++)
		if (str_is(name, d->states[i].name))
			return (int)i;
	return -1;
}

int definition_clock(const struct definition *d, struct str name)
{
	for (size_t i = 0; i < d->n_clocks; i++)
		if (str_is(name, d->clocks[i].name))
			return (int)i;
	return -1;
}

const struct action_def *definition_action(const struct definition *d, struct str name)
{
	for (size_t i = 0; i < d->n_actions; i++)
		if (str_is(name, d->actions[i].name))
			return &d->actions[i];
	return NULL;
}

const struct review_def *definition_review_in(const struct definition *d, int state)
{
	for (size_t i = 0; i < d->n_reviews; i++)
		if (d->reviews[i].state == state)
			return &d->reviews[i];
	return NULL;
}

const char *label_text(struct label l, enum lang lang)
{
	const char *first = lang == LANG_EN ? l.en : l.zh;
	const char *second = lang == LANG_EN ? l.zh : l.en;

	return first ? first : second ? second : "";
}

bool list_has(const char *const *list, const char *word)
{
	for (; list && *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

static struct label required_label(struct parser *p, const struct ynode *of)
{
	struct label l = parse_label(p, yaml_get(of, "label"));

	if (!l.zh)
		yreport_add(p->r, of, "'%s' needs a label: {zh: …, en: …}",
			    of->key ? of->key : "this");
	return l;
}

/* ---- fields and states -------------------------------------------------------------------- */

static bool sealable(enum field_type t)
{
	return t == F_TEXT || t == F_LONG_TEXT || t == F_PHONE || t == F_EMAIL;
}

static void parse_choices(struct parser *p, struct field_def *f, const struct ynode *n)
{
	if (!n || n->kind != Y_MAP) {
		yreport_add(p->r, f->at, "field '%s' needs choices: {value: {zh: …, en: …}}",
			    f->name);
		return;
	}
	struct choice *choices = ARENA_ARRAY(p->a, struct choice, n->n_kids);

	for (size_t i = 0; i < n->n_kids; i++)
		choices[i] = (struct choice){n->kids[i]->key, parse_label(p, n->kids[i])};
	f->choices = choices;
	f->n_choices = n->n_kids;
}

static void parse_field(struct parser *p, struct field_def *f)
{
	const struct ynode *n = f->at;
	const struct ynode *choices = yaml_get(n, "choices");
	int type;

	yaml_only(n, field_keys, p->r);
	type = yaml_enum(yaml_get(n, "type"), field_type_names, F_TEXT, p->r);
	f->type = (enum field_type)type;
	f->label = required_label(p, n);
	f->help = parse_label(p, yaml_get(n, "help"));
	f->required = yaml_bool(yaml_get(n, "required"), false, p->r);
	f->sealed = yaml_bool(yaml_get(n, "sealed"), false, p->r);
	f->max = yaml_int(yaml_get(n, "max"), INT64_MIN, INT64_MAX, INT64_MAX, p->r);
	f->min = yaml_int(yaml_get(n, "min"), INT64_MIN, INT64_MAX, INT64_MIN, p->r);
	f->dflt = yaml_text(yaml_get(n, "default"), NULL, p->r);
	if (f->sealed && !sealable(f->type))
		yreport_add(p->r, n, "only text, long_text, phone and email can be sealed");
	if (f->type == F_CHOICE || f->type == F_CHOICES)
		parse_choices(p, f, choices);
	else if (choices)
		yreport_add(p->r, choices, "choices belong to the types choice and choices");
	if (f->type == F_CLIENT && p->d->client < 0)
		p->d->client = (int)(f - p->d->fields);
}

static const struct ynode *section(struct parser *p, const char *name, bool must, size_t max)
{
	const struct ynode *n = yaml_get(p->d->root, name);

	if (!n) {
		if (must)
			yreport_add(p->r, p->d->root, "'%s:' is missing", name);
		return NULL;
	}
	if (n->kind != Y_MAP) {
		yreport_add(p->r, n, "'%s:' is a map of names", name);
		return NULL;
	}
	if (n->n_kids > max) {
		yreport_add(p->r, n, "'%s:' holds more than %zu", name, max);
		return NULL;
	}
	return n;
}

/** Names become column-like words: they are keys in JSON, in operations and in addresses. */
static void check_name(struct parser *p, const struct ynode *n)
{
	const char *s = n->key;
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (!len || s[len] || (s[0] >= '0' && s[0] <= '9') || s[0] == '_' || len > 48)
		yreport_add(p->r, n, "'%s' isn't a name: small letters, digits and _ (at most 48)",
			    s);
}

/** What a reviewer writes beside his verdict is kept with the vote, but asked like a field. */
static void add_opinion(struct parser *p)
{
	struct definition *d = p->d;

	d->opinion = definition_field(d, STR("opinion"));
	if (d->opinion >= 0) {
		yreport_add(p->r, d->fields[d->opinion].at,
			    "'opinion' is the reviewers' field and needn't be declared");
		return;
	}
	d->opinion = (int)d->n_fields++;
	d->fields[d->opinion] = (struct field_def){.name = "opinion",
						   .type = F_LONG_TEXT,
						   .label = {"意见", "Opinion"},
						   .min = INT64_MIN,
						   .max = 2000};
}

static void declare_fields(struct parser *p)
{
	const struct ynode *n = section(p, "fields", false, MAX_FIELDS);
	struct definition *d = p->d;

	d->n_fields = n ? n->n_kids : 0;
	d->fields = ARENA_ARRAY(p->a, struct field_def, d->n_fields + 2);
	for (size_t i = 0; i < d->n_fields; i++) {
		check_name(p, n->kids[i]);
		d->fields[i].name = n->kids[i]->key;
		d->fields[i].at = n->kids[i];
	}
	for (size_t i = 0; i < d->n_fields; i++)
		parse_field(p, &d->fields[i]);
	if (yaml_get(d->root, "reviews"))
		add_opinion(p);
	d->category = definition_field(d, STR("category"));
	if (d->category >= 0 && d->fields[d->category].type != F_CHOICE)
		yreport_add(p->r, d->fields[d->category].at,
			    "the field 'category' is of type choice");
}

static void declare_states(struct parser *p)
{
	const struct ynode *n = section(p, "states", true, MAX_STATES);
	struct definition *d = p->d;

	d->n_states = n ? n->n_kids : 0;
	d->states = ARENA_ARRAY(p->a, struct state_def, d->n_states + 1);
	if (n && !d->n_states)
		yreport_add(p->r, n, "a process needs a state");
	for (size_t i = 0; i < d->n_states; i++) {
		struct state_def *s = &d->states[i];

		check_name(p, n->kids[i]);
		s->name = n->kids[i]->key;
		s->at = n->kids[i];
		s->kind = (enum state_kind)yaml_enum(yaml_get(s->at, "kind"), state_kind_names,
						     STATE_OPEN, p->r);
	}
}

static void parse_state_details(struct parser *p)
{
	for (size_t i = 0; i < p->d->n_states; i++) {
		struct state_def *s = &p->d->states[i];

		yaml_only(s->at, state_keys, p->r);
		s->label = required_label(p, s->at);
		s->edit = parse_form(p, yaml_get(s->at, "edit"));
		s->editors = parse_who(p, yaml_get(s->at, "editors"));
		if (!s->editors.n) {
			s->editors.at[0] = (struct who){.kind = WHO_ASSIGNEE, .field = -1};
			s->editors.n = 1;
		}
	}
}

/* ---- actions ------------------------------------------------------------------------------ */

/** Actions of the file, and room for the two verdicts of each review. */
static void declare_actions(struct parser *p)
{
	const struct ynode *n = section(p, "actions", false, 100);
	const struct ynode *reviews = section(p, "reviews", false, 10);
	struct definition *d = p->d;
	size_t written = n ? n->n_kids : 0, verdicts = reviews ? reviews->n_kids : 0;

	d->actions = ARENA_ARRAY(p->a, struct action_def, written + 2 * verdicts + 1);
	for (size_t i = 0; i < written; i++) {
		check_name(p, n->kids[i]);
		d->actions[d->n_actions++] = (struct action_def){
			.name = n->kids[i]->key, .at = n->kids[i], .to = -1, .review = -1};
	}
	for (size_t i = 0; i < verdicts; i++)
		for (int v = VERDICT_APPROVE; v <= VERDICT_REJECT; v++)
			d->actions[d->n_actions++] = (struct action_def){
				.name = arena_printf(p->a, "%s_%s", reviews->kids[i]->key,
						     v == VERDICT_APPROVE ? "approve" : "reject"),
				.at = reviews->kids[i],
				.to = -1,
				.review = (int)i,
				.verdict = (enum verdict)v};
}

static void parse_action(struct parser *p, struct action_def *a)
{
	const struct ynode *n = a->at, *reason = yaml_get(n, "reason"), *to = yaml_get(n, "to");
	static const char *const reasons[] = {"optional", "required", NULL};

	yaml_only(n, action_keys, p->r);
	a->label = required_label(p, n);
	a->from = parse_states(p, yaml_get(n, "from"));
	if (!yaml_get(n, "from"))
		yreport_add(p->r, n, "action '%s' needs 'from:'", a->name);
	if (to)
		a->to = parse_state_ref(p, to);
	a->by = parse_who(p, yaml_get(n, "by"));
	if (!a->by.n)
		yreport_add(p->r, n, "action '%s' needs 'by:'", a->name);
	a->form = parse_form(p, yaml_get(n, "form"));
	a->guard = parse_conds(p, yaml_get(n, "guard"));
	a->effects = parse_effects(p, yaml_get(n, "effects"));
	a->reason = yaml_enum(reason, reasons, 0, p->r) == 1;
	a->confirm = parse_label(p, yaml_get(n, "confirm"));
	a->primary = yaml_bool(yaml_get(n, "primary"), false, p->r);
}

static void parse_create(struct parser *p)
{
	const struct ynode *n = yaml_get(p->d->root, "create");
	struct action_def *a = &p->d->create;

	*a = (struct action_def){.name = "create", .at = n, .to = 0, .review = -1};
	a->label = (struct label){"登记", "Create"};
	if (!n) {
		yreport_add(p->r, p->d->root, "'create:' is missing");
		return;
	}
	yaml_only(n, create_keys, p->r);
	a->by = parse_who(p, yaml_get(n, "by"));
	if (!a->by.n)
		yreport_add(p->r, n, "'create:' needs 'by:'");
	a->form = parse_form(p, yaml_get(n, "form"));
	a->guard = parse_conds(p, yaml_get(n, "guard"));
	a->effects = parse_effects(p, yaml_get(n, "effects"));
}

/* ---- visibility --------------------------------------------------------------------------- */

static void add_role(struct parser *p, const char **list, size_t *n, const char *role)
{
	if (role && !list_has(list, role) && *n < 60) {
		list[(*n)++] = role;
		list[*n] = NULL;
	}
}

static void add_roles(struct parser *p, const char **list, size_t *n, struct who_list who)
{
	for (size_t i = 0; i < who.n; i++)
		if (who.at[i].kind == WHO_ROLE)
			add_role(p, list, n, who.at[i].role);
}

static void parse_visible(struct parser *p)
{
	const struct ynode *node = yaml_get(p->d->root, "visible");
	const char **list = ARENA_ARRAY(p->a, const char *, 64);
	size_t n = 0;

	p->d->visible = list;
	if (node) {
		p->d->visible = yaml_list(p->a, node, &n, p->r);
		return;
	}
	add_roles(p, list, &n, p->d->create.by);
	for (size_t i = 0; i < p->d->n_actions; i++)
		add_roles(p, list, &n, p->d->actions[i].by);
	for (size_t i = 0; i < p->d->n_reviews; i++)
		for (size_t s = 0; s < p->d->reviews[i].n_steps; s++)
			if (p->d->reviews[i].steps[s].who.kind == WHO_ROLE)
				add_role(p, list, &n, p->d->reviews[i].steps[s].who.role);
	if (p->d->assign && p->d->assign->to.n)
		add_roles(p, list, &n, p->d->assign->to);
	add_role(p, list, &n, "supervisor");
	add_role(p, list, &n, "director");
	add_role(p, list, &n, "auditor");
}

/* ---- the whole ---------------------------------------------------------------------------- */

/** Content without comments, order kept, all scalars as text: what the hash stands for. */
static void canonical(struct jw *w, const struct ynode *n)
{
	if (n->kind == Y_SCALAR) {
		jw_str(w, n->text);
		return;
	}
	if (n->kind == Y_SEQ)
		jw_arr(w);
	else
		jw_obj(w);
	for (size_t i = 0; i < n->n_kids; i++) {
		if (n->kind == Y_MAP)
			jw_key(w, n->kids[i]->key);
		canonical(w, n->kids[i]);
	}
	if (n->kind == Y_SEQ)
		jw_arr_end(w);
	else
		jw_obj_end(w);
}

static void canonise(struct definition *d)
{
	CLEANUP(buf_free) struct buf b = {0};
	uint8_t digest[crypto_hash_sha256_BYTES];
	struct jw w;

	jw_begin(&w, &b);
	canonical(&w, d->root);
	d->canonical.p = arena_strndup(d->arena, b.p, b.len);
	d->canonical.len = b.len;
	crypto_hash_sha256(digest, (const uint8_t *)b.p, b.len);
	memcpy(d->hash, hex_encode(d->arena, digest, sizeof(digest)), 65);
}

/** Exactly one {seq} or {seq:N}; {year} and {month} besides. */
static bool number_ok(const char *s)
{
	int seqs = 0;

	for (; (s = strchr(s, '{')) != NULL; s++) {
		if (strncmp(s, "{seq}", 5) == 0 ||
		    (strncmp(s, "{seq:", 5) == 0 && s[5] >= '1' && s[5] <= '9' && s[6] == '}'))
			seqs++;
		else if (strncmp(s, "{year}", 6) != 0 && strncmp(s, "{month}", 7) != 0)
			return false;
	}
	return seqs == 1;
}

static void parse_head(struct parser *p)
{
	struct definition *d = p->d;
	const struct ynode *root = d->root, *name = yaml_get(root, "process");

	yaml_only(root, top_keys, p->r);
	d->name = yaml_text(name, NULL, p->r);
	if (!d->name || !*d->name)
		yreport_add(p->r, root, "'process:' is missing");
	d->label = required_label(p, root);
	d->source = yaml_text(yaml_get(root, "source"), NULL, p->r);
	d->number = yaml_text(yaml_get(root, "number"), "{year}-{seq:6}", p->r);
	d->title = yaml_text(yaml_get(root, "title"), "", p->r);
	d->calendar = yaml_text(yaml_get(root, "calendar"), "duty", p->r);
	if (!number_ok(d->number))
		yreport_add(p->r, yaml_get(root, "number"),
			    "'number:' is a text with {seq} or {seq:1…9}, {year}, {month}");
}

static void parse_all(struct parser *p)
{
	const struct ynode *clocks = section(p, "clocks", false, MAX_CLOCKS);
	struct definition *d = p->d;

	parse_head(p);
	declare_fields(p);
	declare_states(p);
	declare_actions(p);
	d->n_clocks = clocks ? clocks->n_kids : 0;
	d->clocks = ARENA_ARRAY(p->a, struct clock_def, d->n_clocks + 1);
	for (size_t i = 0; i < d->n_clocks; i++) {
		check_name(p, clocks->kids[i]);
		d->clocks[i].name = clocks->kids[i]->key;
	}
	parse_state_details(p);
	parse_create(p);
	for (size_t i = 0; i < d->n_actions; i++)
		if (d->actions[i].verdict == VERDICT_NONE)
			parse_action(p, &d->actions[i]);
	parse_reviews(p, section(p, "reviews", false, 10));
	parse_clocks(p, clocks);
	d->assign = parse_assign(p, yaml_get(d->root, "assign"));
	parse_visible(p);
}

int definition_parse(struct str text, const char *file, struct definition **ret, struct yreport *r)
{
	struct arena *a = arena_new();
	struct definition *d = ARENA_NEW(a, struct definition);
	struct parser p = {.a = a, .d = d, .r = r};
	struct fault f = {0};
	struct ynode *root;
	size_t before = r->n;
	int err;

	*d = (struct definition){.arena = a, .category = -1, .client = -1, .opinion = -1};
	d->file = arena_strdup(a, file);
	if ((err = yaml_parse(a, text, d->file, &root, &f)) < 0) {
		yreport_add(r, NULL, "%s", f.detail);
		arena_free(a);
		return -E_CONFIG;
	}
	d->root = root;
	if (root->kind != Y_MAP)
		yreport_add(r, root, "a process is a map that begins with 'process: NAME'");
	else
		parse_all(&p);
	if (r->n > before) {
		arena_free(a);
		return -E_CONFIG;
	}
	canonise(d);
	definition_describe(d);
	*ret = d;
	return 0;
}

void definition_free(struct definition *d)
{
	if (d)
		arena_free(d->arena);
}
