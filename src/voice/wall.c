/*
 * The day's figures. Two service levels are in use, and both are shown with their formula:
 *   of what was answered   answered within N s / answered
 *   of what was offered    answered within N s / (answered + abandoned)
 * Short abandons (hung up before M s of waiting) are counted apart.
 * The same counting over the records: view call_figures (modules/calls/schema).
 */
#include "store/db.h"
#include "voice/exchange.h"

struct wall {
	const struct zone *zone;
	int64_t day;
	int64_t offered, answered, within, abandoned, abandoned_short, voicemails, callbacks;
	int64_t wait_ms, talk_ms, ratings, rating_sum;
};

struct wall *wall_new(const struct hotline *h, const struct zone *zone)
{
	struct wall *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->zone = zone;
	return w;
}

void wall_free(struct wall *w)
{
	free(w);
}

static void turn_page(struct wall *w, int64_t now_ms)
{
	int64_t day = zone_local_day(w->zone, now_ms);

	if (day != w->day)
		*w = (struct wall){.zone = w->zone, .day = day};
}

int wall_recall(struct wall *w, struct tx *tx, int64_t org_id, int64_t now_ms)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int64_t day = zone_local_day(w->zone, now_ms);
	int r = tx_op(tx, "calls.wall_day", ARGS(A_INT("org_id", org_id), A_INT("day", day)),
		      &rows);

	if (r < 0 || (r = rows_next(rows)) <= 0)
		return r;
	*w = (struct wall){
		.zone = w->zone,
		.day = day,
		.offered = rows_int(rows, rows_col(rows, "offered")),
		.answered = rows_int(rows, rows_col(rows, "answered")),
		.within = rows_int(rows, rows_col(rows, "within")),
		.abandoned = rows_int(rows, rows_col(rows, "abandoned")),
		.abandoned_short = rows_int(rows, rows_col(rows, "abandoned_short")),
		.voicemails = rows_int(rows, rows_col(rows, "voicemails")),
		.callbacks = rows_int(rows, rows_col(rows, "callbacks")),
		.wait_ms = rows_int(rows, rows_col(rows, "wait_ms")),
		.talk_ms = rows_int(rows, rows_col(rows, "talk_ms")),
		.ratings = rows_int(rows, rows_col(rows, "ratings")),
		.rating_sum = rows_int(rows, rows_col(rows, "rating_sum")),
	};
	return 0;
}

void wall_count(struct wall *w, const struct call_record *c, int short_abandon_s,
		int service_level_s, int64_t now_ms)
{
	int64_t waited_ms;

	turn_page(w, now_ms);
	if (c->direction != CALL_IN || zone_local_day(w->zone, c->began_ms) != w->day)
		return;
	w->voicemails += c->outcome == CALL_VOICEMAIL;
	w->callbacks += c->outcome == CALL_CALLBACK_ASKED;
	if (c->rating) {
		w->ratings++;
		w->rating_sum += c->rating;
	}
	if (!c->queued_ms)
		return;
	w->offered++;
	waited_ms = (c->answered_ms ? c->answered_ms : c->ended_ms) - c->queued_ms;
	if (c->answered_ms) {
		w->answered++;
		w->within += waited_ms <= service_level_s * 1000LL;
		w->wait_ms += waited_ms;
		w->talk_ms += c->ended_ms - c->answered_ms;
	} else if (c->outcome == CALL_ABANDONED) {
		w->abandoned++;
		w->abandoned_short += waited_ms < short_abandon_s * 1000LL;
	}
}

static void share(struct jw *w, const char *key, int64_t part, int64_t whole)
{
	jw_key(w, key);
	if (whole > 0)
		jw_double(w, (double)part / (double)whole);
	else
		jw_null(w);
}

void wall_today(struct wall *w, int64_t now_ms, struct jw *out)
{
	turn_page(w, now_ms);
	jw_obj(out);
	jw_kint(out, "offered", w->offered);
	jw_kint(out, "answered", w->answered);
	jw_kint(out, "within", w->within);
	jw_kint(out, "abandoned", w->abandoned);
	jw_kint(out, "abandoned_short", w->abandoned_short);
	jw_kint(out, "voicemails", w->voicemails);
	jw_kint(out, "callbacks", w->callbacks);
	share(out, "level_answered", w->within, w->answered);
	share(out, "level_offered", w->within, w->answered + w->abandoned);
	share(out, "connected", w->answered, w->answered + w->abandoned - w->abandoned_short);
	jw_kint(out, "average_wait_ms", w->answered ? w->wait_ms / w->answered : 0);
	jw_kint(out, "average_talk_ms", w->answered ? w->talk_ms / w->answered : 0);
	share(out, "rating", w->rating_sum, w->ratings);
	jw_obj_end(out);
}
