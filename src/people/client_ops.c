/* Finding, registering and changing clients (C01, C03, V08). */
#include "people/client.h"

#include "base/id.h"
#include "people/json_list.h"
#include "people/mask.h"
#include "people/natives.h"
#include "store/phone.h"

#define CONTACTS_MAX 20
#define FORMER_MAX 20
#define LOOKUP_MAX 20
#define SENSITIVE "sensitive" /* purpose of the separate consent (T03) */

/* ---- finding ------------------------------------------------------------------------------ */

static int write_items(struct call *call, struct rows *rows, int64_t limit)
{
	struct jw *w = &call->reply.json;
	struct client_row c;
	int64_t n = 0, last = 0;
	int r;

	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	while ((r = rows_next(rows)) > 0) {
		if ((r = client_read(call->ctx, rows, &c)) < 0)
			return r;
		client_write_item(w, &c);
		last = c.id;
		n++;
	}
	jw_arr_end(w);
	jw_kid(w, "next", n == limit ? last : 0);
	jw_obj_end(w);
	return r;
}

static int find_phone(struct call *call, struct tx *tx, const char *phone, int64_t limit,
		      struct rows **ret)
{
	struct ctx *ctx = call->ctx;
	struct str own, contact;
	int r;

	if ((r = client_blind(ctx, "clients", ctx->actor.org_id, "client.phone", str_of(phone),
			      &own)) < 0 ||
	    (r = client_blind(ctx, "clients", ctx->actor.org_id, "contact.phone", str_of(phone),
			      &contact)) < 0)
		return r;
	return tx_op(
		tx, "client.by_phone",
		ARGS(A_BLOB("blind", own), A_BLOB("contact_blind", contact), A_INT("limit", limit)),
		ret);
}

static int find_name(struct call *call, struct tx *tx, struct str q, int64_t limit,
		     struct rows **ret)
{
	struct ctx *ctx = call->ctx;
	struct str blind;
	int r;

	r = client_blind(ctx, "clients", ctx->actor.org_id, "client.names",
			 name_fold(ctx->arena, q), &blind);
	if (r < 0)
		return r;
	return tx_op(tx, "client.by_name_key",
		     ARGS(A_BLOB("blind", blind), {"kind", call_arg(call, "kind")},
			  {"tier", call_arg(call, "tier")}, {"before", call_arg(call, "before")},
			  A_INT("limit", limit)),
		     ret);
}

int client_list_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int64_t limit = call_int(call, "limit", 50);
	struct str q = str_trim(call_str(call, "q"));
	char phone[PHONE_MAX];
	int r;

	if (!q.len)
		r = tx_op(tx, "client.page",
			  ARGS({"kind", call_arg(call, "kind")}, {"tier", call_arg(call, "tier")},
			       {"before", call_arg(call, "before")}, A_INT("limit", limit)),
			  &rows);
	else if (phone_normalise(q, phone, NULL) == 0)
		r = find_phone(call, tx, phone, limit, &rows);
	else
		r = find_name(call, tx, q, limit, &rows);
	return r < 0 ? r : write_items(call, rows, limit);
}

int client_lookup_apply(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct str phone = call_str(call, "phone");
	int r;

	r = find_phone(call, tx, arena_strndup(call->ctx->arena, phone.p, phone.len), LOOKUP_MAX,
		       &rows);
	return r < 0 ? r : write_items(call, rows, LOOKUP_MAX + 1);
}

int client_show_apply(struct call *call, struct tx *tx)
{
	return client_write_view(call, tx, call_int(call, "id", 0));
}

/* ---- what a request brings ---------------------------------------------------------------- */

struct contact {
	struct str name, phone, role;
};

struct edit {
	int64_t id, org_id;
	const char *kind;
	struct client_row before; /* update: as it was when prepared */
	const char **former;
	size_t n_former;
	bool has_contacts;
	struct contact contacts[CONTACTS_MAX];
	size_t n_contacts;
};

static struct str dup_str(struct arena *a, struct str s)
{
	return s.p ? (struct str){arena_strndup(a, s.p, s.len), s.len} : STR_NULL;
}

static int read_contact(struct call *call, const json_t *j, struct contact *ret)
{
	struct ctx *ctx = call->ctx;
	struct str phone = json_get_str(j, "phone");
	char *normal = arena_alloc(ctx->arena, PHONE_MAX);

	*ret = (struct contact){.name = dup_str(ctx->arena, str_trim(json_get_str(j, "name"))),
				.role = dup_str(ctx->arena, json_get_str(j, "role"))};
	if (!ret->name.len || utf8_count(ret->name) > 80 || utf8_count(ret->role) > 40)
		return ctx_fail(ctx, E_INVALID, "contacts",
				"each needs a name of at most 80 characters");
	if (!phone.len)
		return 0;
	if (phone_normalise(phone, normal, NULL) < 0)
		return ctx_fail(ctx, E_INVALID, "contacts", "a telephone number is not one");
	ret->phone = str_of(normal);
	return 0;
}

