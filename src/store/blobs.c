/*
 * The blob store on disk.
 *
 *     DIR/tmp/…           being written, locked by its writer
 *     DIR/ab/abcdef…      finished, named by its address
 *
 * File: header of 128 bytes | chunks. Header: magic 8 | log2 of the chunk size 1 | zero 7 | nonce
 * 16 | wrapped key 81 | zero 15. The wrapped key stands in the file too, so that the same content
 * can be recognised and shared before its row is committed, and a lost row doesn't lose the file.
 * Chunk: up to 64 KiB of cipher text and a tag of 16; its nonce is the file's 16 bytes, the chunk's
 * number in 7, and 1 in the last byte of the last chunk. Each chunk authenticates the first 32
 * bytes of the header with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/id.h"
#include "base/memory.h"
#include "store/blobs.h"

#define CHUNK_LOG2 16
#define CHUNK ((size_t)1 << CHUNK_LOG2)
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define SEALED_CHUNK (CHUNK + TAG)
#define HEADER 128
#define BOUND 32 /* of the header, authenticated with each chunk */
#define NONCE_AT 16
#define NONCE_BYTES 16
#define KEY_AT BOUND
#define WRAPPED_BYTES 81
#define SIZE_MAX_BYTES ((int64_t)1 << 40)

static const char magic[8] = "LXBLOB1";

struct blobs {
	char *dir;
	struct vault *vault;
};

struct blob_writer {
	struct blobs *store;
	int64_t org_id;
	int fd;
	char *path; /* in DIR/tmp */
	uint8_t header[HEADER];
	uint8_t *key;	/* sodium_malloc */
	uint8_t *chunk; /* SEALED_CHUNK: plain, then sealed in place */
	size_t fill;
	uint64_t n_chunks; /* written */
	int64_t size;
	crypto_generichash_state address;
	crypto_hash_sha256_state sha256;
};

struct blob_reader {
	int fd;
	int64_t size;
	uint64_t n_chunks;
	uint8_t header[BOUND];
	uint8_t *key;
	uint8_t *chunk;
	int64_t have; /* number of the chunk that lies there in plain, -1: none */
};

/* ---- help --------------------------------------------------------------------------------- */

static int io_error(struct fault *f, const char *what)
{
	if (errno == ENOSPC || errno == EDQUOT)
		return fail(f, E_DISK_FULL, "", "The disk is full: %s failed", what);
	if (errno == EFBIG)
		return fail(f, E_TOO_LARGE, "", "The file is larger than this system may write");
	return fail(f, E_IO, "", "%s failed: %s", what, strerror(errno));
}

