/* ustar (POSIX.1-1988), the little of it that a backup needs. */
#include "main/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512
#define PIECE (256 << 10)

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100],
		magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "ustar header");

static int write_failed(struct fault *f)
{
	return fail(f, errno == ENOSPC ? E_DISK_FULL : E_IO, "",
		    errno == ENOSPC ? "no space left for the backup" : "writing failed");
}

/* ---- header -------------------------------------------------------------------------------- */

static void put_size(char field[12], int64_t size)
{
	char octal[13];

	if (size < (int64_t)1 << 33) {
		snprintf(octal, sizeof(octal), "%011llo", (unsigned long long)size);
		memcpy(field, octal, 12);
		return;
	}
	memset(field, 0, 12);
	field[0] = (char)0x80;
	for (int i = 11; i > 3; i--, size >>= 8)
		field[i] = (char)(size & 0xff);
}

/* @return -1 when it is no number */
static int64_t get_size(const char field[12])
{
	int64_t size = 0;

	if ((unsigned char)field[0] == 0x80) {
		for (int i = 4; i < 12; i++)
			size = (int64_t)((uint64_t)size << 8 | (unsigned char)field[i]);
		return size < 0 ? -1 : size;
	}
	for (int i = 0; i < 11; i++) {
		if (field[i] < '0' || field[i] > '7')
			return -1;
		size = size * 8 + (field[i] - '0');
	}
	return size;
}

static unsigned checksum(const struct header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	size_t from = offsetof(struct header, checksum);
	unsigned sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= from && i < from + 8 ? ' ' : p[i];
	return sum;
}

static int put_header(FILE *tar, const char *name, int64_t size, struct fault *f)
{
	struct header h = {.type = '0',
			   .mode = "0000600",
			   .uid = "0000000",
			   .gid = "0000000",
			   .mtime = "00000000000",
			   .magic = "ustar",
			   .version = {'0', '0'}};
	char sum[9];

	if (strlen(name) >= sizeof(h.name))
		return fail(f, E_TOO_LARGE, "", "the name %s is too long for a backup", name);
	memcpy(h.name, name, strlen(name));
	put_size(h.size, size);
	snprintf(sum, sizeof(sum), "%06o", checksum(&h));
	memcpy(h.checksum, sum, 7);
	h.checksum[7] = ' ';
	return fwrite(&h, BLOCK, 1, tar) == 1 ? 0 : write_failed(f);
}

static int put_padding(FILE *tar, int64_t size, struct fault *f)
{
	static const char zeros[BLOCK];
	size_t n = (size_t)(-size & (BLOCK - 1));

	return fwrite(zeros, 1, n, tar) == n ? 0 : write_failed(f);
}

static void set_hash(struct tar_entry *e, crypto_hash_sha256_state *state)
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_final(state, hash);
	sodium_bin2hex(e->sha256, sizeof(e->sha256), hash, sizeof(hash));
}

/* ---- writing ------------------------------------------------------------------------------- */

int tar_put(FILE *tar, const char *name, struct str text, struct tar_entry *ret, struct fault *f)
{
	crypto_hash_sha256_state state;
	int r;

	if ((r = put_header(tar, name, (int64_t)text.len, f)) < 0)
		return r;
	if (fwrite(text.p, 1, text.len, tar) != text.len)
		return write_failed(f);
	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)text.p, text.len);
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->size = (int64_t)text.len;
	set_hash(ret, &state);
	return put_padding(tar, ret->size, f);
}

/* Exactly @p size bytes: a file that grew or shrank meanwhile would spoil what follows. */
static int copy_bytes(FILE *from, FILE *to, int64_t size, crypto_hash_sha256_state *state,
		      struct fault *f)
{
	static char piece[PIECE];

	while (size > 0) {
		size_t want = size < PIECE ? (size_t)size : PIECE, n = fread(piece, 1, want, from);

		if (!n)
			return fail(f, E_CORRUPT, "", "the data is cut off");
		if (fwrite(piece, 1, n, to) != n)
			return write_failed(f);
		crypto_hash_sha256_update(state, (const uint8_t *)piece, n);
		size -= (int64_t)n;
	}
	return 0;
}

int tar_put_file(FILE *tar, const char *name, const char *path, struct tar_entry *ret,
		 struct fault *f)
{
	FILE *from = fopen(path, "re");
	crypto_hash_sha256_state state;
	struct stat st;
	int r;

	if (!from)
		return fail(f, errno == ENOENT ? E_NOT_FOUND : E_IO, "", "%s can't be read", path);
	r = fstat(fileno(from), &st) < 0 ? fail(f, E_IO, "", "%s can't be read", path) : 0;
	crypto_hash_sha256_init(&state);
	if (!r && (r = put_header(tar, name, st.st_size, f)) == 0)
		r = copy_bytes(from, tar, st.st_size, &state, f);
	fclose(from);
	if (r < 0)
		return r;
	snprintf(ret->name, sizeof(ret->name), "%s", name);
	ret->size = st.st_size;
	set_hash(ret, &state);
	return put_padding(tar, ret->size, f);
}

int tar_end(FILE *tar, struct fault *f)
{
	static const char zeros[2 * BLOCK];

	return fwrite(zeros, sizeof(zeros), 1, tar) == 1 && fflush(tar) == 0 &&
			       fsync(fileno(tar)) == 0
		       ? 0
		       : write_failed(f);
}

/* ---- reading ------------------------------------------------------------------------------- */

/* Relative, without "..": a backup must not write outside its folder. */
static bool safe_name(const char *name)
{
	return name[0] && name[0] != '/' && !strstr(name, "..") && utf8_valid(str_of(name));
}

int tar_next(FILE *tar, struct tar_entry *ret, struct fault *f)
{
	struct header h;
	unsigned sum;

	if (fread(&h, BLOCK, 1, tar) != 1)
		return fail(f, E_CORRUPT, "", "the backup is cut off");
	if (!h.name[0])
		return 0;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->name, h.name, sizeof(h.name) - 1);
	ret->size = get_size(h.size);
	if (sscanf(h.checksum, "%6o", &sum) != 1 || sum != checksum(&h) || ret->size < 0 ||
	    h.type != '0' || !safe_name(ret->name))
		return fail(f, E_CORRUPT, "", "this is no backup, or it is damaged");
	return 1;
}

int tar_take_file(FILE *tar, struct tar_entry *e, const char *path, struct fault *f)
{
	crypto_hash_sha256_state state;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), r;
	FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
	char pad[BLOCK];
	size_t n = (size_t)(-e->size & (BLOCK - 1));

	if (!to)
		return fail(f, E_IO, "", "%s can't be made", path);
	crypto_hash_sha256_init(&state);
	r = copy_bytes(tar, to, e->size, &state, f);
	if (!r && (fflush(to) || fsync(fd)))
		r = write_failed(f);
	if (fclose(to) && !r)
		r = write_failed(f);
	if (!r && n && fread(pad, n, 1, tar) != 1)
		r = fail(f, E_CORRUPT, "", "the backup is cut off");
	set_hash(e, &state);
	return r;
}
