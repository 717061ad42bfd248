#include "base/error.h"
#include "base/posix_tz.h"
#include "base/time.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str s = fuzz_str(data, size);
	struct posix_tz tz;
	int64_t at, again;

	if (time_parse(s, &at) == 0 && at > -62135596800000) /* from year 1 on the text is as long again */
		CLAIM(time_parse(str_of(time_format(a, at, NULL)), &again) == 0 && again == at);
	if (date_parse(s, &at) == 0)
		CLAIM(str_is(s, date_format(a, at)));
	if (posix_tz_parse(s, &tz)) {
		int offset = posix_tz_offset_s(&tz, 1778286600);

		CLAIM(offset == tz.std_s || offset == tz.dst_s);
	}
	return 0;
}
