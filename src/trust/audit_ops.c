/* Reading the audit log. Each store has its own; readers see one, ordered by the entries' ids. */
#include "trust/audit.h"

#include "store/op.h"

struct entry {
	const char *store;
	int64_t id, at, actor_id, org_id, subject_id;
	const char *ip, *action, *subject, *detail;
	bool reveal;
};

struct page {
	VEC(struct entry) entries;
	bool reveals;
};

static int read_store(struct call *call, struct db *db, struct page *page)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = db_read(db, call->ctx, &tx)) < 0)
		return r;
	r = tx_op(tx, "audit.page",
		  ARGS({"from", call_arg(call, "from")}, {"to", call_arg(call, "to")},
		       {"actor_is", call_arg(call, "actor_id")},
		       {"action", call_arg(call, "action")}, {"subject", call_arg(call, "subject")},
		       {"subject_id", call_arg(call, "subject_id")},
		       {"before", call_arg(call, "before")}, A_INT("reveals", page->reveals),
		       A_INT("limit", call_int(call, "limit", 50))),
		  &rows);
	if (r < 0)
		return r;
	while ((r = rows_next(rows)) > 0) {
		struct entry e = {.store = db_name(db),
				  .id = rows_int(rows, 0),
				  .at = rows_int(rows, 1),
				  .actor_id = rows_int(rows, 2),
				  .org_id = rows_int(rows, 3),
				  .ip = rows_dup(rows, 5),
				  .action = rows_dup(rows, 6),
				  .subject = rows_dup(rows, 7),
				  .subject_id = rows_int(rows, 8),
				  .detail = rows_dup(rows, 9),
				  .reveal = rows_int(rows, 10) != 0};

		VEC_ADD(&page->entries, e);
	}
	return r;
}

static int newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct entry *)a)->id, y = ((const struct entry *)b)->id;

	return x < y ? 1 : x > y ? -1 : 0;
}

static int actor_name(struct tx *tx, struct map *names, int64_t id, const char **ret)
{
	struct str key = {(const char *)&id, sizeof(id)};
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((*ret = map_get(names, key)))
		return 0;
	if ((r = tx_op(tx, "account.name_of", ARGS(A_INT("id", id)), &rows)) < 0 ||
	    (r = rows_next(rows)) < 0)
		return r;
	*ret = r ? rows_dup(rows, 0) : "";
	map_put(names, key, (void *)*ret);
	return 0;
}

static void write_entry(struct jw *w, const struct entry *e, const char *name)
{
	jw_obj(w);
	jw_kid(w, "id", e->id);
	jw_ktime(w, "at", e->at);
	jw_kcstr(w, "store", e->store);
	jw_key(w, "actor");
	jw_obj(w);
	jw_kid(w, "id", e->actor_id);
	jw_kcstr(w, "name", name);
	jw_obj_end(w);
	jw_kid(w, "org_id", e->org_id);
	jw_kcstr(w, "ip", e->ip);
	jw_kcstr(w, "action", e->action);
	jw_kcstr(w, "subject", e->subject);
	jw_kid(w, "subject_id", e->subject_id);
	jw_key(w, "detail");
	jw_raw(w, str_of(e->detail));
	jw_kbool(w, "reveal", e->reveal);
	jw_obj_end(w);
}

static int write_page(struct call *call, const struct page *page, struct map *names)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	size_t limit = (size_t)call_int(call, "limit", 50), n = page->entries.n;
	struct jw *w = &call->reply.json;
	const char *name;
	int r;

	if ((r = db_read(call->ctx->env->db, call->ctx, &tx)) < 0)
		return r;
	if (n > limit)
		n = limit;
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	for (size_t i = 0; i < n; i++) {
		if ((r = actor_name(tx, names, page->entries.at[i].actor_id, &name)) < 0)
			return r;
		write_entry(w, &page->entries.at[i], name);
	}
	jw_arr_end(w);
	jw_kid(w, "next", n == limit ? page->entries.at[n - 1].id : 0);
	jw_obj_end(w);
	return 0;
}

static int show(struct call *call, bool reveals)
{
	struct env *env = call->ctx->env;
	struct page page = {.reveals = reveals};
	struct map *names = map_new();
	int r;

	if ((r = read_store(call, env->db, &page)) == 0 && env->clients && env->clients != env->db)
		r = read_store(call, env->clients, &page);
	if (r == 0) {
		if (page.entries.n)
			qsort(page.entries.at, page.entries.n, sizeof(struct entry), newest_first);
		r = write_page(call, &page, names);
	}
	map_free(names, NULL);
	VEC_FREE(&page.entries);
	return r;
}

static int list(struct call *call)
{
	return show(call, false);
}

static int access_log(struct call *call)
{
	return show(call, true);
}

/* ---- checking ----------------------------------------------------------------------------- */

struct verdict {
	struct audit_finding finding[2];
	const char *store[2];
	int n;
};

static int verify_store(struct call *call, struct db *db, struct verdict *v)
{
	int r = audit_verify(db, call->ctx, &v->finding[v->n]);

	v->store[v->n++] = db_name(db);
	return r == -E_CORRUPT ? 0 : r;
}

static int verify_prepare(struct call *call)
{
	struct verdict *v = ARENA_NEW(call->ctx->arena, struct verdict);
	struct env *env = call->ctx->env;
	int r;

	call->state = v;
	if ((r = verify_store(call, env->db, v)) < 0)
		return r;
	return env->clients && env->clients != env->db ? verify_store(call, env->clients, v) : 0;
}

/* That somebody checked, and what came out, is an entry of its own. */
static int verify_apply(struct call *call, struct tx *tx)
{
	const struct verdict *v = call->state;
	struct jw *w = &call->reply.json;
	int64_t entries = 0;
	bool ok = true;

	(void)tx;
	for (int i = 0; i < v->n; i++) {
		entries += v->finding[i].entries;
		ok = ok && !v->finding[i].seq;
	}
	call->audit.detail = ok ? STR("{\"ok\":true}") : STR("{\"ok\":false}");
	jw_obj(w);
	jw_kbool(w, "ok", ok);
	jw_kint(w, "entries", entries);
	jw_key(w, "findings");
	jw_arr(w);
	for (int i = 0; i < v->n; i++) {
		if (!v->finding[i].seq)
			continue;
		jw_obj(w);
		jw_kcstr(w, "store", v->store[i]);
		jw_kint(w, "seq", v->finding[i].seq);
		jw_kcstr(w, "what", v->finding[i].what);
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_obj_end(w);
	return 0;
}

const struct native trust_natives[] = {
	{"audit.list", list, NULL, NULL},
	{"audit.access_log", access_log, NULL, NULL},
	{"audit.verify", verify_prepare, verify_apply, NULL},
};
const size_t trust_n_natives = ARRAY_SIZE(trust_natives);
