/* Parties of cases, and the check of conflicting interests over both stores (P22). */
#include "people/client.h"

#include "base/id.h"
#include "people/natives.h"

#define FOUND_MAX 100

/* ---- keys of a name ----------------------------------------------------------------------- */

struct keys {
	struct str full, core, pinyin;
};

static struct keys keys_of(struct arena *a, struct str name)
{
	struct str full = name_fold(a, name), core = name_core(full), pinyin;

	name_sound(a, core, &pinyin, NULL);
	/* A name without sound (foreign letters only) sounds like itself. */
	return (struct keys){full, core, pinyin.len ? pinyin : core};
}

static int blind_keys(struct ctx *ctx, int64_t org_id, const struct keys *k, struct keys *ret)
{
	int r;

	if ((r = client_blind(ctx, "cases", org_id, "party.full", k->full, &ret->full)) < 0 ||
	    (r = client_blind(ctx, "cases", org_id, "party.core", k->core, &ret->core)) < 0)
		return r;
	return client_blind(ctx, "cases", org_id, "party.pinyin", k->pinyin, &ret->pinyin);
}

/* ---- whose case it is ---------------------------------------------------------------------- */

/* @return 0, -E_NOT_FOUND for who may not see the case; its organisation */
static int seen_case(struct ctx *ctx, struct tx *tx, int64_t case_id, int64_t *ret_org)
{
	int r = tx_int(tx, "case.case_org", ARGS(A_INT("case_id", case_id)), ret_org);

	if (r == -E_NOT_FOUND)
		return ctx_fail(ctx, E_NOT_FOUND, NULL, "there is no such case");
	return r < 0 || !ctx->env->case_seen ? r : ctx->env->case_seen(tx, case_id);
}

/* @return 1, 0, negative error */
static int may_see(struct ctx *ctx, struct tx *tx, int64_t case_id)
{
	int r = ctx->env->case_seen ? ctx->env->case_seen(tx, case_id) : 0;

	return r == -E_NOT_FOUND ? 0 : r < 0 ? r : 1;
}

/* ---- parties ------------------------------------------------------------------------------ */

static const char *party_bound(struct arena *a, int64_t party_id)
{
	return arena_printf(a, "party.name/%lld", (long long)party_id);
}

int party_add_apply(struct call *call, struct tx *tx)
{
	struct ctx *ctx = call->ctx;
	struct str name = str_trim(call_str(call, "name")), sealed;
	struct keys k = keys_of(ctx->arena, name), blind;
	int64_t case_id = call_int(call, "id", 0), id = id_new(), org_id;
	struct jw *w = &call->reply.json;
	int r;

	if (!k.full.len)
		return ctx_fail(ctx, E_INVALID, "name", "holds no letter");
	if ((r = seen_case(ctx, tx, case_id, &org_id)) < 0 ||
	    (r = blind_keys(ctx, org_id, &k, &blind)) < 0 ||
	    (r = vault_seal(ctx->env->vault, "cases", org_id, SEAL_FIELD,
			    party_bound(ctx->arena, id), name, ctx->arena, &sealed, &ctx->fault)) <
		    0)
		return r;
	r = tx_op(tx, "case.party_put",
		  ARGS(A_INT("id", id), A_INT("case_id", case_id), {"role", call_arg(call, "role")},
		       {"client_id", call_arg(call, "client_id")}, A_BLOB("name", sealed),
		       A_BLOB("full_blind", blind.full), A_BLOB("core_blind", blind.core),
		       A_BLOB("pinyin_blind", blind.pinyin)),
		  NULL);
	if (r < 0)
		return r;
	call->audit.subject_id = case_id;
	jw_obj(w);
	jw_kid(w, "id", id);
	jw_obj_end(w);
	return 0;
}

static int party_name(struct ctx *ctx, int64_t org_id, int64_t party_id, struct str sealed,
		      struct str *ret)
{
	return vault_unseal(ctx->env->vault, "cases", org_id, SEAL_FIELD,
			    party_bound(ctx->arena, party_id), sealed, ctx->arena, ret,
			    &ctx->fault);
}

