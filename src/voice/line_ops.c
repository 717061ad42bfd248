/*
 * Requests of people to the exchange. Each is prepared on a worker, carried out on the voice thread while the worker
 * waits (it takes microseconds there), and answered with how the person's line stands then.
 */
#include "voice/calls_ops.h"
#include "voice/prompt_ops.h"
#include "voice/voice_private.h"

#include <sodium.h>

#include "base/id.h"
#include "store/db.h"
#include "store/vault.h"

struct line_ask;
typedef int (*line_verb)(struct line_ask *a);

struct line_ask {
	struct call *call;
	struct exchange *x;
	struct desk *desk; /**< of who asks; NULL: never signed in here */
	struct phone_call *on;
	struct fault *f;
	line_verb verb;
	const char *name, *login, **skills;
	int64_t org_id;
	char *sdp;
	const char *number;
	int64_t call_id;
	bool plain; /**< the verb writes the answer itself */
	int r;
};

static int refuse(struct line_ask *a, const char *zh, const char *en)
{
	return fail(a->f, E_CONFLICT, "", "%s / %s", zh, en);
}

/* ---- carrying over ----------------------------------------------------------------------------------- */

static void on_voice_thread(void *ask)
{
	struct line_ask *a = ask;
	int64_t me = a->call->ctx->actor.id;

	a->x = a->call->ctx->env->voice->exchange;
	a->desk = desk_find(a->x, me);
	a->on = a->call_id ? phone_call_find(a->x, a->call_id) : NULL;
	a->r = a->verb(a);
	exchange_settle(a->x);
	view_flush(a->x);
	if (a->r == 0 && !a->plain)
		view_desk(a->x, me, &a->call->reply.json);
}

static int carry(struct call *call, struct line_ask *a)
{
	struct voice *v = call->ctx->env->voice;

	a->call = call;
	a->f = &call->ctx->fault;
	if (!v)
		return ctx_fail(call->ctx, E_CONFLICT, "", "本系统没有开通电话 / No telephone line is set up here");
	if (!voice_ask_wait(v, on_voice_thread, a))
		return ctx_fail(call->ctx, E_CANCELLED, "", "系统正在重启 / The line is restarting");
	return a->r;
}

static int ask(struct call *call, line_verb verb)
{
	struct line_ask a = {.verb = verb, .call_id = call_int(call, "id", 0)};

	return carry(call, &a);
}

/* ---- signing in and out ---------------------------------------------------------------------------------- */

static const char **parse_skills(struct arena *a, struct str text)
{
	json_t *list = NULL;
	const char **out;
	size_t n;

	if (!text.len || json_parse(text, &list, NULL) < 0)
		list = json_array();
	n = json_array_size(list);
	out = ARENA_ARRAY(a, const char *, n + 1);
	for (size_t i = 0; i < n; i++)
		out[i] = arena_strdup(a, json_string_value(json_array_get(list, i)) ? json_string_value(json_array_get(list, i)) : "");
	json_decref(list);
	return out;
}

static int read_person(struct call *call, struct line_ask *a)
{
	struct ctx *ctx = call->ctx;
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = db_read(ctx->env->db, ctx, &tx)) < 0 ||
	    (r = tx_op(tx, "line.person", ARGS(A_INT("id", ctx->actor.id)), &rows)) < 0 || (r = rows_next(rows)) < 0)
		return r;
	if (!r)
		return ctx_fail(ctx, E_NOT_FOUND, "", "there is no such person");
	a->name = rows_dup(rows, 0);
	a->org_id = rows_int(rows, 1);
	a->skills = parse_skills(ctx->arena, rows_text(rows, 2));
	a->login = rows_dup(rows, 3);
	return 0;
}

static int sign_in(struct line_ask *a)
{
	const struct actor *me = &a->call->ctx->actor;
	struct acd_operator_info info = {me->id, me->roles, a->skills};

	a->desk = desk_get(a->x, me->id, a->org_id, a->name);
	acd_sign_in(a->x->acd, &info, mono_ms());
	return 0;
}

static int sign_in_prepare(struct call *call)
{
	struct line_ask a = {.verb = sign_in};
	int r = read_person(call, &a);

	return r < 0 ? r : carry(call, &a);
}

