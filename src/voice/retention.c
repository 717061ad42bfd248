/*
 * The end of recordings: what the retention of the hotline (`keep:`) has run out for is destroyed,
 * once an hour.
 *
 * Row by row, each in a transaction of its own that looks again whether it still may: the row says
 * when, the ledger and the audit log get their entries, and the content's row goes with its key
 * unless something else refers to it. The file on the disk follows after the commit; what a crash
 * interrupts there stands in `blob_wipes` until it is done.
 */
#include "voice/retention.h"

#include "base/log.h"
#include "base/metrics.h"
#include "base/thread.h"
#include "store/blobs.h"
#include "store/db.h"
#include "trust/audit.h"

#define PAGE 100
#define EVERY_US (3600 * 1000000LL)

METRIC(m_destroyed, METRIC_COUNTER, "lexline_recordings_destroyed_total",
       "Recordings destroyed at the end of their retention");

struct retention {
	struct env *env;
	struct ticker *ticker;
};

/* ---- one recording ----------------------------------------------------------------- */

struct doomed {
	int64_t id;
	bool gone;
};

static int add_audit(struct tx *tx, int64_t call_id, int64_t part, const char *sha256)
{
	struct ctx *ctx = tx_ctx(tx);
	char *detail = arena_printf(ctx->arena, "{\"part\":%lld,\"sha256\":\"%s\"}",
				    (long long)part, sha256);

	return audit_add(tx, &(struct audit_entry){.action = "calls.recording_destroyed",
						   .subject = "call",
						   .subject_id = call_id,
						   .detail = str_of(detail)});
}

static int destroy_apply(struct tx *tx, void *doomed)
{
	struct doomed *d = doomed;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int64_t call_id, part, blob_id;
	const char *sha256;
	int r;

	d->gone = false;
	if ((r = tx_op(tx, "calls.recording_destroy", ARGS(A_INT("id", d->id)), &rows)) < 0 ||
	    (r = rows_next(rows)) <= 0)
		return r; /* held meanwhile, or another process was first */
	call_id = rows_int(rows, 0);
	part = rows_int(rows, 2);
	blob_id = rows_int(rows, 3);
	sha256 = rows_dup(rows, 4);
	rows_free(rows);
	rows = NULL;
	d->gone = true;
	if ((r = tx_exec(tx, "blob.blob_release", ARGS(A_INT("id", blob_id)), NULL)) < 0)
		return r;
	return add_audit(tx, call_id, part, sha256);
}

static int find_due(struct ctx *ctx, int64_t after, int64_t ids[PAGE], size_t *ret_n)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	*ret_n = 0;
	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "calls.recordings_due",
		       ARGS(A_INT("after", after), A_INT("limit", PAGE)), &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0 && *ret_n < PAGE)
		ids[(*ret_n)++] = rows_int(rows, 0);
	return r < 0 ? r : 0;
}

static int destroy_rows(struct ctx *ctx, int64_t *ret_n)
{
	int64_t ids[PAGE], after = 0;
	size_t n;
	int r;

	do {
		if ((r = find_due(ctx, after, ids, &n)) < 0)
			return r;
		for (size_t i = 0; i < n; i++) {
			struct doomed d = {.id = ids[i]};

			if ((r = db_write_wait(ctx->env->db, ctx, destroy_apply, &d)) < 0)
				return r;
			*ret_n += d.gone;
			after = ids[i];
		}
	} while (n == PAGE);
	return 0;
}

/* ---- files
 * ------------------------------------------------------------------------------------------------
 */

static int wiped_apply(struct tx *tx, void *address)
{
	return tx_exec(tx, "blob.blob_wiped", ARGS(A_TEXT("address", address)), NULL);
}

struct wipe {
	char address[65];
	bool again; /**< the same content came back: it stays */
};

static int find_wipes(struct ctx *ctx, struct wipe wipes[PAGE], size_t *ret_n)
{
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	*ret_n = 0;
	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "blob.blob_wipes", ARGS(A_INT("limit", PAGE)), &rows)) < 0)
		return r;
	while ((r = rows_next(rows)) > 0 && *ret_n < PAGE) {
		struct wipe *w = &wipes[(*ret_n)++];

		snprintf(w->address, sizeof(w->address), "%.*s", STR_FMT(rows_text(rows, 0)));
		w->again = rows_int(rows, 1);
	}
	return r < 0 ? r : 0;
}

static int wipe_files(struct ctx *ctx, int64_t *ret_n)
{
	struct wipe wipes[PAGE];
	size_t n;
	int r;

	do {
		if ((r = find_wipes(ctx, wipes, &n)) < 0)
			return r;
		for (size_t i = 0; i < n; i++) {
			if (!wipes[i].again &&
			    (r = blob_destroy(ctx->env->blobs, wipes[i].address, &ctx->fault)) < 0)
				return r;
			if ((r = db_write_wait(ctx->env->db, ctx, wiped_apply, wipes[i].address)) <
			    0)
				return r;
			*ret_n += !wipes[i].again;
		}
	} while (n == PAGE);
	return 0;
}

int retention_run(struct ctx *ctx, struct retention_result *ret)
{
	int r;

	*ret = (struct retention_result){0};
	if ((r = destroy_rows(ctx, &ret->destroyed)) < 0 || (r = wipe_files(ctx, &ret->files)) < 0)
		return r;
	metric_add(&m_destroyed, ret->destroyed);
	if (ret->destroyed)
		log_msg(LOG_INFO, "voice.retention",
			"%lld recordings destroyed at the end of their retention, %lld files",
			(long long)ret->destroyed, (long long)ret->files);
	return 0;
}

/* ---- every hour -------------------------------------------------------------------- */

static int64_t turn(void *retention)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(((struct retention *)retention)->env);
	struct retention_result result;

	if (retention_run(ctx, &result) < 0)
		log_fault(LOG_WARN, "voice.retention", &ctx->fault); /* the next turn does it */
	return time_monotonic_us() + EVERY_US;
}

int retention_start(struct env *env, struct retention **ret, struct fault *f)
{
	struct retention *t = calloc(1, sizeof(*t));

	if (!t)
		return fail(f, E_NO_MEMORY, "", "no memory for the retention of recordings");
	t->env = env;
	if (!(t->ticker = ticker_new("retention", turn, t))) {
		free(t);
		return fail(f, E_NO_MEMORY, "", "the retention of recordings could not be started");
	}
	*ret = t;
	return 0;
}

void retention_stop(struct retention *t)
{
	if (!t)
		return;
	ticker_stop(t->ticker);
	free(t);
}
