/* The table of permissions: read from the store, compiled to bits, swapped whole. */
#include "people/roles.h"

#include <limits.h>
#include <pthread.h>

#include "people/room.h"

struct org {
	int64_t id;
	int64_t *above; /* ancestors, farthest first, itself last */
	size_t n_above;
	struct map *roles; /* name → struct role */
};

struct matrix {
	struct arena *arena;
	int64_t version;
	struct map *ops;  /* operation's name → 1 + its bit */
	size_t words;	  /* of a bit set */
	struct map *orgs; /* id (8 bytes) → struct org */
};

struct roles {
	struct env *env;
	pthread_rwlock_t lock;
	pthread_mutex_t reloading;
	struct matrix *now;
};

/* ---- bits and keys ------------------------------------------------------------------------ */

static struct str id_key(const int64_t *id)
{
	return (struct str){(const char *)id, sizeof(*id)};
}

static struct org *org_get(const struct matrix *m, int64_t id)
{
	return map_get(m->orgs, id_key(&id));
}

static void bit_set(uint64_t *bits, size_t i, bool on)
{
	if (on)
		bits[i / 64] |= (uint64_t)1 << i % 64;
	else
		bits[i / 64] &= ~((uint64_t)1 << i % 64);
}

static bool bit_get(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

/* @return the operation's bit, or -1 */
static long op_bit(const struct matrix *m, const char *name)
{
	return (long)(intptr_t)map_get(m->ops, str_of(name)) - 1;
}

/* ---- building ----------------------------------------------------------------------------- */

static void free_org(void *org)
{
	map_free(((struct org *)org)->roles, NULL);
}

static void matrix_free(struct matrix *m)
{
	if (!m)
		return;
	if (m->orgs)
		map_free(m->orgs, free_org);
	if (m->ops)
		map_free(m->ops, NULL);
	arena_free(m->arena);
	free(m);
}

static struct matrix *matrix_new(const struct catalogue *ops)
{
	struct matrix *m = calloc(1, sizeof(*m));
	size_t n = catalogue_count(ops);

	if (!m)
		return NULL;
	m->arena = arena_new();
	m->ops = map_new();
	m->orgs = map_new();
	m->words = n / 64 + 1;
	for (size_t i = 0; i < n; i++)
		map_put(m->ops, str_of(catalogue_at(ops, i)->name), (void *)(intptr_t)(i + 1));
	return m;
}

static int load_version(struct matrix *m, struct tx *tx)
{
	return tx_int(tx, "role.version", NO_ARGS, &m->version);
}

/* Rows come farthest ancestor first, an organisation after the other. */
static int load_orgs(struct matrix *m, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct org *org = NULL;
	int r;

	if ((r = tx_op(tx, "org.ancestors", NO_ARGS, &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		int64_t id = rows_int(rows, 0);

		if (!org || org->id != id) {
			org = ARENA_NEW(m->arena, struct org);
			org->id = id;
			org->above = ARENA_ARRAY(m->arena, int64_t, (size_t)rows_int(rows, 2) + 1);
			org->roles = map_new();
			map_put(m->orgs, id_key(&org->id), org);
		}
		org->above[org->n_above++] = rows_int(rows, 1);
	}
	return r;
}

static const char **json_names(struct arena *a, struct str text)
{
	CLEANUP(json_decrefp) json_t *list = NULL;
	const char **names;
	size_t n = 0;

	if (!text.p || json_parse(text, &list, NULL) < 0)
		return ARENA_ARRAY(a, const char *, 1);
	names = ARENA_ARRAY(a, const char *, json_array_size(list) + 1);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (s)
			names[n++] = arena_strdup(a, s);
	}
	return names;
}

static void allow_defaults(const struct catalogue *ops, const char *role, uint64_t *bits)
{
	for (size_t i = 0; i < catalogue_count(ops); i++) {
		const struct op *op = catalogue_at(ops, i);

		for (const char **r = op->roles; r && *r; r++)
			if (strcmp(*r, role) == 0)
				bit_set(bits, i, true);
	}
}

static struct role *read_role(struct matrix *m, const struct catalogue *ops,
			      const struct rows *rows)
{
	struct role *role = ARENA_NEW(m->arena, struct role);

	role->org_id = rows_int(rows, 0);
	role->name = arena_strdup(m->arena, rows_text(rows, 1).p);
	role->label_zh = arena_strdup(m->arena, rows_text(rows, 2).p);
	role->label_en = arena_strdup(m->arena, rows_text(rows, 3).p);
	role->tier = (int)rows_int(rows, 4);
	role->based_on = json_names(m->arena, rows_text(rows, 5));
	role->allowed = ARENA_ARRAY(m->arena, uint64_t, m->words);
	allow_defaults(ops, role->name, role->allowed);
	for (const char **b = role->based_on; *b; b++)
		allow_defaults(ops, *b, role->allowed);
	return role;
}

/* Every organisation gets its own copy of the bits: its grants differ from its neighbour's. */
static void give_role(struct matrix *m, struct org *org, const struct role *role)
{
	struct role *copy = arena_memdup(m->arena, role, sizeof(*role));

	copy->allowed = arena_memdup(m->arena, role->allowed, m->words * sizeof(uint64_t));
	map_put(org->roles, str_of(role->name), copy);
}

static bool is_above(const struct org *org, int64_t id)
{
	for (size_t i = 0; i < org->n_above; i++)
		if (org->above[i] == id)
			return true;
	return false;
}

static void for_orgs_below(struct matrix *m, int64_t id, const struct role *role)
{
	struct str key;
	size_t pos = 0;
	void *org;

	while (map_next(m->orgs, &pos, &key, &org))
		if (is_above(org, id))
			give_role(m, org, role);
}

/* Built-in roles come first, then the others by the depth of who defined them. */
static int load_roles(struct matrix *m, const struct catalogue *ops, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = tx_op(tx, "role.load", NO_ARGS, &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		struct role *role = read_role(m, ops, rows);

		for_orgs_below(m, role->org_id, role);
	}
	return r;
}

static void apply_grant(struct matrix *m, const struct rows *rows)
{
	int64_t by_org = rows_int(rows, 0);
	long bit = op_bit(m, rows_text(rows, 2).p);
	struct str key;
	size_t pos = 0;
	void *org;

	if (bit < 0) /* an operation that is no more */
		return;
	while (map_next(m->orgs, &pos, &key, &org)) {
		struct role *role = is_above(org, by_org) ? map_get(((struct org *)org)->roles,
								    rows_text(rows, 1))
							  : NULL;

		if (role)
			bit_set(role->allowed, (size_t)bit, rows_int(rows, 3) != 0);
	}
}

/* Rows come by the depth of the organisation in the tree, so that the nearest has the last word. */
static int load_grants(struct matrix *m, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = tx_op(tx, "role.load_grants", NO_ARGS, &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0)
		apply_grant(m, rows);
	return r;
}

static int matrix_load(struct matrix *m, struct env *env, struct ctx *ctx)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r;

	if ((r = db_read(env->db, ctx, &tx)) < 0 || (r = load_version(m, tx)) < 0 ||
	    (r = load_orgs(m, tx)) < 0 || (r = load_roles(m, env->ops, tx)) < 0)
		return r;
	return load_grants(m, tx);
}

/* ---- life cycle --------------------------------------------------------------------------- */

int roles_reload(struct roles *roles, struct fault *f)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(roles->env);
	struct matrix *fresh, *old;
	int r;

	pthread_mutex_lock(&roles->reloading);
	fresh = matrix_new(roles->env->ops);
	r = fresh ? matrix_load(fresh, roles->env, ctx) : -E_NO_MEMORY;
	if (r < 0) {
		matrix_free(fresh);
		pthread_mutex_unlock(&roles->reloading);
		return fail(f, (enum error) - r, NULL, "roles could not be read: %s",
			    ctx->fault.detail);
	}
	pthread_rwlock_wrlock(&roles->lock);
	old = roles->now;
	roles->now = fresh;
	pthread_rwlock_unlock(&roles->lock);
	pthread_mutex_unlock(&roles->reloading);
	matrix_free(old);
	return 0;
}