static int sign_out(struct line_ask *a)
{
	if (a->desk)
		desk_hang_up_media(a->desk);
	acd_sign_out(a->x->acd, a->call->ctx->actor.id, mono_ms());
	return 0;
}

static int sign_out_prepare(struct call *call)
{
	return ask(call, sign_out);
}

static int state(struct line_ask *a)
{
	return 0;
}

static int state_prepare(struct call *call)
{
	return ask(call, state);
}

static int changed(struct line_ask *a, int r)
{
	if (r == -E_NOT_FOUND)
		return refuse(a, "请先签到", "Sign in to the line first");
	return r == -E_CONFLICT ? refuse(a, "请先结束当前通话", "Finish the call first") : r;
}

static int ready(struct line_ask *a)
{
	return changed(a, acd_ready(a->x->acd, a->call->ctx->actor.id, mono_ms()));
}

static int ready_prepare(struct call *call)
{
	return ask(call, ready);
}

static int pause_with(struct line_ask *a)
{
	struct str reason = call_str(a->call, "reason");

	for (size_t i = 0; i < a->x->hotline->n_pauses; i++) {
		const struct hotline_pause *p = &a->x->hotline->pauses[i];

		if (str_is(reason, p->name))
			return changed(a, acd_pause(a->x->acd, a->call->ctx->actor.id, p->name, p->limit_s, mono_ms()));
	}
	return fail(a->f, E_INVALID, "reason", "没有这个暂停原因 / There is no such reason to pause");
}

static int pause_prepare(struct call *call)
{
	return ask(call, pause_with);
}

/* ---- sound ---------------------------------------------------------------------------------------------------- */

static int media(struct line_ask *a)
{
	a->plain = true;
	a->desk = desk_get(a->x, a->call->ctx->actor.id, a->org_id, a->name);
	return desk_media(a->desk, call_str(a->call, "sdp"), &a->sdp, a->f);
}

static void write_sdp(struct call *call, char *sdp, const char *token)
{
	struct jw *w = &call->reply.json;

	jw_obj(w);
	if (token)
		jw_kcstr(w, "token", token);
	jw_kcstr(w, "sdp", sdp);
	jw_obj_end(w);
	free(sdp);
}

static int media_prepare(struct call *call)
{
	struct line_ask a = {.verb = media};
	int r = read_person(call, &a);

	if (r < 0 || (r = carry(call, &a)) < 0)
		return r;
	write_sdp(call, a.sdp, NULL);
	return 0;
}

static int media_end(struct line_ask *a)
{
	a->plain = true;
	if (a->desk && a->desk->talking)
		return refuse(a, "请先结束当前通话", "Finish the call first");
	if (a->desk)
		desk_hang_up_media(a->desk);
	return 0;
}

static int media_end_prepare(struct call *call)
{
	return ask(call, media_end);
}

/* ---- calls -------------------------------------------------------------------------------------------------------- */

static int need_desk(struct line_ask *a)
{
	return a->desk ? 0 : refuse(a, "请先签到", "Sign in to the line first");
}

/* The call of the path is the one at this desk: a page that is late must not hang up the next caller. */
static int need_call(struct line_ask *a)
{
	int r = need_desk(a);

	if (r == 0 && (!a->on || a->desk->talking != a->on))
		return refuse(a, "这通电话已经结束", "That call is over");
	return r;
}

static int answer(struct line_ask *a)
{
	int r = need_desk(a);

	if (r == 0 && a->on && a->desk->talking == a->on)
		return 0; /* the telephone was picked up, or another tab was faster */
	return r < 0 ? r : desk_answer(a->desk, a->call_id, a->f);
}

static int refuse_call(struct line_ask *a)
{
	int r = need_desk(a);

	if (r == 0 && (!a->desk->ringing || a->desk->ringing != a->on))
		return refuse(a, "来电已被接走或已挂断", "The call was taken or has hung up");
	if (r == 0)
		desk_refuse(a->desk, "refused");
	return r;
}

static int hang_up(struct line_ask *a)
{
	int r = need_call(a);

	return r < 0 ? r : talk_hang_up(a->desk, a->call_id, a->f);
}

static int hold(struct line_ask *a)
{
	int r = need_call(a);

	return r < 0 ? r : talk_hold(a->desk, true, a->f);
}

