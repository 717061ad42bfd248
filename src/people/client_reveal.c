/* Sealed values in clear, for a purpose (T03, T04); everything about a client; erasure (T08). */
#include "people/client.h"

#include "base/log.h"
#include "people/natives.h"

/* ---- one value ---------------------------------------------------------------------------- */

static int find_contact(struct tx *tx, int64_t client_id, int64_t contact_id, struct str *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	int r;

	if ((r = tx_op(tx, "client.contacts", ARGS(A_INT("client_id", client_id)), &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		struct str sealed = rows_blob(rows, 3);

		if (rows_int(rows, 0) == contact_id && sealed.p) {
			*ret = (struct str){arena_memdup(ctx->arena, sealed.p, sealed.len),
					    sealed.len};
			return 1;
		}
	}
	return r;
}

static int find_value(struct tx *tx, int64_t client_id, struct str field, struct str *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	int r;

	if ((r = tx_op(tx, "client.fields", ARGS(A_INT("client_id", client_id)), &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		struct str sealed = rows_blob(rows, 1);

		if (str_eq(rows_text(rows, 0), field)) {
			*ret = (struct str){arena_memdup(ctx->arena, sealed.p, sealed.len),
					    sealed.len};
			return 1;
		}
	}
	return r;
}

int client_reveal_apply(struct call *call, struct tx *tx)
{
	struct ctx *ctx = call->ctx;
	struct str field = call_str(call, "field"), sealed, plain;
	struct jw *w = &call->reply.json;
	struct client_row c;
	int r;

	if ((r = client_load(tx, call_int(call, "id", 0), &c)) < 0)
		return r;
	if (str_is(field, "contact_phone"))
		r = find_contact(tx, c.id, call_int(call, "contact_id", 0), &sealed);
	else
		r = find_value(tx, c.id, field, &sealed);
	if (r == 0)
		return ctx_fail(ctx, E_NOT_FOUND, "field", "the client has no such value");
	if (r < 0 ||
	    (r = client_unseal(ctx, c.org_id, c.id, arena_strndup(ctx->arena, field.p, field.len),
			       sealed, &plain)) < 0)
		return r;
	jw_obj(w);
	jw_kstr(w, "value", plain);
	jw_obj_end(w);
	return 0;
}

/* ---- everything --------------------------------------------------------------------------- */

static int export_fields(struct jw *w, struct tx *tx, const struct client_row *c)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	struct str plain;
	int r;

	if ((r = tx_op(tx, "client.fields", ARGS(A_INT("client_id", c->id)), &rows)) < 0)
		return r;
	jw_key(w, "values");
	jw_obj(w);
	while ((r = rows_next(rows)) > 0) {
		const char *field = rows_dup(rows, 0);

		if ((r = client_unseal(ctx, c->org_id, c->id, field, rows_blob(rows, 1), &plain)) <
		    0)
			return r;
		jw_kstr(w, field, plain);
	}
	jw_obj_end(w);
	return r;
}

static int export_contacts(struct jw *w, struct tx *tx, const struct client_row *c)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	struct str name, phone;
	int r;

	if ((r = tx_op(tx, "client.contacts", ARGS(A_INT("client_id", c->id)), &rows)) < 0)
		return r;
	jw_key(w, "contacts");
	jw_arr(w);
	while ((r = rows_next(rows)) > 0) {
		phone = STR_NULL;
		if ((r = client_unseal(ctx, c->org_id, c->id, "contact", rows_blob(rows, 2),
				       &name)) < 0 ||
		    (!rows_null(rows, 3) &&
		     (r = client_unseal(ctx, c->org_id, c->id, "contact_phone", rows_blob(rows, 3),
					&phone)) < 0))
			return r;
		jw_obj(w);
		jw_kstr(w, "role", rows_text(rows, 1));
		jw_kstr(w, "name", name);
		jw_kstr(w, "phone", phone);
		jw_obj_end(w);
	}
	jw_arr_end(w);
	return r;
}

static int export_consents(struct jw *w, struct tx *tx, const struct client_row *c)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = tx_op(tx, "client.consents_of", ARGS(A_INT("client_id", c->id)), &rows)) < 0)
		return r;
	jw_key(w, "consents");
	jw_arr(w);
	while ((r = rows_next(rows)) > 0) {
		jw_obj(w);
		jw_kstr(w, "purpose", rows_text(rows, 0));
		jw_kstr(w, "scope", rows_text(rows, 1));
		jw_kbool(w, "given", rows_int(rows, 2) != 0);
		jw_kstr(w, "channel", rows_text(rows, 3));
		jw_ktime(w, "at", rows_int(rows, 4));
		jw_obj_end(w);
	}
	jw_arr_end(w);
	return r;
}

int client_export_apply(struct call *call, struct tx *tx)
{
	struct jw *w = &call->reply.json;
	struct client_row c;
	int r;

	jw_obj(w);
	jw_key(w, "client");
	if ((r = client_write_view(call, tx, call_int(call, "id", 0))) < 0 ||
	    (r = client_load(tx, call_int(call, "id", 0), &c)) < 0 ||
	    (r = export_fields(w, tx, &c)) < 0 || (r = export_contacts(w, tx, &c)) < 0 ||
	    (r = export_consents(w, tx, &c)) < 0)
		return r;
	jw_obj_end(w);
	return 0;
}

/* ---- erasure ------------------------------------------------------------------------------ */

int client_erase_apply(struct call *call, struct tx *tx)
{
	struct client_row c;
	int r;

	if ((r = client_load(tx, call_int(call, "id", 0), &c)) < 0)
		return r;
	if (c.erased_at)
		return ctx_fail(call->ctx, E_CONFLICT, NULL, "this client was erased already");
	return tx_op(tx, "client.wipe", ARGS(A_INT("id", c.id)), NULL);
}

struct party_wipe {
	struct ctx *ctx;
	int64_t client_id;
};

static int apply_party_wipe(struct tx *tx, void *arg)
{
	return tx_op(tx, "case.party_wipe",
		     ARGS(A_INT("client_id", ((struct party_wipe *)arg)->client_id)), NULL);
}

static void party_wiped(void *arg, int r)
{
	struct party_wipe *w = arg;

	if (r < 0)
		log_fault(LOG_ERROR, "client.erase", &w->ctx->fault);
	ctx_free(w->ctx);
	free(w);
}

/* The other store follows in a transaction of its own: no transaction spans both. */
int client_erase_finish(struct call *call)
{
	struct env *env = call->ctx->env;
	struct party_wipe *w = calloc(1, sizeof(*w));
	int r;

	if (!w)
		return -E_NO_MEMORY;
	w->ctx = ctx_new_system(env);
	w->client_id = call_int(call, "id", 0);
	if ((r = db_write(env->db, w->ctx, apply_party_wipe, party_wiped, w)) < 0)
		party_wiped(w, r);
	return r;
}
