#include "bench/answer.h"

#include <strings.h>

/* Value of a header, STR_NULL when absent. */
static struct str header(struct str head, const char *name)
{
	struct str line;
	size_t n = strlen(name);

	while (str_split(&head, '\n', &line))
		if (line.len > n && line.p[n] == ':' && !strncasecmp(line.p, name, n))
			return str_trim((struct str){line.p + n + 1, line.len - n - 1});
	return STR_NULL;
}

/* A chunked body is complete when its last chunk, of length 0, is there. */
static bool chunks_complete(struct str body)
{
	for (;;) {
		size_t len = 0, at = 0;
		bool digits = false;

		for (; at < body.len && body.p[at] != '\r'; at++) {
			char c = body.p[at] | 0x20;

			if (c >= '0' && c <= '9')
				len = len * 16 + (size_t)(c - '0');
			else if (c >= 'a' && c <= 'f')
				len = len * 16 + (size_t)(c - 'a') + 10;
			else
				break;
			digits = true;
		}
		if (!digits || at + 2 + len + 2 > body.len)
			return false;
		if (len == 0)
			return true;
		body.p += at + 2 + len + 2;
		body.len -= at + 2 + len + 2;
	}
}

bool answer_parse(struct str text, struct answer *ret)
{
	const char *end = text.len > 12 ? memmem(text.p, text.len, "\r\n\r\n", 4) : NULL;
	struct str head, length;
	int64_t n = 0;

	if (!end)
		return false;
	head = (struct str){text.p, (size_t)(end - text.p) + 2};
	ret->status = (text.p[9] - '0') * 100 + (text.p[10] - '0') * 10 + text.p[11] - '0';
	ret->body = (struct str){end + 4, text.len - head.len - 2};
	ret->close = str_is(header(head, "Connection"), "close");
	if (header(head, "Transfer-Encoding").p)
		return chunks_complete(ret->body);
	length = header(head, "Content-Length");
	return length.p ? str_to_int(length, &n) == 0 && ret->body.len >= (size_t)n : true;
}