static int resume(struct line_ask *a)
{
	int r = need_call(a);

	return r < 0 ? r : talk_hold(a->desk, false, a->f);
}

static int mute(struct line_ask *a)
{
	int r = need_call(a);

	return r < 0 ? r : talk_mute(a->desk, call_int(a->call, "on", 1) != 0, a->f);
}

static const char *text_arg(struct line_ask *a, const char *name)
{
	struct str s = call_str(a->call, name);

	return s.len ? arena_strndup(a->call->ctx->arena, s.p, s.len) : NULL;
}

static int keys(struct line_ask *a)
{
	int r = need_call(a);
	const char *text = text_arg(a, "keys");

	return r < 0 ? r : talk_keys(a->desk, text ? text : "", a->f);
}

static int target_of(struct line_ask *a, struct target *t)
{
	*t = (struct target){.person_id = call_int(a->call, "person_id", 0),
			     .skill = text_arg(a, "skill"),
			     .queue = call_has(a->call, "queue") ? text_arg(a, "queue") : NULL,
			     .number = text_arg(a, "number")};
	if (!t->person_id && !t->skill && !t->queue && !t->number)
		return fail(a->f, E_INVALID, "person_id", "请选择转给谁 / Say to whom");
	return 0;
}

static int transfer(struct line_ask *a)
{
	struct target t;
	int r = need_call(a);

	if (r < 0 || (r = target_of(a, &t)) < 0)
		return r;
	return talk_transfer(a->desk, &t, a->f);
}

static int consult(struct line_ask *a)
{
	struct target t;
	int r = need_call(a);

	if (r < 0 || (r = target_of(a, &t)) < 0)
		return r;
	return talk_consult(a->desk, &t, a->f);
}

static int join(struct line_ask *a)
{
	int r = need_call(a);

	return r < 0 ? r : talk_join(a->desk, a->f);
}

static int complete(struct line_ask *a)
{
	int r = need_call(a);

	return r < 0 ? r : talk_complete(a->desk, a->f);
}

static int back(struct line_ask *a)
{
	int r = need_call(a);

	return r < 0 ? r : talk_back(a->desk, a->f);
}

static int dial(struct line_ask *a)
{
	int r = need_desk(a);

	return r < 0 ? r : talk_dial(a->desk, text_arg(a, "number"), call_int(a->call, "case_id", 0), 0, a->f);
}

static int call_back(struct line_ask *a)
{
	int r = need_desk(a);

	return r < 0 ? r : talk_dial(a->desk, a->number, 0, a->call_id, a->f);
}

#define PREPARE(verb)                                     \
	static int verb##_prepare(struct call *call)       \
	{                                                  \
		return ask(call, verb);                    \
	}
PREPARE(answer)
PREPARE(refuse_call)
PREPARE(hang_up)
PREPARE(hold)
PREPARE(resume)
PREPARE(mute)
PREPARE(keys)
PREPARE(transfer)
PREPARE(consult)
PREPARE(join)
PREPARE(complete)
PREPARE(back)
PREPARE(dial)

/* The number is sealed in the record: opened for this one purpose. */
static int call_back_prepare(struct call *call)
{
	struct line_ask a = {.verb = call_back, .call_id = call_int(call, "id", 0)};
	int r = call_number(call, a.call_id, &a.number);

	return r < 0 ? r : carry(call, &a);
}

/* ---- wrap-up ----------------------------------------------------------------------------------------------------------- */

static int wrap_up(struct line_ask *a)
{
	acd_wrapped_up(a->x->acd, a->call->ctx->actor.id, mono_ms());
	return 0;
}

static int wrap_up_apply(struct call *call, struct tx *tx)
{
	return tx_exec(tx, "calls.disposition",
		       ARGS(A_INT("id", call_int(call, "id", 0)), A_STR("disposition", call_str(call, "disposition"))),
		       NULL);
}

static int wrap_up_finish(struct call *call)
{
	return 0;
}

static int wrap_up_prepare(struct call *call)
{
	return ask(call, wrap_up);
}

/* ---- supervisors ----------------------------------------------------------------------------------------------------------- */

static int supervise(struct line_ask *a, enum side side)
{
	int r = need_desk(a);

	if (r < 0)
		return r;
	return a->on ? talk_supervise(a->desk, a->on, side, a->f) : refuse(a, "这通电话已经结束", "That call is over");
}

