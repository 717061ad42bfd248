/* The file of a tape: sealed records that follow one another. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/memory.h"
#include "voice/tape_private.h"

static const char magic[8] = "LXTAPE01";

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void put64(uint8_t *p, uint64_t v)
{
	put32(p, (uint32_t)v);
	put32(p + 4, (uint32_t)(v >> 32));
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

/* ---- sealing --------------------------------------------------------------------------------- */

static void bind_to_header(struct tape_seal *s, const uint8_t header[TAPE_HEADER])
{
	crypto_generichash(s->header_hash, 32, header, TAPE_HEADER, NULL, 0);
	s->count = 0;
}

#define BOUND (32 + TAPE_RECORD_HEADER)

static void bound_to(const struct tape_seal *s, const uint8_t header[TAPE_RECORD_HEADER], uint8_t ret[BOUND])
{
	memcpy(ret, s->header_hash, 32);
	memcpy(ret + 32, header, TAPE_RECORD_HEADER);
}

/* ---- writing --------------------------------------------------------------------------------- */

static int error_of(int err)
{
	return err == ENOSPC || err == EDQUOT || err == EFBIG ? -E_DISK_FULL : -E_IO;
}

static int write_all(int fd, const uint8_t *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? error_of(errno) : -E_IO;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int tape_writer_open(struct tape_writer *w, const char *path, struct vault *v, const struct tape_meta *m, struct fault *f)
{
	uint8_t h[TAPE_HEADER] = {0};
	int r = vault_new_blob_key(v, m->org_id, w->seal.key, h + 40, f);

	if (r < 0)
		return r;
	memcpy(h, magic, 8);
	put64(h + 8, (uint64_t)m->call_id);
	put64(h + 16, (uint64_t)m->org_id);
	put32(h + 24, m->part);
	put32(h + 28, m->format);
	put64(h + 32, (uint64_t)m->began_ms);
	w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (w->fd < 0)
		return fail(f, (enum error)-error_of(errno), "", "a recording cannot be begun: %s", strerror(errno));
	r = write_all(w->fd, h, sizeof(h));
	if (r < 0) {
		tape_writer_close(w);
		unlink(path);
		return fail(f, (enum error)-r, "", "a recording cannot be begun");
	}
	bind_to_header(&w->seal, h);
	w->size = TAPE_HEADER;
	return 0;
}

int tape_writer_put(struct tape_writer *w, uint32_t first, const uint8_t *pairs, uint32_t frames)
{
	uint8_t record[TAPE_RECORD_HEADER + TAPE_RECORD * TAPE_PAIR + TAPE_TAG], bound[BOUND];
	size_t plain = (size_t)frames * TAPE_PAIR, len = TAPE_RECORD_HEADER + plain + TAPE_TAG;
	int r;

	put32(record, first);
	put32(record + 4, frames);
	put64(record + 8, w->seal.count);
	randombytes_buf(record + 16, 24); /* a second attempt may seal other frames under the same count */
	bound_to(&w->seal, record, bound);
	crypto_aead_xchacha20poly1305_ietf_encrypt(record + TAPE_RECORD_HEADER, NULL, pairs, plain, bound, sizeof(bound), NULL, record + 16,
						   w->seal.key);
	r = write_all(w->fd, record, len);
	if (r < 0) {
		if (ftruncate(w->fd, w->size) < 0 || lseek(w->fd, w->size, SEEK_SET) < 0)
			return -E_IO;
		return r;
	}
	w->size += (int64_t)len;
	w->seal.count++;
	return 0;
}

void tape_writer_close(struct tape_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	sodium_memzero(&w->seal, sizeof(w->seal));
}

/* ---- reading --------------------------------------------------------------------------------- */

struct tape_reader {
	FILE *file;
	struct tape_seal seal;
	bool whole;
	uint32_t next, length; /**< numbers of frames */
	uint8_t pairs[TAPE_RECORD * TAPE_PAIR];
};

static int read_header(FILE *file, struct vault *v, struct tape_seal *seal, struct tape_meta *ret, struct fault *f)
{
	uint8_t h[TAPE_HEADER];
	int r;

	if (fread(h, 1, sizeof(h), file) != sizeof(h) || memcmp(h, magic, 8) != 0)
		return fail(f, E_CORRUPT, "", "this is no tape");
	*ret = (struct tape_meta){.call_id = (int64_t)get64(h + 8), .org_id = (int64_t)get64(h + 16), .part = get32(h + 24),
				  .format = get32(h + 28), .began_ms = (int64_t)get64(h + 32)};
	r = vault_open_blob_key(v, ret->org_id, h + 40, seal->key, f);
	if (r < 0)
		return r;
	bind_to_header(seal, h);
	return 0;
}

int tape_reader_open(const char *path, struct vault *v, struct tape_reader **ret, struct tape_meta *ret_meta, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), r;
	FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
	struct tape_reader *reader;
	struct tape_meta meta;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return fail(f, E_IO, "", "a tape cannot be read: %s", strerror(errno));
	}
	reader = MEM_NEW(struct tape_reader);
	reader->file = file;
	r = read_header(file, v, &reader->seal, &meta, f);
	if (r < 0) {
		tape_reader_close(reader);
		return r;
	}
	*ret = reader;
	*ret_meta = meta;
	return 0;
}

