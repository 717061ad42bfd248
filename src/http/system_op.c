/* GET /api/system: the installation's name before and after signing in. */
#include "http/http.h"

#include "base/file.h"
#include "process/calendar.h"
#include "process/profile.h"

static void write_label(struct jw *w, const char *key, struct profile_label label, const char *dflt)
{
	jw_key(w, key);
	jw_obj(w);
	jw_kcstr(w, "zh", label.zh ? label.zh : dflt);
	jw_kcstr(w, "en", label.en ? label.en : label.zh ? label.zh : dflt);
	jw_obj_end(w);
}

/* Strangers learn the name on the door, not the version or what is amiss. */
static void write_inside(struct jw *w, struct ctx *ctx)
{
	jw_kcstr(w, "version", LEXLINE_VERSION);
	jw_key(w, "notices");
	if (ctx->env->calendars) {
		calendars_notices(ctx->env->calendars, ctx->actor.org_id, ctx->now_ms, w);
	} else {
		jw_arr(w);
		jw_arr_end(w);
	}
}

static int show(struct call *call)
{
	struct ctx *ctx = call->ctx;
	CLEANUP(yreport_free) struct yreport report = {0};
	struct jw *w = &call->reply.json;
	struct profile *p;

	if (profile_load(ctx->arena, path_join(ctx->arena, ctx->env->data_dir, "profile"), &p,
			 &report) < 0)
		return ctx_fail(ctx, E_CONFIG, "", "%.*s", STR_FMT(buf_str(&report.text)));
	jw_obj(w);
	jw_kcstr(w, "name", p->label.zh ? p->label.zh : p->name);
	jw_key(w, "profile");
	jw_obj(w);
	jw_kcstr(w, "name", p->name);
	write_label(w, "label", p->label, p->name);
	jw_obj_end(w);
	jw_kcstr(w, "zone", zone_name(ctx->env->zone));
	if (ctx->actor.id)
		write_inside(w, ctx);
	jw_obj_end(w);
	return 0;
}

const struct native http_natives[] = {{.op = "system.show", .finish = show}};
const size_t http_n_natives = ARRAY_SIZE(http_natives);
