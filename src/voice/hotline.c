/* hotline.yaml: read strictly into a struct. */
#include "voice/hotline_private.h"

#include "process/profile.h"

#define HOTLINE_MAX_BYTES (1 << 20)

/* ---- small readers ------------------------------------------------------------------------- */

const char *hotline_needed(struct hotline_reader *r, const struct ynode *of, const char *key)
{
	const char *text = yaml_text(yaml_get(of, key), "", r->r);

	if (!*text)
		yreport_add(r->r, of, "'%s' is missing", key);
	return text;
}

struct label2 hotline_label(struct hotline_reader *r, const struct ynode *n, const char *dflt)
{
	static const char *const keys[] = {"zh", "en", NULL};
	struct label2 l = {dflt, dflt};

	if (n && n->kind == Y_SCALAR) {
		l.zh = l.en = yaml_text(n, dflt, r->r);
	} else if (n) {
		yaml_only(n, keys, r->r);
		l.zh = yaml_text(yaml_get(n, "zh"), dflt, r->r);
		l.en = yaml_text(yaml_get(n, "en"), l.zh, r->r);
	}
	return l;
}

size_t hotline_map(struct hotline_reader *r, const struct ynode *n, const char *what)
{
	if (n && n->kind == Y_MAP)
		return n->n_kids;
	if (n)
		yreport_add(r->r, n, "'%s' is a map of names", what);
	return 0;
}

static int seconds(struct hotline_reader *r, const struct ynode *of, const char *key, int64_t max, int dflt)
{
	return (int)yaml_int(yaml_get(of, key), 0, max, dflt, r->r);
}

/* ---- prompts ------------------------------------------------------------------------------- */

static void read_prompts(struct hotline_reader *r, const struct ynode *map)
{
	static const char *const keys[] = {"label", "zh", "en", "ja", "ko", NULL};
	size_t n = hotline_map(r, map, "prompts");
	struct hotline_prompt *all = ARENA_ARRAY(r->a, struct hotline_prompt, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct ynode *at = map->kids[i];
		struct hotline_prompt *p = &all[i];

		yaml_only(at, keys, r->r);
		p->name = at->key;
		p->label = hotline_label(r, yaml_get(at, "label"), at->key);
		p->text_zh = yaml_text(yaml_get(at, "zh"), NULL, r->r);
		p->text_en = yaml_text(yaml_get(at, "en"), NULL, r->r);
		p->text_ja = yaml_text(yaml_get(at, "ja"), NULL, r->r);
		p->text_ko = yaml_text(yaml_get(at, "ko"), NULL, r->r);
		if (!p->text_zh && !p->text_en && !p->text_ja && !p->text_ko)
			yreport_add(r->r, at, "the prompt '%s' says nothing: give it a text (zh:, en: …)", at->key);
	}
	r->h->prompts = all;
	r->h->n_prompts = n;
}

bool hotline_has_prompt(const struct hotline *h, const char *name)
{
	for (size_t i = 0; i < h->n_prompts; i++)
		if (strcmp(h->prompts[i].name, name) == 0)
			return true;
	return false;
}

/* ---- queues and pauses ------------------------------------------------------------------------ */

static void check_prompt(struct hotline_reader *r, const struct ynode *at, const char *name)
{
	if (name && !hotline_has_prompt(r->h, name))
		yreport_add(r->r, at, "there is no prompt '%s'", name);
}

