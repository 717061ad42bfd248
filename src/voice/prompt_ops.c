/* What callers hear, changed by people: listed, heard, recorded, spoken again. */
#include "store/blobs.h"
#include "voice/alaw.h"
#include "voice/prompt_ops.h"
#include "voice/sound.h"
#include "voice/voice_private.h"

#define WAV_MAX ((int64_t)32 << 20)
#define PCM_HEADER 44

static struct voice *line(struct call *call)
{
	return call->ctx->env->voice;
}

static int no_line(struct call *call)
{
	return ctx_fail(call->ctx, E_CONFLICT, "",
			"本系统没有开通电话 / No telephone line is set up here");
}

static const char *arg(struct call *call, const char *name)
{
	struct str s = call_str(call, name);

	return arena_strndup(call->ctx->arena, s.p ? s.p : "", s.len);
}

/* ---- the list -------------------------------------------------------------------------------- */

struct listing {
	const struct hotline *h;
	struct jw *w;
};

static void list_one(const char *name, const char *lang, unsigned ms, bool recorded, void *listing)
{
	struct listing *l = listing;
	const struct hotline_prompt *p = l->h->prompts;
	const char *text;

	while (strcmp(p->name, name) != 0)
		p++;
	text = prompt_text(p, lang);
	jw_obj(l->w);
	jw_kcstr(l->w, "name", name);
	jw_kcstr(l->w, "lang", lang);
	jw_kcstr(l->w, "label_zh", p->label.zh);
	jw_kcstr(l->w, "label_en", p->label.en);
	jw_kcstr(l->w, "text", text ? text : "");
	jw_kbool(l->w, "recorded", recorded);
	jw_kint(l->w, "ms", ms);
	jw_obj_end(l->w);
}

int line_prompts_prepare(struct call *call)
{
	struct voice *v = line(call);
	struct jw *w = &call->reply.json;
	struct prompts *p;

	if (!v)
		return no_line(call);
	p = voice_prompts(v);
	jw_obj(w);
	jw_key(w, "items");
	jw_arr(w);
	prompts_each(p, list_one, &(struct listing){v->hotline, w});
	jw_arr_end(w);
	jw_obj_end(w);
	prompts_unref(p);
	return 0;
}

/* ---- one, to be heard ------------------------------------------------------------------------ */

static void put16(uint8_t *at, unsigned v)
{
	at[0] = (uint8_t)v;
	at[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *at, uint32_t v)
{
	put16(at, v & 0xffff);
	put16(at + 2, v >> 16);
}

/* 16-bit PCM: every browser plays it. */
static void write_wav(const struct buf *alaw, struct buf *out)
{
	uint8_t head[PCM_HEADER] = "RIFF....WAVEfmt ";
	uint32_t bytes = (uint32_t)alaw->len * 2;

	put32(head + 4, bytes + PCM_HEADER - 8);
	put32(head + 16, 16);
	put16(head + 20, 1);
	put16(head + 22, 1);
	put32(head + 24, 8000);
	put32(head + 28, 16000);
	put16(head + 32, 2);
	put16(head + 34, 16);
	memcpy(head + 36, "data", 4);
	put32(head + 40, bytes);
	buf_add(out, head, sizeof(head));
	for (size_t at = 0; at < alaw->len; at += FRAME_SAMPLES) {
		int16_t linear[FRAME_SAMPLES];
		size_t n = alaw->len - at < FRAME_SAMPLES ? alaw->len - at : FRAME_SAMPLES;

		alaw_to_linear((const uint8_t *)alaw->p + at, linear, n);
		buf_add(out, linear, n * sizeof(linear[0]));
	}
}

int line_prompt_sound_prepare(struct call *call)
{
	CLEANUP(buf_free) struct buf alaw = {0};
	struct voice *v = line(call);
	struct prompts *p;
	bool there;

	if (!v)
		return no_line(call);
	p = voice_prompts(v);
	there = prompts_sound(p, arg(call, "name"), arg(call, "lang"), &alaw);
	prompts_unref(p);
	if (!there)
		return ctx_fail(call->ctx, E_NOT_FOUND, "name",
				"没有这条提示音 / there is no such prompt in this language");
	call->reply.content_type = "audio/wav";
	write_wav(&alaw, &call->reply.body);
	return 0;
}

/* ---- changing one ---------------------------------------------------------------------------- */

struct changing {
	const char *name, *lang;
	struct buf recording; /* in the arena; none: spoken again */
};

static int begin(struct call *call, struct changing *s)
{
	if (!line(call))
		return no_line(call);
	s->name = arg(call, "name");
	s->lang = arg(call, "lang");
	call->state = s;
	return prompts_may_change(line(call)->hotline, s->name, s->lang, &call->ctx->fault);
}

static int read_recording(struct call *call, struct changing *s)
{
	CLEANUP(buf_free) struct buf alaw = {0};
	struct ctx *ctx = call->ctx;
	struct str wav;
	int r;

	if (!call->upload)
		return ctx_fail(ctx, E_INVALID, "file", "请上传 WAV 录音 / the body is a WAV file");
	if (call->upload->blob->size > WAV_MAX)
		return ctx_fail(ctx, E_TOO_LARGE, "file",
				"录音超过 32 MB / the recording is larger than 32 MB");
	if ((r = blob_read_whole(ctx->env->blobs, ctx->arena, ctx->actor.org_id, call->upload->blob,
				 &wav, &ctx->fault)) < 0 ||
	    (r = sound_from_wav(wav, true, &alaw, &ctx->fault)) < 0)
		return r;
	s->recording =
		(struct buf){.p = arena_memdup(ctx->arena, alaw.p, alaw.len), .len = alaw.len};
	return 0;
}

int line_prompt_upload_prepare(struct call *call)
{
	struct changing *s = ARENA_NEW(call->ctx->arena, struct changing);
	int r = begin(call, s);

	return r < 0 ? r : read_recording(call, s);
}

int line_prompt_spoken_prepare(struct call *call)
{
	return begin(call, ARENA_NEW(call->ctx->arena, struct changing));
}

/* The disk changes inside the transaction that writes the audit entry: a full disk takes that back
 * too. */
int line_prompt_apply(struct call *call, struct tx *tx)
{
	const struct changing *s = call->state;
	(void)tx;

	return prompts_keep(call->ctx->env->data_dir, line(call)->hotline, s->name, s->lang,
			    s->recording.p ? &s->recording : NULL, &call->ctx->fault);
}

int line_prompt_finish(struct call *call)
{
	voice_prompts_changed(line(call));
	return 0;
}
