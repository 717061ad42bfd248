/* The processes as the console sees them; categories; standard phrases. */
#include "process/ops.h"

#include "base/file.h"

static bool may_create(const struct ctx *ctx, const struct definition *d)
{
	for (size_t i = 0; i < d->create.by.n; i++) {
		const struct who *who = &d->create.by.at[i];

		if (who->kind == WHO_ANYONE ||
		    (who->kind == WHO_CLIENT && actor_has_role(&ctx->actor, "client")) ||
		    (who->kind == WHO_ROLE && actor_has_role(&ctx->actor, who->role)))
			return true;
	}
	return false;
}

static int processes(struct call *call)
{
	const struct process_lib *lib = call->ctx->env->process;
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	for (size_t i = 0; i < process_count(lib); i++) {
		const struct definition *d = process_at(lib, i);

		jw_obj(w);
		jw_kcstr(w, "name", d->name);
		jw_key(w, "label");
		jw_raw(w, d->label_json);
		jw_kcstr(w, "source", d->source);
		jw_kcstr(w, "hash", d->hash);
		jw_kbool(w, "may_create", may_create(call->ctx, d));
		jw_obj_end(w);
	}
	jw_arr_end(w);
	jw_key(w, "next");
	jw_null(w);
	jw_obj_end(w);
	return 0;
}

static int find(struct call *call, const struct definition **ret)
{
	*ret = process_find(call->ctx->env->process, call_str(call, "name"));
	if (!*ret)
		return ctx_fail(call->ctx, E_NOT_FOUND, NULL, "there is no process of this name");
	return 0;
}

static int process(struct call *call)
{
	const struct definition *d;
	int err = find(call, &d);

	if (err < 0)
		return err;
	buf_add(&call->reply.body, d->json.p, d->json.len);
	buf_printf(&call->reply.body, ",\"may_create\":%s}",
		   may_create(call->ctx, d) ? "true" : "false");
	return 0;
}

static struct label role_label(void *arg, const char *role)
{
	struct tx *tx = arg;

	return name_role(tx, tx_ctx(tx)->env->process, role);
}

static int drawing(struct call *call, struct tx *tx)
{
	const struct definition *d;
	int err = find(call, &d);

	if (err < 0)
		return err;
	call->reply.content_type = "image/svg+xml";
	definition_draw(d, str_is(call_str(call, "lang"), "en") ? LANG_EN : LANG_ZH, role_label, tx,
			&call->reply.body);
	return 0;
}

static int categories(struct call *call)
{
	const struct process_lib *lib = call->ctx->env->process;
	struct str only = call_str(call, "process");
	struct jw *w = &call->reply.json;

	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	for (size_t i = 0; i < process_count(lib); i++) {
		const struct definition *d = process_at(lib, i);
		const struct field_def *f = d->category >= 0 ? &d->fields[d->category] : NULL;

		if (!f || (only.len && !str_is(only, d->name)))
			continue;
		for (size_t c = 0; c < f->n_choices; c++) {
			jw_obj(w);
			jw_kcstr(w, "process", d->name);
			jw_kcstr(w, "value", f->choices[c].value);
			jw_key(w, "label");
			jw_label(w, f->choices[c].label);
			jw_obj_end(w);
		}
	}
	jw_arr_end(w);
	jw_obj_end(w);
	return 0;
}

/* ---- phrases.yaml ------------------------------------------------------------------ */

static void write_phrase(struct jw *w, const struct ynode *n, const struct ynode *root)
{
	CLEANUP(yreport_free) struct yreport r = {0};
	const char *source = yaml_text(yaml_get(n, "source"), NULL, &r);

	jw_obj(w);
	jw_kcstr(w, "key", n->key);
	jw_kcstr(w, "step", yaml_text(yaml_get(n, "step"), NULL, &r));
	jw_key(w, "text");
	jw_label(w, (struct label){yaml_text(yaml_get(n, "zh"), NULL, &r),
				   yaml_text(yaml_get(n, "en"), NULL, &r)});
	jw_kcstr(w, "source", source ? source : yaml_text(yaml_get(root, "source"), NULL, &r));
	jw_obj_end(w);
}

static void write_phrases(struct jw *w, const char *key, struct ynode *list, struct ynode *root)
{
	jw_key(w, key);
	jw_arr(w);
	for (size_t i = 0; list && i < list->n_kids; i++)
		write_phrase(w, list->kids[i], root);
	jw_arr_end(w);
}

/**
 * What people say, and the words of the messages in their lists (with {number}, {title} … to be
 * filled from the message's params). Read anew each time: one small file, asked for once a shift.
 */
static int phrases(struct call *call)
{
	struct ctx *ctx = call->ctx;
	const char *path = arena_printf(ctx->arena, "%s/profile/phrases.yaml", ctx->env->data_dir);
	struct jw *w = &call->reply.json;
	struct ynode *root = NULL;
	int err;

	if (file_exists(path) && (err = yaml_load(ctx->arena, path, &root, &ctx->fault)) < 0)
		return err;
	jw_obj(w);
	write_phrases(w, "items", yaml_get(root, "phrases"), root);
	write_phrases(w, "messages", yaml_get(root, "messages"), root);
	jw_obj_end(w);
	return 0;
}

const struct native native_processes = {"process.processes", NULL, NULL, processes};
const struct native native_process = {"process.process", NULL, NULL, process};
const struct native native_drawing = {"process.drawing", NULL, drawing, NULL};
const struct native native_categories = {"case.categories", NULL, NULL, categories};
const struct native native_phrases = {"case.phrases", NULL, NULL, phrases};
