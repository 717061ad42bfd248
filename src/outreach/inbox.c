/* A person's own messages, with their texts. */
#include "outreach/room.h"

#include "store/op.h"

static void write_message(struct call *call, const struct rows *rows)
{
	CLEANUP(json_decrefp) json_t *params = NULL;
	struct outbox *o = call->ctx->env->outbox;
	const struct phrases *p = o ? o->phrases : NULL;
	struct arena *a = call->ctx->arena;
	struct jw *w = &call->reply.json;
	struct str key = rows_text(rows, 2), json = rows_text(rows, 3);

	if (json.p && json_parse(json, &params, NULL) < 0)
		params = NULL;
	jw_obj(w);
	jw_kid(w, "id", rows_int(rows, 0));
	jw_ktime(w, "at", rows_int(rows, 1));
	jw_kstr(w, "template", key);
	jw_key(w, "text");
	jw_obj(w);
	jw_kstr(w, "zh", phrase_render(p, a, key, LANG_ZH, params));
	jw_kstr(w, "en", phrase_render(p, a, key, LANG_EN, params));
	jw_obj_end(w);
	jw_key(w, "params");
	jw_raw(w, params ? json : STR_NULL);
	jw_kid(w, "case_id", rows_int(rows, 4));
	jw_ktime(w, "read_at", rows_int(rows, 5));
	jw_obj_end(w);
}

static int list(struct call *call, struct tx *tx)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int64_t limit = call_int(call, "limit", 50), n = 0, last = 0;
	struct jw *w = &call->reply.json;
	int r;

	r = tx_op(tx, "inbox.rows",
		  ARGS({"unread", call_arg(call, "unread")}, {"before", call_arg(call, "before")},
		       A_INT("limit", limit)),
		  &rows);
	if (r < 0)
		return r;
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	for (; (r = rows_next(rows)) > 0; n++) {
		write_message(call, rows);
		last = rows_int(rows, 0);
	}
	jw_arr_end(w);
	jw_kid(w, "next", n == limit ? last : 0);
	jw_obj_end(w);
	return r;
}

const struct native outreach_natives[] = {
	{"inbox.messages", NULL, list, NULL},
};
const size_t outreach_n_natives = ARRAY_SIZE(outreach_natives);
