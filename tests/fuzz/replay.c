/* Runs every file of a corpus through the target, and every prefix of the short ones. */
#include <stdio.h>

#include "base/file.h"
#include "fuzz.h"

static void run(struct str s)
{
	uint8_t *exact = malloc(s.len ? s.len : 1); /* no NUL behind it, as libFuzzer does */

	if (!exact)
		abort();
	if (s.len)
		memcpy(exact, s.p, s.len);
	LLVMFuzzerTestOneInput(exact, s.len);
	free(exact);
}

int main(int argc, char **argv)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct fault f = {0};
	const char **names;
	struct str s;
	size_t n;

	if (argc != 2 || file_list(a, argv[1], true, &names, &n, &f) < 0) {
		fprintf(stderr, "usage: %s CORPUS  %s\n", argv[0], f.detail);
		return 2;
	}
	for (size_t i = 0; i < n; i++) {
		if (file_read(a, path_join(a, argv[1], names[i]), 64 << 20, &s, &f) < 0) {
			fprintf(stderr, "%s\n", f.detail);
			return 1;
		}
		run(s);
		for (size_t len = 0; s.len <= 2048 && len < s.len; len++)
			run((struct str){s.p, len});
	}
	printf("[  PASSED  ] %zu test(s).\n", n);
	return n == 0; /* an empty corpus proves nothing */
}
