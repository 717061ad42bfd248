/* Adding people and organisations: for the command line, profiles and this room's own operations.
 */
#include "people/staff.h"

#include "base/id.h"
#include "people/lockout.h"
#include "people/sessions.h"
#include "trust/audit.h"

/* ---- the rows ----------------------------------------------------------------------------- */

static int check_name(struct ctx *ctx, struct str name)
{
	size_t pos = 0;

	if (utf8_count(name) < 1 || utf8_count(name) > 64)
		return ctx_fail(ctx, E_INVALID, "name", "needs 1 to 64 characters");
	while (pos < name.len) {
		uint32_t cp = utf8_next(name, &pos);

		if (cp <= ' ' || cp == 0x7f || cp == 0x3000)
			return ctx_fail(ctx, E_INVALID, "name",
					"has no spaces: it is typed to sign in");
	}
	return 0;
}

const char *staff_json_list(struct arena *a, const char *const *items)
{
	CLEANUP(buf_free) struct buf out = {0};
	struct jw w;

	jw_begin(&w, &out);
	jw_arr(&w);
	for (; items && *items; items++)
		jw_cstr(&w, *items);
	jw_arr_end(&w);
	return arena_strndup(a, out.p, out.len);
}

int staff_give_roles(struct tx *tx, int64_t person_id, int64_t org_id, const char *const *names)
{
	struct ctx *ctx = tx_ctx(tx);
	struct role role;
	int r;

	for (; names && *names; names++) {
		if (!roles_find(ctx->env->people, org_id, str_of(*names), ctx->arena, &role))
			return ctx_fail(ctx, E_NOT_FOUND, "roles",
					"the organisation has no role '%s'", *names);
		r = tx_op(tx, "account.give_role",
			  ARGS(A_INT("person_id", person_id), A_TEXT("role", *names)), NULL);
		if (r < 0)
			return r;
	}
	return 0;
}

int staff_insert(struct tx *tx, const struct staff_row *p)
{
	struct ctx *ctx = tx_ctx(tx);
	struct str name = str_trim(str_of(p->name));
	int r;

	if ((r = check_name(ctx, name)) < 0)
		return r;
	r = tx_op(tx, "account.insert",
		  ARGS(A_INT("id", p->id), A_INT("org_id", p->org_id), A_STR("name", name),
		       A_TEXT("name_key", account_key(ctx->arena, name)),
		       A_TEXT("display_name", p->display_name), A_BLOB("phone", p->phone),
		       A_TEXT("phone_hint", p->phone_hint), A_BLOB("email", p->email),
		       A_TEXT("email_hint", p->email_hint), A_TEXT("lang", p->lang),
		       A_TEXT("skills", p->skills), A_TEXT("languages", p->languages),
		       A_TEXT("hash", p->hash)),
		  NULL);
	if (r == -E_EXISTS)
		return ctx_fail(ctx, E_EXISTS, "name", "somebody signs in with this name already");
	return r < 0 ? r : staff_give_roles(tx, p->id, p->org_id, p->roles);
}

int staff_set_password(struct tx *tx, int64_t person_id, const char *hash)
{
	char key[LOCK_KEY_MAX];
	struct account who;
	int r;

	if ((r = account_by_id(tx, person_id, &who)) < 0)
		return r;
	lockout_name_key(tx_ctx(tx)->arena, str_of(who.name), key);
	r = tx_op(tx, "account.set_password",
		  ARGS(A_INT("id", person_id), A_TEXT("hash", hash), A_INT("must_change", 1)),
		  NULL);
	if (r < 0 || (r = lockout_forget(tx, key)) < 0)
		return r;
	return tx_op(tx, "session.end_all", ARGS(A_INT("person_id", person_id), A_INT("but", 0)),
		     NULL);
}

int staff_first_password(struct ctx *ctx, const char **ret_password,
			 char ret_hash[PASSWORD_HASH_MAX])
{
	char *password = arena_alloc(ctx->arena, PASSWORD_RANDOM_MAX);

	password_random(password);
	*ret_password = password;
	return password_hash(ctx, str_of(password), ret_hash);
}

/* ---- for the command line and profiles ---------------------------------------------------- */

static int note(struct tx *tx, const char *action, const char *subject, int64_t id)
{
	return audit_add(tx, &(struct audit_entry){.action = action,
						   .subject = subject,
						   .subject_id = id,
						   .detail = STR("{}")});
}

