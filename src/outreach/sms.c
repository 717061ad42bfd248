/*
 * Short messages through an HTTP gateway. Two kinds:
 *   json    a body of the operator's own shape, signed like a webhook
 *   aliyun  Alibaba Cloud SMS, SendSms 2017-05-25, request signature ACS3-HMAC-SHA256 as published
 * in "V3 request structure and signature"
 */
#include <sodium.h>

#include "outreach/room.h"

/* ---- json --------------------------------------------------------------------------------- */

/* A value inside a JSON string of the template. */
static void add_json(struct buf *out, struct str s)
{
	CLEANUP(buf_free) struct buf quoted = {0};
	struct jw w;

	jw_begin(&w, &quoted);
	jw_str(&w, s);
	buf_add(out, quoted.p + 1, quoted.len - 2);
}

static void fill_body(struct buf *out, const char *body, const struct outgoing *m)
{
	const struct {
		const char *name;
		struct str value;
	} places[] = {{"{phone}", str_of(m->address)},
		      {"{text}", m->text},
		      {"{template}", str_of(m->template_name)}};

	while (*body) {
		size_t i;

		if (strncmp(body, "{id}", 4) == 0) {
			buf_printf(out, "%lld", (long long)m->id);
			body += 4;
			continue;
		}
		for (i = 0; i < ARRAY_SIZE(places); i++)
			if (strncmp(body, places[i].name, strlen(places[i].name)) == 0)
				break;
		if (i == ARRAY_SIZE(places)) {
			buf_addc(out, *body++);
		} else {
			add_json(out, places[i].value);
			body += strlen(places[i].name);
		}
	}
}

static int send_json(struct outbox *o, const struct outgoing *m, struct arena *a, struct fault *f)
{
	CLEANUP(buf_free) struct buf body = {0}, what = {0}, answer = {0};
	long long now_s = (long long)(time_now_ms() / 1000);
	struct curl_slist *h = NULL;
	char mac[65];

	fill_body(&body, o->sms->body, m);
	buf_printf(&what, "%lld.", now_s);
	buf_add(&what, body.p, body.len);
	hmac_hex(o->sms->secret, buf_str(&what), mac);
	h = curl_slist_append(h, "Content-Type: application/json");
	h = curl_slist_append(h, arena_printf(a, "X-Timestamp: %lld", now_s));
	h = curl_slist_append(h, arena_printf(a, "X-Signature: v1=%s", mac));
	return http_post(o, o->sms->url, h, buf_str(&body), &answer, f);
}

/* ---- aliyun ------------------------------------------------------------------------------- */

static void add_percent(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("-_.~", c))
			buf_addc(out, (char)c);
		else
			buf_printf(out, "%%%02X", c);
	}
}

static void add_param(struct buf *out, const char *name, struct str value)
{
	buf_printf(out, "%s%s=", out->len ? "&" : "", name);
	add_percent(out, value);
}

static void sha256_hex(struct str s, char ret[65])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, (const uint8_t *)s.p, s.len);
	sodium_bin2hex(ret, 65, hash, sizeof(hash));
}

static const char *template_code(const struct sms_settings *s, const char *key)
{
	struct yreport r = {0};
	const char *code = yaml_text(yaml_get(s->templates, key), NULL, &r);

	yreport_free(&r);
	return code;
}

/* Chinese mobiles without the country code, others with it and without the plus. */
static struct str aliyun_number(const char *e164)
{
	return str_of(strncmp(e164, "+86", 3) == 0 ? e164 + 3 : *e164 == '+' ? e164 + 1 : e164);
}

static void aliyun_query(struct buf *out, const struct sms_settings *s, const struct outgoing *m,
			 const char *code)
{
	/* In the order of their names, as the canonical form wants them. */
	buf_printf(out, "OutId=%lld", (long long)m->id);
	add_param(out, "PhoneNumbers", aliyun_number(m->address));
	add_param(out, "SignName", str_of(s->sign_name));
	add_param(out, "TemplateCode", str_of(code));
	add_param(out, "TemplateParam", m->params);
}

