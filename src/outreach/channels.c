/* What the channels share: their settings, HTTP, signatures. */
#include <sodium.h>

#include "base/file.h"
#include "outreach/room.h"

#define CONNECT_TIMEOUT_S 10L
#define TIMEOUT_S 30L
#define REPLY_MAX 65536 /* bytes of an answer that are kept */
#define SECRET_MAX 4096

/* ---- settings ----------------------------------------------------------------------------- */

/* First line of a file: secrets don't stand in the configuration itself. */
static const char *read_secret(struct outbox *o, const struct ynode *node, struct yreport *r)
{
	const char *path = yaml_text(node, NULL, r);
	struct fault f = {0};
	struct str content;

	if (!path)
		return NULL;
	if (file_read(o->arena, path, SECRET_MAX, &content, &f) < 0) {
		yreport_add(r, node, "the secret can't be read: %s", f.detail);
		return NULL;
	}
	content = str_trim(content);
	return arena_strndup(o->arena, content.p, content.len);
}

static const char *need(const struct ynode *map, const char *key, struct yreport *r)
{
	const struct ynode *n = yaml_get(map, key);

	if (!n)
		yreport_add(r, map, "'%s' is missing", key);
	return yaml_text(n, "", r);
}

static void read_mail(struct outbox *o, const struct ynode *n, struct yreport *r)
{
	static const char *const keys[] = {"url",      "from",	  "user", "password_file",
					   "starttls", "ca_file", NULL};
	static const char *const starttls[] = {"none", "optional", "required", NULL};
	static const long ssl[] = {CURLUSESSL_NONE, CURLUSESSL_TRY, CURLUSESSL_ALL};
	struct mail_settings *m;

	if (!n)
		return;
	m = ARENA_NEW(o->arena, struct mail_settings);
	yaml_only(n, keys, r);
	m->url = need(n, "url", r);
	m->from = need(n, "from", r);
	m->user = yaml_text(yaml_get(n, "user"), NULL, r);
	m->password = read_secret(o, yaml_get(n, "password_file"), r);
	m->ca_file = yaml_text(yaml_get(n, "ca_file"), NULL, r);
	m->ssl = ssl[yaml_enum(yaml_get(n, "starttls"), starttls, 2, r)];
	o->mail = m;
}

static void read_sms(struct outbox *o, const struct ynode *n, struct yreport *r)
{
	static const char *const keys[] = {"kind",	 "url",	      "secret_file", "body",
					   "access_key", "sign_name", "templates",   NULL};
	static const char *const kinds[] = {"json", "aliyun", NULL};
	struct sms_settings *s;

	if (!n)
		return;
	s = ARENA_NEW(o->arena, struct sms_settings);
	yaml_only(n, keys, r);
	s->aliyun = yaml_enum(yaml_get(n, "kind"), kinds, 0, r) == 1;
	s->url = s->aliyun ? yaml_text(yaml_get(n, "url"), "https://dysmsapi.aliyuncs.com", r)
			   : need(n, "url", r);
	if (!yaml_get(n, "secret_file"))
		yreport_add(r, n, "'secret_file' is missing");
	s->secret = read_secret(o, yaml_get(n, "secret_file"), r);
	s->body = yaml_text(yaml_get(n, "body"),
			    "{\"phone\":\"{phone}\",\"text\":\"{text}\",\"id\":\"{id}\"}", r);
	if (s->aliyun) {
		s->access_key = need(n, "access_key", r);
		s->sign_name = need(n, "sign_name", r);
		s->templates = yaml_get(n, "templates");
	}
	o->sms = s;
}

static void read_webhook(struct outbox *o, const struct ynode *n, struct yreport *r)
{
	static const char *const keys[] = {"url", "secret_file", NULL};
	struct webhook_settings *w;

	if (!n)
		return;
	w = ARENA_NEW(o->arena, struct webhook_settings);
	yaml_only(n, keys, r);
	w->url = need(n, "url", r);
	if (!yaml_get(n, "secret_file"))
		yreport_add(r, n, "'secret_file' is missing");
	w->secret = read_secret(o, yaml_get(n, "secret_file"), r);
	o->webhook = w;
}

int channels_configure(struct outbox *o, const struct ynode *config, struct fault *f)
{
	static const char *const keys[] = {"mail", "sms", "webhook", NULL};
	struct yreport report = {0};
	int r = 0;

	yaml_only(config, keys, &report);
	read_mail(o, yaml_get(config, "mail"), &report);
	read_sms(o, yaml_get(config, "sms"), &report);
	read_webhook(o, yaml_get(config, "webhook"), &report);
	if (report.n)
		r = fail(f, E_CONFIG, "outreach", "%s", report.text.p);
	yreport_free(&report);
	return r;
}

/* ---- HTTP --------------------------------------------------------------------------------- */

static int stop_when_told(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct outbox *o = arg;

	return atomic_load(&o->stopping);
}

CURL *http_begin(struct outbox *o, const char *url)
{
	curl_easy_reset(o->curl);
	curl_easy_setopt(o->curl, CURLOPT_URL, url);
	curl_easy_setopt(o->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(o->curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
	curl_easy_setopt(o->curl, CURLOPT_TIMEOUT, TIMEOUT_S);
	curl_easy_setopt(o->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(o->curl, CURLOPT_XFERINFOFUNCTION, stop_when_told);
	curl_easy_setopt(o->curl, CURLOPT_XFERINFODATA, o);
	return o->curl;
}

static size_t keep_reply(char *data, size_t size, size_t n, void *arg)
{
	struct buf *out = arg;

	if (out->len + size * n <= REPLY_MAX)
		buf_add(out, data, size * n);
	return size * n;
}

/* What a status means for trying again: 408, 425, 429 and 5xx pass; other 4xx stay. */
static int judge_status(long status, struct fault *f)
{
	if (status >= 200 && status < 300)
		return 0;
	if (status == 408 || status == 425 || status == 429 || status >= 500)
		return fail(f, E_UNAVAILABLE, NULL, "the gateway answered %ld", status);
	return fail(f, E_FORBIDDEN, NULL, "the gateway refused: %ld", status);
}

int http_post(struct outbox *o, const char *url, struct curl_slist *headers, struct str body,
	      struct buf *ret_body, struct fault *f)
{
	CURL *c = http_begin(o, url);
	long status = 0;
	CURLcode code;

	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.p);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, keep_reply);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, ret_body);
	code = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return fail(f, E_IO, NULL, "%s", curl_easy_strerror(code));
	return judge_status(status, f);
}

void hmac_hex(const char *secret, struct str what, char ret[65])
{
	uint8_t mac[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state h;

	crypto_auth_hmacsha256_init(&h, (const uint8_t *)secret, strlen(secret));
	crypto_auth_hmacsha256_update(&h, (const uint8_t *)what.p, what.len);
	crypto_auth_hmacsha256_final(&h, mac);
	sodium_bin2hex(ret, 65, mac, sizeof(mac));
}
