/* The operations of modules/calendars: what the administrator sees and changes. */
#include "process/calendar_impl.h"
#include "process/calendar_store.h"
#include "store/op.h"

/* ---- reading ------------------------------------------------------------------------------- */

static const struct calendar_set *set_of(const struct call *call)
{
	return calendars_current(call->ctx->env->calendars);
}

static int find(struct call *call, const struct calendar **ret)
{
	const char *name = arena_strndup(call->ctx->arena, call_str(call, "name").p,
					 call_str(call, "name").len);
	const struct calendar *c = calendar_set_get(set_of(call), call->ctx->actor.org_id, name);

	if (!c)
		return ctx_fail(call->ctx, E_NOT_FOUND, "name", "there is no calendar '%s'", name);
	*ret = c;
	return 0;
}

static int own_only(struct call *call, const struct calendar *c)
{
	if (c->org_id == call->ctx->actor.org_id)
		return 0;
	return ctx_fail(call->ctx, E_FORBIDDEN, "name",
			"this calendar belongs to an organisation above yours, which keeps it");
}

static void write_years(struct jw *w, const struct calendar *c)
{
	jw_key(w, "year_known");
	jw_arr(w);
	for (const struct calendar *k = c; k; k = k->parent)
		for (size_t i = 0; i < k->n_years; i++)
			jw_int(w, k->years[i].year);
	jw_arr_end(w);
}

static void write_calendar(struct jw *w, const struct calendar *c, int64_t own_org)
{
	jw_obj(w);
	jw_kcstr(w, "name", c->name);
	jw_key(w, "label");
	jw_obj(w);
	jw_kcstr(w, "zh", c->label_zh);
	jw_kcstr(w, "en", c->label_en);
	jw_obj_end(w);
	jw_kcstr(w, "zone", zone_name(c->zone));
	jw_kcstr(w, "base", c->base);
	jw_key(w, "windows");
	calendar_windows_to_json(c, w);
	jw_kbool(w, "make_up_days_run", c->make_up_days_run);
	jw_kbool(w, "days_off_run", c->days_off_run);
	jw_kcstr(w, "working_days", c->windows_make_days ? "windows" : "official");
	jw_kcstr(w, "days_end", c->ends_at_midnight ? "midnight" : "duty");
	write_years(w, c);
	jw_kbool(w, "own", c->org_id == own_org);
	jw_kcstr(w, "source", c->source);
	jw_obj_end(w);
}

static int list_finish(struct call *call)
{
	const struct calendar_set *s = set_of(call);
	int64_t org = call->ctx->actor.org_id;
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	for (size_t i = 0; i < s->list.n; i++) {
		const struct calendar *c = s->list.at[i];

		if (calendar_set_get(s, org, c->name) == c)
			write_calendar(w, c, org);
	}
	jw_arr_end(w);
	jw_obj_end(w);
	return 0;
}

static const char *mark_label(const struct calendar *c, int64_t day)
{
	for (; c; c = c->parent)
		for (size_t i = 0; i < c->n_marks; i++)
			if (c->marks[i].day == day)
				return c->marks[i].label;
	return "公历固定节假日"; /* the fall-back of a year not entered */
}

static bool is_own_mark(const struct calendar *c, int64_t day)
{
	for (size_t i = 0; i < c->n_marks; i++)
		if (c->marks[i].day == day)
			return true;
	return false;
}