static int write_all(int fd, const uint8_t *p, size_t len, struct fault *f)
{
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return io_error(f, "Writing to the blob store");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* @return what was read, less than len only at the end of the file */
static ssize_t pread_all(int fd, uint8_t *p, size_t len, off_t at)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(fd, p + got, len - got, at + (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

static int sync_dir(const char *path, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	if (fd < 0 || fsync(fd) < 0)
		r = io_error(f, "Syncing a folder of the blob store");
	if (fd >= 0)
		close(fd);
	return r;
}

static uint64_t chunks_of(int64_t size)
{
	return size == 0 ? 1 : ((uint64_t)size + CHUNK - 1) / CHUNK;
}

static void chunk_nonce(const uint8_t *header, uint64_t number, bool last, uint8_t ret[24])
{
	memcpy(ret, header + NONCE_AT, NONCE_BYTES);
	for (int i = 0; i < 7; i++)
		ret[NONCE_BYTES + i] = (uint8_t)(number >> 8 * i);
	ret[23] = last;
}

static bool is_address(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static char *folder_of(struct arena *a, const struct blobs *b, const char *address)
{
	return arena_printf(a, "%s/%.2s", b->dir, address);
}

static char *path_of(struct arena *a, const struct blobs *b, const char *address)
{
	return arena_printf(a, "%s/%.2s/%s", b->dir, address, address);
}

/* ---- life --------------------------------------------------------------------------------- */

/* What a crash left. Writers hold a lock, so that a second process doesn't sweep under them. */
static int sweep(const char *tmp, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char **names;
	size_t n = 0;
	int r;

	if ((r = file_list(a, tmp, false, &names, &n, f)) < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		const char *path = path_join(a, tmp, names[i]);
		int fd = open(path, O_RDWR | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			unlink(path);
		close(fd);
	}
	return 0;
}

int blobs_open(const char *dir, struct vault *v, struct blobs **ret, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *tmp = path_join(a, dir, "tmp");
	struct blobs *b;
	int r;

	if ((r = file_mkdirs(tmp, 0700, f)) < 0 || (r = sweep(tmp, f)) < 0)
		return r;
	b = MEM_NEW(struct blobs);
	b->dir = strdup(dir);
	if (!b->dir)
		abort();
	b->vault = v;
	*ret = b;
	return 0;
}

void blobs_close(struct blobs *b)
{
	if (!b)
		return;
	free(b->dir);
	free(b);
}

/* ---- writing ------------------------------------------------------------------------------ */

static void writer_free(struct blob_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	sodium_free(w->key);
	if (w->chunk)
		sodium_memzero(w->chunk, SEALED_CHUNK);
	free(w->chunk);
	free(w->path);
	sodium_memzero(w, sizeof(*w));
	free(w);
}

void blob_abandon(struct blob_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		unlink(w->path);
	writer_free(w);
}

/* Created, locked, and not swept in between. */
static int open_tmp(struct blob_writer *w, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	for (;;) {
		const char *path = arena_printf(a, "%s/tmp/%d-%lld", w->store->dir, (int)getpid(),
						(long long)id_new());
		struct stat st;

		w->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (w->fd < 0)
			return io_error(f, "Making a file in the blob store");
		if (flock(w->fd, LOCK_EX) == 0 && fstat(w->fd, &st) == 0 && st.st_nlink > 0) {
			w->path = strdup(path);
			if (!w->path)
				abort();
			return 0;
		}
		close(w->fd);
	}
}

/* Addresses are keyed: whoever sees the folder can't tell whether an organisation has a known file.
 */
static int start_hashes(struct blob_writer *w, struct fault *f)
{
	uint8_t key[32];
	int r;

	if ((r = vault_index(w->store->vault, "cases", w->org_id, "blob.address", STR("0"), key,
			     f)) < 0 ||
	    (r = vault_index(w->store->vault, "cases", w->org_id, "blob.address", STR("1"),
			     key + 16, f)) < 0)
		return r;
	crypto_generichash_init(&w->address, key, sizeof(key), 32);
	crypto_hash_sha256_init(&w->sha256);
	sodium_memzero(key, sizeof(key));
	return 0;
}

static int start_file(struct blob_writer *w, struct fault *f)
{
	int r;

	memcpy(w->header, magic, sizeof(magic));
	w->header[8] = CHUNK_LOG2;
	randombytes_buf(w->header + NONCE_AT, NONCE_BYTES);
	if ((r = start_hashes(w, f)) < 0 ||
	    (r = vault_new_blob_key(w->store->vault, w->org_id, w->key, w->header + KEY_AT, f)) <
		    0 ||
	    (r = open_tmp(w, f)) < 0)
		return r;
	return write_all(w->fd, w->header, HEADER, f);
}

int blob_create(struct blobs *b, int64_t org_id, struct blob_writer **ret, struct fault *f)
{
	struct blob_writer *w = MEM_NEW(struct blob_writer);
	int r;

	w->store = b;
	w->org_id = org_id;
	w->fd = -1;
	w->chunk = mem_new(SEALED_CHUNK);
	w->key = sodium_malloc(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
	if (!w->key)
		abort();
	if ((r = start_file(w, f)) < 0) {
		blob_abandon(w);
		return r;
	}
	*ret = w;
	return 0;
}

static int flush_chunk(struct blob_writer *w, bool last, struct fault *f)
{
	uint8_t nonce[24];
	unsigned long long len;

	chunk_nonce(w->header, w->n_chunks, last, nonce);
	crypto_aead_xchacha20poly1305_ietf_encrypt(w->chunk, &len, w->chunk, w->fill, w->header,
						   BOUND, NULL, nonce, w->key);
	w->n_chunks++;
	w->fill = 0;
	return write_all(w->fd, w->chunk, (size_t)len, f);
}

int blob_write(struct blob_writer *w, const void *p, size_t len, struct fault *f)
{
	const uint8_t *in = p;
	int r;

	if ((int64_t)len > SIZE_MAX_BYTES - w->size)
		return fail(f, E_TOO_LARGE, "", "A file may have %lld bytes at most",
			    (long long)SIZE_MAX_BYTES);
	crypto_generichash_update(&w->address, in, len);
	crypto_hash_sha256_update(&w->sha256, in, len);
	w->size += (int64_t)len;
	while (len) {
		size_t n = CHUNK - w->fill;

		/* A full chunk waits until it is known whether it is the last. */
		if (n == 0) {
			if ((r = flush_chunk(w, false, f)) < 0)
				return r;
			continue;
		}
		if (n > len)
			n = len;
		memcpy(w->chunk + w->fill, in, n);
		w->fill += n;
		in += n;
		len -= n;
	}
	return 0;
}

/* ---- finishing ---------------------------------------------------------------------------- */

static int64_t file_bytes(int64_t size)
{
	return HEADER + size + (int64_t)(chunks_of(size) * TAG);
}

static bool is_whole(const char *path, int64_t size, uint8_t header[HEADER])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok = fd >= 0 && fstat(fd, &st) == 0 && st.st_size == file_bytes(size) &&
		  pread_all(fd, header, HEADER, 0) == HEADER &&
		  !memcmp(header, magic, sizeof(magic));

	if (fd >= 0)
		close(fd);
	return ok;
}

/* The same content is there already: share it, if its key can be opened. */
static bool share(struct blob_writer *w, const char *path)
{
	uint8_t header[HEADER], key[32];
	bool ok = is_whole(path, w->size, header) &&
		  vault_open_blob_key(w->store->vault, w->org_id, header + KEY_AT, key, NULL) == 0;

	sodium_memzero(key, sizeof(key));
	if (ok) {
		memcpy(w->header, header, HEADER);
		unlink(w->path);
	}
	return ok;
}

static int move_into_place(struct blob_writer *w, const char *address, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *folder = folder_of(a, w->store, address), *path = path_of(a, w->store, address);
	int r;

	if (mkdir(folder, 0700) == 0) {
		if ((r = sync_dir(w->store->dir, f)) < 0)
			return r;
	} else if (errno != EEXIST) {
		return io_error(f, "Making a folder in the blob store");
	}
	/* link() doesn't replace what is there: of two writers of the same content one wins. */
	if (link(w->path, path) == 0)
		unlink(w->path);
	else if (errno != EEXIST)
		return io_error(f, "Moving a file into the blob store");
	else if (!share(w, path) && rename(w->path, path) < 0)
		return io_error(f, "Replacing a damaged file in the blob store");
	return sync_dir(folder, f);
}

static int finish(struct blob_writer *w, struct blob_info *ret, struct fault *f)
{
	uint8_t hash[32];
	struct blob_info info = {.size = w->size};
	int r;

	if ((r = flush_chunk(w, true, f)) < 0)
		return r;
	if (fsync(w->fd) < 0)
		return io_error(f, "Syncing a file of the blob store");
	crypto_generichash_final(&w->address, hash, sizeof(hash));
	sodium_bin2hex(info.address, sizeof(info.address), hash, sizeof(hash));
	crypto_hash_sha256_final(&w->sha256, hash);
	sodium_bin2hex(info.sha256, sizeof(info.sha256), hash, sizeof(hash));
	if ((r = move_into_place(w, info.address, f)) < 0)
		return r;
	memcpy(info.wrapped_key, w->header + KEY_AT, WRAPPED_BYTES);
	*ret = info;
	return 0;
}

int blob_finish(struct blob_writer *w, struct blob_info *ret, struct fault *f)
{
	int r = finish(w, ret, f);

	if (r < 0)
		blob_abandon(w);
	else
		writer_free(w);
	return r;
}

/* ---- reading ------------------------------------------------------------------------------ */

static int check_file(struct blob_reader *r, const struct blob_info *info, struct fault *f)
{
	struct stat st;

	if (fstat(r->fd, &st) < 0 || pread_all(r->fd, r->header, BOUND, 0) != BOUND)
		return fail(f, E_CORRUPT, "", "A stored file can't be read");
	if (memcmp(r->header, magic, sizeof(magic)) != 0 || r->header[8] != CHUNK_LOG2)
		return fail(f, E_CORRUPT, "", "A stored file has another format");
	if (info->size < 0 || st.st_size != file_bytes(info->size))
		return fail(f, E_CORRUPT, "",
			    "A stored file has another length than when it was written");
	return 0;
}

int blob_open(struct blobs *b, int64_t org_id, const struct blob_info *info,
	      struct blob_reader **ret, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct blob_reader *r;
	int e;

	if (!is_address(info->address))
		return fail(f, E_CORRUPT, "", "The address of a stored file is damaged");
	r = MEM_NEW(struct blob_reader);
	r->have = -1;
	r->size = info->size;
	r->n_chunks = chunks_of(info->size);
	r->chunk = mem_new(SEALED_CHUNK);
	r->key = sodium_malloc(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
	if (!r->key)
		abort();
	r->fd = open(path_of(a, b, info->address), O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		e = errno == ENOENT ? fail(f, E_CORRUPT, "", "A stored file is missing on disk")
				    : io_error(f, "Opening a stored file");
	else if ((e = check_file(r, info, f)) == 0)
		e = vault_open_blob_key(b->vault, org_id, info->wrapped_key, r->key, f);
	if (e < 0) {
		blob_close(r);
		return e;
	}
	*ret = r;
	return 0;
}

int64_t blob_size(const struct blob_reader *r)
{
	return r->size;
}

static int load_chunk(struct blob_reader *r, uint64_t number, struct fault *f)
{
	bool last = number == r->n_chunks - 1;
	size_t len = (last ? (size_t)(r->size - (int64_t)(number * CHUNK)) : CHUNK) + TAG;
	ssize_t got = pread_all(r->fd, r->chunk, len, (off_t)(HEADER + number * SEALED_CHUNK));
	uint8_t nonce[24];

	r->have = -1;
	if (got < 0)
		return io_error(f, "Reading a stored file");
	chunk_nonce(r->header, number, last, nonce);
	if ((size_t)got != len ||
	    crypto_aead_xchacha20poly1305_ietf_decrypt(r->chunk, NULL, NULL, r->chunk, len,
						       r->header, BOUND, nonce, r->key) != 0)
		return fail(f, E_CORRUPT, "", "A stored file was changed (chunk %llu)",
			    (unsigned long long)number);
	r->have = (int64_t)number;
	return 0;
}

int64_t blob_read(struct blob_reader *r, int64_t offset, void *p, size_t len, struct fault *f)
{
	uint8_t *out = p;
	size_t done = 0;
	int e;

	if (offset < 0)
		return fail(f, E_RANGE, "", "There is nothing before the beginning of a file");
	if (offset < r->size && (int64_t)len > r->size - offset)
		len = (size_t)(r->size - offset);
	/* Of an empty file the one chunk is checked as well. */
	if (r->size == 0 && r->have < 0 && (e = load_chunk(r, 0, f)) < 0)
		return e;
	while (offset < r->size && done < len) {
		uint64_t number = (uint64_t)offset / CHUNK;
		size_t at = (size_t)((uint64_t)offset % CHUNK), n = CHUNK - at;

		if ((int64_t)number != r->have && (e = load_chunk(r, number, f)) < 0)
			return e;
		if (n > len - done)
			n = len - done;
		memcpy(out + done, r->chunk + at, n);
		done += n;
		offset += (int64_t)n;
	}
	return (int64_t)done;
}

void blob_close(struct blob_reader *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	sodium_free(r->key);
	sodium_memzero(r->chunk, SEALED_CHUNK);
	free(r->chunk);
	free(r);
}

/* ---- destroying --------------------------------------------------------------------------- */

/* The key in the file goes first: what the disk keeps of the rest is noise then. */
static int wipe_key(const char *path, struct fault *f)
{
	static const uint8_t zero[HEADER - KEY_AT];
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return io_error(f, "Opening a stored file");
	if (pwrite(fd, zero, sizeof(zero), KEY_AT) != (ssize_t)sizeof(zero) || fsync(fd) < 0)
		r = io_error(f, "Wiping the key of a stored file");
	close(fd);
	return r;
}

int blob_destroy(struct blobs *b, const char *address, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *path;
	int r;

	if (!is_address(address))
		return fail(f, E_INVALID, "", "This is no address of a stored file");
	path = path_of(a, b, address);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if ((r = wipe_key(path, f)) < 0)
		return r;
	if (unlink(path) < 0)
		return io_error(f, "Removing a stored file");
	return sync_dir(folder_of(a, b, address), f);
}

int blob_read_whole(struct blobs *b, struct arena *a, int64_t org_id, const struct blob_info *info, struct str *ret, struct fault *f)
{
	struct blob_reader *reader;
	int64_t n;
	char *p;
	int r;

	if ((r = blob_open(b, org_id, info, &reader, f)) < 0)
		return r;
	p = arena_alloc(a, (size_t)info->size + 1);
	n = blob_read(reader, 0, p, (size_t)info->size, f);
	blob_close(reader);
	if (n < 0)
		return (int)n;
	p[n] = '\0';
	*ret = (struct str){p, (size_t)n};
	return 0;
}
