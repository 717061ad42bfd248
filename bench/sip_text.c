#include "bench/sip_text.h"

#include <strings.h>

static const char NL[] = "\r\n";

static struct str line_of(struct str *rest)
{
	const char *nl = memmem(rest->p, rest->len, NL, 2);
	struct str line = {rest->p, nl ? (size_t)(nl - rest->p) : rest->len};

	rest->p += nl ? line.len + 2 : rest->len;
	rest->len -= nl ? line.len + 2 : rest->len;
	return line;
}

static bool named(struct str line, const char *name, struct str *value)
{
	size_t n = strlen(name);

	if (line.len <= n || line.p[n] != ':' || strncasecmp(line.p, name, n) != 0)
		return false;
	*value = str_trim((struct str){line.p + n + 1, line.len - n - 1});
	return true;
}

struct str sip_header(struct str message, const char *name)
{
	struct str rest = message, value = {0};

	line_of(&rest);
	while (rest.len > 0) {
		struct str line = line_of(&rest);

		if (line.len == 0)
			break;
		if (named(line, name, &value))
			return value;
	}
	return (struct str){0};
}

int sip_status(struct str m)
{
	return m.len > 12 && memcmp(m.p, "SIP/2.0 ", 8) == 0 ? (int)strtol(m.p + 8, NULL, 10) : 0;
}

bool sip_is(struct str m, const char *method)
{
	size_t n = strlen(method);

	return m.len > n && memcmp(m.p, method, n) == 0 && m.p[n] == ' ';
}

void sip_answer(struct buf *out, struct str request, const char *status, const char *tag)
{
	static const char *const copied[] = {"Via", "Record-Route", "From", "Call-ID", "CSeq", NULL};
	struct str rest = request, value;

	buf_printf(out, "SIP/2.0 %s\r\n", status);
	line_of(&rest);
	while (rest.len > 0) {
		struct str line = line_of(&rest);

		if (line.len == 0)
			break;
		for (const char *const *name = copied; *name; name++)
			if (named(line, *name, &value))
				buf_printf(out, "%.*s\r\n", STR_FMT(line));
		if (named(line, "To", &value))
			buf_printf(out, "%.*s%s%s\r\n", STR_FMT(line), memmem(line.p, line.len, ";tag=", 5) ? "" : ";tag=",
				   memmem(line.p, line.len, ";tag=", 5) ? "" : tag);
	}
}

void sip_body(struct buf *out, const char *body)
{
	if (*body)
		buf_printf(out, "Content-Type: application/sdp\r\n");
	buf_printf(out, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
}

static struct str body_of(struct str m)
{
	const char *at = memmem(m.p, m.len, "\r\n\r\n", 4);

	return at ? (struct str){at + 4, m.len - (size_t)(at + 4 - m.p)} : (struct str){0};
}

bool sip_audio(struct str message, struct sa *ret)
{
	struct str rest = body_of(message);
	char address[64] = "";
	int port = 0;

	while (rest.len > 0) {
		struct str line = line_of(&rest);
		char text[128];

		snprintf(text, sizeof(text), "%.*s", STR_FMT(line));
		if (sscanf(text, "c=IN IP4 %63s", address) == 1 || sscanf(text, "m=audio %d", &port) == 1)
			continue;
	}
	return *address && port > 0 && port < 65536 && sa_set_str(ret, address, (uint16_t)port) == 0;
}

bool sip_crypto(struct str message, int *tag, uint8_t key[30])
{
	struct str rest = body_of(message);

	while (rest.len > 0) {
		struct str line = line_of(&rest);
		char text[256], base64[80];
		size_t n = 30;

		snprintf(text, sizeof(text), "%.*s", STR_FMT(line));
		if (sscanf(text, "a=crypto:%d AES_CM_128_HMAC_SHA1_80 inline:%79[A-Za-z0-9+/=]", tag, base64) == 2)
			return base64_decode(base64, strlen(base64), key, &n) == 0 && n == 30;
	}
	return false;
}

size_t sip_whole(struct str s)
{
	struct str body = body_of(s), length = {0};
	size_t head = body.p ? (size_t)(body.p - s.p) : 0;
	int64_t n = 0;

	if (!body.p)
		return 0;
	length = sip_header(s, "Content-Length");
	if (length.p && str_to_int(length, &n) < 0)
		n = 0;
	return head + (size_t)n <= s.len ? head + (size_t)n : 0;
}
