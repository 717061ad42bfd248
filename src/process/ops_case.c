/* /api/cases: create, get, act, edit, note, reveal. */
#include "process/ops.h"

#include "store/config.h"
#include "people/gate.h"

/* ---- consents, from the other store, before the transaction ------------------------ */

static bool any_uses_consent(const struct process_lib *lib)
{
	for (size_t i = 0; i < process_count(lib); i++)
		if (process_at(lib, i)->uses_consent)
			return true;
	return false;
}

static int client_of_case(struct ctx *ctx, int64_t case_id, int64_t *ret_client)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err;

	*ret_client = 0;
	if ((err = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (err = tx_op(tx, "case.brief", ARGS(A_INT("id", case_id)), &r)) < 0 ||
	    (err = rows_next(r)) <= 0)
		return err;
	*ret_client = rows_int(r, 4);
	return 0;
}

static int load_consents(struct ctx *ctx, int64_t client_id, const char ***ret)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *r = NULL;
	const char **list = ARENA_ARRAY(ctx->arena, const char *, 65);
	size_t n = 0;
	int err;

	*ret = list;
	if (!client_id || !ctx->env->clients ||
	    !catalogue_find(ctx->env->ops, "client.consents_given"))
		return 0;
	if ((err = db_read(ctx->env->clients, ctx, &tx)) < 0 ||
	    (err = tx_op(tx, "client.consents_given", ARGS(A_INT("client_id", client_id)), &r)) < 0)
		return err;
	while ((err = rows_next(r)) > 0 && n < 64)
		list[n++] = rows_dup(r, 0);
	return err < 0 ? err : 0;
}

/* ---- what a call brings ------------------------------------------------------------ */

static struct form *form_of(struct call *call)
{
	struct form *f = ARENA_NEW(call->ctx->arena, struct form);

	*f = (struct form){.fields = json_object_get(call->body, "fields"),
			   .note = call_str(call, "note"),
			   .client_id = call_int(call, "client_id", 0),
			   .title = call_str(call, "title"),
			   .version = call_int(call, "version", 0)};
	return f;
}

/* ---- clients a request names -------------------------------------------------------------------
 */

static int client_known(struct ctx *ctx, int64_t client_id)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err;

	if ((err = db_read(ctx->env->clients, ctx, &tx)) < 0 ||
	    (err = tx_op(tx, "client.row", ARGS(A_INT("id", client_id)), &r)) < 0 ||
	    (err = rows_next(r)) < 0)
		return err;
	if (err == 0)
		return ctx_fail(ctx, E_INVALID, "client_id", "%s",
				ctx->lang == LANG_EN ? "There is no such client"
						     : "没有找到这位客户");
	return 0;
}

/** The value of whichever field holds the client, in any process in force. */
static int64_t client_in_fields(const struct process_lib *lib, const json_t *fields)
{
	int64_t id;

	for (size_t i = 0; fields && i < process_count(lib); i++) {
		const struct definition *d = process_at(lib, i);
		const char *s = d->client < 0 ? NULL
					      : json_string_value(json_object_get(
							fields, d->fields[d->client].name));

		if (s && str_to_int(str_of(s), &id) == 0)
			return id;
	}
	return 0;
}

/** A case must not be tied to a client of an organisation that isn't the actor's: he would be sent
 * messages. */
static int check_clients(struct ctx *ctx, const struct form *f)
{
	int64_t in_fields = client_in_fields(ctx->env->process, f->fields);
	int err = 0;

	if (!ctx->env->clients)
		return 0;
	if (f->client_id)
		err = client_known(ctx, f->client_id);
	if (err == 0 && in_fields && in_fields != f->client_id)
		err = client_known(ctx, in_fields);
	return err;
}

/** Consents are looked up only where some process asks for one. */
static int prepare(struct call *call)
{
	struct form *f = form_of(call);
	int64_t client = f->client_id, id = call_int(call, "id", 0);
	int err;

	call->state = f;
	if ((err = check_clients(call->ctx, f)) < 0)
		return err;
	if (!any_uses_consent(call->ctx->env->process))
		return 0;
	if (id && (err = client_of_case(call->ctx, id, &client)) < 0)
		return err;
	return load_consents(call->ctx, client, &f->consents);
}

static int prepare_create(struct call *call)
{
	const struct definition *d =
		process_find(call->ctx->env->process, call_str(call, "process"));

	if (d)
		number_prepare(call->ctx, d);
	return prepare(call);
}

/** After the commit: clocks that were started may ring before the scheduler's next turn. */
int case_finish(struct call *call)
{
	scheduler_wake(call->ctx->env->process);
	return 0;
}

static void describe_for_audit(struct call *call, struct kase *k, const char *action)
{
	struct arena *a = call->ctx->arena;

	if (!k)
		return;
	call->audit.subject = "case";
	call->audit.subject_id = k->id;
	call->audit.action = action;
	call->audit.detail = str_of(arena_printf(
		a, "{\"process\":\"%s\",\"state\":\"%s\",\"version\":%lld,\"fields\":[%s]}",
		k->d->name, k->d->states[k->state].name, (long long)k->version,
		k->changed.len ? k->changed.p : ""));
}

