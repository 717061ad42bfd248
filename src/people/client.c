/* Clients' sealed values, and their rows as JSON. */
#include "people/client.h"

#include "people/mask.h"

const char *const client_field_names[CF_COUNT] = {"name",      "phone",	       "email",
						  "id_number", "bank_account", "address"};

/* ---- sealing ------------------------------------------------------------------------------ */

int64_t client_index_org(struct ctx *ctx, int64_t org_id)
{
	return roles_org_root(ctx->env->people, org_id);
}

static const char *bound_to(struct arena *a, const char *field, int64_t client_id)
{
	return arena_printf(a, "client.%s/%lld", field, (long long)client_id);
}

int client_seal(struct ctx *ctx, int64_t org_id, int64_t client_id, const char *field,
		struct str plain, struct str *ret)
{
	return vault_seal(ctx->env->vault, "clients", org_id, SEAL_FIELD,
			  bound_to(ctx->arena, field, client_id), plain, ctx->arena, ret,
			  &ctx->fault);
}

int client_unseal(struct ctx *ctx, int64_t org_id, int64_t client_id, const char *field,
		  struct str sealed, struct str *ret)
{
	return vault_unseal(ctx->env->vault, "clients", org_id, SEAL_FIELD,
			    bound_to(ctx->arena, field, client_id), sealed, ctx->arena, ret,
			    &ctx->fault);
}

int client_blind(struct ctx *ctx, const char *db_name, int64_t org_id, const char *what,
		 struct str normalised, struct str *ret)
{
	uint8_t *blind = arena_alloc(ctx->arena, BLIND_LEN);
	int r;

	r = vault_index(ctx->env->vault, db_name, client_index_org(ctx, org_id), what, normalised,
			blind, &ctx->fault);
	if (r == 0)
		*ret = (struct str){(const char *)blind, BLIND_LEN};
	return r;
}

static const char *hint_of(struct arena *a, const char *kind, enum client_field field,
			   struct str plain)
{
	switch (field) {
	case CF_NAME:
		return strcmp(kind, "person") == 0 ? mask_name(a, plain)
						   : mask_middle(a, plain, 2, 2);
	case CF_PHONE:
		return mask_phone(a, plain);
	case CF_EMAIL:
		return mask_email(a, plain);
	case CF_ID_NUMBER:
		return mask_middle(a, plain, 3, 4);
	case CF_BANK_ACCOUNT:
		return mask_middle(a, plain, 0, 4);
	default:
		return mask_middle(a, plain, 3, 0);
	}
}

int client_value_new(struct ctx *ctx, int64_t org_id, int64_t client_id, const char *kind,
		     enum client_field field, struct str plain, struct client_value *ret)
{
	const char *name = client_field_names[field];
	struct str normal = field == CF_PHONE ? plain : name_fold(ctx->arena, plain);
	int r;

	ret->hint = hint_of(ctx->arena, kind, field, plain);
	if ((r = client_seal(ctx, org_id, client_id, name, plain, &ret->sealed)) < 0)
		return r;
	return client_blind(ctx, "clients", org_id, arena_printf(ctx->arena, "client.%s", name),
			    normal, &ret->blind);
}

/* ---- rows --------------------------------------------------------------------------------- */

enum {
	R_ID,
	R_ORG,
	R_KIND,
	R_FIELD,
	R_TIER,
	R_MEMBER,
	R_LANG,
	R_NOTE,
	R_CREATED,
	R_UPDATED,
	R_VERSION,
	R_ERASED,
	R_NAME,
	R_PHONE_HINT,
	R_WHY
};

static struct str dup_blob(struct ctx *ctx, const struct rows *rows, int col)
{
	struct str s = rows_blob(rows, col);

	return s.p ? (struct str){arena_memdup(ctx->arena, s.p, s.len), s.len} : STR_NULL;
}

int client_read(struct ctx *ctx, const struct rows *rows, struct client_row *ret)
{
	struct str sealed = rows_blob(rows, R_NAME), name = STR("");
	int r;

	*ret = (struct client_row){
		.id = rows_int(rows, R_ID),
		.org_id = rows_int(rows, R_ORG),
		.kind = rows_dup(rows, R_KIND),
		.field = rows_dup(rows, R_FIELD),
		.tier = rows_dup(rows, R_TIER),
		.member = rows_int(rows, R_MEMBER) != 0,
		.lang = rows_dup(rows, R_LANG),
		.note = dup_blob(ctx, rows, R_NOTE),
		.created_at = rows_int(rows, R_CREATED),
		.updated_at = rows_int(rows, R_UPDATED),
		.version = rows_int(rows, R_VERSION),
		.erased_at = rows_int(rows, R_ERASED),
		.phone_hint = rows_dup(rows, R_PHONE_HINT),
		.why = rows_columns(rows) > R_WHY ? rows_dup(rows, R_WHY) : NULL,
	};
	if (sealed.p && (r = client_unseal(ctx, ret->org_id, ret->id, "name", sealed, &name)) < 0)
		return r;
	ret->name = arena_strndup(ctx->arena, name.p, name.len);
	return 0;
}

