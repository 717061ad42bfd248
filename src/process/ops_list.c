/* Lists of cases, the desk, ledgers, and their Excel files. */
#include "process/ops.h"

#include "base/id.h"

#define EXPORT_PAGE 1000
#define DESK_DUE_MAX 100
#define DESK_TASKS_MAX 100

/* Columns of every list operation, in their order. */
enum {
	L_ID,
	L_ORG,
	L_NUMBER,
	L_PROCESS,
	L_DEFINITION,
	L_TITLE,
	L_STATE,
	L_ENDED,
	L_CATEGORY,
	L_CLIENT,
	L_DUE_AT,
	L_DUE_CLOCK,
	L_CLOCK_STATE,
	L_ASSIGNEE,
	L_ASSIGNEE_ROLE,
	L_CREATED_AT,
	L_UPDATED_AT,
	L_VERSION,
};

/* ---- which cases ------------------------------------------------------------------- */

/** ",archive_destruction,": processes whose cases the caller sees only when concerned; "" none. */
static const char *hidden_processes(struct ctx *ctx)
{
	CLEANUP(buf_free) struct buf b = {0};
	const struct process_lib *lib = ctx->env->process;

	if (ctx->actor.id == ACTOR_SYSTEM)
		return "";
	for (size_t i = 0; i < process_count(lib); i++) {
		const struct definition *d = process_at(lib, i);
		bool sees = false;

		for (const char **r = d->visible; *r; r++)
			sees |= actor_has_role(&ctx->actor, *r);
		if (!sees)
			buf_printf(&b, "%s%s,", b.len ? "" : ",", d->name);
	}
	return b.len ? arena_strdup(ctx->arena, b.p) : "";
}

struct filter {
	struct arg args[16];
	size_t n;
	const char *op;
	size_t before, limit; /**< their places in args */
};

static void add(struct filter *f, const char *name, struct value v)
{
	f->args[f->n++] = (struct arg){name, v};
}

static struct value arg_or_null(struct call *call, const char *name)
{
	return call_has(call, name) ? call_arg(call, name) : VAL_NULL;
}

/** One organisation or several: the first has an index of its own. */
static int org_of(struct call *call, struct tx *tx, int64_t *ret)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = tx_op(tx, "case.orgs_of_actor", NO_ARGS, &r), n = 0;

	*ret = 0;
	while (err >= 0 && (err = rows_next(r)) > 0) {
		*ret = rows_int(r, 0);
		n++;
	}
	if (n != 1)
		*ret = 0;
	return err;
}

static void add_search(struct call *call, struct filter *f)
{
	struct str q = str_trim(call_str(call, "q"));
	char *like = arena_printf(call->ctx->arena, "%%%.*s%%", STR_FMT(q));

	/* A blank stands for anything; what LIKE knows as a sign matches any character. */
	for (char *p = like + 1; p[1]; p++)
		if (*p == '%' || *p == ' ')
			*p = *p == ' ' ? '%' : '_';
	add(f, "q", VAL_STR(q));
	add(f, "like", VAL_STR(str_of(like)));
}

/** Asked for open ones, or for a state that is an end in no process: then all of them are open. */
static bool only_open(struct call *call)
{
	const struct process_lib *lib = call->ctx->env->process;
	struct str state = call_str(call, "state");
	int i;

	if (call_has(call, "open"))
		return call_int(call, "open", 0) != 0;
	for (size_t p = 0; state.len && p < process_count(lib); p++)
		if ((i = definition_state(process_at(lib, p), state)) >= 0 &&
		    process_at(lib, p)->states[i].kind == STATE_END)
			return false;
	return state.len > 0;
}