static int listen_in(struct line_ask *a)
{
	return supervise(a, SIDE_LISTEN);
}

static int whisper(struct line_ask *a)
{
	return supervise(a, SIDE_WHISPER);
}

static int barge(struct line_ask *a)
{
	return supervise(a, SIDE_GUEST);
}

static int leave(struct line_ask *a)
{
	if (a->desk && a->desk->supervising != SIDE_CALLER)
		talk_stop_supervising(a->desk);
	return 0;
}

PREPARE(listen_in)
PREPARE(whisper)
PREPARE(barge)
PREPARE(leave)

/* An entry in the audit log says who listened to what. */
static int audited(struct call *call, struct tx *tx)
{
	call->audit.subject = "call";
	call->audit.subject_id = call_int(call, "id", 0);
	return 0;
}

static int wall(struct line_ask *a)
{
	a->plain = true;
	view_wall(a->x, &a->call->reply.json);
	return 0;
}

static int targets(struct line_ask *a)
{
	a->plain = true;
	view_targets(a->x, a->call->ctx->actor.id, &a->call->reply.json);
	return 0;
}

PREPARE(wall)
PREPARE(targets)

/* ---- desk phones ------------------------------------------------------------------------------------------------------------- */

static void ha1_of(const char *user, const char *realm, const char *password, char ret[33])
{
	uint8_t md[16];
	char text[256];
	int n = snprintf(text, sizeof(text), "%s:%s:%s", user, realm, password);

	md5((const uint8_t *)text, (size_t)n, md);
	sodium_bin2hex(ret, 33, md, sizeof(md));
	sodium_memzero(text, sizeof(text));
}

struct phone_state {
	char user[80], password[25], ha1[33];
};

/* A SIP user is plain ASCII: the name to sign in with when it is, else the person's number. */
static void phone_user(char ret[80], const char *login, int64_t person_id)
{
	if (*login && strspn(login, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == strlen(login))
		snprintf(ret, 80, "%s", login);
	else
		snprintf(ret, 80, "p%lld", (long long)person_id);
}

static void random_password(char ret[25])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";

	for (int i = 0; i < 24; i++)
		ret[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
	ret[24] = 0;
}

static int phone_prepare(struct call *call)
{
	struct voice *v = call->ctx->env->voice;
	struct phone_state *s = ARENA_NEW(call->ctx->arena, struct phone_state);
	struct line_ask a = {0};
	int r;

	if (!v)
		return ctx_fail(call->ctx, E_CONFLICT, "", "本系统没有开通电话 / No telephone line is set up here");
	if ((r = read_person(call, &a)) < 0)
		return r;
	phone_user(s->user, a.login, call->ctx->actor.id);
	random_password(s->password);
	ha1_of(s->user, v->config->realm, s->password, s->ha1);
	call->state = s;
	return 0;
}

static int phone_apply(struct call *call, struct tx *tx)
{
	struct phone_state *s = call->state;
	struct ctx *ctx = call->ctx;
	struct str sealed;
	int r = vault_seal(ctx->env->vault, "cases", ctx->actor.org_id, SEAL_SECRET, "phone.ha1", str_of(s->ha1), ctx->arena,
			   &sealed, &ctx->fault);

	if (r < 0)
		return r;
	return tx_exec(tx, "line.phone_put",
		       ARGS(A_INT("id", ctx->actor.id), A_INT("org_id", ctx->actor.org_id), A_TEXT("name", s->user),
			    A_BLOB("ha1", sealed)),
		       NULL);
}

struct phone_set {
	struct voice *v;
	char user[80], ha1[33];
	int64_t person_id;
};

static void set_phone(void *set)
{
	struct phone_set *s = set;

	desk_set_phone(s->v->exchange, s->user, s->ha1, s->person_id);
	sodium_memzero(s->ha1, sizeof(s->ha1));
	free(s);
}

static void tell_phone(struct voice *v, const char *user, const char *ha1, int64_t person_id)
{
	struct phone_set *s = calloc(1, sizeof(*s));

	if (!s)
		return;
	s->v = v;
	s->person_id = person_id;
	snprintf(s->user, sizeof(s->user), "%s", user);
	snprintf(s->ha1, sizeof(s->ha1), "%s", ha1);
	if (!voice_ask(v, set_phone, s))
		free(s);
}

static int phone_finish(struct call *call)
{
	struct phone_state *s = call->state;
	struct voice *v = call->ctx->env->voice;
	struct jw *w = &call->reply.json;

	tell_phone(v, s->user, s->ha1, call->ctx->actor.id);
	jw_obj(w);
	jw_kcstr(w, "user", s->user);
	jw_kcstr(w, "password", s->password);
	jw_kcstr(w, "realm", v->config->realm);
	jw_obj_end(w);
	sodium_memzero(s, sizeof(*s));
	return 0;
}

int line_load_phones(struct voice *v, struct fault *f)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(v->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = db_read(v->env->db, ctx, &tx)) < 0 || (r = tx_op(tx, "line.phone_all", NO_ARGS, &rows)) < 0) {
		*f = ctx->fault;
		return r;
	}
	while ((r = rows_next(rows)) > 0) {
		struct str ha1;

		if (vault_unseal(v->env->vault, "cases", rows_int(rows, 1), SEAL_SECRET, "phone.ha1", rows_blob(rows, 3),
				 ctx->arena, &ha1, f) == 0)
			tell_phone(v, rows_dup(rows, 2), arena_strndup(ctx->arena, ha1.p, ha1.len), rows_int(rows, 0));
	}
	return r;
}

