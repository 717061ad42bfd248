#include "base/error.h"
#include "base/json.h"
#include "fuzz.h"

/* Decoding always ends; encoding what was decoded gives well-formed text; both agree with utf8_valid. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(buf_free) struct buf out = {0}, quoted = {0};
	CLEANUP(json_decrefp) json_t *j = NULL;
	struct str s = fuzz_str(data, size), back;
	struct jw w;

	for (size_t pos = 0; pos < s.len;) {
		size_t before = pos;
		uint32_t cp = utf8_next(s, &pos);
		char c[4];

		CLAIM(pos > before && pos <= s.len);
		utf8_fold(cp);
		buf_add(&out, c, utf8_put(c, cp));
	}
	if (utf8_valid(s))
		CLAIM(str_eq(buf_str(&out), s));
	jw_begin(&w, &quoted);
	jw_str(&w, s);
	j = json_loadb(quoted.p, quoted.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	CLAIM(j);
	CLAIM(base64url_decode(a, str_of(base64url_encode(a, data, size)), &back) == 0 && str_eq(back, s));
	return 0;
}