static int read_contacts(struct call *call, struct edit *e)
{
	CLEANUP(json_decrefp) json_t *list = NULL;
	int r;

	if (!call_has(call, "contacts"))
		return 0;
	if (json_parse(call_str(call, "contacts"), &list, NULL) < 0 || !json_is_array(list) ||
	    json_array_size(list) > CONTACTS_MAX)
		return ctx_fail(call->ctx, E_INVALID, "contacts", "is a list of at most %d",
				CONTACTS_MAX);
	e->has_contacts = true;
	for (; e->n_contacts < json_array_size(list); e->n_contacts++) {
		r = read_contact(call, json_array_get(list, e->n_contacts),
				 &e->contacts[e->n_contacts]);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_former(struct call *call, struct edit *e)
{
	CLEANUP(json_decrefp) json_t *list = NULL;

	if (!call_has(call, "former_names"))
		return 0;
	if (json_parse(call_str(call, "former_names"), &list, NULL) < 0 || !json_is_array(list) ||
	    json_array_size(list) > FORMER_MAX)
		return ctx_fail(call->ctx, E_INVALID, "former_names", "is a list of at most %d",
				FORMER_MAX);
	e->former = ARENA_ARRAY(call->ctx->arena, const char *, json_array_size(list) + 1);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));

		if (!s || !*s || strlen(s) > 400)
			return ctx_fail(call->ctx, E_INVALID, "former_names",
					"holds something that is no name");
		e->former[e->n_former++] = arena_strdup(call->ctx->arena, s);
	}
	return 0;
}

/* What ICU has to say of a name is asked here, on the worker: the transaction finds it remembered.
 */
static void learn_sounds(struct call *call, const struct edit *e)
{
	struct arena *a = call->ctx->arena;
	struct str unused;

	name_sound(a, name_fold(a, call_str(call, "name")), &unused, NULL);
	for (size_t i = 0; i < e->n_former; i++)
		name_sound(a, name_fold(a, str_of(e->former[i])), &unused, NULL);
}

static int read_edit(struct call *call, struct edit *e)
{
	int r;

	if ((r = read_contacts(call, e)) < 0 || (r = read_former(call, e)) < 0)
		return r;
	learn_sounds(call, e);
	return 0;
}

/* ---- writing it --------------------------------------------------------------------------- */

static int put_fields(struct call *call, struct tx *tx, const struct edit *e)
{
	int r;

	for (int f = 0; f < CF_COUNT; f++) {
		struct str plain = str_trim(call_str(call, client_field_names[f]));
		struct client_value v;

		if (!plain.p)
			continue;
		if (!plain.len)
			return ctx_fail(call->ctx, E_INVALID, client_field_names[f], "is empty");
		if ((r = client_value_new(call->ctx, e->org_id, e->id, e->kind, f, plain, &v)) < 0)
			return r;
		r = tx_op(tx, "client.put_field",
			  ARGS(A_INT("client_id", e->id), A_TEXT("field", client_field_names[f]),
			       A_BLOB("value", v.sealed), A_TEXT("hint", v.hint),
			       A_BLOB("blind", v.blind)),
			  NULL);
		if (r < 0)
			return r;
	}
	return 0;
}

static int put_name_key(struct tx *tx, const struct edit *e, enum name_kind kind, struct str text)
{
	struct str blind;
	int r;

	if ((r = client_blind(tx_ctx(tx), "clients", e->org_id, "client.names", text, &blind)) < 0)
		return r;
	return tx_op(tx, "client.put_name",
		     ARGS(A_INT("client_id", e->id), A_TEXT("kind", name_kind_word(kind)),
			  A_BLOB("blind", blind)),
		     NULL);
}

static int put_name(struct tx *tx, const struct edit *e, struct str name)
{
	struct name_key keys[NAME_KEYS_MAX];
	size_t n = name_keys(tx_ctx(tx)->arena, name, keys);
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = put_name_key(tx, e, keys[i].kind, keys[i].text);
	return r;
}

