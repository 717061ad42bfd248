#include "store/op_route.h"

/* Deeper paths match nothing; bounds the recursion. */
#define SEGMENTS_MAX 16

enum method { M_GET, M_POST, M_PUT, M_PATCH, M_DELETE, M_COUNT };

static const char *const method_names[M_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

struct route_node {
	struct str segment;
	struct route_node *next;  /* sibling */
	struct route_node *fixed; /* children by name */
	struct route_node *param; /* the child for any other segment */
	const struct op *ops[M_COUNT];
};

struct route_node *route_tree(struct arena *a)
{
	return ARENA_NEW(a, struct route_node);
}

static int method_index(const char *name)
{
	if (!strcmp(name, "HEAD"))
		return M_GET;
	for (int m = 0; m < M_COUNT; m++)
		if (!strcmp(name, method_names[m]))
			return m;
	return -1;
}

/* Segments behind the leading slash. @return count, 0 for a path that can't match */
static size_t split(struct str path, struct str segs[SEGMENTS_MAX])
{
	size_t n = 0;
	struct str seg;

	if (!path.len || path.p[0] != '/')
		return 0;
	path = (struct str){path.p + 1, path.len - 1};
	while (str_split(&path, '/', &seg)) {
		if (n == SEGMENTS_MAX || !seg.len)
			return 0;
		segs[n++] = seg;
	}
	return n;
}

static struct route_node *fixed_child(const struct route_node *at, struct str seg)
{
	struct route_node *kid = at->fixed;

	while (kid && !str_eq(kid->segment, seg))
		kid = kid->next;
	return kid;
}

static struct route_node *grow(struct arena *a, struct route_node *at, struct str seg)
{
	struct route_node *kid;

	if (seg.p[0] == '{') {
		if (!at->param)
			at->param = route_tree(a);
		return at->param;
	}
	kid = fixed_child(at, seg);
	if (!kid) {
		kid = route_tree(a);
		kid->segment = seg;
		kid->next = at->fixed;
		at->fixed = kid;
	}
	return kid;
}

const struct op *route_add(struct arena *a, struct route_node *root, const struct op *op)
{
	struct str segs[SEGMENTS_MAX];
	size_t n = split(str_of(op->path), segs);
	int m = method_index(op->method);

	for (size_t i = 0; i < n; i++)
		root = grow(a, root, segs[i]);
	if (root->ops[m])
		return root->ops[m];
	root->ops[m] = op;
	return NULL;
}

struct match {
	const struct str *segs;
	size_t n;
	int method;
	const struct op *op;
	bool allow[M_COUNT]; /* methods of the paths that fit */
};

static void walk(struct match *m, const struct route_node *at, size_t i)
{
	const struct route_node *kid;

	if (i == m->n) {
		for (int k = 0; k < M_COUNT; k++)
			m->allow[k] |= at->ops[k] != NULL;
		if (m->method >= 0)
			m->op = at->ops[m->method];
		return;
	}
	kid = fixed_child(at, m->segs[i]);
	if (kid)
		walk(m, kid, i + 1);
	if (!m->op && at->param)
		walk(m, at->param, i + 1);
}

static const char *allow_list(const struct match *m, struct arena *a)
{
	char *list = arena_strdup(a, "");

	for (int k = 0; k < M_COUNT; k++)
		if (m->allow[k])
			list = arena_printf(a, "%s%s%s", list, *list ? ", " : "", method_names[k]);
	return list;
}

/* The operation's own path says what its parameters are called. */
static size_t take_params(const struct match *m, struct arg *args)
{
	struct str pattern[SEGMENTS_MAX];
	size_t n = split(str_of(m->op->path), pattern), n_args = 0;

	for (size_t i = 0; i < n; i++) {
		struct str name = {pattern[i].p + 1, pattern[i].len - 2};

		if (pattern[i].p[0] != '{')
			continue;
		for (size_t k = 0; k < m->op->n_in; k++)
			if (str_is(name, m->op->in[k].name))
				args[n_args++] =
					(struct arg){m->op->in[k].name, value_text(m->segs[i])};
	}
	return n_args;
}

int route_find(const struct route_node *root, const char *method, struct str path,
	       const struct op **ret, struct arg *args, size_t *n_args, struct arena *a,
	       const char **ret_allow)
{
	struct str segs[SEGMENTS_MAX];
	struct match m = {.segs = segs, .n = split(path, segs), .method = method_index(method)};

	if (!m.n)
		return -E_NOT_FOUND;
	walk(&m, root, 0);
	if (m.op) {
		*ret = m.op;
		*n_args = take_params(&m, args);
		return 0;
	}
	for (int k = 0; k < M_COUNT; k++) {
		if (m.allow[k]) {
			*ret_allow = allow_list(&m, a);
			return -E_METHOD;
		}
	}
	return -E_NOT_FOUND;
}