/** The access path that leaves the least to look through. */
static const char *path_of(struct call *call, int64_t org, bool assignee)
{
	if (str_trim(call_str(call, "q")).len)
		return "case.list_find";
	if (assignee)
		return "case.list_assignee";
	if (call_has(call, "client_id"))
		return "case.list_client";
	if (call_has(call, "due_before"))
		return "case.list_due";
	if (only_open(call))
		return org ? "case.list_org_open" : "case.list_orgs_open";
	return org ? "case.list_org" : "case.list_orgs";
}

static int make_filter(struct call *call, struct tx *tx, int64_t limit, struct filter *f)
{
	struct value assignee = arg_or_null(call, "assignee");
	int64_t org;
	int err;

	if ((err = org_of(call, tx, &org)) < 0)
		return err;
	if (call_int(call, "mine", 0))
		assignee = VAL_INT(call->ctx->actor.id);
	*f = (struct filter){.op = path_of(call, org, assignee.type != V_NULL)};
	add(f, "org_id", org ? VAL_INT(org) : VAL_NULL);
	add(f, "assignee", assignee);
	add(f, "process", arg_or_null(call, "process"));
	add(f, "state", arg_or_null(call, "state"));
	add(f, "open", arg_or_null(call, "open"));
	add(f, "category", arg_or_null(call, "category"));
	add(f, "client_id", arg_or_null(call, "client_id"));
	add(f, "due_before", arg_or_null(call, "due_before"));
	add(f, "hidden", VAL_STR(str_of(hidden_processes(call->ctx))));
	f->before = f->n;
	add(f, "before", arg_or_null(call, "before"));
	f->limit = f->n;
	add(f, "limit", VAL_INT(limit));
	if (strcmp(f->op, "case.list_find") == 0)
		add_search(call, f);
	return 0;
}

/* ---- one row
 * ------------------------------------------------------------------------------------------------
 */

static void write_item(struct call *call, struct tx *tx, struct jw *w, const struct definition *d,
		       struct rows *r)
{
	struct process_lib *lib = call->ctx->env->process;
	int state = definition_state(d, rows_text(r, L_STATE));
	int64_t assignee = rows_int(r, L_ASSIGNEE), due = rows_int(r, L_DUE_AT);
	struct str clock_state = rows_text(r, L_CLOCK_STATE);

	/* A clock that ran out since the row was written is overdue now. */
	if (due && due <= call->ctx->now_ms && str_is(clock_state, "running"))
		clock_state = STR("breached");
	jw_obj(w);
	jw_kid(w, "id", rows_int(r, L_ID));
	jw_kstr(w, "number", rows_text(r, L_NUMBER));
	jw_kstr(w, "process", rows_text(r, L_PROCESS));
	jw_key(w, "process_label");
	jw_raw(w, d->label_json);
	jw_kstr(w, "title", rows_text(r, L_TITLE));
	jw_kstr(w, "state", rows_text(r, L_STATE));
	jw_key(w, "state_label");
	jw_raw(w, state >= 0 ? d->state_label_json[state] : STR_NULL);
	jw_kbool(w, "ended", rows_int(r, L_ENDED) != 0);
	jw_kstr(w, "category", rows_text(r, L_CATEGORY));
	jw_kid(w, "client_id", rows_int(r, L_CLIENT));
	jw_ktime(w, "due_at", due);
	jw_kstr(w, "due_clock", rows_text(r, L_DUE_CLOCK));
	jw_kstr(w, "clock_state", clock_state);
	jw_kid(w, "assignee_id", assignee);
	jw_kcstr(w, "assignee_name", name_person(tx, lib, assignee));
	jw_kstr(w, "assignee_role", rows_text(r, L_ASSIGNEE_ROLE));
	jw_ktime(w, "created_at", rows_int(r, L_CREATED_AT));
	jw_ktime(w, "updated_at", rows_int(r, L_UPDATED_AT));
	jw_kint(w, "version", rows_int(r, L_VERSION));
	jw_obj_end(w);
}

