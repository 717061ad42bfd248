/* Request targets, header names, byte ranges. */
#include "http/url.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int url_decode(struct arena *a, struct str s, bool plus, struct str *ret)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '%') {
			int hi = i + 2 < s.len ? hex_digit(s.p[i + 1]) : -1;
			int lo = i + 2 < s.len ? hex_digit(s.p[i + 2]) : -1;

			if (hi < 0 || lo < 0)
				return -E_MALFORMED;
			c = (unsigned char)(hi << 4 | lo);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		if (c == 0 || c == 0x7f ||
		    (c < 0x20 && !(plus && (c == '\n' || c == '\t' || c == '\r'))))
			return -E_MALFORMED;
		out[n++] = (char)c;
	}
	*ret = (struct str){out, n};
	return utf8_valid(*ret) ? 0 : -E_MALFORMED;
}

static bool seen_before(const struct arg *q, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(q[i].name, name))
			return true;
	return false;
}

static int add_pair(struct arena *a, struct str piece, struct arg *query, size_t max, size_t *n)
{
	struct str rest = piece, name = STR_NULL, value = STR_NULL;
	int r;

	if (!piece.len)
		return 0;
	if (*n == max)
		return -E_TOO_LARGE;
	str_split(&rest, '=', &name);
	if ((r = url_decode(a, name, true, &name)) < 0 ||
	    (r = url_decode(a, rest.p ? rest : STR(""), true, &value)) < 0)
		return r;
	if (seen_before(query, *n, name.p))
		return -E_MALFORMED;
	query[*n] = (struct arg){.name = name.p, .v = value_text(value)};
	++*n;
	return 0;
}

int url_split(struct arena *a, const char *target, struct str *ret_path, struct arg *ret_query,
	      size_t max, size_t *ret_n)
{
	struct str rest = str_of(target), path = STR_NULL, piece;
	size_t n = 0;
	int r;

	if (!target || target[0] != '/')
		return -E_MALFORMED;
	str_split(&rest, '?', &path);
	if ((r = url_decode(a, path, false, &path)) < 0)
		return r;
	while (rest.p && str_split(&rest, '&', &piece))
		if ((r = add_pair(a, piece, ret_query, max, &n)) < 0)
			return r;
	*ret_path = path;
	*ret_n = n;
	return 0;
}

bool header_name_ok(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c <= 0x20 || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c))
			return false;
	}
	return true;
}

int64_t content_length(const char *value)
{
	int64_t n;

	if (!*value)
		return -1;
	for (const char *p = value; *p; p++)
		if (*p < '0' || *p > '9')
			return -1;
	return str_to_int(str_of(value), &n) < 0 ? -1 : n;
}

/* A number of a range; -1 when it is empty, -2 when it is none. */
static int64_t range_number(struct str s)
{
	int64_t n;

	if (!s.len)
		return -1;
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return -2;
	return str_to_int(s, &n) < 0 ? INT64_MAX : n;
}

int range_parse(const char *value, int64_t size, int64_t *ret_from, int64_t *ret_len)
{
	struct str rest, first;
	int64_t from, to;

	if (!value || strncmp(value, "bytes=", 6) != 0 || strchr(value, ',') || !strchr(value, '-'))
		return 0;
	rest = str_trim(str_of(value + 6));
	if (!str_split(&rest, '-', &first))
		return 0;
	from = range_number(first);
	to = range_number(rest.p ? rest : STR(""));
	if (from == -2 || to == -2 || (from == -1 && to == -1))
		return 0;
	if (from == -1) { /* the last `to` bytes */
		if (to == 0 || size == 0)
			return -E_RANGE;
		from = to >= size ? 0 : size - to;
		to = size - 1;
	} else if (to == -1 || to >= size) {
		to = size - 1;
	}
	if (from >= size)
		return -E_RANGE;
	if (to < from)
		return 0;
	*ret_from = from;
	*ret_len = to - from + 1;
	return 1;
}

const char *disposition(struct arena *a, const char *file_name)
{
	CLEANUP(buf_free) struct buf b = {0};

	buf_adds(&b, "attachment; filename*=UTF-8''");
	for (const unsigned char *p = (const unsigned char *)file_name; *p; p++) {
		bool plain = (*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z') ||
			     strchr("-._~", *p);

		if (plain)
			buf_addc(&b, (char)*p);
		else
			buf_printf(&b, "%%%02X", *p);
	}
	return arena_strndup(a, b.p, b.len);
}

int listen_parse(struct arena *a, const char *listen, const char **ret_host, const char **ret_port,
		 struct fault *f)
{
	struct str s = str_of(listen);
	int64_t port;
	size_t colon = s.len;

	while (colon > 0 && s.p[colon - 1] != ':')
		colon--;
	if (!colon || str_to_int((struct str){s.p + colon, s.len - colon}, &port) < 0 || port < 0 ||
	    port > 65535)
		return fail(f, E_CONFIG, "listen",
			    "'%s' is no address to listen on; write HOST:PORT, e.g. 127.0.0.1:8080",
			    listen ? listen : "");
	s.len = colon - 1;
	if (s.len >= 2 && s.p[0] == '[' && s.p[s.len - 1] == ']')
		s = (struct str){s.p + 1, s.len - 2};
	*ret_host = s.len ? arena_strndup(a, s.p, s.len) : "0.0.0.0";
	*ret_port = arena_strdup(a, listen + colon);
	return 0;
}