int party_list_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int64_t case_id = call_int(call, "id", 0), org_id;
	struct jw *w = &call->reply.json;
	struct str name;
	int r;

	if ((r = seen_case(call->ctx, tx, case_id, &org_id)) < 0 ||
	    (r = tx_op(tx, "case.party_rows", ARGS(A_INT("case_id", case_id)), &rows)) < 0)
		return r;
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	while ((r = rows_next(rows)) > 0) {
		r = party_name(call->ctx, rows_int(rows, 5), rows_int(rows, 0), rows_blob(rows, 2),
			       &name);
		if (r < 0)
			return r;
		jw_obj(w);
		jw_kid(w, "id", rows_int(rows, 0));
		jw_kstr(w, "role", rows_text(rows, 1));
		jw_kstr(w, "name", name);
		jw_kid(w, "client_id", rows_int(rows, 3));
		jw_ktime(w, "created_at", rows_int(rows, 4));
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_key(w, "next");
	jw_null(w);
	jw_obj_end(w);
	return r;
}

int party_drop_apply(struct call *call, struct tx *tx)
{
	int64_t case_id = call_int(call, "id", 0), id = call_int(call, "party", 0), org_id, n;
	struct ctx *ctx = call->ctx;
	struct jw *w = &call->reply.json;
	int r;

	if ((r = seen_case(ctx, tx, case_id, &org_id)) < 0 ||
	    (r = tx_exec(tx, "case.party_delete", ARGS(A_INT("id", id), A_INT("case_id", case_id)),
			 &n)) < 0)
		return r;
	if (n == 0)
		return ctx_fail(ctx, E_NOT_FOUND, NULL, "there is no such party");
	call->audit.subject_id = case_id;
	jw_obj(w);
	jw_kid(w, "id", id);
	jw_obj_end(w);
	return 0;
}

/* ---- a client's cases ---------------------------------------------------------------------- */

/* The client is in the other store; who may not see the client learns nothing (T01). */
static int check_client(struct ctx *ctx, int64_t id)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct client_row c;
	int r;

	return (r = db_read(ctx->env->clients, ctx, &tx)) < 0 ? r : client_load(tx, id, &c);
}

int client_cases_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int64_t id = call_int(call, "id", 0), limit = call_int(call, "limit", 50), n = 0, last = 0;
	struct jw *w = &call->reply.json;
	int r;

	if ((r = check_client(call->ctx, id)) < 0 ||
	    (r = tx_op(tx, "client.case_rows",
		       ARGS(A_INT("client_id", id), {"before", call_arg(call, "before")},
			    A_INT("limit", limit)),
		       &rows)) < 0)
		return r;
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	while ((r = rows_next(rows)) > 0) {
		last = rows_int(rows, 0);
		n++;
		if ((r = may_see(call->ctx, tx, last)) < 0)
			return r;
		if (r)
			op_row_json(w, call->op->out, call->op->n_out, rows);
	}
	jw_arr_end(w);
	jw_kid(w, "next", n == limit ? last : 0);
	jw_obj_end(w);
	return r;
}

/* ---- the check ---------------------------------------------------------------------------- */

static const struct why {
	const char *kind, *zh, *en;
} whys[] = {
	{"full", "名称相同", "Same name"},
	{"former", "曾用名相同", "Was called so"},
	{"core", "除企业组织形式外相同", "Same but for the legal form"},
	{"pinyin", "读音相同", "Sounds the same"},
};

static void write_why(struct jw *w, struct str kind)
{
	const struct why *why = &whys[0];

	for (size_t i = 0; i < ARRAY_SIZE(whys); i++)
		if (str_is(kind, whys[i].kind))
			why = &whys[i];
	jw_key(w, "why");
	jw_obj(w);
	jw_kcstr(w, "zh", why->zh);
	jw_kcstr(w, "en", why->en);
	jw_obj_end(w);
}

struct check {
	struct call *call;
	int64_t seen[FOUND_MAX]; /* clients */
	size_t n_seen;
};

static bool seen(struct check *c, int64_t client_id)
{
	for (size_t i = 0; i < c->n_seen; i++)
		if (c->seen[i] == client_id)
			return true;
	if (c->n_seen < FOUND_MAX)
		c->seen[c->n_seen++] = client_id;
	return false;
}

