#include "document/archive.h"
#include "document/merge.h"
#include "fuzz.h"

/* The text of a Word file by itself, in an archive that is intact; and the same bytes as an archive. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct archive_entry parts[] = {{"[Content_Types].xml", STR("<Types/>")}, {"word/document.xml", fuzz_str(data, size)}};
	archive all = {parts, 2, 2};
	CLEANUP(buf_free) struct buf docx = {0}, out = {0};
	CLEANUP(json_decrefp) json_t *none = json_object();
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct tlabel title = {"t", "t"};
	struct fault f = {0};
	struct template *t;
	archive read = {0};

	if (archive_read(fuzz_str(data, size), a, &read, &f) == 0)
		VEC_FREE(&read);
	f = (struct fault){0};
	CLAIM(archive_write(&all, &docx, &f) == 0);
	if (merge_scan(buf_str(&docx), "t", title, "letter", "", &t, &f) < 0) {
		CLAIM(f.detail[0]);
		return 0;
	}
	CLAIM(t->n_fields > 0 && merge_fill(buf_str(&docx), t, none, &out, &f) == 0);
	template_free(t);
	return 0;
}