/* A former name is found whole, by its core and by its sound. */
static int put_former(struct tx *tx, const struct edit *e, struct str name)
{
	struct ctx *ctx = tx_ctx(tx);
	struct str sealed, folded = name_fold(ctx->arena, name), core = name_core(folded), pinyin;
	int r;

	name_sound(ctx->arena, core, &pinyin, NULL);
	if ((r = client_seal(ctx, e->org_id, e->id, "former", name, &sealed)) < 0 ||
	    (r = tx_op(
		     tx, "client.put_former",
		     ARGS(A_INT("id", id_new()), A_INT("client_id", e->id), A_BLOB("name", sealed)),
		     NULL)) < 0 ||
	    (r = put_name_key(tx, e, NAME_FORMER, folded)) < 0 ||
	    (r = put_name_key(tx, e, NAME_FORMER, core)) < 0)
		return r;
	return put_name_key(tx, e, NAME_FORMER, pinyin);
}

static int put_contact(struct tx *tx, const struct edit *e, const struct contact *c)
{
	struct ctx *ctx = tx_ctx(tx);
	struct str name, phone = STR_NULL, blind = STR_NULL;
	int r;

	if ((r = client_seal(ctx, e->org_id, e->id, "contact", c->name, &name)) < 0)
		return r;
	if (c->phone.p &&
	    ((r = client_seal(ctx, e->org_id, e->id, "contact_phone", c->phone, &phone)) < 0 ||
	     (r = client_blind(ctx, "clients", e->org_id, "contact.phone", c->phone, &blind)) < 0))
		return r;
	return tx_op(
		tx, "client.put_contact",
		ARGS(A_INT("id", id_new()), A_INT("client_id", e->id), A_STR("role", c->role),
		     A_BLOB("name", name), A_BLOB("phone", phone),
		     A_TEXT("phone_hint", c->phone.p ? mask_phone(ctx->arena, c->phone) : NULL),
		     A_BLOB("blind", blind)),
		NULL);
}

static int put_contacts(struct tx *tx, const struct edit *e)
{
	int r = 0;

	for (size_t i = 0; i < e->n_contacts && r == 0; i++)
		r = put_contact(tx, e, &e->contacts[i]);
	return r;
}

static int seal_note(struct call *call, const struct edit *e, struct str *ret)
{
	struct str note = call_str(call, "note");

	*ret = STR_NULL;
	return note.p ? client_seal(call->ctx, e->org_id, e->id, "note", note, ret) : 0;
}

static int has_sensitive_consent(struct tx *tx, int64_t client_id)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = tx_op(tx, "client.consents_given", ARGS(A_INT("client_id", client_id)), &rows)) <
	    0)
		return r;
	while ((r = rows_next(rows)) > 0)
		if (str_is(rows_text(rows, 0), SENSITIVE))
			return 1;
	return r;
}

/* Identity and account numbers only with the client's separate consent (T03; PIPL arts. 28, 29). */
static int check_sensitive(struct call *call, struct tx *tx, const struct edit *e)
{
	struct str channel = call_str(call, "sensitive_consent");
	int r;

	if (channel.p)
		return tx_op(tx, "consent.consent_put",
			     ARGS(A_INT("id", id_new()), A_INT("client_id", e->id),
				  A_INT("org_id", e->org_id), A_TEXT("purpose", SENSITIVE),
				  A_TEXT("scope", "id_number, bank_account"),
				  A_STR("channel", channel)),
			     NULL);
	if (!call_has(call, "id_number") && !call_has(call, "bank_account"))
		return 0;
	if ((r = has_sensitive_consent(tx, e->id)) != 0)
		return r < 0 ? r : 0;
	return ctx_fail(call->ctx, E_INVALID, "sensitive_consent",
			"identity and account numbers need the client's separate consent");
}

/* ---- registering -------------------------------------------------------------------------- */

static const char *arg_text(struct call *call, const char *name)
{
	struct str s = call_str(call, name);

	return s.p ? arena_strndup(call->ctx->arena, s.p, s.len) : NULL;
}

int client_create_prepare(struct call *call)
{
	struct ctx *ctx = call->ctx;
	struct edit *e = ARENA_NEW(ctx->arena, struct edit);

	call->state = e;
	e->org_id = call_int(call, "org_id", ctx->actor.org_id);
	e->kind = arg_text(call, "kind");
	e->id = id_new();
	if (ctx->actor.id != ACTOR_SYSTEM &&
	    !roles_org_within(ctx->env->people, ctx->actor.org_id, e->org_id))
		return ctx_fail(ctx, E_NOT_FOUND, "org_id", "you have no such organisation");
	return read_edit(call, e);
}

