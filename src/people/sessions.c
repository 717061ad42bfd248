/* Sessions by the hash of their token, kept in memory for CACHE_US after the last look at the
 * database. */
#include "people/sessions.h"

#include <pthread.h>
#include <stdatomic.h>

#define CACHE_US 5000000 /* another node's revocation takes effect within it */
#define TOUCH_MS 60000	 /* the database learns of use no more often */
#define CACHE_MAX 50000	 /* sessions; more and the whole cache starts afresh */
#define ROLES_MAX 32

struct session {
	uint8_t hash[SESSION_HASH_LEN];
	int64_t id, person_id, org_id;
	int64_t expires_at;
	int64_t checked_us;    /* when the database was asked, monotonic */
	atomic_llong seen_at;  /* last request on this node */
	atomic_llong noted_at; /* last seen_at the database knows */
	char *name, *display_name, *lang, *org_name;
	char *roles; /* "a,b" */
	bool must_change, totp_on;
};

struct session_cache {
	pthread_rwlock_t lock;
	struct map *by_hash; /* owns */
	struct map *by_id;
	atomic_uint forgotten; /* counts what was dropped on purpose */
};

/* ---- life cycle --------------------------------------------------------------------------- */

static void session_free(void *arg)
{
	struct session *s = arg;

	if (!s)
		return;
	free(s->name);
	free(s->display_name);
	free(s->lang);
	free(s->org_name);
	free(s->roles);
	free(s);
}

struct session_cache *sessions_new(void)
{
	struct session_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	pthread_rwlock_init(&c->lock, NULL);
	c->by_hash = map_new();
	c->by_id = map_new();
	return c;
}

void sessions_free(struct session_cache *c)
{
	if (!c)
		return;
	map_free(c->by_id, NULL);
	map_free(c->by_hash, session_free);
	pthread_rwlock_destroy(&c->lock);
	free(c);
}

static struct str hash_key(const uint8_t *hash)
{
	return (struct str){(const char *)hash, SESSION_HASH_LEN};
}

static struct str id_key(const int64_t *id)
{
	return (struct str){(const char *)id, sizeof(*id)};
}

/* With the write lock. */
static void drop(struct session_cache *c, struct session *s)
{
	if (!s)
		return;
	map_del(c->by_id, id_key(&s->id));
	map_del(c->by_hash, hash_key(s->hash));
	session_free(s);
}

static void drop_all(struct session_cache *c)
{
	map_free(c->by_id, NULL);
	map_free(c->by_hash, session_free);
	c->by_hash = map_new();
	c->by_id = map_new();
}

/* @return false when something was forgotten since @p forgotten: what was read may be out of date
 */
static bool keep(struct session_cache *c, struct session *s, unsigned forgotten)
{
	pthread_rwlock_wrlock(&c->lock);
	if (atomic_load(&c->forgotten) != forgotten) {
		pthread_rwlock_unlock(&c->lock);
		session_free(s);
		return false;
	}
	if (map_count(c->by_hash) >= CACHE_MAX)
		drop_all(c);
	drop(c, map_get(c->by_hash, hash_key(s->hash)));
	map_put(c->by_hash, hash_key(s->hash), s);
	map_put(c->by_id, id_key(&s->id), s);
	pthread_rwlock_unlock(&c->lock);
	return true;
}

void sessions_forget(struct people *p, int64_t session_id)
{
	struct session_cache *c = p->sessions;

	pthread_rwlock_wrlock(&c->lock);
	atomic_fetch_add(&c->forgotten, 1);
	drop(c, map_get(c->by_id, id_key(&session_id)));
	pthread_rwlock_unlock(&c->lock);
}

void sessions_forget_person(struct people *p, int64_t person_id)
{
	struct session_cache *c = p->sessions;
	VEC(struct session *) theirs = {0};
	struct str key;
	size_t pos = 0;
	void *s;

	pthread_rwlock_wrlock(&c->lock);
	atomic_fetch_add(&c->forgotten, 1);
	while (map_next(c->by_hash, &pos, &key, &s))
		if (((struct session *)s)->person_id == person_id)
			VEC_ADD(&theirs, (struct session *)s);
	for (size_t i = 0; i < theirs.n; i++)
		drop(c, theirs.at[i]);
	pthread_rwlock_unlock(&c->lock);
	VEC_FREE(&theirs);
}

void sessions_forget_all(struct people *p)
{
	pthread_rwlock_wrlock(&p->sessions->lock);
	atomic_fetch_add(&p->sessions->forgotten, 1);
	drop_all(p->sessions);
	pthread_rwlock_unlock(&p->sessions->lock);
}

