#include "document/archive.h"

#include <zip.h>

#define FIXED_TIME 1767225600 /* 2026-01-01T00:00:00Z */

/* ---- writing -------------------------------------------------------------------------------- */

static int add_entry(zip_t *z, const struct archive_entry *e)
{
	zip_source_t *s = zip_source_buffer(z, e->data.p, e->data.len, 0);
	zip_int64_t index;

	if (!s)
		return -1;
	if ((index = zip_file_add(z, e->name, s, ZIP_FL_ENC_UTF_8)) < 0) {
		zip_source_free(s);
		return -1;
	}
	return zip_file_set_mtime(z, (zip_uint64_t)index, FIXED_TIME, 0);
}

static int take_bytes(zip_source_t *s, struct buf *out)
{
	char piece[16384];
	zip_int64_t n = -1;

	if (zip_source_open(s) < 0)
		return -1;
	while ((n = zip_source_read(s, piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)n);
	zip_source_close(s);
	return n < 0 ? -1 : 0;
}

int archive_write(const archive *entries, struct buf *out, struct fault *f)
{
	zip_source_t *s = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *z = s ? zip_open_from_source(s, ZIP_TRUNCATE, NULL) : NULL;
	int r = z ? 0 : -1;

	if (z)
		zip_source_keep(s);
	for (size_t i = 0; r == 0 && i < entries->n; i++)
		r = add_entry(z, &entries->at[i]);
	if (z && r < 0)
		zip_discard(z);
	else if (z && (r = zip_close(z)) < 0)
		zip_discard(z);
	if (r == 0)
		r = take_bytes(s, out);
	if (s)
		zip_source_free(s);
	return r < 0 ? fail(f, E_INTERNAL, "", "the archive could not be written") : 0;
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool leads_out(const char *name)
{
	return name[0] == '/' || strstr(name, "../") || strchr(name, '\\') || !name[0];
}

static int read_entry(zip_t *z, zip_uint64_t index, const char *name, uint64_t *left, struct buf *out, struct fault *f)
{
	zip_file_t *file = zip_fopen_index(z, index, 0);
	char piece[16384];
	zip_int64_t n;

	if (!file)
		return fail(f, E_INVALID, "file", "'%.100s' in the archive can't be opened: %s", name, zip_strerror(z));
	while ((n = zip_fread(file, piece, sizeof(piece))) > 0) {
		if ((uint64_t)n > *left)
			break;
		*left -= (uint64_t)n;
		buf_add(out, piece, (size_t)n);
	}
	/* Closing checks the sum. */
	if (zip_fclose(file) != 0 && n == 0)
		n = -1;
	if (n > 0)
		return fail(f, E_INVALID, "file", "the archive unpacks to more than %d MB, at '%.100s'",
			    (int)(ARCHIVE_UNPACKED_MAX >> 20), name);
	return n < 0 ? fail(f, E_INVALID, "file", "'%.100s' in the archive is damaged", name) : 0;
}

static int add_read(zip_t *z, zip_uint64_t i, uint64_t *left, struct arena *a, archive *ret, struct fault *f)
{
	CLEANUP(buf_free) struct buf data = {0};
	struct archive_entry e = {0};
	zip_stat_t st;
	int r;

	if (zip_stat_index(z, i, 0, &st) != 0 || !(st.valid & ZIP_STAT_NAME))
		return fail(f, E_INVALID, "file", "entry %llu of the archive has no name", (unsigned long long)i);
	if (leads_out(st.name) || !utf8_valid(str_of(st.name)))
		return fail(f, E_INVALID, "file", "entry %llu of the archive has a name that leads out of it", (unsigned long long)i);
	if (archive_find(ret, st.name))
		return fail(f, E_INVALID, "file", "'%.100s' stands twice in the archive", st.name);
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
		return fail(f, E_INVALID, "file", "'%.100s' in the archive is encrypted", st.name);
	if ((st.valid & ZIP_STAT_SIZE) && st.size > *left)
		return fail(f, E_INVALID, "file", "the archive unpacks to more than %d MB, at '%.100s'",
			    (int)(ARCHIVE_UNPACKED_MAX >> 20), st.name);
	if ((r = read_entry(z, i, st.name, left, &data, f)) < 0)
		return r;
	e.name = arena_strdup(a, st.name);
	e.data = (struct str){arena_strndup(a, data.p ? data.p : "", data.len), data.len};
	VEC_ADD(ret, e);
	return 0;
}

int archive_read(struct str bytes, struct arena *a, archive *ret, struct fault *f)
{
	zip_error_t error;
	zip_source_t *s;
	zip_t *z;
	uint64_t left = ARCHIVE_UNPACKED_MAX;
	zip_int64_t n;
	int r = 0;

	zip_error_init(&error);
	s = zip_source_buffer_create(bytes.p, bytes.len, 0, &error);
	z = s ? zip_open_from_source(s, ZIP_RDONLY | ZIP_CHECKCONS, &error) : NULL;
	if (!z) {
		r = fail(f, E_INVALID, "file", "this is no intact .docx (zip) file: %s", zip_error_strerror(&error));
		if (s)
			zip_source_free(s);
		zip_error_fini(&error);
		return r;
	}
	n = zip_get_num_entries(z, 0);
	if (n < 1)
		r = fail(f, E_INVALID, "file", "this is no intact .docx (zip) file: there is nothing in it");
	else if (n > ARCHIVE_ENTRIES_MAX)
		r = fail(f, E_INVALID, "file", "the archive has %lld entries, more than %d", (long long)n, ARCHIVE_ENTRIES_MAX);
	for (zip_int64_t i = 0; r == 0 && i < n; i++)
		r = add_read(z, (zip_uint64_t)i, &left, a, ret, f);
	zip_discard(z);
	zip_error_fini(&error);
	if (r < 0)
		VEC_FREE(ret);
	return r;
}

struct archive_entry *archive_find(const archive *entries, const char *name)
{
	for (size_t i = 0; i < entries->n; i++)
		if (strcmp(entries->at[i].name, name) == 0)
			return &entries->at[i];
	return NULL;
}
