/* libyaml's events → a tree; everything the strict subset leaves out is refused here. */
#include <stdio.h>
#include <yaml.h>

#include "base/file.h"
#include "base/yaml.h"

#define MAX_BYTES (4u << 20)
#define MAX_DEPTH 32

struct reader {
	struct arena *a;
	struct fault *f;
	const char *file;
	yaml_parser_t parser;
	yaml_event_t event; /* the current one */
	bool has_event;
};

static int next(struct reader *r);
static int node(struct reader *r, int depth, struct ynode **ret);

static int line_of(const struct reader *r)
{
	return (int)r->event.start_mark.line + 1;
}

static int refuse(struct reader *r, const char *what)
{
	return fail(r->f, E_CONFIG, NULL, "%s:%d: %s", r->file, line_of(r), what);
}

static void release_event(struct reader *r)
{
	if (r->has_event)
		yaml_event_delete(&r->event);
	r->has_event = false;
}

static int next(struct reader *r)
{
	release_event(r);
	if (!yaml_parser_parse(&r->parser, &r->event)) {
		const char *context = r->parser.context;

		return fail(r->f, E_CONFIG, NULL, "%s:%zu: %s%s%s", r->file, r->parser.problem_mark.line + 1,
			    r->parser.problem ? r->parser.problem : "not YAML", context ? " " : "",
			    context ? context : "");
	}
	r->has_event = true;
	return 0;
}

static struct ynode *node_new(struct reader *r, enum ynode_kind kind)
{
	struct ynode *n = ARENA_NEW(r->a, struct ynode);

	n->kind = kind;
	n->file = r->file;
	n->line = line_of(r);
	return n;
}

/* Anchors and tags are fields of the event; which ones depends on its type. */
static bool is_decorated(const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return e->data.scalar.anchor || e->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return e->data.sequence_start.anchor || e->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return e->data.mapping_start.anchor || e->data.mapping_start.tag;
	default:
		return false;
	}
}

static struct ynode *scalar(struct reader *r)
{
	struct ynode *n = node_new(r, Y_SCALAR);
	const char *value = (const char *)r->event.data.scalar.value;
	size_t len = r->event.data.scalar.length;

	n->text = (struct str){arena_strndup(r->a, value, len), len};
	n->quoted = r->event.data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
		    r->event.data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	return n;
}

typedef VEC(struct ynode *) node_vec;

static void keep_kids(struct reader *r, struct ynode *n, node_vec *kids)
{
	n->kids = arena_memdup(r->a, kids->at, kids->n * sizeof(kids->at[0]));
	n->n_kids = kids->n;
}

static int sequence_items(struct reader *r, int depth, node_vec *kids)
{
	struct ynode *kid;
	int e;

	for (;;) {
		if ((e = next(r)) < 0)
			return e;
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if ((e = node(r, depth + 1, &kid)) < 0)
			return e;
		VEC_ADD(kids, kid);
	}
}

/* The event is a key: text, not "<<", not there before. */
static int key(struct reader *r, struct map *seen, const char **ret, int *ret_line)
{
	struct str text;

	if (r->event.type != YAML_SCALAR_EVENT)
		return refuse(r, "a key must be plain text");
	if (is_decorated(&r->event))
		return refuse(r, "anchors and tags are not allowed");
	text = (struct str){(const char *)r->event.data.scalar.value, r->event.data.scalar.length};
	if (text.len == 0)
		return refuse(r, "a key is empty");
	if (memchr(text.p, '\0', text.len))
		return refuse(r, "a NUL character is not allowed");
	if (str_is(text, "<<"))
		return refuse(r, "merge keys (<<) are not allowed");
	*ret = arena_strndup(r->a, text.p, text.len);
	*ret_line = line_of(r);
	if (map_put(seen, text, (void *)*ret))
		return fail(r->f, E_CONFIG, NULL, "%s:%d: key '%.80s' stands here a second time", r->file, *ret_line,
			    *ret);
	return 0;
}

static int map_items(struct reader *r, int depth, struct map *seen, node_vec *kids)
{
	for (;;) {
		const char *name = NULL;
		struct ynode *kid;
		int e, name_line = 0;

		if ((e = next(r)) < 0)
			return e;
		if (r->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		if ((e = key(r, seen, &name, &name_line)) < 0 || (e = next(r)) < 0 ||
		    (e = node(r, depth + 1, &kid)) < 0)
			return e;
		kid->key = name;
		kid->key_line = name_line;
		VEC_ADD(kids, kid);
	}
}

static int collection(struct reader *r, int depth, struct ynode **ret)
{
	bool is_map = r->event.type == YAML_MAPPING_START_EVENT;
	struct ynode *n = node_new(r, is_map ? Y_MAP : Y_SEQ);
	node_vec kids = {0};
	int e;

	if (depth > MAX_DEPTH)
		return refuse(r, "nested too deeply (32 levels)");
	if (is_map) {
		struct map *seen = map_new();

		e = map_items(r, depth, seen, &kids);
		map_free(seen, NULL);
	} else {
		e = sequence_items(r, depth, &kids);
	}
	keep_kids(r, n, &kids);
	VEC_FREE(&kids);
	if (e == 0)
		*ret = n;
	return e;
}

/* The value that starts with the current event. */
static int node(struct reader *r, int depth, struct ynode **ret)
{
	if (r->event.type == YAML_ALIAS_EVENT)
		return refuse(r, "aliases (*) are not allowed");
	if (is_decorated(&r->event))
		return refuse(r, "anchors and tags are not allowed");
	if (r->event.type != YAML_SCALAR_EVENT)
		return collection(r, depth, ret);
	*ret = scalar(r);
	if (memchr((*ret)->text.p, '\0', (*ret)->text.len))
		return refuse(r, "a NUL character is not allowed");
	return 0;
}

static int document(struct reader *r, struct ynode **ret)
{
	struct ynode *root;
	int e;

	if ((e = next(r)) < 0 || (e = next(r)) < 0) /* stream start, document start */
		return e;
	if (r->event.type == YAML_STREAM_END_EVENT)
		return refuse(r, "the file is empty");
	if (r->event.data.document_start.tag_directives.start != r->event.data.document_start.tag_directives.end)
		return refuse(r, "%TAG is not allowed");
	if ((e = next(r)) < 0 || (e = node(r, 1, &root)) < 0 || (e = next(r)) < 0 || (e = next(r)) < 0)
		return e;
	if (r->event.type != YAML_STREAM_END_EVENT)
		return refuse(r, "a second document starts here; one is allowed");
	*ret = root;
	return 0;
}

int yaml_parse(struct arena *a, struct str text, const char *file, struct ynode **ret, struct fault *f)
{
	struct reader r = {.a = a, .f = f, .file = arena_strdup(a, file)};
	int e;

	if (text.len > MAX_BYTES)
		return fail(f, E_CONFIG, NULL, "%s:1: larger than 4 MB", file);
	if (!utf8_valid(text))
		return fail(f, E_CONFIG, NULL, "%s:1: not well-formed UTF-8", file);
	if (!yaml_parser_initialize(&r.parser))
		return fail(f, E_NO_MEMORY, NULL, "%s: out of memory", file);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.len);
	e = document(&r, ret);
	release_event(&r);
	yaml_parser_delete(&r.parser);
	return e;
}

int yaml_load(struct arena *a, const char *path, struct ynode **ret, struct fault *f)
{
	struct str text;
	int r = file_read(a, path, MAX_BYTES, &text, f);

	return r < 0 ? r : yaml_parse(a, text, path, ret, f);
}