static void write_days(struct call *call, const struct calendar *c, int year)
{
	struct jw *w = &call->reply.json;
	int64_t end = date_from_civil(year + 1, 1, 1);

	jw_obj(w);
	jw_kint(w, "year", year);
	jw_kbool(w, "known", calendar_year_known(c, year));
	jw_key(w, "items");
	jw_arr(w);
	for (int64_t day = date_from_civil(year, 1, 1); day < end; day++) {
		enum day_kind kind = calendar_day_kind(c, day);

		if (kind == DAY_PLAIN)
			continue;
		jw_obj(w);
		jw_kcstr(w, "date", date_format(call->ctx->arena, day));
		jw_kcstr(w, "kind", kind == DAY_WORK ? "work" : "off");
		jw_kcstr(w, "label", mark_label(c, day));
		jw_kbool(w, "own", is_own_mark(c, day));
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_obj_end(w);
}

static int days_finish(struct call *call)
{
	const struct calendar *c;
	int r = find(call, &c);

	if (r == 0)
		write_days(call, c, (int)call_int(call, "year", 0));
	return r;
}

static int due_finish(struct call *call)
{
	struct ctx *ctx = call->ctx;
	const struct calendar *c;
	struct period p;
	int64_t due;
	int r;

	if ((r = find(call, &c)) < 0 ||
	    (r = period_parse(call_str(call, "within"), &p, &ctx->fault)) < 0 ||
	    (r = calendar_due(c, &p, call_int(call, "from", ctx->now_ms), &due, &ctx->fault)) < 0)
		return r;
	jw_obj(&call->reply.json);
	jw_ktime(&call->reply.json, "due", due);
	jw_kcstr(&call->reply.json, "local", time_format(ctx->arena, due, c->zone));
	jw_obj_end(&call->reply.json);
	return 0;
}

/* ---- changing ------------------------------------------------------------------------------ */

/* What a change keeps between apply and finish. */
struct change {
	struct calendar_set *set; /* as after the commit */
};

typedef int (*change_fn)(struct call *call, struct tx *tx, const struct calendar *c);

/* The set as it will be, and the clocks that count in it. */
static int settle(struct call *call, struct tx *tx, int64_t org_id)
{
	struct change *keep = call->state;
	int r = calendar_set_load(tx, &keep->set);

	return r < 0 ? r : calendars_recompute(call->ctx->env->calendars, tx, keep->set, org_id);
}

static void begin_change(struct call *call)
{
	struct change *keep = call->state;

	if (!keep)
		keep = call->state = ARENA_NEW(call->ctx->arena, struct change);
	calendar_set_free(keep->set); /* of a run that was repeated */
	keep->set = NULL;
}

static int end_change(struct call *call, int r)
{
	struct change *keep = call->state;

	if (r < 0) {
		calendar_set_free(keep->set);
		keep->set = NULL;
	}
	return r;
}

static int apply_change(struct call *call, struct tx *tx, change_fn change)
{
	const struct calendar *c;
	int r;

	begin_change(call);
	if ((r = find(call, &c)) == 0 && (r = own_only(call, c)) == 0 &&
	    (r = tx_exec(tx, "calendar.bump", NO_ARGS, NULL)) >= 0 &&
	    (r = change(call, tx, c)) >= 0)
		r = settle(call, tx, c->org_id);
	return end_change(call, r);
}

/* After the commit: the new set is in force, and the caller sees the calendar as it is now. */
static int change_finish(struct call *call)
{
	struct change *keep = call->state;
	const struct calendar *c;
	int r;

	calendars_swap(call->ctx->env->calendars, keep->set);
	if ((r = find(call, &c)) == 0)
		write_calendar(&call->reply.json, c, call->ctx->actor.org_id);
	return r;
}

static int store_day(struct call *call, struct tx *tx, const struct calendar *c)
{
	return tx_exec(tx, "calendar.store_day",
		       ARGS(A_INT("calendar_id", c->id), A_INT("day", call_int(call, "date", 0)),
			    A_STR("kind", call_str(call, "kind")),
			    A_STR("label", call_str(call, "label"))),
		       NULL);
}

static int drop_day(struct call *call, struct tx *tx, const struct calendar *c)
{
	int64_t changed = 0;
	int r = tx_exec(tx, "calendar.drop_day",
			ARGS(A_INT("calendar_id", c->id), A_INT("day", call_int(call, "date", 0))),
			&changed);

	if (r == 0 && changed == 0)
		return ctx_fail(call->ctx, E_NOT_FOUND, "date",
				"this day isn't marked in calendar '%s'", c->name);
	return r;
}

static int store_year(struct call *call, struct tx *tx, const struct calendar *c)
{
	return tx_exec(tx, "calendar.store_year",
		       ARGS(A_INT("calendar_id", c->id), A_INT("year", call_int(call, "year", 0)),
			    A_STR("source", call_str(call, "source"))),
		       NULL);
}

static struct value optional(const struct call *call, const char *name)
{
	return call_has(call, name) ? call_arg(call, name) : VAL_NULL;
}

/* Windows are checked as a whole before they are stored. */
static int check_windows(struct call *call, struct value windows)
{
	struct calendar scratch = {0};
	json_t *j = NULL;
	int r;

	if (windows.type == V_NULL)
		return 0;
	if ((r = json_parse(windows.s, &j, &call->ctx->fault)) == 0)
		r = calendar_windows_from_json(&scratch, j, &call->ctx->fault);
	json_decref(j);
	return r;
}

static int store_hours(struct call *call, struct tx *tx, const struct calendar *c)
{
	struct arg args[] = {A_INT("id", c->id),
			     {"windows", optional(call, "windows")},
			     {"make_up_days_run", optional(call, "make_up_days_run")},
			     {"days_off_run", optional(call, "days_off_run")}};
	int r = check_windows(call, args[1].v);

	return r < 0 ? r : tx_exec(tx, "calendar.store_hours", args, ARRAY_SIZE(args), NULL);
}

/* ---- a new one ----------------------------------------------------------------------------- */

static int check_name(struct call *call, const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	if (name[len] || name[0] == '-')
		return ctx_fail(call->ctx, E_INVALID, "name",
				"a name has small letters, digits, - and _");
	return 0;
}

static int read_rules(struct call *call, struct calendar *c)
{
	struct ctx *ctx = call->ctx;
	struct str zone = call_str(call, "zone");
	json_t *windows = NULL;
	int r;

	c->zone = zone.p ? zone_get(arena_strndup(ctx->arena, zone.p, zone.len)) : ctx->env->zone;
	if (!c->zone)
		return ctx_fail(ctx, E_INVALID, "zone", "no such time zone; write Asia/Shanghai");
	c->make_up_days_run = call_int(call, "make_up_days_run", 0) != 0;
	c->days_off_run = call_int(call, "days_off_run", 0) != 0;
	c->windows_make_days = str_is(call_str(call, "working_days"), "windows");
	c->ends_at_midnight = str_is(call_str(call, "days_end"), "midnight");
	if ((r = json_parse(call_str(call, "windows"), &windows, &ctx->fault)) == 0)
		r = calendar_windows_from_json(c, windows, &ctx->fault);
	if (r == 0 && c->windows_make_days && !json_array_size(windows))
		r = ctx_fail(ctx, E_INVALID, "windows",
			     "working days are taken from windows, but there are none");
	json_decref(windows);
	return r;
}

static char *own_text(struct call *call, const char *name)
{
	struct str s = call_str(call, name);

	return s.p ? arena_strndup(call->ctx->arena, s.p, s.len) : NULL;
}

static int create(struct call *call, struct tx *tx)
{
	struct calendar c = {.name = own_text(call, "name"),
			     .base = "official",
			     .label_zh = own_text(call, "label_zh"),
			     .label_en = own_text(call, "label_en"),
			     .source = own_text(call, "source")};
	int r;

	if (!c.label_en)
		c.label_en = c.label_zh;
	if ((r = check_name(call, c.name)) < 0 || (r = read_rules(call, &c)) < 0 ||
	    (r = tx_exec(tx, "calendar.bump", NO_ARGS, NULL)) < 0)
		return r;
	r = calendar_insert(tx, call->ctx->actor.org_id, &c);
	if (r == -E_EXISTS)
		return ctx_fail(call->ctx, E_EXISTS, "name",
				"your organisation has a calendar '%s'", c.name);
	return r;
}

static int create_apply(struct call *call, struct tx *tx)
{
	int r;

	begin_change(call);
	if ((r = create(call, tx)) == 0)
		r = settle(call, tx, call->ctx->actor.org_id);
	return end_change(call, r);
}

#define CHANGE(fn)                                              \
	static int fn##_apply(struct call *call, struct tx *tx) \
	{                                                       \
		return apply_change(call, tx, fn);              \
	}

CHANGE(store_day)
CHANGE(drop_day)
CHANGE(store_year)
CHANGE(store_hours)

static const struct native native_list = {.op = "calendar.list", .finish = list_finish};
static const struct native native_days = {.op = "calendar.days", .finish = days_finish};
static const struct native native_due = {.op = "calendar.due", .finish = due_finish};
static const struct native native_set_day = {
	.op = "calendar.set_day", .apply = store_day_apply, .finish = change_finish};
static const struct native native_unset_day = {
	.op = "calendar.unset_day", .apply = drop_day_apply, .finish = change_finish};
static const struct native native_know_year = {
	.op = "calendar.know_year", .apply = store_year_apply, .finish = change_finish};
static const struct native native_update = {
	.op = "calendar.update", .apply = store_hours_apply, .finish = change_finish};

static const struct native native_create = {
	.op = "calendar.create", .apply = create_apply, .finish = change_finish};

const struct native *const calendar_natives[] = {
	&native_create,	 &native_list,	    &native_days,      &native_due,
	&native_set_day, &native_unset_day, &native_know_year, &native_update};
const size_t calendar_natives_count = ARRAY_SIZE(calendar_natives);

/* ---- notices ------------------------------------------------------------------------------- */

static void write_notice(struct jw *w, const struct calendar *c, int year)
{
	CLEANUP(buf_free) struct buf zh = {0}, en = {0};

	buf_printf(
		&zh,
		"日历“%s”尚未录入%"
		"d年的放假安排，该年暂按周末和公历固定节假日（1月1日、5月1日至2日、10月1日至3日）"
		"计算；春节、清明、端午、中秋和调休上班日无法推算，请按国务院办公厅通知录入。",
		c->label_zh, year);
	buf_printf(&en,
		   "Calendar \"%s\" has no official days for %d: weekends and the fixed statutory "
		   "days (1 January, "
		   "1-2 May, 1-3 October) are used. Spring Festival, Qingming, Dragon Boat, "
		   "Mid-Autumn and the make-up "
		   "working days can't be derived; enter them from the State Council's notice.",
		   c->label_en, year);
	jw_obj(w);
	jw_kcstr(w, "code", "calendar_year_unknown");
	jw_kcstr(w, "calendar", c->name);
	jw_kint(w, "year", year);
	jw_key(w, "text");
	jw_obj(w);
	jw_kstr(w, "zh", buf_str(&zh));
	jw_kstr(w, "en", buf_str(&en));
	jw_obj_end(w);
	jw_obj_end(w);
}

/* The notice for next year comes in November: from then on its absence is worth a word. */
void calendars_notices(const struct calendars *cals, int64_t org_id, int64_t now_ms, struct jw *w)
{
	const struct calendar_set *s = calendars_current(cals);

	jw_arr(w);
	for (size_t i = 0; i < s->list.n; i++) {
		const struct calendar *c = s->list.at[i];
		struct civil now;

		if (c->parent || calendar_set_get(s, org_id, c->name) != c)
			continue;
		zone_local(c->zone, now_ms, &now);
		if (!calendar_year_known(c, now.year))
			write_notice(w, c, now.year);
		if (now.month >= 11 && !calendar_year_known(c, now.year + 1))
			write_notice(w, c, now.year + 1);
	}
	jw_arr_end(w);
}
