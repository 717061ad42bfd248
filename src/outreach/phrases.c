/* Texts of messages, from the profile; read by lawyers, filled in by the engine. */
#include "base/file.h"
#include "outreach/room.h"

struct phrase {
	struct str zh, en;
};

struct phrases {
	struct arena *arena;
	struct map *by_key;
};

/* What the engine itself says, when the profile has no words of its own for it. */
static const struct {
	const char *key, *zh, *en;
} own[] = {
	{"message_failed", "发给{channel}的一条消息多次未能送达，已停止重试。",
	 "A message by {channel} could not be delivered after many attempts; it is given up."},
	{"clock_warning", "{number}《{title}》将于 {due} 到期，请及时处理。",
	 "{number} \"{title}\" is due {due}."},
	{"clock_breach", "{number}《{title}》已超过时限（{due}）。",
	 "{number} \"{title}\" is overdue ({due})."},
	{"case_assigned", "{number}《{title}》已分给您。", "{number} \"{title}\" is yours now."},
};

static void put(struct phrases *p, const char *key, const char *zh, const char *en)
{
	struct phrase *phrase = ARENA_NEW(p->arena, struct phrase);

	phrase->zh = str_of(arena_strdup(p->arena, zh));
	phrase->en = str_of(arena_strdup(p->arena, en));
	map_put(p->by_key, str_of(key), phrase);
}

static void put_all(struct phrases *p, const struct ynode *map)
{
	struct yreport report = {0};

	for (size_t i = 0; map && i < map->n_kids; i++) {
		const struct ynode *n = map->kids[i];
		const char *zh = yaml_text(yaml_get(n, "zh"), n->key, &report);

		put(p, n->key, zh, yaml_text(yaml_get(n, "en"), zh, &report));
	}
	yreport_free(&report); /* `lexline check` reports; here every message still has a text */
}

int phrases_load(const char *data_dir, struct phrases **ret, struct fault *f)
{
	struct phrases *p = calloc(1, sizeof(*p));
	struct ynode *file;
	const char *path;

	if (!p)
		return fail(f, E_NO_MEMORY, NULL, "no memory for the texts of messages");
	p->arena = arena_new();
	p->by_key = map_new();
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		put(p, own[i].key, own[i].zh, own[i].en);
	path = path_join(p->arena, data_dir, "profile/phrases.yaml");
	if (file_exists(path)) {
		int r = yaml_load(p->arena, path, &file, f);

		if (r < 0) {
			phrases_free(p);
			return r;
		}
		put_all(p, yaml_get(file, "phrases"));
		put_all(p, yaml_get(file, "messages"));
	}
	*ret = p;
	return 0;
}

void phrases_free(struct phrases *p)
{
	if (!p)
		return;
	map_free(p->by_key, NULL);
	arena_free(p->arena);
	free(p);
}

/* "2026-05-09T14:30:00+08:00" is read by people as "2026-05-09 14:30". */
static void add_value(struct buf *out, struct str name, struct str value)
{
	if (str_is(name, "due") && value.len >= 16 && value.p[10] == 'T')
		buf_printf(out, "%.10s %.5s", value.p, value.p + 11);
	else
		buf_add(out, value.p, value.len);
}

static void fill(struct buf *out, struct str text, const json_t *params)
{
	for (size_t i = 0; i < text.len; i++) {
		const char *close = text.p[i] == '{' ? memchr(text.p + i, '}', text.len - i) : NULL;
		struct str name;
		char key[64];

		if (!close) {
			buf_addc(out, text.p[i]);
			continue;
		}
		name = (struct str){text.p + i + 1, (size_t)(close - text.p) - i - 1};
		snprintf(key, sizeof(key), "%.*s", STR_FMT(name));
		add_value(out, name, json_get_str(params, key));
		i = (size_t)(close - text.p);
	}
}

struct str phrase_render(const struct phrases *p, struct arena *a, struct str key, enum lang lang,
			 const json_t *params)
{
	const struct phrase *phrase = p ? map_get(p->by_key, key) : NULL;
	struct str text = !phrase ? key : lang == LANG_EN ? phrase->en : phrase->zh;
	struct buf out = {0};
	struct str kept;

	fill(&out, text, params);
	kept = (struct str){arena_strndup(a, out.p ? out.p : "", out.len), out.len};
	buf_free(&out);
	return kept;
}
