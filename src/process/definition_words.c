/* Words of a definition: labels, people, references to what is declared, each slip told with the
 * nearest name. */
#include "process/definition.h"

struct label parse_label(struct parser *p, const struct ynode *n)
{
	static const char *const keys[] = {"zh", "en", NULL};
	struct label l = {0};

	if (!n)
		return l;
	if (n->kind == Y_SCALAR) {
		l.zh = l.en = yaml_text(n, NULL, p->r);
		return l;
	}
	yaml_only(n, keys, p->r);
	l.zh = yaml_text(yaml_get(n, "zh"), NULL, p->r);
	l.en = yaml_text(yaml_get(n, "en"), NULL, p->r);
	if (!l.zh)
		l.zh = l.en;
	if (!l.en)
		l.en = l.zh;
	return l;
}

/** Letters that differ between two short words: good enough to find a slip of the pen. */
static size_t distance(const char *a, const char *b)
{
	size_t row[64], la = strlen(a), lb = strlen(b);

	if (la > 60 || lb > 60)
		return 99;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

/** Report a name that isn't there, with the nearest that is. Names stand `stride` bytes apart. */
static int no_such(struct parser *p, const struct ynode *n, const char *what, const char *name,
		   const void *first, size_t count, size_t stride)
{
	const char *best = NULL;
	size_t best_distance = 4;

	for (size_t i = 0; i < count; i++) {
		const char *other = *(const char *const *)((const char *)first + i * stride);
		size_t d = other ? distance(name, other) : 99;

		if (d < best_distance) {
			best_distance = d;
			best = other;
		}
	}
	if (best)
		yreport_add(p->r, n, "there is no %s '%s', did you mean '%s'?", what, name, best);
	else
		yreport_add(p->r, n, "there is no %s '%s'", what, name);
	return -1;
}

int parse_field_ref(struct parser *p, const struct ynode *n)
{
	const char *name = yaml_text(n, NULL, p->r);
	int i = name ? definition_field(p->d, str_of(name)) : -1;

	if (i < 0 && name)
		no_such(p, n, "field", name, p->d->fields, p->d->n_fields,
			sizeof(struct field_def));
	return i;
}

int parse_state_ref(struct parser *p, const struct ynode *n)
{
	const char *name = yaml_text(n, NULL, p->r);
	int i = name ? definition_state(p->d, str_of(name)) : -1;

	if (i < 0 && name)
		no_such(p, n, "state", name, p->d->states, p->d->n_states,
			sizeof(struct state_def));
	return i;
}

int parse_clock_ref(struct parser *p, const struct ynode *n)
{
	const char *name = yaml_text(n, NULL, p->r);
	int i = name ? definition_clock(p->d, str_of(name)) : -1;

	if (i < 0 && name)
		no_such(p, n, "clock", name, p->d->clocks, p->d->n_clocks,
			sizeof(struct clock_def));
	return i;
}

/** Items of a list, or the one scalar: so that a list of one may be written as a word. */
static size_t items(const struct ynode *n, const struct ynode *const **ret)
{
	static __thread const struct ynode *one[1];

	if (!n)
		return 0;
	if (n->kind == Y_SEQ) {
		*ret = (const struct ynode *const *)n->kids;
		return n->n_kids;
	}
	one[0] = n;
	*ret = one;
	return 1;
}

uint64_t parse_states(struct parser *p, const struct ynode *n)
{
	const struct ynode *const *at;
	size_t count = items(n, &at);
	uint64_t set = 0;

	for (size_t i = 0; i < count; i++) {
		const struct ynode *item = at[i];

		if (item->kind == Y_SCALAR && str_is(item->text, "any")) {
			for (size_t s = 0; s < p->d->n_states; s++)
				if (p->d->states[s].kind != STATE_END)
					set |= UINT64_C(1) << s;
			continue;
		}
		int s = parse_state_ref(p, item);

		if (s >= 0)
			set |= UINT64_C(1) << s;
	}
	return set;
}

const char **parse_actions(struct parser *p, const struct ynode *n)
{
	size_t count;
	const char **list = yaml_list(p->a, n, &count, p->r);

	for (size_t i = 0; i < count; i++)
		if (!definition_action(p->d, str_of(list[i])))
			no_such(p, n, "action", list[i], p->d->actions, p->d->n_actions,
				sizeof(struct action_def));
	return list;
}

bool parse_period(struct parser *p, const struct ynode *n, struct period *ret)
{
	struct fault f = {0};
	const char *text = yaml_text(n, NULL, p->r);

	if (!text)
		return false;
	if (period_parse(str_of(text), ret, &f) < 0) {
		yreport_add(p->r, n, "%s", f.detail);
		return false;
	}
	return true;
}

static bool parse_who_one(struct parser *p, const char *word, const struct ynode *n,
			  struct who *ret)
{
	static const struct {
		const char *word;
		enum who_kind kind;
	} words[] = {{"assignee", WHO_ASSIGNEE},
		     {"creator", WHO_CREATOR},
		     {"first_asker", WHO_FIRST_ASKER},
		     {"client", WHO_CLIENT},
		     {"anyone", WHO_ANYONE},
		     {"system", WHO_SYSTEM},
		     {"actor", WHO_ACTOR},
		     {"nobody", WHO_NOBODY}};

	*ret = (struct who){.kind = WHO_ROLE, .field = -1};
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, word) == 0) {
			ret->kind = words[i].kind;
			return true;
		}
	if (strncmp(word, "role:", 5) == 0) {
		ret->role = word + 5;
		return true;
	}
	if (strncmp(word, "field:", 6) == 0) {
		ret->kind = WHO_FIELD;
		ret->field = definition_field(p->d, str_of(word + 6));
		if (ret->field < 0)
			no_such(p, n, "field", word + 6, p->d->fields, p->d->n_fields,
				sizeof(struct field_def));
		else if (p->d->fields[ret->field].type != F_PERSON &&
			 p->d->fields[ret->field].type != F_PHONE &&
			 p->d->fields[ret->field].type != F_EMAIL)
			yreport_add(p->r, n, "field '%s' holds no person, telephone or address",
				    word + 6);
		return ret->field >= 0;
	}
	ret->role = word;
	return true;
}