int client_create_apply(struct call *call, struct tx *tx)
{
	const struct edit *e = call->state;
	struct str note;
	int r;

	call->audit.subject_id = e->id;
	if ((r = seal_note(call, e, &note)) < 0)
		return r;
	r = tx_op(tx, "client.insert",
		  ARGS(A_INT("id", e->id), A_INT("org_id", e->org_id), A_TEXT("kind", e->kind),
		       {"field", call_arg(call, "field")}, {"tier", call_arg(call, "tier")},
		       A_INT("member", call_int(call, "member", 0)),
		       A_TEXT("lang", call_has(call, "lang") ? arg_text(call, "lang") : "zh"),
		       A_BLOB("note", note)),
		  NULL);
	if (r < 0 || (r = check_sensitive(call, tx, e)) < 0 || (r = put_fields(call, tx, e)) < 0 ||
	    (r = put_name(tx, e, str_trim(call_str(call, "name")))) < 0 ||
	    (r = put_contacts(tx, e)) < 0)
		return r;
	for (size_t i = 0; i < e->n_former; i++)
		if ((r = put_former(tx, e, str_of(e->former[i]))) < 0)
			return r;
	return client_write_view(call, tx, e->id);
}

/* ---- changing ----------------------------------------------------------------------------- */

int client_update_prepare(struct call *call)
{
	struct edit *e = ARENA_NEW(call->ctx->arena, struct edit);

	call->state = e;
	e->id = call_int(call, "id", 0);
	return read_edit(call, e);
}

static int read_old_former(struct tx *tx, struct edit *e)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	struct ctx *ctx = tx_ctx(tx);
	struct str name;
	int r;

	e->former = ARENA_ARRAY(ctx->arena, const char *, FORMER_MAX + 1);
	if ((r = tx_op(tx, "client.former", ARGS(A_INT("client_id", e->id)), &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0 && e->n_former < FORMER_MAX) {
		if ((r = client_unseal(ctx, e->org_id, e->id, "former", rows_blob(rows, 0),
				       &name)) < 0)
			return r;
		e->former[e->n_former++] = arena_strndup(ctx->arena, name.p, name.len);
	}
	return r < 0 ? r : 0;
}

/* Name and former names are indexed together, so they are written anew together. */
static int rename_client(struct call *call, struct tx *tx, struct edit *e)
{
	struct str fresh = str_trim(call_str(call, "name"));
	bool renamed = fresh.p && !str_is(fresh, e->before.name);
	int r;

	if (!renamed && !call_has(call, "former_names"))
		return 0;
	if (!call_has(call, "former_names") && (r = read_old_former(tx, e)) < 0)
		return r;
	if ((r = tx_op(tx, "client.drop_names", ARGS(A_INT("client_id", e->id)), NULL)) < 0 ||
	    (r = tx_op(tx, "client.drop_former", ARGS(A_INT("client_id", e->id)), NULL)) < 0 ||
	    (r = put_name(tx, e, fresh.p ? fresh : str_of(e->before.name))) < 0)
		return r;
	for (size_t i = 0; i < e->n_former; i++)
		if ((r = put_former(tx, e, str_of(e->former[i]))) < 0)
			return r;
	return renamed ? put_former(tx, e, str_of(e->before.name)) : 0;
}

static int change_row(struct call *call, struct tx *tx, const struct edit *e)
{
	struct str note;
	int64_t version;
	int r;

	if ((r = seal_note(call, e, &note)) < 0)
		return r;
	r = tx_int(tx, "client.change",
		   ARGS(A_INT("id", e->id), {"version", call_arg(call, "version")},
			{"kind", call_arg(call, "kind")}, {"field", call_arg(call, "field")},
			{"tier", call_arg(call, "tier")}, {"member", call_arg(call, "member")},
			{"lang", call_arg(call, "lang")}, A_BLOB("note", note)),
		   &version);
	if (r == -E_NOT_FOUND)
		return ctx_fail(call->ctx, E_STALE, "version", "somebody else changed this client");
	return r;
}

int client_update_apply(struct call *call, struct tx *tx)
{
	struct edit *shared = call->state, own = *shared, *e = &own;
	int r;

	if ((r = client_load(tx, e->id, &e->before)) < 0)
		return r;
	if (e->before.erased_at)
		return ctx_fail(call->ctx, E_CONFLICT, NULL, "this client was erased");
	e->org_id = e->before.org_id;
	e->kind = call_has(call, "kind") ? arg_text(call, "kind") : e->before.kind;
	if ((r = change_row(call, tx, e)) < 0 || (r = check_sensitive(call, tx, e)) < 0 ||
	    (r = rename_client(call, tx, e)) < 0 || (r = put_fields(call, tx, e)) < 0)
		return r;
	if (e->has_contacts &&
	    ((r = tx_op(tx, "client.drop_contacts", ARGS(A_INT("client_id", e->id)), NULL)) < 0 ||
	     (r = put_contacts(tx, e)) < 0))
		return r;
	return client_write_view(call, tx, e->id);
}