int client_load(struct tx *tx, int64_t id, struct client_row *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	int r;

	if ((r = tx_op(tx, "client.row", ARGS(A_INT("id", id)), &rows)) < 0 ||
	    (r = rows_next(rows)) < 0)
		return r;
	if (r == 0)
		return ctx_fail(ctx, E_NOT_FOUND, NULL, "there is no such client");
	return client_read(ctx, rows, ret);
}

static void write_base(struct jw *w, const struct client_row *c)
{
	jw_kid(w, "id", c->id);
	jw_kcstr(w, "kind", c->kind);
	jw_kcstr(w, "name", c->name);
	jw_kcstr(w, "tier", c->tier);
	jw_kcstr(w, "field", c->field);
	jw_kbool(w, "member", c->member);
	jw_kid(w, "org_id", c->org_id);
	jw_ktime(w, "created_at", c->created_at);
	jw_ktime(w, "updated_at", c->updated_at);
	jw_kint(w, "version", c->version);
}

void client_write_item(struct jw *w, const struct client_row *c)
{
	jw_obj(w);
	write_base(w, c);
	jw_kcstr(w, "phone_hint", c->phone_hint);
	jw_kcstr(w, "why", c->why);
	jw_obj_end(w);
}

/* ---- the view ----------------------------------------------------------------------------- */

static int write_hints(struct jw *w, struct tx *tx, int64_t id)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	const char *hints[CF_COUNT] = {NULL};
	struct ctx *ctx = tx_ctx(tx);
	int r;

	if ((r = tx_op(tx, "client.fields", ARGS(A_INT("client_id", id)), &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0)
		for (int f = 0; f < CF_COUNT; f++)
			if (str_is(rows_text(rows, 0), client_field_names[f]))
				hints[f] = rows_dup(rows, 2);
	for (int f = CF_PHONE; f < CF_COUNT; f++)
		jw_kcstr(w, arena_printf(ctx->arena, "%s_hint", client_field_names[f]), hints[f]);
	return r;
}

static int write_contacts(struct jw *w, struct tx *tx, const struct client_row *c)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	struct str name;
	int r;

	if ((r = tx_op(tx, "client.contacts", ARGS(A_INT("client_id", c->id)), &rows)) < 0)
		return r;
	jw_key(w, "contacts");
	jw_arr(w);
	while ((r = rows_next(rows)) > 0) {
		if ((r = client_unseal(ctx, c->org_id, c->id, "contact", rows_blob(rows, 2),
				       &name)) < 0)
			return r;
		jw_obj(w);
		jw_kid(w, "id", rows_int(rows, 0));
		jw_kstr(w, "role", rows_text(rows, 1));
		jw_kstr(w, "name", name);
		jw_kstr(w, "phone_hint", rows_text(rows, 4));
		jw_obj_end(w);
	}
	jw_arr_end(w);
	return r;
}

static int write_former(struct jw *w, struct tx *tx, const struct client_row *c)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct str name;
	int r;

	if ((r = tx_op(tx, "client.former", ARGS(A_INT("client_id", c->id)), &rows)) < 0)
		return r;
	jw_key(w, "former_names");
	jw_arr(w);
	while ((r = rows_next(rows)) > 0) {
		r = client_unseal(tx_ctx(tx), c->org_id, c->id, "former", rows_blob(rows, 0),
				  &name);
		if (r < 0)
			return r;
		jw_str(w, name);
	}
	jw_arr_end(w);
	return r;
}

int client_write_view(struct call *call, struct tx *tx, int64_t id)
{
	struct jw *w = &call->reply.json;
	struct client_row c;
	struct str note = STR_NULL;
	int r;

	if ((r = client_load(tx, id, &c)) < 0)
		return r;
	if (c.note.p && (r = client_unseal(call->ctx, c.org_id, c.id, "note", c.note, &note)) < 0)
		return r;
	jw_obj(w);
	write_base(w, &c);
	jw_kcstr(w, "lang", c.lang);
	jw_kstr(w, "note", note);
	jw_kbool(w, "erased", c.erased_at != 0);
	if ((r = write_hints(w, tx, id)) < 0 || (r = write_contacts(w, tx, &c)) < 0 ||
	    (r = write_former(w, tx, &c)) < 0)
		return r;
	jw_obj_end(w);
	return 0;
}
