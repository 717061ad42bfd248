/* Request targets, ranges, rates, addresses: whatever comes over the wire before a route is known.
 */
#include "fuzz.h"

#include "http/rate.h"
#include "http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	char *text = arena_strndup(a, (const char *)data, size);
	struct arg query[16];
	struct rate_limit limit;
	struct fault f;
	struct str path;
	const char *host, *port;
	int64_t from = 0, len = 0;
	size_t n = 0;

	if (url_split(a, text, &path, query, ARRAY_SIZE(query), &n) == 0) {
		if (!utf8_valid(path) || n > ARRAY_SIZE(query))
			CLAIM(false);
		for (size_t i = 0; i < n; i++)
			if (!utf8_valid(query[i].v.s) || !utf8_valid(str_of(query[i].name)))
				CLAIM(false);
	}
	if (range_parse(text, 1000, &from, &len) == 1 && (from < 0 || len < 1 || from + len > 1000))
		CLAIM(false);
	if (content_length(text) < -1)
		CLAIM(false);
	if (rate_parse(text, &limit) == 0 && (limit.count < 1 || limit.per_s < 1))
		CLAIM(false);
	if (listen_parse(a, text, &host, &port, &f) == 0 && !*port)
		CLAIM(false);
	header_name_ok(text);
	disposition(a, text);
	arena_free(a);
	return 0;
}
