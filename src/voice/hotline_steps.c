/* `steps:` of hotline.yaml: each step is of one kind, and each kind knows its own keys. */
#include "voice/hotline_private.h"

enum member {
	M_THEN = 1, M_OTHERWISE = 2, M_OPEN = 4, M_CLOSED = 8, M_OVERFLOW = 16, M_LEFT = 32, M_FAILED = 64,
	M_KEYS = 128, M_MENU = 256, M_MAX = 512,
};
static const struct kind {
	const char *word;
	enum flow_kind kind;
	unsigned members; /**< beside the word itself */
} kinds[] = {
	{"say", FLOW_SAY, M_THEN},
	{"hours", FLOW_HOURS, M_OPEN | M_CLOSED},
	{"record", FLOW_RECORD, M_THEN},
	{"menu", FLOW_MENU, M_KEYS | M_MENU | M_OTHERWISE},
	{"language", FLOW_LANGUAGE, M_KEYS | M_MENU | M_THEN},
	{"route", FLOW_ROUTE, M_OTHERWISE},
	{"queue", FLOW_QUEUE, M_THEN | M_OVERFLOW | M_LEFT},
	{"transfer", FLOW_TRANSFER, M_FAILED},
	{"voicemail", FLOW_VOICEMAIL, M_THEN | M_MAX},
	{"survey", FLOW_SURVEY, M_KEYS | M_MENU | M_THEN},
	{"hangup", FLOW_HANGUP, 0},
};
static const struct member_word {
	const char *word;
	unsigned bit;
	size_t offset;
} targets[] = {
	{"then", M_THEN, offsetof(struct flow_step, then)},
	{"otherwise", M_OTHERWISE, offsetof(struct flow_step, otherwise)},
	{"open", M_OPEN, offsetof(struct flow_step, open)},
	{"closed", M_CLOSED, offsetof(struct flow_step, closed)},
	{"overflow", M_OVERFLOW, offsetof(struct flow_step, overflow)},
	{"left", M_LEFT, offsetof(struct flow_step, left)},
	{"failed", M_FAILED, offsetof(struct flow_step, failed)},
};

const struct flow_step *hotline_find_step(struct hotline_reader *r, const struct ynode *at, const char *name)
{
	for (size_t i = 0; i < r->h->n_steps; i++)
		if (strcmp(r->h->steps[i].name, name) == 0)
			return &r->h->steps[i];
	if (*name)
		yreport_add(r->r, at, "there is no step '%s'", name);
	return NULL;
}

static const struct flow_step *target(struct hotline_reader *r, const struct ynode *n)
{
	return n ? hotline_find_step(r, n, yaml_text(n, "", r->r)) : NULL;
}

/* ---- what a step is ---------------------------------------------------------------------------- */

static const struct kind *kind_of(struct hotline_reader *r, const struct ynode *at)
{
	const struct kind *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!yaml_get(at, kinds[i].word))
			continue;
		if (found)
			yreport_add(r->r, at, "a step does one thing: '%s' or '%s'", found->word, kinds[i].word);
		found = &kinds[i];
	}
	if (!found)
		yreport_add(r->r, at, "the step '%s' does nothing: say, hours, record, menu, language, route, queue, "
			    "transfer, voicemail, survey or hangup", at->key);
	return found;
}

static void only_members(struct hotline_reader *r, const struct ynode *at, const struct kind *k)
{
	const char *allowed[24];
	size_t n = 0;

	allowed[n++] = k->word;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (k->members & targets[i].bit)
			allowed[n++] = targets[i].word;
	if (k->members & M_KEYS)
		allowed[n++] = "keys";
	if (k->members & M_MENU) {
		allowed[n++] = "timeout_s";
		allowed[n++] = "tries";
		allowed[n++] = "barge_in";
	}
	if (k->members & M_MAX) {
		allowed[n++] = "max_s";
		allowed[n++] = "process";
	}
	allowed[n] = NULL;
	yaml_only(at, allowed, r->r);
}

static void read_prompt_list(struct hotline_reader *r, const struct ynode *n, struct flow_step *s)
{
	size_t count;

	s->prompts = yaml_list(r->a, n, &count, r->r);
	for (size_t i = 0; i < count; i++)
		if (*s->prompts[i] && !hotline_has_prompt(r->h, s->prompts[i]))
			yreport_add(r->r, n, "there is no prompt '%s'", s->prompts[i]);
	if (count > 6)
		yreport_add(r->r, n, "a step says at most 6 prompts");
}

static void read_key(struct hotline_reader *r, const struct ynode *at, enum flow_kind kind, struct flow_key *k)
{
	if (strlen(at->key) != 1 || !strchr("0123456789*#", at->key[0]))
		yreport_add(r->r, at, "'%s' is no key of a telephone", at->key);
	k->key = at->key[0];
	if (kind == FLOW_MENU)
		k->step = target(r, at);
	else if (kind == FLOW_LANGUAGE)
		k->lang = yaml_text(at, "", r->r);
	else
		k->value = (int)yaml_int(at, 1, 5, 0, r->r);
}