/** A stale page is told what it has missed. */
static int with_changes(struct kase *k, struct call *call, int err)
{
	const struct form *f = call->state;
	struct jw *w = &call->reply.json;

	if (err != -E_STALE || !k)
		return err;
	jw_obj(w);
	jw_kint(w, "version", k->version);
	jw_key(w, "changed");
	if (process_changes(k, f->version, w) < 0)
		return err;
	jw_obj_end(w);
	return err;
}

/* ---- create, get, act, edit -------------------------------------------------------- */

static int create(struct call *call, struct tx *tx)
{
	struct str name = call_str(call, "process");
	const struct definition *d = process_find(call->ctx->env->process, name);
	CLEANUP(kase_freep) struct kase *k = NULL;
	int err;

	if (!d)
		return ctx_fail(call->ctx, E_NOT_FOUND, "process",
				"there is no process of this name");
	if ((err = process_create(tx, d, call->state, &k)) < 0)
		return err;
	describe_for_audit(call, k, NULL);
	return process_view(k, &call->reply.json);
}

static int get(struct call *call, struct tx *tx)
{
	const struct form *f = call->state;
	CLEANUP(kase_freep) struct kase *k = NULL;
	int err;

	if ((err = process_load(tx, call_int(call, "id", 0), &k)) < 0)
		return err;
	k->consents = f->consents;
	return process_view(k, &call->reply.json);
}

static int act(struct call *call, struct tx *tx)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	struct str action = call_str(call, "action");
	int err;

	err = process_act(tx, call_int(call, "id", 0), action, call->state, &k);
	if (err < 0)
		return with_changes(k, call, err);
	describe_for_audit(call, k,
			   arena_printf(call->ctx->arena, "case.act/%.*s", STR_FMT(action)));
	return process_view(k, &call->reply.json);
}

static int edit(struct call *call, struct tx *tx)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	int err = process_edit(tx, call_int(call, "id", 0), call->state, &k);

	if (err < 0)
		return with_changes(k, call, err);
	describe_for_audit(call, k, NULL);
	return process_view(k, &call->reply.json);
}

/* ---- note, reveal ------------------------------------------------------------------ */

static int note(struct call *call, struct tx *tx)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	struct str text = str_trim(call_str(call, "text"));
	int err;

	if (!text.len)
		return ctx_fail(call->ctx, E_INVALID, "text", "the note is empty");
	if ((err = process_load(tx, call_int(call, "id", 0), &k)) < 0 ||
	    (err = kase_event(k, "note", NULL, -1, -1, text, STR_NULL)) < 0 ||
	    (err = kase_save(k)) < 0 || (err = kase_feed(k, "case.changed", 0, NULL)) < 0)
		return err;
	describe_for_audit(call, k, NULL);
	return process_view(k, &call->reply.json);
}

static int show_sealed(struct call *call, struct kase *k, int field, struct str *ret)
{
	int err;

	if (field < 0 || !k->d->fields[field].sealed)
		return ctx_fail(call->ctx, E_INVALID, "field", "this field isn't sealed");
	err = field_unseal(k, field, ret);
	if (err == -E_NOT_FOUND)
		return ctx_fail(call->ctx, E_NOT_FOUND, "field", "this field is empty");
	return err;
}

/** The line in the timeline tells colleagues; the entry in the access log is the gate's. */
static int reveal(struct call *call, struct tx *tx)
{
	CLEANUP(kase_freep) struct kase *k = NULL;
	struct jw *w = &call->reply.json;
	struct str value;
	char *data;
	int field, err;

	if ((err = process_load(tx, call_int(call, "id", 0), &k)) < 0)
		return err;
	field = definition_field(k->d, call_str(call, "field"));
	if ((err = show_sealed(call, k, field, &value)) < 0)
		return err;
	data = arena_printf(k->arena, "{\"field\":\"%s\"}", k->d->fields[field].name);
	if ((err = kase_event(k, "reveal", NULL, -1, -1, call_str(call, "purpose"), str_of(data))) <
	    0)
		return err;
	call->audit.subject = "case";
	call->audit.subject_id = k->id;
	jw_obj(w);
	jw_kstr(w, "value", value);
	jw_obj_end(w);
	return 0;
}

const struct native native_case_create = {"case.create", prepare_create, create, case_finish};
const struct native native_case_get = {"case.get", prepare, get, NULL};
const struct native native_case_act = {"case.act", prepare, act, case_finish};
const struct native native_case_edit = {"case.edit", prepare, edit, case_finish};
const struct native native_case_note = {"case.note", NULL, note, NULL};
const struct native native_case_reveal = {"case.reveal", NULL, reveal, NULL};