/* @return frames, −1: no further record that is right */
static int64_t read_record(struct tape_reader *r, uint32_t *ret_first)
{
	uint8_t record[TAPE_RECORD_HEADER + TAPE_RECORD * TAPE_PAIR + TAPE_TAG], bound[BOUND];
	uint32_t frames, first;
	size_t sealed;

	if (fread(record, 1, TAPE_RECORD_HEADER, r->file) != TAPE_RECORD_HEADER)
		return -1;
	first = get32(record);
	frames = get32(record + 4);
	sealed = (size_t)frames * TAPE_PAIR + TAPE_TAG;
	if (frames > TAPE_RECORD || get64(record + 8) != r->seal.count || first < r->next || first > TAPE_FRAMES_MAX)
		return -1;
	if (fread(record + TAPE_RECORD_HEADER, 1, sealed, r->file) != sealed)
		return -1;
	bound_to(&r->seal, record, bound);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(r->pairs, NULL, NULL, record + TAPE_RECORD_HEADER, sealed, bound, sizeof(bound),
						       record + 16, r->seal.key) != 0)
		return -1;
	r->seal.count++;
	*ret_first = first;
	return frames;
}

uint32_t tape_reader_next(struct tape_reader *r, uint32_t *ret_first, const uint8_t **ret_pairs)
{
	uint32_t first;
	int64_t frames = r->whole ? -1 : read_record(r, &first);

	if (frames == 0) {
		r->whole = true;
		r->length = first;
	}
	if (frames <= 0)
		return 0;
	r->next = r->length = first + (uint32_t)frames;
	*ret_first = first;
	*ret_pairs = r->pairs;
	return (uint32_t)frames;
}

bool tape_reader_whole(const struct tape_reader *r, uint32_t *ret_frames)
{
	*ret_frames = r->length;
	return r->whole;
}

void tape_reader_rewind(struct tape_reader *r)
{
	(void)fseek(r->file, TAPE_HEADER, SEEK_SET);
	r->seal.count = 0;
	r->whole = false;
	r->next = r->length = 0;
}

void tape_reader_close(struct tape_reader *r)
{
	if (!r)
		return;
	fclose(r->file);
	sodium_memzero(r, sizeof(*r));
	free(r);
}

void tape_destroy(const char *path)
{
	uint8_t zeros[TAPE_HEADER] = {0};
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0) {
		/* What stays on the disk of the rest cannot be opened any more. */
		if (pwrite(fd, zeros, sizeof(zeros), 0) == (ssize_t)sizeof(zeros))
			(void)!fdatasync(fd);
		close(fd);
	}
	unlink(path);
}