static void read_queue(struct hotline_reader *r, const struct ynode *at, struct hotline_queue *q)
{
	static const char *const keys[] = {"label", "role", "skill", "strategy", "priority", "last_operator",
					   "sticky_wait_s", "ring_s", "position_every_s", "callback_after_s",
					   "max_wait_s", "relax_skill_after_s", "wrap_s", "music",
					   "service_level_s", "short_abandon_s", "source", NULL};
	static const char *const strategies[] = {"longest_idle", "fewest_calls", "best_skill", "round_robin", NULL};

	yaml_only(at, keys, r->r);
	q->name = at->key;
	q->label = hotline_label(r, yaml_get(at, "label"), at->key);
	q->role = hotline_needed(r, at, "role");
	q->skill = yaml_text(yaml_get(at, "skill"), NULL, r->r);
	q->strategy = (enum queue_strategy)yaml_enum(yaml_get(at, "strategy"), strategies, STRATEGY_LONGEST_IDLE, r->r);
	q->priority = (int)yaml_int(yaml_get(at, "priority"), -100, 100, 0, r->r);
	q->last_operator = yaml_bool(yaml_get(at, "last_operator"), false, r->r);
	q->sticky_wait_s = seconds(r, at, "sticky_wait_s", 600, 20);
	q->ring_s = seconds(r, at, "ring_s", 300, 20);
	q->position_every_s = seconds(r, at, "position_every_s", 3600, 30);
	q->callback_after_s = seconds(r, at, "callback_after_s", 3600, 0);
	q->max_wait_s = seconds(r, at, "max_wait_s", 7200, 600);
	q->relax_skill_after_s = seconds(r, at, "relax_skill_after_s", 3600, 0);
	q->wrap_s = seconds(r, at, "wrap_s", 3600, 30);
	q->music = yaml_text(yaml_get(at, "music"), NULL, r->r);
	check_prompt(r, yaml_get(at, "music"), q->music);
	q->service_level_s = seconds(r, at, "service_level_s", 600, SERVICE_LEVEL_S);
	q->short_abandon_s = seconds(r, at, "short_abandon_s", 60, SHORT_ABANDON_S);
	if (!q->ring_s)
		yreport_add(r->r, at, "ring_s is at least 1");
}

static void read_queues(struct hotline_reader *r, const struct ynode *map)
{
	size_t n = hotline_map(r, map, "queues");
	struct hotline_queue *all = ARENA_ARRAY(r->a, struct hotline_queue, n + 1);

	for (size_t i = 0; i < n; i++)
		read_queue(r, map->kids[i], &all[i]);
	r->h->queues = all;
	r->h->n_queues = n;
}

static void read_pauses(struct hotline_reader *r, const struct ynode *map)
{
	static const char *const keys[] = {"label", "limit_s", NULL};
	size_t n = hotline_map(r, map, "pauses");
	struct hotline_pause *all = ARENA_ARRAY(r->a, struct hotline_pause, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct ynode *at = map->kids[i];

		yaml_only(at, keys, r->r);
		all[i].name = at->key;
		all[i].label = hotline_label(r, yaml_get(at, "label"), at->key);
		all[i].limit_s = seconds(r, at, "limit_s", 86400, 0);
	}
	r->h->pauses = all;
	r->h->n_pauses = n;
}