/* ---- callers in the browser ---------------------------------------------------------------------------------------------------- */

static struct phone_call *by_token(struct exchange *x, struct str token)
{
	for (struct phone_call *c = x->calls; c; c = c->next)
		if (c->token[0] && token.len == 64 && sodium_memcmp(c->token, token.p, 64) == 0)
			return c;
	return NULL;
}

static void nobody_yet(struct leg *l, const struct leg_event *e, void *unused)
{
	if (e->kind == LEG_ENDED)
		leg_free(l);
}

static int portal_begin(struct line_ask *a)
{
	const char *number = text_arg(a, "number");
	struct incoming in = {.called = number ? number : "", .caller = "", .display = "", .call_id = ""};
	struct leg *l = NULL;
	uint8_t random[32];
	int r = web_offer(a->x->web, NULL, call_str(a->call, "sdp"), nobody_yet, NULL, &l, &a->sdp, a->f);

	a->plain = true;
	if (r < 0)
		return r;
	if (exchange_incoming(l, &in, a->x) != 0 || !a->x->calls || a->x->calls->caller != l) {
		leg_drop(l, 0);
		free(a->sdp);
		return fail(a->f, E_BUSY, "", "线路繁忙，请稍后再拨 / All lines are busy");
	}
	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(a->x->calls->token, sizeof(a->x->calls->token), random, sizeof(random));
	a->name = arena_strdup(a->call->ctx->arena, a->x->calls->token);
	return 0;
}

static int portal_begin_prepare(struct call *call)
{
	struct line_ask a = {.verb = portal_begin};
	int r = carry(call, &a);

	if (r == 0)
		write_sdp(call, a.sdp, a.name);
	return r;
}

static int portal_find(struct line_ask *a)
{
	a->plain = true;
	a->on = by_token(a->x, call_str(a->call, "token"));
	return a->on ? 0 : fail(a->f, E_NOT_FOUND, "", "通话已结束 / The call is over");
}

static int portal_state(struct line_ask *a)
{
	int r = portal_find(a);

	if (r == 0)
		view_portal(a->on, &a->call->reply.json);
	return r;
}

static int portal_keys(struct line_ask *a)
{
	struct str keys = call_str(a->call, "keys");
	int r = portal_find(a);

	for (size_t i = 0; r == 0 && i < keys.len; i++) {
		if (!strchr("0123456789*#", keys.p[i]))
			return fail(a->f, E_INVALID, "keys", "只能是 0–9、*、# / Only 0–9, * and #");
		call_key(a->on, keys.p[i]);
		a->on = by_token(a->x, call_str(a->call, "token")); /* a key may have ended it */
		if (!a->on)
			return fail(a->f, E_NOT_FOUND, "", "通话已结束 / The call is over");
	}
	if (r == 0)
		view_portal(a->on, &a->call->reply.json);
	return r;
}