/* ---- tokens ------------------------------------------------------------------------------- */

static void token_hash(struct str token, uint8_t ret[SESSION_HASH_LEN])
{
	crypto_generichash(ret, SESSION_HASH_LEN, (const uint8_t *)token.p, token.len, NULL, 0);
}

void session_token_new(struct arena *a, const char **ret_token, uint8_t ret_hash[SESSION_HASH_LEN])
{
	uint8_t random[SESSION_TOKEN_LEN];

	randombytes_buf(random, sizeof(random));
	*ret_token = base64url_encode(a, random, sizeof(random));
	sodium_memzero(random, sizeof(random));
	token_hash(str_of(*ret_token), ret_hash);
}

const char *session_csrf(struct arena *a, const uint8_t hash[SESSION_HASH_LEN])
{
	static const char what[] = "lexline csrf";
	uint8_t mac[18];

	crypto_generichash(mac, sizeof(mac), (const uint8_t *)what, sizeof(what) - 1, hash,
			   SESSION_HASH_LEN);
	return base64url_encode(a, mac, sizeof(mac));
}

/* ---- from the database -------------------------------------------------------------------- */

static char *dup_text(const struct rows *rows, int col)
{
	struct str s = rows_text(rows, col);

	return strndup(s.p ? s.p : "", s.len);
}

/* Columns of session.lookup. */
static struct session *read_session(const struct rows *rows, const uint8_t *hash)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	memcpy(s->hash, hash, SESSION_HASH_LEN);
	s->id = rows_int(rows, 0);
	s->person_id = rows_int(rows, 1);
	atomic_store(&s->seen_at, rows_int(rows, 2));
	atomic_store(&s->noted_at, rows_int(rows, 2));
	s->expires_at = rows_int(rows, 3);
	s->org_id = rows_int(rows, 4);
	s->name = dup_text(rows, 5);
	s->display_name = dup_text(rows, 6);
	s->lang = dup_text(rows, 7);
	s->must_change = rows_int(rows, 8) != 0;
	s->totp_on = rows_int(rows, 9) != 0;
	s->org_name = dup_text(rows, 10);
	s->roles = dup_text(rows, 12);
	s->checked_us = time_monotonic_us();
	return s;
}

static int look_up(struct ctx *ctx, const uint8_t *hash, struct session **ret)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct str key = hash_key(hash);
	int r;

	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "session.lookup", ARGS(A_BLOB("token_hash", key)), &rows)) < 0)
		return r;
	if ((r = rows_next(rows)) == 0)
		return ctx_fail(ctx, E_UNAUTHORIZED, NULL, "the session has ended");
	if (r < 0 ||
	    (r = roles_follow(ctx->env->people->roles, rows_int(rows, 11), &ctx->fault)) < 0)
		return r;
	*ret = read_session(rows, hash);
	return *ret ? 0 : -E_NO_MEMORY;
}

/* ---- a request ---------------------------------------------------------------------------- */

static bool too_old(const struct people *p, const struct session *s, int64_t now)
{
	return now >= s->expires_at || now - atomic_load(&s->seen_at) >= p->rules.session_idle_ms;
}

static void fill_actor(struct ctx *ctx, const struct session *s)
{
	struct actor *actor = &ctx->actor;
	const char **own = account_roles(ctx->arena, str_of(s->roles), &actor->n_own_roles);

	for (size_t i = 0; i < actor->n_own_roles; i++)
		own[i] = arena_strdup(ctx->arena, own[i]);
	actor->id = s->person_id;
	actor->org_id = s->org_id;
	actor->session_id = s->id;
	actor->name = arena_strdup(ctx->arena, s->display_name);
	actor->roles =
		roles_expand(ctx->env->people, s->org_id, own, actor->n_own_roles, ctx->arena);
}

/* From the cache, while it is fresh. @return 1 filled, 0 ask the database, -E_UNAUTHORIZED */
static int from_cache(struct ctx *ctx, const uint8_t *hash, int64_t *ret_touch)
{
	struct session_cache *c = ctx->env->people->sessions;
	struct session *s;
	int r = 0;

	pthread_rwlock_rdlock(&c->lock);
	s = map_get(c->by_hash, hash_key(hash));
	if (s && time_monotonic_us() - s->checked_us < CACHE_US) {
		if (too_old(ctx->env->people, s, ctx->now_ms)) {
			r = -E_UNAUTHORIZED;
		} else {
			atomic_store(&s->seen_at, ctx->now_ms);
			if (ctx->now_ms - atomic_load(&s->noted_at) >= TOUCH_MS) {
				atomic_store(&s->noted_at, ctx->now_ms);
				*ret_touch = s->id;
			}
			fill_actor(ctx, s);
			r = 1;
		}
	}
	pthread_rwlock_unlock(&c->lock);
	return r;
}