static void read_tiers(struct hotline_reader *r, const struct ynode *map)
{
	size_t n = hotline_map(r, map, "tier_priority");
	struct hotline_tier *all = ARENA_ARRAY(r->a, struct hotline_tier, n + 1);

	for (size_t i = 0; i < n; i++) {
		all[i].name = map->kids[i]->key;
		all[i].priority = (int)yaml_int(map->kids[i], -100, 100, 0, r->r);
	}
	r->h->tiers = all;
	r->h->n_tiers = n;
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void read_numbers(struct hotline_reader *r, const struct ynode *list)
{
	static const char *const keys[] = {"number", "step", "lang", NULL};
	size_t n = list && list->kind == Y_SEQ ? list->n_kids : 0;
	struct hotline_number *all = ARENA_ARRAY(r->a, struct hotline_number, n + 1);

	if (!n)
		yreport_add(r->r, list, "a hotline needs 'numbers:', a list of {number, step}");
	for (size_t i = 0; i < n; i++) {
		const struct ynode *at = list->kids[i];

		yaml_only(at, keys, r->r);
		all[i].number = hotline_needed(r, at, "number");
		all[i].step = hotline_find_step(r, at, hotline_needed(r, at, "step"));
		all[i].lang = yaml_text(yaml_get(at, "lang"), r->h->languages[0], r->r);
	}
	r->h->numbers = all;
	r->h->n_numbers = n;
}

/* ---- the file -------------------------------------------------------------------------------- */

static void read_head(struct hotline_reader *r, const struct ynode *top)
{
	static const char *const keys[] = {"hotline",	"label",  "source",    "calendar", "process", "voicemail_process",
					   "languages", "keep",	  "recording", "loopback", "numbers", "vacant_after_s",
					   "prompts",	"queues", "pauses",    "steps",	   "tier_priority", NULL};
	static const char *const formats[] = {"wav", "opus", NULL};
	static const char *const zh_only[] = {"zh", NULL};
	struct hotline *h = r->h;
	size_t n = 0;

	yaml_only(top, keys, r->r);
	h->name = hotline_needed(r, top, "hotline");
	h->label = hotline_label(r, yaml_get(top, "label"), h->name);
	h->calendar = hotline_needed(r, top, "calendar");
	h->process = yaml_text(yaml_get(top, "process"), "enquiry", r->r);
	h->voicemail_process = yaml_text(yaml_get(top, "voicemail_process"), "voicemail", r->r);
	h->languages = yaml_list(r->a, yaml_get(top, "languages"), &n, r->r);
	if (!n)
		h->languages = (const char **)zh_only;
	h->keep = yaml_text(yaml_get(top, "keep"), "3 years", r->r);
	h->opus = yaml_enum(yaml_get(top, "recording"), formats, 1, r->r) == 1;
	h->loopback = yaml_bool(yaml_get(top, "loopback"), false, r->r);
	h->vacant_after_s = seconds(r, top, "vacant_after_s", 86400, 300);
}

static int read_hotline(struct arena *a, const struct ynode *top, struct hotline **ret, struct yreport *report)
{
	struct hotline *h = ARENA_NEW(a, struct hotline);
	struct hotline_reader r = {a, h, report};
	size_t before = report->n;

	h->arena = a;
	read_head(&r, top);
	read_prompts(&r, yaml_get(top, "prompts"));
	read_queues(&r, yaml_get(top, "queues"));
	read_pauses(&r, yaml_get(top, "pauses"));
	read_tiers(&r, yaml_get(top, "tier_priority"));
	hotline_read_steps(&r, yaml_get(top, "steps"));
	read_numbers(&r, yaml_get(top, "numbers"));
	if (report->n > before) {
		arena_free(a);
		return -E_CONFIG;
	}
	*ret = h;
	return 0;
}

int hotline_parse(struct str text, const char *file, struct hotline **ret, struct yreport *r)
{
	struct arena *a = arena_new();
	struct ynode *top;
	struct fault f = {0};

	if (text.len > HOTLINE_MAX_BYTES || yaml_parse(a, text, file, &top, &f) < 0) {
		yreport_add(r, NULL, "%s: %s", file, *f.detail ? f.detail : "the file is too long");
		arena_free(a);
		return -E_CONFIG;
	}
	return read_hotline(a, top, ret, r);
}

int hotline_load(const char *profile, struct hotline **ret, struct yreport *r)
{
	struct arena *a = arena_new();
	CLEANUP(yreport_free) struct yreport quiet = {0}; /* a profile without a telephone is no finding */
	struct ynode *top;
	int err = profile_file(a, profile, "hotline.yaml", &top, &quiet);

	if (err < 0) {
		if (err != -E_NOT_FOUND)
			yreport_add(r, NULL, "%.*s", STR_FMT(str_trim(buf_str(&quiet.text))));
		arena_free(a);
		return err == -E_NOT_FOUND ? err : -E_CONFIG;
	}
	return read_hotline(a, top, ret, r);
}

void hotline_free(struct hotline *h)
{
	if (h)
		arena_free(h->arena);
}

/* ---- looking up ------------------------------------------------------------------------------ */

const struct hotline_queue *hotline_queue(const struct hotline *h, const char *name)
{
	for (size_t i = 0; name && i < h->n_queues; i++)
		if (strcmp(h->queues[i].name, name) == 0)
			return &h->queues[i];
	return NULL;
}

int hotline_tier_priority(const struct hotline *h, const char *tier)
{
	for (size_t i = 0; i < h->n_tiers; i++)
		if (strcmp(h->tiers[i].name, tier) == 0)
			return h->tiers[i].priority;
	return 0;
}

/* "+864001112348", "4001112348" and "04001112348" are one number; "12348" is only itself. */
static const char *significant(const char *number)
{
	if (strncmp(number, "+86", 3) == 0)
		number += 3;
	else if (strncmp(number, "0086", 4) == 0)
		number += 4;
	while (*number == '0')
		number++;
	return number;
}

const struct hotline_number *hotline_number(const struct hotline *h, const char *called)
{
	for (size_t i = 0; i < h->n_numbers; i++)
		if (strcmp(h->numbers[i].number, called) == 0)
			return &h->numbers[i];
	for (size_t i = 0; i < h->n_numbers; i++)
		if (strcmp(significant(h->numbers[i].number), significant(called)) == 0)
			return &h->numbers[i];
	return NULL;
}