int roles_follow(struct roles *roles, int64_t version, struct fault *f)
{
	bool same;

	pthread_rwlock_rdlock(&roles->lock);
	same = roles->now->version == version;
	pthread_rwlock_unlock(&roles->lock);
	return same ? 0 : roles_reload(roles, f);
}

int roles_open(struct env *env, struct roles **ret, struct fault *f)
{
	struct roles *roles = calloc(1, sizeof(*roles));
	int r;

	if (!roles)
		return fail(f, E_NO_MEMORY, NULL, "no memory for the roles");
	roles->env = env;
	pthread_rwlock_init(&roles->lock, NULL);
	pthread_mutex_init(&roles->reloading, NULL);
	if ((r = roles_reload(roles, f)) < 0) {
		roles_close(roles);
		return r;
	}
	*ret = roles;
	return 0;
}

void roles_close(struct roles *roles)
{
	if (!roles)
		return;
	matrix_free(roles->now);
	pthread_rwlock_destroy(&roles->lock);
	pthread_mutex_destroy(&roles->reloading);
	free(roles);
}

/* ---- questions ---------------------------------------------------------------------------- */

static const struct matrix *hold(const struct people *p)
{
	pthread_rwlock_rdlock(&p->roles->lock);
	return p->roles->now;
}

static void let_go(const struct people *p)
{
	pthread_rwlock_unlock(&p->roles->lock);
}

