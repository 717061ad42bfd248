/*
 * Display names, kept for half a minute.
 *
 * A view names a dozen people and most views name the same ones: asking the store each time would
 * double the statements of a view. A direct-mapped table: a newcomer takes the place of whoever
 * had it.
 */
#include "process/kase.h"

#include <pthread.h>
#include <stdlib.h>

#define SLOTS 4096
#define KEEP_US (30 * 1000 * 1000)

enum name_kind { NAME_PERSON, NAME_ORG, NAME_ROLE };

struct slot {
	int64_t id;
	enum name_kind kind;
	int64_t loaded_us;
	char *name;
};

struct names {
	pthread_mutex_t lock;
	struct slot slots[SLOTS];
};

struct names *names_new(void)
{
	struct names *n = calloc(1, sizeof(*n));

	if (!n)
		abort();
	pthread_mutex_init(&n->lock, NULL);
	return n;
}

void names_free(struct names *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		free(n->slots[i].name);
	pthread_mutex_destroy(&n->lock);
	free(n);
}

static struct slot *slot_of(struct names *n, enum name_kind kind, int64_t id)
{
	uint64_t h = ((uint64_t)id * 2 + (uint64_t)kind) * UINT64_C(0x9e3779b97f4a7c15);

	return &n->slots[h >> 52];
}

static bool remembered(struct names *n, enum name_kind kind, int64_t id, struct arena *a,
		       char **ret)
{
	struct slot *s = slot_of(n, kind, id);
	bool hit;

	pthread_mutex_lock(&n->lock);
	hit = s->id == id && s->kind == kind && s->name &&
	      time_monotonic_us() - s->loaded_us < KEEP_US;
	if (hit)
		*ret = arena_strdup(a, s->name);
	pthread_mutex_unlock(&n->lock);
	return hit;
}

static void remember(struct names *n, enum name_kind kind, int64_t id, const char *name)
{
	struct slot *s = slot_of(n, kind, id);

	pthread_mutex_lock(&n->lock);
	free(s->name);
	*s = (struct slot){id, kind, time_monotonic_us(), strdup(name)};
	pthread_mutex_unlock(&n->lock);
}

static const char *name_of(struct tx *tx, struct process_lib *lib, enum name_kind kind, int64_t id)
{
	struct names *n = process_lib_names(lib);
	CLEANUP(rows_freep) struct rows *r = NULL;
	struct arena *a = tx_ctx(tx)->arena;
	char *name;

	if (!id)
		return NULL;
	if (remembered(n, kind, id, a, &name))
		return name;
	if (tx_op(tx, kind == NAME_PERSON ? "case.person_name" : "case.org_name",
		  ARGS(A_INT("id", id)), &r) < 0 ||
	    rows_next(r) <= 0)
		return NULL;
	name = rows_dup(r, 0);
	if (name)
		remember(n, kind, id, name);
	return name;
}

const char *name_person(struct tx *tx, struct process_lib *lib, int64_t id)
{
	return name_of(tx, lib, NAME_PERSON, id);
}

const char *name_org(struct tx *tx, struct process_lib *lib, int64_t id)
{
	return name_of(tx, lib, NAME_ORG, id);
}

/** FNV-1a: there are a few dozen roles, a 64-bit hash tells them apart. */
static int64_t role_key(const char *role)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *role; role++)
		h = (h ^ (uint8_t)*role) * UINT64_C(1099511628211);
	return (int64_t)h;
}

/** Kept as "zh\ten". */
struct label name_role(struct tx *tx, struct process_lib *lib, const char *role)
{
	struct names *n = process_lib_names(lib);
	CLEANUP(rows_freep) struct rows *r = NULL;
	struct arena *a = tx_ctx(tx)->arena;
	int64_t key = role_key(role);
	char *text, *tab;

	if (!remembered(n, NAME_ROLE, key, a, &text)) {
		if (tx_op(tx, "case.role_name", ARGS(A_TEXT("role", role)), &r) < 0 ||
		    rows_next(r) <= 0)
			return (struct label){role, role};
		text = arena_printf(a, "%s\t%s", rows_dup(r, 0), rows_dup(r, 1));
		remember(n, NAME_ROLE, key, text);
	}
	tab = strchr(text, '\t');
	*tab = 0;
	return (struct label){text, tab + 1};
}