static int write_items(struct call *call, struct tx *tx, const char *op, const struct arg *args,
		       size_t n_args, int64_t *ret_last, int64_t *ret_n)
{
	struct process_lib *lib = call->ctx->env->process;
	CLEANUP(rows_freep) struct rows *r = NULL;
	const struct definition *d;
	int err = tx_op(tx, op, args, n_args, &r);

	*ret_n = 0;
	while (err >= 0 && (err = rows_next(r)) > 0) {
		if ((err = process_by_id(lib, tx, rows_int(r, L_DEFINITION), &d)) < 0)
			return err;
		write_item(call, tx, &call->reply.json, d, r);
		*ret_last = rows_int(r, L_ID);
		++*ret_n;
	}
	return err;
}

static int list(struct call *call, struct tx *tx)
{
	int64_t limit = call_int(call, "limit", 50), last = 0, n;
	struct jw *w = &call->reply.json;
	struct filter f;
	int err;

	if ((err = make_filter(call, tx, limit, &f)) < 0)
		return err;
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	if ((err = write_items(call, tx, f.op, f.args, f.n, &last, &n)) < 0)
		return err;
	jw_arr_end(w);
	jw_kid(w, "next", n == limit && strcmp(f.op, "case.list_due") != 0 ? last : 0);
	jw_obj_end(w);
	return 0;
}

/* ---- as an Excel file -------------------------------------------------------------- */

static struct str category_text(const struct definition *d, struct str value, enum lang lang)
{
	const struct field_def *f = d->category >= 0 ? &d->fields[d->category] : NULL;

	for (size_t i = 0; f && i < f->n_choices; i++)
		if (str_is(value, f->choices[i].value))
			return str_of(label_text(f->choices[i].label, lang));
	return value;
}

static int export_page(struct call *call, struct tx *tx, struct filter *f, struct sheet *s,
		       int64_t *ret_n)
{
	struct ctx *ctx = call->ctx;
	CLEANUP(rows_freep) struct rows *r = NULL;
	const struct definition *d;
	int err = tx_op(tx, f->op, f->args, f->n, &r), state;

	*ret_n = 0;
	while (err >= 0 && (err = rows_next(r)) > 0) {
		if ((err = process_by_id(ctx->env->process, tx, rows_int(r, L_DEFINITION), &d)) < 0)
			return err;
		state = definition_state(d, rows_text(r, L_STATE));
		sheet_text(s, rows_text(r, L_NUMBER));
		sheet_text(s, str_of(label_text(d->label, ctx->lang)));
		sheet_text(s, rows_text(r, L_TITLE));
		sheet_text(s,
			   str_of(state >= 0 ? label_text(d->states[state].label, ctx->lang) : ""));
		sheet_text(s, category_text(d, rows_text(r, L_CATEGORY), ctx->lang));
		sheet_text(s, str_of(name_person(tx, ctx->env->process, rows_int(r, L_ASSIGNEE))));
		sheet_time(s, ctx->env->zone, rows_int(r, L_DUE_AT));
		sheet_time(s, ctx->env->zone, rows_int(r, L_CREATED_AT));
		sheet_time(s, ctx->env->zone, rows_int(r, L_UPDATED_AT));
		sheet_row_end(s);
		f->args[f->before].v = VAL_INT(rows_int(r, L_ID));
		++*ret_n;
	}
	return err;
}

static int finish_sheet(struct call *call, struct sheet *s, const char *name)
{
	call->reply.content_type = SHEET_TYPE;
	call->reply.file_name = name;
	return sheet_finish(s, &call->reply.body, &call->ctx->fault);
}