static void write_client(struct check *c, const struct client_row *row)
{
	struct jw *w = &c->call->reply.json;

	jw_obj(w);
	jw_kid(w, "client_id", row->id);
	jw_kcstr(w, "name", row->name);
	jw_kcstr(w, "role", "client");
	jw_kid(w, "case_id", 0);
	jw_key(w, "number");
	jw_null(w);
	write_why(w, str_of(row->why));
	jw_obj_end(w);
}

/* A prefix or initials alone are no conflict: only what the whole name gives. */
static bool counts(const struct client_row *row)
{
	return row->why && strcmp(row->why, "prefix") != 0 && strcmp(row->why, "initials") != 0;
}

static int check_clients_by(struct check *c, struct tx *tx, struct str key)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = c->call->ctx;
	struct client_row row;
	struct str blind;
	int r;

	if (!key.len)
		return 0;
	if ((r = client_blind(ctx, "clients", ctx->actor.org_id, "client.names", key, &blind)) <
		    0 ||
	    (r = tx_op(tx, "client.by_name_key",
		       ARGS(A_BLOB("blind", blind), A_NULL("kind"), A_NULL("tier"),
			    A_NULL("before"), A_INT("limit", FOUND_MAX)),
		       &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		if ((r = client_read(ctx, rows, &row)) < 0)
			return r;
		if (counts(&row) && !seen(c, row.id))
			write_client(c, &row);
	}
	return r;
}

static int check_clients(struct check *c, const struct keys *k)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	struct ctx *ctx = c->call->ctx;
	int r;

	if ((r = db_read(ctx->env->clients, ctx, &tx)) < 0 ||
	    (r = check_clients_by(c, tx, k->full)) < 0 ||
	    (r = check_clients_by(c, tx, k->core)) < 0)
		return r;
	return check_clients_by(c, tx, k->pinyin);
}

/*
 * That there is a conflict is told to everybody who asks; in which case, only to who may see it:
 * others are sent to the head of the hotline.
 */
static int write_party(struct check *c, struct tx *tx, struct rows *rows)
{
	struct jw *w = &c->call->reply.json;
	struct ctx *ctx = c->call->ctx;
	struct str name;
	int r, seen;

	if ((r = party_name(ctx, rows_int(rows, 5), rows_int(rows, 0), rows_blob(rows, 2), &name)) <
		    0 ||
	    (r = seen = may_see(ctx, tx, rows_int(rows, 4))) < 0)
		return r;
	jw_obj(w);
	jw_kid(w, "client_id", rows_int(rows, 3));
	jw_kstr(w, "name", name);
	jw_kstr(w, "role", rows_text(rows, 1));
	jw_kid(w, "case_id", seen ? rows_int(rows, 4) : 0);
	jw_kcstr(w, "number", seen ? rows_dup(rows, 6) : NULL);
	write_why(w, rows_text(rows, 7));
	jw_obj_end(w);
	return 0;
}

static int check_parties(struct check *c, struct tx *tx, const struct keys *k)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = c->call->ctx;
	struct keys blind;
	int r;

	if ((r = blind_keys(ctx, ctx->actor.org_id, k, &blind)) < 0)
		return r;
	r = tx_op(tx, "case.party_find",
		  ARGS(A_BLOB("full_blind", blind.full), A_BLOB("core_blind", blind.core),
		       A_BLOB("pinyin_blind", blind.pinyin), A_INT("limit", FOUND_MAX)),
		  &rows);
	if (r < 0)
		return r;
	while ((r = rows_next(rows)) > 0)
		if ((r = write_party(c, tx, rows)) < 0)
			return r;
	return r;
}

int conflicts_apply(struct call *call, struct tx *tx)
{
	struct check *c = ARENA_NEW(call->ctx->arena, struct check);
	struct keys k = keys_of(call->ctx->arena, call_str(call, "name"));
	struct jw *w = &call->reply.json;
	int r;

	c->call = call;
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	if (k.full.len && ((r = check_clients(c, &k)) < 0 || (r = check_parties(c, tx, &k)) < 0))
		return r;
	jw_arr_end(w);
	jw_key(w, "next");
	jw_null(w);
	jw_obj_end(w);
	return 0;
}
