/* Mail by SMTP (RFC 5321), text in UTF-8 (RFC 2045, 2047), with STARTTLS unless the configuration
 * says otherwise. */
#include "outreach/room.h"

#define SUBJECT_MAX 60 /* characters */
#define LINE 57	       /* bytes of a base64 line of 76 characters */

static const char *base64(struct arena *a, struct str s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = arena_alloc(a, (s.len + 2) / 3 * 4 + 1), *p = out;

	for (size_t i = 0; i < s.len; i += 3) {
		uint32_t b = (uint32_t)(uint8_t)s.p[i] << 16;

		b |= i + 1 < s.len ? (uint32_t)(uint8_t)s.p[i + 1] << 8 : 0;
		b |= i + 2 < s.len ? (uint32_t)(uint8_t)s.p[i + 2] : 0;
		*p++ = digits[b >> 18 & 63];
		*p++ = digits[b >> 12 & 63];
		*p++ = i + 1 < s.len ? digits[b >> 6 & 63] : '=';
		*p++ = i + 2 < s.len ? digits[b & 63] : '=';
	}
	return out;
}

/* Encoded words of at most 75 characters, whole characters each (RFC 2047 section 2). */
static void add_subject(struct buf *out, struct arena *a, struct str text)
{
	size_t pos = 0, from = 0, count = 0;

	buf_adds(out, "Subject:");
	while (from < text.len && count < SUBJECT_MAX && text.p[from] != '\n') {
		while (pos < text.len && pos - from < 42 && count < SUBJECT_MAX &&
		       text.p[pos] != '\n') {
			utf8_next(text, &pos);
			count++;
		}
		buf_printf(out, "%s =?UTF-8?B?%s?=", from ? "\r\n" : "",
			   base64(a, (struct str){text.p + from, pos - from}));
		from = pos;
	}
	buf_adds(out, "\r\n");
}

static void add_body(struct buf *out, struct arena *a, struct str text)
{
	for (size_t i = 0; i < text.len; i += LINE)
		buf_printf(out, "%s\r\n",
			   base64(a, (struct str){text.p + i,
						  text.len - i < LINE ? text.len - i : LINE}));
}

static void add_date(struct buf *out, int64_t at_ms)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int64_t day = at_ms / 86400000, s = at_ms / 1000 % 86400;
	int y, m, d;

	date_to_civil(day, &y, &m, &d);
	buf_printf(out, "Date: %s, %02d %s %d %02d:%02d:%02d +0000\r\n",
		   days[date_weekday(day) - 1], d, months[m - 1], y, (int)(s / 3600),
		   (int)(s / 60 % 60), (int)(s % 60));
}

/* What would end a header or an envelope line, or add a second address, is no address. */
static bool is_address(const char *s)
{
	return s && strchr(s, '@') && strlen(s) < 254 && !strpbrk(s, "\r\n<>,; \t\"");
}

static void compose(struct buf *out, struct arena *a, const struct mail_settings *s,
		    const struct outgoing *m)
{
	const char *host = strchr(s->from, '@');

	add_date(out, m->at_ms);
	buf_printf(out, "From: <%s>\r\nTo: <%s>\r\n", s->from, m->address);
	buf_printf(out, "Message-ID: <%lld%s>\r\n", (long long)m->id, host ? host : "@lexline");
	add_subject(out, a, m->text);
	buf_adds(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
		      "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
		      "base64\r\n\r\n");
	add_body(out, a, m->text);
}

struct reader {
	struct str left;
};

static size_t read_more(char *out, size_t size, size_t n, void *arg)
{
	struct reader *r = arg;
	size_t take = size * n < r->left.len ? size * n : r->left.len;

	memcpy(out, r->left.p, take);
	r->left.p += take;
	r->left.len -= take;
	return take;
}

/* 5xx of the server is for good (RFC 5321 section 4.2.1); the rest may pass. */
static int judge(CURL *c, CURLcode code, struct fault *f)
{
	long answer = 0;

	if (code == CURLE_OK)
		return 0;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer);
	if (answer >= 500 && answer < 600 && code != CURLE_LOGIN_DENIED)
		return fail(f, E_FORBIDDEN, NULL, "the mail server refused: %ld", answer);
	return fail(f, E_IO, NULL, "%s", curl_easy_strerror(code));
}

int mail_send(struct outbox *o, const struct outgoing *m, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf text = {0};
	const struct mail_settings *s = o->mail;
	struct curl_slist *to;
	struct reader reader;
	CURL *c;
	int r;

	if (!s)
		return fail(f, E_NOT_SUPPORTED, NULL, "mail is not configured");
	if (!is_address(m->address))
		return fail(f, E_INVALID, NULL, "there is no mail address");
	compose(&text, a, s, m);
	reader.left = buf_str(&text);
	to = curl_slist_append(NULL, m->address);
	c = http_begin(o, s->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_USE_SSL, s->ssl);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, s->from);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, read_more);
	curl_easy_setopt(c, CURLOPT_READDATA, &reader);
	if (s->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, s->ca_file);
	if (s->user) {
		curl_easy_setopt(c, CURLOPT_USERNAME, s->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, s->password ? s->password : "");
	}
	r = judge(c, curl_easy_perform(c), f);
	curl_slist_free_all(to);
	return r;
}