static int export_cases(struct call *call, struct tx *tx)
{
	static const char *const zh[] = {"编号",   "业务", "标题",     "状态",	  "类别",
					 "经办人", "到期", "登记时间", "更新时间"};
	static const char *const en[] = {"Number",    "Process", "Title",   "State",  "Category",
					 "In charge", "Due",	 "Created", "Updated"};
	static const double widths[] = {22, 18, 48, 14, 16, 12, 17, 17, 17};
	bool english = call->ctx->lang == LANG_EN;
	CLEANUP(buf_free) struct buf unused = {0};
	int64_t n = 0, total = 0;
	struct sheet *s;
	struct filter f;
	int err;

	if ((err = make_filter(call, tx, EXPORT_PAGE, &f)) < 0)
		return err;
	s = sheet_new(english ? "Cases" : "工单", english ? en : zh, widths, ARRAY_SIZE(widths));
	do {
		err = export_page(call, tx, &f, s, &n);
		total += n;
	} while (err == 0 && n == EXPORT_PAGE && total < EXPORT_MAX &&
		 strcmp(f.op, "case.list_due") != 0);
	if (err < 0) {
		(void)!sheet_finish(s, &unused, NULL);
		return err;
	}
	return finish_sheet(call, s, english ? "cases.xlsx" : "工单.xlsx");
}

/* ---- the desk
 * ------------------------------------------------------------------------------------------------------
 */

static int write_tasks(struct tx *tx, struct jw *w)
{
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = tx_op(tx, "case.desk_tasks", ARGS(A_INT("limit", DESK_TASKS_MAX)), &r);

	jw_key(w, "tasks");
	jw_arr(w);
	while (err >= 0 && (err = rows_next(r)) > 0) {
		jw_obj(w);
		jw_kid(w, "id", rows_int(r, 0));
		jw_kid(w, "case_id", rows_int(r, 1));
		jw_kstr(w, "title", rows_text(r, 2));
		jw_kstr(w, "number", rows_text(r, 3));
		jw_key(w, "what");
		jw_raw(w, rows_text(r, 4));
		jw_ktime(w, "at", rows_int(r, 5));
		jw_obj_end(w);
	}
	jw_arr_end(w);
	return err;
}

static int write_counts(struct call *call, struct tx *tx, struct jw *w)
{
	static const char *const names[] = {"mine", "open", "breached", "today"};
	const struct zone *z = call->ctx->env->zone;
	int64_t midnight = zone_instant(z, zone_local_day(z, call->ctx->now_ms), 0);
	CLEANUP(rows_freep) struct rows *r = NULL;
	int err = tx_op(tx, "case.desk_counts", ARGS(A_INT("today_id", id_at_ms(midnight))), &r);

	if (err < 0 || (err = rows_next(r)) < 0)
		return err;
	jw_key(w, "counts");
	jw_obj(w);
	for (int i = 0; i < 4; i++)
		jw_kint(w, names[i], rows_int(r, i));
	jw_obj_end(w);
	return 0;
}

static int desk(struct call *call, struct tx *tx)
{
	struct jw *w = &call->reply.json;
	int64_t last, n;
	int err;

	jw_obj(w);
	jw_key(w, "due");
	jw_arr(w);
	if ((err = write_items(call, tx, "case.desk_due", ARGS(A_INT("limit", DESK_DUE_MAX)), &last,
			       &n)) < 0)
		return err;
	jw_arr_end(w);
	jw_key(w, "unclaimed");
	jw_arr(w);
	if ((err = write_items(call, tx, "case.desk_unclaimed", ARGS(A_INT("limit", DESK_DUE_MAX)),
			       &last, &n)) < 0)
		return err;
	jw_arr_end(w);
	if ((err = write_tasks(tx, w)) < 0 || (err = write_counts(call, tx, w)) < 0)
		return err;
	jw_obj_end(w);
	return 0;
}

/* ---- ledgers
 * ----------------------------------------------------------------------------------------------------------
 */

static int ledger_rows(struct call *call, struct tx *tx, int64_t limit, struct rows **ret)
{
	return tx_op(tx, "case.ledger_page",
		     ARGS({"ledger", call_arg(call, "ledger")}, {"from", arg_or_null(call, "from")},
			  {"to", arg_or_null(call, "to")}, {"before", arg_or_null(call, "before")},
			  A_INT("limit", limit)),
		     ret);
}