static int portal_hang_up(struct line_ask *a)
{
	int r = portal_find(a);

	if (r == 0)
		leg_hangup(a->on->caller, 0);
	return r;
}

static int portal_media(struct line_ask *a)
{
	int r = portal_find(a);

	return r < 0 ? r : web_offer(a->x->web, a->on->caller, call_str(a->call, "sdp"), caller_event, a->on, &a->on->caller,
				     &a->sdp, a->f);
}

PREPARE(portal_state)
PREPARE(portal_keys)
PREPARE(portal_hang_up)

static int portal_media_prepare(struct call *call)
{
	struct line_ask a = {.verb = portal_media};
	int r = carry(call, &a);

	if (r == 0)
		write_sdp(call, a.sdp, NULL);
	return r;
}

/* ---- the table ---------------------------------------------------------------------------------------------------------------- */

const struct native voice_natives[] = {
	{"line.state", state_prepare, NULL, NULL},
	{"line.sign_in", sign_in_prepare, NULL, NULL},
	{"line.sign_out", sign_out_prepare, NULL, NULL},
	{"line.ready", ready_prepare, NULL, NULL},
	{"line.pause", pause_prepare, NULL, NULL},
	{"line.media", media_prepare, NULL, NULL},
	{"line.media_end", media_end_prepare, NULL, NULL},
	{"line.answer", answer_prepare, NULL, NULL},
	{"line.refuse", refuse_call_prepare, NULL, NULL},
	{"line.hang_up", hang_up_prepare, NULL, NULL},
	{"line.hold", hold_prepare, NULL, NULL},
	{"line.resume", resume_prepare, NULL, NULL},
	{"line.mute", mute_prepare, NULL, NULL},
	{"line.keys", keys_prepare, NULL, NULL},
	{"line.transfer", transfer_prepare, NULL, NULL},
	{"line.consult", consult_prepare, NULL, NULL},
	{"line.join", join_prepare, NULL, NULL},
	{"line.complete", complete_prepare, NULL, NULL},
	{"line.back", back_prepare, NULL, NULL},
	{"line.wrap_up", wrap_up_prepare, wrap_up_apply, wrap_up_finish},
	{"line.dial", dial_prepare, NULL, NULL},
	{"line.call_back", call_back_prepare, NULL, NULL},
	{"line.targets", targets_prepare, NULL, NULL},
	{"line.wall", wall_prepare, NULL, NULL},
	{"line.listen", listen_in_prepare, audited, NULL},
	{"line.whisper", whisper_prepare, audited, NULL},
	{"line.barge", barge_prepare, audited, NULL},
	{"line.leave", leave_prepare, NULL, NULL},
	{"line.prompts", line_prompts_prepare, NULL, NULL},
	{"line.prompt_sound", line_prompt_sound_prepare, NULL, NULL},
	{"line.prompt_upload", line_prompt_upload_prepare, line_prompt_apply, line_prompt_finish},
	{"line.prompt_spoken", line_prompt_spoken_prepare, line_prompt_apply, line_prompt_finish},
	{"line.phone_password", phone_prepare, phone_apply, phone_finish},
	{"portal.call_begin", portal_begin_prepare, NULL, NULL},
	{"portal.call_state", portal_state_prepare, NULL, NULL},
	{"portal.call_keys", portal_keys_prepare, NULL, NULL},
	{"portal.call_hang_up", portal_hang_up_prepare, NULL, NULL},
	{"portal.call_media", portal_media_prepare, NULL, NULL},
	{"calls.get", NULL, calls_get_apply, NULL},
	{"calls.recording", NULL, calls_recording_apply, NULL},
	{"calls.pop", NULL, calls_pop_apply, NULL},
	{"calls.link", NULL, calls_link_apply, NULL},
	{"calls.destroy_due", calls_destroy_due_prepare, calls_destroy_due_apply, calls_destroy_due_finish},
	{"calls.recordings_export", NULL, calls_recordings_export_apply, NULL},
	{"calls.export", NULL, calls_export_apply, NULL},
	{"calls.statistics_export", NULL, calls_statistics_export_apply, NULL},
	{"calls.presence_export", NULL, calls_presence_export_apply, NULL},
	{"calls.allowance_export", NULL, calls_allowance_export_apply, NULL},
};
const size_t voice_n_natives = ARRAY_SIZE(voice_natives);
