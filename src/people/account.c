#include "people/account.h"

#include <pthread.h>

/* 32 MiB, five passes: about 50 ms of one core; OWASP's floor is 19 MiB with two. */
#define ARGON_OPS 5
#define ARGON_MEM ((size_t)32 << 20)

/* ---- reading ------------------------------------------------------------------------------ */

const char *account_key(struct arena *a, struct str name)
{
	CLEANUP(buf_free) struct buf key = {0};
	size_t pos = 0;
	char utf8[4];

	name = str_trim(name);
	while (pos < name.len) {
		uint32_t cp = utf8_fold(utf8_next(name, &pos));

		buf_add(&key, utf8, utf8_put(utf8, cp));
	}
	return key.p ? arena_strndup(a, key.p, key.len) : "";
}

const char **account_roles(struct arena *a, struct str list, size_t *ret_n)
{
	size_t n = 0, room = 2;
	const char **names;
	struct str piece;

	for (size_t i = 0; i < list.len; i++)
		room += list.p[i] == ',';
	names = ARENA_ARRAY(a, const char *, room);
	while (list.p && str_split(&list, ',', &piece))
		if (piece.len)
			names[n++] = arena_strndup(a, piece.p, piece.len);
	*ret_n = n;
	return names;
}

static void read_account(struct arena *a, const struct rows *rows, struct account *ret)
{
	struct str secret = rows_blob(rows, 8);

	*ret = (struct account){
		.id = rows_int(rows, 0),
		.org_id = rows_int(rows, 1),
		.name = rows_dup(rows, 2),
		.display_name = rows_dup(rows, 3),
		.lang = rows_dup(rows, 4),
		.active = rows_int(rows, 5) && rows_int(rows, 12),
		.password_hash = rows_dup(rows, 6),
		.must_change = rows_int(rows, 7) != 0,
		.totp_on = rows_int(rows, 9) != 0,
		.totp_step = rows_int(rows, 10),
		.org_name = rows_dup(rows, 11),
	};
	if (secret.p)
		ret->totp_secret = (struct str){arena_memdup(a, secret.p, secret.len), secret.len};
	ret->roles = account_roles(a, rows_text(rows, 13), &ret->n_roles);
}

static int one_account(struct tx *tx, struct rows *rows, struct account *ret)
{
	int r = rows_next(rows);

	if (r == 0)
		return ctx_fail(tx_ctx(tx), E_NOT_FOUND, NULL, "there is no such person");
	if (r > 0)
		read_account(tx_ctx(tx)->arena, rows, ret);
	return r < 0 ? r : 0;
}

int account_by_name(struct tx *tx, struct str name, struct account *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	const char *key = account_key(tx_ctx(tx)->arena, name);
	int r = tx_op(tx, "account.by_name", ARGS(A_TEXT("name_key", key)), &rows);

	return r < 0 ? r : one_account(tx, rows, ret);
}

int account_by_id(struct tx *tx, int64_t id, struct account *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r = tx_op(tx, "account.by_id", ARGS(A_INT("id", id)), &rows);

	return r < 0 ? r : one_account(tx, rows, ret);
}

/* ---- passwords ---------------------------------------------------------------------------- */

/* The beginnings of the commonest passwords on published lists; folded. */
static const char *const common[] = {"password",   "12345678",	 "123456789", "1234567890",
				     "qwertyuiop", "11111111",	 "88888888",  "66666666",
				     "00000000",   "1q2w3e4r5t", "iloveyou",  "admin123",
				     "lexline",	   "a1234567",	 "woaini1314"};

static bool is_repetition(struct str s)
{
	for (size_t i = 1; i < s.len; i++)
		if (s.p[i] != s.p[0])
			return false;
	return true;
}

static bool is_common(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(common); i++) {
		size_t n = strlen(common[i]);

		/* "password" and "password1!", not "password of my grandmother" */
		if (strncmp(key, common[i], n) == 0 && strlen(key) <= n + 3)
			return true;
	}
	return false;
}

int password_check_rules(struct ctx *ctx, const char *field, struct str password, const char *name)
{
	size_t min = ctx->env->people ? (size_t)ctx->env->people->rules.password_min : 10;
	const char *key = account_key(ctx->arena, password);
	const char *own = account_key(ctx->arena, str_of(name));

	if (utf8_count(password) < min)
		return ctx_fail(ctx, E_INVALID, field, "needs at least %zu characters", min);
	if (is_repetition(password) || is_common(key))
		return ctx_fail(ctx, E_INVALID, field,
				"is one of the passwords tried first; take another");
	if (strlen(own) >= 4 && strstr(key, own))
		return ctx_fail(ctx, E_INVALID, field, "must not contain the name");
	return 0;
}

int password_hash(struct ctx *ctx, struct str password, char ret[PASSWORD_HASH_MAX])
{
	if (crypto_pwhash_str(ret, password.p, password.len, ARGON_OPS, ARGON_MEM) != 0)
		return ctx_fail(ctx, E_NO_MEMORY, NULL, "no memory to hash a password");
	return 0;
}

static char nobody[PASSWORD_HASH_MAX];

/* A hash that no password fits: its salt and its password are thrown away. */
static void make_nobody(void)
{
	char random[32];

	randombytes_buf(random, sizeof(random));
	if (crypto_pwhash_str(nobody, random, sizeof(random), ARGON_OPS, ARGON_MEM) != 0)
		nobody[0] = 0;
	sodium_memzero(random, sizeof(random));
}

bool password_matches(const char *hash, struct str password)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	bool yes;

	pthread_once(&once, make_nobody);
	yes = crypto_pwhash_str_verify(hash ? hash : nobody, password.p, password.len) == 0;
	return hash && yes;
}

void password_random(char ret[PASSWORD_RANDOM_MAX])
{
	/* No 0 O 1 l i: it is read from a screen and typed. */
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";

	for (size_t i = 0; i < PASSWORD_RANDOM_MAX - 1; i++)
		ret[i] = i % 5 == 4 ? '-' : letters[randombytes_uniform(sizeof(letters) - 1)];
	ret[PASSWORD_RANDOM_MAX - 1] = 0;
}

void account_write(struct jw *w, const struct account *who)
{
	jw_key(w, "person");
	jw_obj(w);
	jw_kid(w, "id", who->id);
	jw_kcstr(w, "name", who->name);
	jw_kcstr(w, "display_name", who->display_name);
	jw_kid(w, "org_id", who->org_id);
	jw_kcstr(w, "org_name", who->org_name);
	jw_key(w, "roles");
	jw_arr(w);
	for (size_t i = 0; i < who->n_roles; i++)
		jw_cstr(w, who->roles[i]);
	jw_arr_end(w);
	jw_kcstr(w, "lang", who->lang);
	jw_obj_end(w);
}