static void write_entry(struct call *call, struct tx *tx, struct jw *w, struct rows *r)
{
	jw_obj(w);
	jw_kid(w, "id", rows_int(r, 0));
	jw_ktime(w, "at", rows_int(r, 1));
	jw_kstr(w, "kind", rows_text(r, 2));
	jw_kid(w, "case_id", rows_int(r, 3));
	jw_kstr(w, "number", rows_text(r, 4));
	jw_kid(w, "person_id", rows_int(r, 5));
	jw_kcstr(w, "person_name", name_person(tx, call->ctx->env->process, rows_int(r, 5)));
	jw_key(w, "text");
	jw_raw(w, rows_text(r, 6));
	jw_kstr(w, "source", rows_text(r, 7));
	jw_obj_end(w);
}

static int ledger(struct call *call, struct tx *tx)
{
	int64_t limit = call_int(call, "limit", 100), n = 0, last = 0;
	CLEANUP(rows_freep) struct rows *r = NULL;
	struct jw *w = &call->reply.json;
	int err = ledger_rows(call, tx, limit, &r);

	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	while (err >= 0 && (err = rows_next(r)) > 0) {
		write_entry(call, tx, w, r);
		last = rows_int(r, 0);
		n++;
	}
	jw_arr_end(w);
	jw_kid(w, "next", n == limit ? last : 0);
	jw_obj_end(w);
	return err;
}

/** The text of an entry is a label in JSON. */
static struct str entry_text(struct ctx *ctx, struct str json)
{
	CLEANUP(json_decrefp) json_t *j = NULL;
	struct str s;

	if (json_parse(json, &j, NULL) < 0)
		return json;
	s = json_get_str(j, ctx->lang == LANG_EN ? "en" : "zh");
	return (struct str){arena_strndup(ctx->arena, s.p ? s.p : "", s.len), s.len};
}

static int export_ledger(struct call *call, struct tx *tx)
{
	static const char *const zh[] = {"时间", "事项", "工单编号", "人员", "内容", "依据"};
	static const char *const en[] = {"When", "Kind", "Case", "Person", "Text", "Basis"};
	static const double widths[] = {17, 14, 22, 12, 60, 30};
	struct ctx *ctx = call->ctx;
	CLEANUP(rows_freep) struct rows *r = NULL;
	CLEANUP(buf_free) struct buf unused = {0};
	struct sheet *s;
	int err = ledger_rows(call, tx, EXPORT_MAX, &r);

	if (err < 0)
		return err;
	s = sheet_new(ctx->lang == LANG_EN ? "Ledger" : "台账", ctx->lang == LANG_EN ? en : zh,
		      widths, ARRAY_SIZE(widths));
	while ((err = rows_next(r)) > 0) {
		sheet_time(s, ctx->env->zone, rows_int(r, 1));
		sheet_text(s, rows_text(r, 2));
		sheet_text(s, rows_text(r, 4));
		sheet_text(s, str_of(name_person(tx, ctx->env->process, rows_int(r, 5))));
		sheet_text(s, entry_text(ctx, rows_text(r, 6)));
		sheet_text(s, rows_text(r, 7));
		sheet_row_end(s);
	}
	if (err < 0) {
		(void)!sheet_finish(s, &unused, NULL);
		return err;
	}
	return finish_sheet(call, s, ctx->lang == LANG_EN ? "ledger.xlsx" : "台账.xlsx");
}

const struct native native_case_list = {"case.list", NULL, list, NULL};
const struct native native_case_export = {"case.export", NULL, export_cases, NULL};
const struct native native_case_desk = {"case.desk", NULL, desk, NULL};
const struct native native_ledger = {"case.ledger", NULL, ledger, NULL};
const struct native native_ledger_export = {"case.ledger_export", NULL, export_ledger, NULL};