/* The given one or a random one, and its hash. */
static int choose_password(struct ctx *ctx, const struct person_new *n, const char **ret_password,
			   char ret_hash[PASSWORD_HASH_MAX])
{
	int r;

	if (!n->password)
		return staff_first_password(ctx, ret_password, ret_hash);
	r = password_check_rules(ctx, "password", str_of(n->password), n->name);
	if (r < 0)
		return r;
	*ret_password = n->password;
	return password_hash(ctx, str_of(n->password), ret_hash);
}

static int apply_add(struct tx *tx, void *arg)
{
	const struct staff_row *p = arg;
	int r = staff_insert(tx, p);

	return r < 0 ? r : note(tx, "people.create", "people", p->id);
}

int people_add(struct ctx *ctx, const struct person_new *n, int64_t *ret_id,
	       const char **ret_password)
{
	char hash[PASSWORD_HASH_MAX];
	const char *password;
	struct staff_row row = {
		.id = id_new(),
		.org_id = n->org_id,
		.name = n->name,
		.display_name = n->display_name ? n->display_name : n->name,
		.lang = n->lang ? n->lang : "zh",
		.skills = staff_json_list(ctx->arena, n->skills),
		.languages = "[]",
		.roles = n->roles,
		.hash = hash,
	};
	int r;

	if ((r = choose_password(ctx, n, &password, hash)) < 0 ||
	    (r = db_write_wait(ctx->env->db, ctx, apply_add, &row)) < 0)
		return r;
	*ret_id = row.id;
	if (ret_password)
		*ret_password = password;
	return 0;
}

struct reset {
	int64_t id;
	char hash[PASSWORD_HASH_MAX];
};

static int apply_reset(struct tx *tx, void *arg)
{
	const struct reset *reset = arg;
	int r = staff_set_password(tx, reset->id, reset->hash);

	return r < 0 ? r : note(tx, "people.reset_password", "people", reset->id);
}

int people_reset_password(struct ctx *ctx, int64_t person_id, const char **ret_password)
{
	struct reset reset = {.id = person_id};
	int r;

	if ((r = staff_first_password(ctx, ret_password, reset.hash)) < 0 ||
	    (r = db_write_wait(ctx->env->db, ctx, apply_reset, &reset)) < 0)
		return r;
	sessions_forget_person(ctx->env->people, person_id);
	return 0;
}

int people_find(struct ctx *ctx, const char *name, int64_t *ret_id)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct account who;
	int r;

	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (r = account_by_name(tx, str_of(name), &who)) < 0)
		return r;
	*ret_id = who.id;
	return 0;
}

int people_find_org(struct ctx *ctx, const char *name, int64_t *ret_id)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r;

	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0)
		return r;
	r = tx_int(tx, "org.find", ARGS(A_TEXT("name", name)), ret_id);
	return r == -E_NOT_FOUND ? ctx_fail(ctx, E_NOT_FOUND, "org",
					    "there is no organisation '%s'", name ? name : "")
				 : r;
}

/* ---- organisations ------------------------------------------------------------------------ */

int staff_insert_org(struct tx *tx, const struct org_row *o)
{
	int r;

	r = tx_op(tx, "org.insert_org",
		  ARGS(A_INT("id", o->id), A_INT("parent_id", o->parent_id),
		       A_TEXT("name", o->name), A_TEXT("kind", o->kind)),
		  NULL);
	if (r < 0 ||
	    (r = tx_op(tx, "org.plant", ARGS(A_INT("id", o->id), A_INT("parent_id", o->parent_id)),
		       NULL)) < 0)
		return r;
	return tx_op(tx, "role.raise_version", NO_ARGS, NULL);
}

static int apply_org(struct tx *tx, void *arg)
{
	const struct org_row *o = arg;
	int r = staff_insert_org(tx, o);

	return r < 0 ? r : note(tx, "org.create_org", "org", o->id);
}

int people_add_org(struct ctx *ctx, int64_t parent_id, const char *name, const char *kind,
		   int64_t *ret_id)
{
	struct org_row row = {.id = id_new(), .parent_id = parent_id, .name = name, .kind = kind};
	int r;

	if ((r = db_write_wait(ctx->env->db, ctx, apply_org, &row)) < 0)
		return r;
	*ret_id = row.id;
	return people_orgs_changed(ctx->env, true, &ctx->fault);
}