struct who_list parse_who(struct parser *p, const struct ynode *n)
{
	size_t count = 0;
	const char **words = yaml_list(p->a, n, &count, p->r);
	struct who_list list = {.at = ARENA_ARRAY(p->a, struct who, count + 1)};

	for (size_t i = 0; i < count; i++)
		if (parse_who_one(p, words[i], n, &list.at[list.n]))
			list.n++;
	return list;
}

struct form_def parse_form(struct parser *p, const struct ynode *n)
{
	const struct ynode *const *at;
	size_t count = items(n, &at);
	struct form_def form = {.at = ARENA_ARRAY(p->a, struct form_item, count + 1)};

	for (size_t i = 0; i < count; i++) {
		struct ynode item = *at[i];
		bool must = item.kind == Y_SCALAR && item.text.len &&
			    item.text.p[item.text.len - 1] == '!';

		if (must) {
			item.text.len--;
			item.text.p = arena_strndup(p->a, item.text.p, item.text.len);
		}
		int f = parse_field_ref(p, &item);

		if (f >= 0)
			form.at[form.n++] = (struct form_item){f, must || p->d->fields[f].required};
	}
	return form;
}

struct bind_param *parse_params(struct parser *p, const struct ynode *n, size_t *ret_n)
{
	size_t count = n && n->kind == Y_MAP ? n->n_kids : 0;
	struct bind_param *params = ARENA_ARRAY(p->a, struct bind_param, count + 1);

	for (size_t i = 0; i < count; i++)
		params[i] = (struct bind_param){n->kids[i]->key, parse_field_ref(p, n->kids[i])};
	*ret_n = count;
	return params;
}
