#include "base/json.h"
#include "fuzz.h"

/* What is accepted can be written and read again as the same value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault f = {0};
	struct buf out = {0};
	json_t *j, *again;
	struct jw w;

	if (json_parse(fuzz_str(data, size), &j, &f) < 0) {
		CLAIM(f.err == E_MALFORMED && utf8_valid(str_of(f.detail)));
		return 0;
	}
	jw_begin(&w, &out);
	jw_json(&w, j);
	CLAIM(json_parse(buf_str(&out), &again, NULL) == 0);
	CLAIM(json_equal(j, again));
	json_decref(j);
	json_decref(again);
	buf_free(&out);
	return 0;
}
