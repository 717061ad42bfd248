/*
 * Webhooks: JSON to one configured address, signed so that the receiver knows who sent it and when:
 * X-Lexline-Timestamp (seconds) and X-Lexline-Signature "v1=" hex HMAC-SHA-256 over
 * "timestamp.body". X-Lexline-Delivery stays the same when a message is sent again.
 */
#include "outreach/room.h"

static void write_body(struct buf *out, const struct outgoing *m)
{
	struct jw w;

	jw_begin(&w, out);
	jw_obj(&w);
	jw_kid(&w, "id", m->id);
	jw_ktime(&w, "at", m->at_ms);
	jw_kcstr(&w, "event", m->template_name);
	jw_kid(&w, "case_id", m->case_id);
	jw_kstr(&w, "text", m->text);
	jw_key(&w, "params");
	jw_raw(&w, m->params);
	jw_obj_end(&w);
}

static struct curl_slist *sign(struct arena *a, const char *secret, struct str body, int64_t id)
{
	CLEANUP(buf_free) struct buf signed_text = {0};
	long long now_s = (long long)(time_now_ms() / 1000);
	struct curl_slist *h = NULL;
	char mac[65];

	buf_printf(&signed_text, "%lld.", now_s);
	buf_add(&signed_text, body.p, body.len);
	hmac_hex(secret, buf_str(&signed_text), mac);
	h = curl_slist_append(h, "Content-Type: application/json");
	h = curl_slist_append(h, arena_printf(a, "X-Lexline-Timestamp: %lld", now_s));
	h = curl_slist_append(h, arena_printf(a, "X-Lexline-Signature: v1=%s", mac));
	return curl_slist_append(h, arena_printf(a, "X-Lexline-Delivery: %lld", (long long)id));
}

int webhook_send(struct outbox *o, const struct outgoing *m, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf body = {0}, answer = {0};

	if (!o->webhook)
		return fail(f, E_NOT_SUPPORTED, NULL, "no webhook is configured");
	write_body(&body, m);
	return http_post(o, o->webhook->url, sign(a, o->webhook->secret, buf_str(&body), m->id),
			 buf_str(&body), &answer, f);
}