static const struct role *role_get(const struct matrix *m, int64_t org_id, struct str name)
{
	const struct org *org = org_get(m, org_id);

	return org ? map_get(org->roles, name) : NULL;
}

static size_t own_roles(const struct actor *actor)
{
	size_t n = 0;

	if (actor->n_own_roles || !actor->roles)
		return actor->n_own_roles;
	while (actor->roles[n])
		n++;
	return n;
}

bool roles_allow(const struct people *p, const struct actor *actor, const struct op *op)
{
	const struct matrix *m = hold(p);
	long bit = op_bit(m, op->name);
	size_t n = own_roles(actor);
	bool yes = false;

	for (size_t i = 0; i < n && bit >= 0 && !yes; i++) {
		const struct role *role = role_get(m, actor->org_id, str_of(actor->roles[i]));

		yes = role && bit_get(role->allowed, (size_t)bit);
	}
	let_go(p);
	return yes;
}

bool roles_role_allows(const struct people *p, int64_t org_id, const char *name,
		       const struct op *op)
{
	const struct matrix *m = hold(p);
	const struct role *role = role_get(m, org_id, str_of(name));
	long bit = op_bit(m, op->name);
	bool yes = role && bit >= 0 && bit_get(role->allowed, (size_t)bit);

	let_go(p);
	return yes;
}

int roles_tier(const struct people *p, const struct actor *actor)
{
	const struct matrix *m;
	size_t n = own_roles(actor);
	int tier = -1;

	if (actor->id == ACTOR_SYSTEM)
		return INT_MAX;
	m = hold(p);
	for (size_t i = 0; i < n; i++) {
		const struct role *role = role_get(m, actor->org_id, str_of(actor->roles[i]));

		if (role && role->tier > tier)
			tier = role->tier;
	}
	let_go(p);
	return tier;
}

static bool listed(const char **names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

const char **roles_expand(const struct people *p, int64_t org_id, const char *const *own,
			  size_t n_own, struct arena *a)
{
	const struct matrix *m = hold(p);
	size_t n = n_own, room = n_own + 1;
	const char **names;

	for (size_t i = 0; i < n_own; i++) {
		const struct role *role = role_get(m, org_id, str_of(own[i]));

		for (const char **b = role ? role->based_on : NULL; b && *b; b++)
			room++;
	}
	names = ARENA_ARRAY(a, const char *, room);
	for (size_t i = 0; i < n_own; i++)
		names[i] = own[i];
	for (size_t i = 0; i < n_own; i++) {
		const struct role *role = role_get(m, org_id, str_of(own[i]));

		for (const char **b = role ? role->based_on : NULL; b && *b; b++)
			if (!listed(names, n, *b))
				names[n++] = arena_strdup(a, *b);
	}
	let_go(p);
	return names;
}

bool roles_find(const struct people *p, int64_t org_id, struct str name, struct arena *a,
		struct role *ret)
{
	const struct matrix *m = hold(p);
	const struct role *role = role_get(m, org_id, name);

	if (role) {
		size_t n = 0;

		*ret = (struct role){.org_id = role->org_id, .tier = role->tier};
		ret->name = arena_strdup(a, role->name);
		ret->label_zh = arena_strdup(a, role->label_zh);
		ret->label_en = arena_strdup(a, role->label_en);
		while (role->based_on[n])
			n++;
		ret->based_on = ARENA_ARRAY(a, const char *, n + 1);
		for (size_t i = 0; i < n; i++)
			ret->based_on[i] = arena_strdup(a, role->based_on[i]);
	}
	let_go(p);
	return role != NULL;
}

bool roles_org_within(const struct people *p, int64_t ancestor_id, int64_t org_id)
{
	const struct matrix *m = hold(p);
	const struct org *org = org_get(m, org_id);
	bool yes = org && is_above(org, ancestor_id);

	let_go(p);
	return yes;
}

void roles_each(const struct people *p, int64_t org_id,
		void (*visit)(const struct role *role, void *arg), void *arg)
{
	const struct matrix *m = hold(p);
	const struct org *org = org_get(m, org_id);
	struct str key;
	size_t pos = 0;
	void *role;

	while (org && map_next(org->roles, &pos, &key, &role))
		visit(role, arg);
	let_go(p);
}

int64_t roles_org_root(const struct people *p, int64_t org_id)
{
	const struct matrix *m = hold(p);
	const struct org *org = org_get(m, org_id);
	/* above[0] is the installation */
	int64_t root = org && org->n_above > 1 ? org->above[1] : org_id;

	let_go(p);
	return root;
}