static bool speaks(const struct hotline *h, const char *lang)
{
	for (const char **l = h->languages; *l; l++)
		if (strcmp(*l, lang) == 0)
			return true;
	return false;
}

static void read_keys(struct hotline_reader *r, const struct ynode *map, struct flow_step *s)
{
	size_t n = hotline_map(r, map, "keys");
	struct flow_key *keys = ARENA_ARRAY(r->a, struct flow_key, n + 1);

	if (!n)
		yreport_add(r->r, s->at, "the step '%s' needs 'keys:'", s->name);
	for (size_t i = 0; i < n; i++) {
		read_key(r, map->kids[i], s->kind, &keys[i]);
		if (s->kind == FLOW_LANGUAGE && !speaks(r->h, keys[i].lang))
			yreport_add(r->r, map->kids[i], "'%s' isn't among the hotline's languages", keys[i].lang);
	}
	s->keys = keys;
	s->n_keys = n;
}

static void read_routes(struct hotline_reader *r, const struct ynode *list, struct flow_step *s)
{
	static const char *const words[] = {"tier", "member", "known", "caller", "lang", "to", NULL};
	size_t n = list->kind == Y_SEQ ? list->n_kids : 0, count;
	struct flow_route *routes = ARENA_ARRAY(r->a, struct flow_route, n + 1);

	if (!n)
		yreport_add(r->r, list, "'route' is a list of {tier|member|known|caller|lang, to}");
	for (size_t i = 0; i < n; i++) {
		const struct ynode *at = list->kids[i], *tier = yaml_get(at, "tier");
		struct flow_route *o = &routes[i];

		yaml_only(at, words, r->r);
		o->tiers = tier ? yaml_list(r->a, tier, &count, r->r) : NULL;
		o->member = yaml_get(at, "member") ? yaml_bool(yaml_get(at, "member"), true, r->r) : -1;
		o->known = yaml_get(at, "known") ? yaml_bool(yaml_get(at, "known"), true, r->r) : -1;
		o->caller = yaml_text(yaml_get(at, "caller"), NULL, r->r);
		o->lang = yaml_text(yaml_get(at, "lang"), NULL, r->r);
		o->to = hotline_find_step(r, at, hotline_needed(r, at, "to"));
	}
	s->routes = routes;
	s->n_routes = n;
}

static void read_queue_name(struct hotline_reader *r, const struct ynode *n, struct flow_step *s)
{
	const char *name = yaml_text(n, "", r->r);

	s->queue = hotline_queue(r->h, name);
	if (!s->queue)
		yreport_add(r->r, n, "there is no queue '%s'", name);
}

static void read_step(struct hotline_reader *r, const struct ynode *at, const struct kind *k, struct flow_step *s)
{
	const struct ynode *what = yaml_get(at, k->word);

	only_members(r, at, k);
	if (k->kind == FLOW_HOURS)
		s->calendar = yaml_text(what, "", r->r);
	else if (k->kind == FLOW_TRANSFER)
		s->number = yaml_text(what, "", r->r);
	else if (k->kind == FLOW_QUEUE)
		read_queue_name(r, what, s);
	else if (k->kind == FLOW_ROUTE)
		read_routes(r, what, s);
	else if (k->kind != FLOW_HANGUP || what->kind == Y_SEQ || what->text.len)
		read_prompt_list(r, what, s);
	if (k->members & M_KEYS)
		read_keys(r, yaml_get(at, "keys"), s);
	s->timeout_s = (int)yaml_int(yaml_get(at, "timeout_s"), 1, 60, 6, r->r);
	s->tries = (int)yaml_int(yaml_get(at, "tries"), 1, 9, 2, r->r);
	s->barge_in = yaml_bool(yaml_get(at, "barge_in"), true, r->r);
	s->max_s = (int)yaml_int(yaml_get(at, "max_s"), 5, 1800, 180, r->r);
	s->process = yaml_text(yaml_get(at, "process"), r->h->voicemail_process, r->r);
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++)
		if (k->members & targets[i].bit)
			*(const struct flow_step **)((char *)s + targets[i].offset) =
				target(r, yaml_get(at, targets[i].word));
}

void hotline_read_steps(struct hotline_reader *r, const struct ynode *map)
{
	static const char *nothing[] = {NULL};
	size_t n = hotline_map(r, map, "steps");
	struct flow_step *all = ARENA_ARRAY(r->a, struct flow_step, n + 1);

	if (!n)
		yreport_add(r->r, map, "a hotline needs 'steps:'");
	for (size_t i = 0; i < n; i++) {
		all[i].name = map->kids[i]->key;
		all[i].at = map->kids[i];
		all[i].prompts = nothing;
	}
	r->h->steps = all; /* names first: steps point at each other */
	r->h->n_steps = n;
	for (size_t i = 0; i < n; i++) {
		const struct kind *k = kind_of(r, map->kids[i]);

		if (!k)
			continue;
		all[i].kind = k->kind;
		read_step(r, map->kids[i], k, &all[i]);
	}
}