static const char *host_of(struct arena *a, const char *url)
{
	const char *p = strstr(url, "://");
	struct str rest = str_of(p ? p + 3 : url), host;

	str_split(&rest, '/', &host);
	return arena_strndup(a, host.p, host.len);
}

struct aliyun {
	const char *host, *date, *nonce;
	char payload[65]; /* hash of the empty body */
};

static const char *authorization(struct arena *a, const struct sms_settings *s,
				 const struct aliyun *q, const char *query)
{
	static const char signed_headers[] = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-"
					     "acs-signature-nonce;x-acs-version";
	char hash[65], mac[65];
	const char *canonical, *to_sign;

	canonical = arena_printf(
		a,
		"POST\n/\n%s\nhost:%s\nx-acs-action:SendSms\nx-acs-content-sha256:%s\n"
		"x-acs-date:%s\nx-acs-signature-nonce:%s\nx-acs-version:2017-05-25\n\n%s\n%s",
		query, q->host, q->payload, q->date, q->nonce, signed_headers, q->payload);
	sha256_hex(str_of(canonical), hash);
	to_sign = arena_printf(a, "ACS3-HMAC-SHA256\n%s", hash);
	hmac_hex(s->secret, str_of(to_sign), mac);
	return arena_printf(
		a, "Authorization: ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=%s",
		s->access_key, signed_headers, mac);
}

static struct aliyun aliyun_new(struct arena *a, const char *url)
{
	uint8_t random[16];
	struct aliyun q = {.host = host_of(a, url)};

	randombytes_buf(random, sizeof(random));
	q.nonce = hex_encode(a, random, sizeof(random));
	q.date = time_format(a, time_now_ms() / 1000 * 1000, NULL);
	sha256_hex(STR(""), q.payload);
	return q;
}

/* {"Code":"OK",…}; limits of rate pass, everything else stays. */
static int judge_answer(struct str answer, struct fault *f)
{
	CLEANUP(json_decrefp) json_t *j = NULL;
	struct str code;

	if (json_parse(answer, &j, NULL) < 0)
		return fail(f, E_UNAVAILABLE, NULL, "the gateway's answer is no JSON");
	code = json_get_str(j, "Code");
	if (str_is(code, "OK"))
		return 0;
	if (str_starts(code, STR("isv.BUSINESS_LIMIT_CONTROL")) ||
	    str_starts(code, STR("Throttling")))
		return fail(f, E_UNAVAILABLE, NULL, "%.*s", STR_FMT(code));
	return fail(f, E_FORBIDDEN, NULL, "%.*s", STR_FMT(code));
}

static int send_aliyun(struct outbox *o, const struct outgoing *m, struct arena *a, struct fault *f)
{
	CLEANUP(buf_free) struct buf query = {0}, answer = {0};
	const struct sms_settings *s = o->sms;
	const char *code = template_code(s, m->template_name);
	struct aliyun q = aliyun_new(a, s->url);
	struct curl_slist *h = NULL;
	int r;

	if (!code)
		return fail(f, E_NOT_SUPPORTED, NULL, "sms.templates has no code for '%s'",
			    m->template_name);
	aliyun_query(&query, s, m, code);
	h = curl_slist_append(h, "x-acs-action: SendSms");
	h = curl_slist_append(h, "x-acs-version: 2017-05-25");
	h = curl_slist_append(h, arena_printf(a, "x-acs-date: %s", q.date));
	h = curl_slist_append(h, arena_printf(a, "x-acs-signature-nonce: %s", q.nonce));
	h = curl_slist_append(h, arena_printf(a, "x-acs-content-sha256: %s", q.payload));
	h = curl_slist_append(h, authorization(a, s, &q, query.p));
	r = http_post(o, arena_printf(a, "%s/?%s", s->url, query.p), h, STR(""), &answer, f);
	return r < 0 ? r : judge_answer(buf_str(&answer), f);
}

int sms_send(struct outbox *o, const struct outgoing *m, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	if (!o->sms)
		return fail(f, E_NOT_SUPPORTED, NULL, "short messages are not configured");
	if (!m->address)
		return fail(f, E_INVALID, NULL, "there is no telephone number");
	return o->sms->aliyun ? send_aliyun(o, m, a, f) : send_json(o, m, a, f);
}
