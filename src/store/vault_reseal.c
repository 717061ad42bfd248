/*
 * After a rotation: sealed values walked in small pages and sealed again with the current key.
 *
 * Which values there are is data: every operation named *_reseal_page gives rows {id, org_id,
 * purpose, bound_to, sealed}, by id, behind :after; its *_reseal_put takes (id, old, sealed) and
 * changes the row only if it still holds the old value, so that a value edited meanwhile is left to
 * its editor. Where several values lie in one JSON text {name: {…, "v": base64url}}, the column is
 * called sealed_json and the `*` in bound_to is the name.
 */
#include "store/op.h"
#include "store/vault_private.h"

#define PAGE_ROWS 200

struct resealed {
	int64_t id;
	struct value before, after;
};

struct reseal {
	struct vault *v;
	struct db *db;
	const char *page, *put; /* operations */
	struct arena *arena;	/* of a page */
	struct fault *f;
	VEC(struct resealed) rows;
	int64_t last_id;
	size_t read;
	int64_t changed;
};

/* ---- one value ---------------------------------------------------------------------------- */

/* Is this value sealed with another key than new ones would be? */
static int is_old(struct reseal *job, int64_t org_id, enum seal_purpose p, struct str sealed)
{
	CLEANUP(key_ref_wipe) struct key_ref k = {0};
	int r = key_current(job->v, db_name(job->db), org_id, p, &k, job->f);

	return r < 0 ? r : vault_key_id(sealed) != k.id;
}

/* @return 1 sealed again, 0 was current, negative */
static int seal_again(struct reseal *job, int64_t org_id, enum seal_purpose p, const char *bound_to,
		      struct str sealed, struct str *ret)
{
	const char *name = db_name(job->db);
	struct str plain;
	int r = is_old(job, org_id, p, sealed);

	if (r <= 0)
		return r;
	if ((r = vault_unseal(job->v, name, org_id, p, bound_to, sealed, job->arena, &plain,
			      job->f)) < 0)
		return r;
	r = vault_seal(job->v, name, org_id, p, bound_to, plain, job->arena, ret, job->f);
	sodium_memzero((char *)plain.p, plain.len);
	return r < 0 ? r : 1;
}

/* ---- several in one JSON text ------------------------------------------------------------- */

static const char *with_name(struct arena *a, const char *pattern, const char *name)
{
	const char *star = strchr(pattern, '*');

	return star ? arena_printf(a, "%.*s%s%s", (int)(star - pattern), pattern, name, star + 1)
		    : pattern;
}

static int member_again(struct reseal *job, int64_t org_id, enum seal_purpose p,
			const char *bound_to, json_t *member)
{
	struct str sealed, again;
	int r;

	if (base64url_decode(job->arena, json_get_str(member, "v"), &sealed) < 0)
		return fail(job->f, E_CORRUPT, "", "A sealed value is no base64url");
	r = seal_again(job, org_id, p, bound_to, sealed, &again);
	if (r > 0 &&
	    json_object_set_new(member, "v",
				json_string(base64url_encode(job->arena, again.p, again.len))) < 0)
		return fail(job->f, E_NO_MEMORY, "", "No memory for a sealed value");
	return r;
}

static int text_again(struct reseal *job, int64_t org_id, enum seal_purpose p, const char *bound_to,
		      struct str text, struct str *ret)
{
	CLEANUP(json_decrefp) json_t *all = NULL;
	const char *name;
	json_t *member;
	char *dumped;
	int r, any = 0;

	if ((r = json_parse(text, &all, job->f)) < 0)
		return r;
	json_object_foreach(all, name, member)
	{
		r = member_again(job, org_id, p, with_name(job->arena, bound_to, name), member);
		if (r < 0)
			return r;
		any |= r;
	}
	dumped = json_dumps(all, JSON_COMPACT);
	if (!dumped)
		return fail(job->f, E_NO_MEMORY, "", "No memory for sealed values");
	*ret = str_of(arena_strdup(job->arena, dumped));
	free(dumped);
	return any;
}

/* ---- a page ------------------------------------------------------------------------------- */

static struct str kept(struct reseal *job, struct str s)
{
	return (struct str){arena_memdup(job->arena, s.p, s.len), s.len};
}

/* Which row it was; the vault doesn't know. */
static int located(struct reseal *job, int64_t id, int r)
{
	struct fault why = *job->f;

	return fail(job->f, (enum error) - r, "", "%s, row %lld: %s", job->page, (long long)id,
		    why.detail);
}