/* What this node saw lately goes on counting when the database is asked again. */
static void carry_over(struct session_cache *c, struct session *fresh)
{
	struct session *old;

	pthread_rwlock_rdlock(&c->lock);
	old = map_get(c->by_hash, hash_key(fresh->hash));
	if (old && atomic_load(&old->seen_at) > atomic_load(&fresh->seen_at))
		atomic_store(&fresh->seen_at, atomic_load(&old->seen_at));
	if (old && atomic_load(&old->noted_at) > atomic_load(&fresh->noted_at))
		atomic_store(&fresh->noted_at, atomic_load(&old->noted_at));
	pthread_rwlock_unlock(&c->lock);
}

struct touch {
	struct ctx *ctx;
	int64_t id;
};

static int apply_touch(struct tx *tx, void *arg)
{
	return tx_op(tx, "session.touch", ARGS(A_INT("id", ((struct touch *)arg)->id)), NULL);
}

/* That a session was used is worth no retry and no message: the next minute tells again. */
static void touched(void *arg, int r)
{
	struct touch *t = arg;

	(void)r;
	ctx_free(t->ctx);
	free(t);
}

static void touch(struct env *env, int64_t session_id)
{
	struct touch *t = calloc(1, sizeof(*t));

	if (!t)
		return;
	t->ctx = ctx_new_system(env);
	t->id = session_id;
	if (db_write(env->db, t->ctx, apply_touch, touched, t) < 0)
		touched(t, 0);
}

/* @return 1 it is in the cache now, 0 read once more, negative error */
static int refresh(struct ctx *ctx, const uint8_t *hash)
{
	struct people *p = ctx->env->people;
	unsigned forgotten = atomic_load(&p->sessions->forgotten);
	struct session *s = NULL;
	int r;

	if ((r = look_up(ctx, hash, &s)) < 0)
		return r;
	carry_over(p->sessions, s);
	if (too_old(p, s, ctx->now_ms)) {
		session_free(s);
		return ctx_fail(ctx, E_UNAUTHORIZED, NULL, "the session is too old");
	}
	return keep(p->sessions, s, forgotten);
}

static int from_database(struct ctx *ctx, const uint8_t *hash, int64_t *ret_touch)
{
	for (int attempt = 0; attempt < 10; attempt++) {
		int r = refresh(ctx, hash);

		if (r < 0)
			return r;
		if (r > 0 && (r = from_cache(ctx, hash, ret_touch)) != 0)
			return r < 0 ? r : 0;
	}
	return ctx_fail(ctx, E_BUSY, NULL, "sessions are being changed; try again");
}

int people_session(struct ctx *ctx, struct str token, const char **ret_csrf)
{
	uint8_t hash[SESSION_HASH_LEN];
	int64_t to_touch = 0;
	int r;

	if (token.len < 40 || token.len > 50)
		return ctx_fail(ctx, E_UNAUTHORIZED, NULL, "this is no session");
	token_hash(token, hash);
	r = from_cache(ctx, hash, &to_touch);
	if (r < 0)
		return ctx_fail(ctx, E_UNAUTHORIZED, NULL, "the session is too old");
	if (r == 0 && (r = from_database(ctx, hash, &to_touch)) < 0)
		return r;
	if (to_touch)
		touch(ctx->env, to_touch);
	if (ret_csrf)
		*ret_csrf = session_csrf(ctx->arena, hash);
	return 0;
}

bool session_info(struct ctx *ctx, struct session_info *ret)
{
	struct session_cache *c = ctx->env->people->sessions;
	const struct session *s;

	pthread_rwlock_rdlock(&c->lock);
	s = map_get(c->by_id, id_key(&ctx->actor.session_id));
	if (s)
		*ret = (struct session_info){
			.name = arena_strdup(ctx->arena, s->name),
			.display_name = arena_strdup(ctx->arena, s->display_name),
			.lang = arena_strdup(ctx->arena, s->lang),
			.org_name = arena_strdup(ctx->arena, s->org_name),
			.csrf = session_csrf(ctx->arena, s->hash),
			.must_change = s->must_change,
			.totp_on = s->totp_on,
		};
	pthread_rwlock_unlock(&c->lock);
	return s != NULL;
}