static int take_row(struct reseal *job, const struct rows *rows)
{
	int col = rows_col(rows, "sealed"),
	    purpose = purpose_of(rows_text(rows, rows_col(rows, "purpose")));
	bool json = col < 0;
	int64_t org_id = rows_int(rows, rows_col(rows, "org_id"));
	struct str bound = rows_text(rows, rows_col(rows, "bound_to")), again = STR_NULL, old;
	const char *bound_to = arena_strndup(job->arena, bound.p, bound.len);
	struct resealed row = {.id = rows_int(rows, rows_col(rows, "id"))};
	int r;

	job->last_id = row.id;
	job->read++;
	if (purpose < 0 || (json && (col = rows_col(rows, "sealed_json")) < 0))
		return fail(job->f, E_INTERNAL, "",
			    "%s must give purpose and sealed or sealed_json", job->page);
	if (rows_null(rows, col))
		return 0;
	old = kept(job, json ? rows_text(rows, col) : rows_blob(rows, col));
	r = (json ? text_again : seal_again)(job, org_id, (enum seal_purpose)purpose, bound_to, old,
					     &again);
	if (r < 0)
		return located(job, row.id, r);
	if (r == 0)
		return 0;
	row.before = json ? value_text(old) : value_blob(old);
	row.after = json ? value_text(again) : value_blob(again);
	VEC_ADD(&job->rows, row);
	return 0;
}

static int read_page(struct reseal *job, struct ctx *ctx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r;

	job->read = 0;
	if ((r = db_read(job->db, ctx, &tx)) < 0 ||
	    (r = tx_op(tx, job->page, ARGS(A_INT("after", job->last_id), A_INT("limit", PAGE_ROWS)),
		       &rows)) < 0) {
		*job->f = ctx->fault;
		return r;
	}
	while ((r = rows_next(rows)) > 0) {
		if ((r = take_row(job, rows)) < 0)
			break;
	}
	rows_freep(&rows);
	return r;
}

static int apply_page(struct tx *tx, void *arg)
{
	struct reseal *job = arg;
	int64_t done = 0;

	for (size_t i = 0; i < job->rows.n; i++) {
		const struct resealed *row = &job->rows.at[i];
		int64_t changed = 0;
		int r = tx_exec(tx, job->put,
				ARGS(A_INT("id", row->id), {.name = "old", .v = row->before},
				     {.name = "sealed", .v = row->after}),
				&changed);

		if (r < 0)
			return r;
		done += changed;
	}
	job->changed = done;
	return 0;
}

/* @return 1 when there may be more */
static int one_page(struct reseal *job)
{
	CLEANUP(vault_ctx_end) struct ctx ctx;
	int r;

	vault_ctx(&ctx);
	job->arena = ctx.arena;
	job->rows.n = 0;
	job->changed = 0;
	if ((r = read_page(job, &ctx)) < 0)
		return r;
	if (job->rows.n && (r = db_write_wait(job->db, &ctx, apply_page, job)) < 0) {
		*job->f = ctx.fault;
		return r;
	}
	return job->read == PAGE_ROWS;
}

/* ---- all of a store ----------------------------------------------------------------------- */

static int walk(struct reseal *job, int64_t *total)
{
	int r;

	do {
		r = one_page(job);
		*total += r < 0 ? 0 : job->changed;
	} while (r > 0);
	VEC_FREE(&job->rows);
	return r;
}

static const char *put_of(struct arena *a, const char *page)
{
	struct str s = str_of(page), suffix = STR("_reseal_page");

	if (s.len <= suffix.len || memcmp(s.p + s.len - suffix.len, suffix.p, suffix.len) != 0)
		return NULL;
	return arena_printf(a, "%.*s_reseal_put", (int)(s.len - suffix.len), s.p);
}

int vault_reseal(struct vault *v, const struct catalogue *ops, struct db *db, int64_t *ret_count,
		 struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	int64_t total = 0;
	int r;

	for (size_t i = 0; i < catalogue_count(ops); i++) {
		const struct op *op = catalogue_at(ops, i);
		struct reseal job = {
			.v = v, .db = db, .page = op->name, .put = put_of(a, op->name), .f = f};

		if (!job.put || strcmp(op->store, db_name(db)) != 0)
			continue;
		if ((r = walk(&job, &total)) < 0)
			return r;
	}
	*ret_count = total;
	return 0;
}
