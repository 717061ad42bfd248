/*
 * Facts of calls that the database could not take yet: DIR/tapes/calls.journal.
 *     header: "LXJ1" | wrapped key, 81 bytes | nonce prefix, 16 bytes
 *     record: XChaCha20-Poly1305 of one fact, nonce = prefix | 64-bit count; all of one length
 * What follows the first record that doesn't open is ignored: the end of a write that a crash cut.
 */
#include "voice/book_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/vault.h"

#define MAGIC "LXJ1"
#define WRAPPED 81
#define PREFIX 16
#define HEADER (4 + WRAPPED + PREFIX)
#define SEALED (sizeof(struct fact) + crypto_aead_xchacha20poly1305_ietf_ABYTES)

struct journal {
	struct env *env;
	int64_t org_id;
	char *path;
	int fd;
	uint64_t count;
	uint8_t key[32], prefix[PREFIX];
};

static void nonce_of(const struct journal *j, uint64_t count, uint8_t ret[24])
{
	memcpy(ret, j->prefix, PREFIX);
	for (int i = 0; i < 8; i++)
		ret[PREFIX + i] = (uint8_t)(count >> (56 - 8 * i));
}

static int begin(struct journal *j, struct fault *f)
{
	uint8_t header[HEADER] = MAGIC;

	if (vault_new_blob_key(j->env->vault, j->org_id, j->key, header + 4, f) < 0)
		return -E_UNAVAILABLE;
	randombytes_buf(j->prefix, PREFIX);
	memcpy(header + 4 + WRAPPED, j->prefix, PREFIX);
	j->count = 0;
	if (ftruncate(j->fd, 0) < 0 || pwrite(j->fd, header, HEADER, 0) != HEADER || fsync(j->fd) < 0)
		return fail(f, errno == ENOSPC ? E_DISK_FULL : E_IO, "", "cannot write %s", j->path);
	return 0;
}

static int resume(struct journal *j, struct fault *f)
{
	uint8_t header[HEADER];

	if (pread(j->fd, header, HEADER, 0) != HEADER || memcmp(header, MAGIC, 4) != 0)
		return begin(j, f);
	memcpy(j->prefix, header + 4 + WRAPPED, PREFIX);
	return vault_open_blob_key(j->env->vault, j->org_id, header + 4, j->key, f);
}

int journal_open(struct env *env, int64_t org_id, struct journal **ret, struct fault *f)
{
	struct arena *a = arena_new();
	const char *dir = path_join(a, env->data_dir, "tapes");
	struct journal *j = calloc(1, sizeof(*j));
	int r = 0;

	if (!j)
		abort();
	j->env = env;
	j->org_id = org_id;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		r = fail(f, E_IO, "", "cannot make %s", dir);
	j->path = strdup(path_join(a, dir, "calls.journal"));
	arena_free(a);
	j->fd = r < 0 ? -1 : open(j->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (r == 0 && j->fd < 0)
		r = fail(f, E_IO, "", "cannot write %s", j->path);
	if (r < 0 || (r = resume(j, f)) < 0) {
		journal_close(j);
		return r;
	}
	*ret = j;
	return 0;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	if (j->fd >= 0)
		close(j->fd);
	sodium_memzero(j->key, sizeof(j->key));
	free(j->path);
	free(j);
}

int journal_add(struct journal *j, const struct fact *fact, struct fault *f)
{
	uint8_t nonce[24], sealed[SEALED];
	off_t at = HEADER + (off_t)(j->count * SEALED);

	nonce_of(j, j->count, nonce);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, (const uint8_t *)fact, sizeof(*fact), NULL, 0, NULL, nonce,
						   j->key);
	if (pwrite(j->fd, sealed, SEALED, at) != (ssize_t)SEALED || fdatasync(j->fd) < 0)
		return fail(f, errno == ENOSPC ? E_DISK_FULL : E_IO, "", "cannot write %s", j->path);
	j->count++;
	return 0;
}

void journal_replay(struct journal *j, void (*each)(const struct fact *fact, void *arg), void *arg)
{
	uint8_t nonce[24], sealed[SEALED];
	struct fact fact;

	for (j->count = 0; pread(j->fd, sealed, SEALED, HEADER + (off_t)(j->count * SEALED)) == (ssize_t)SEALED; j->count++) {
		nonce_of(j, j->count, nonce);
		if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)&fact, NULL, NULL, sealed, SEALED, NULL, 0, nonce,
							       j->key) != 0)
			break;
		each(&fact, arg);
	}
	sodium_memzero(&fact, sizeof(fact));
}

/* A fresh key each time: counts begin anew, and no nonce comes twice under one key. */
void journal_clear(struct journal *j)
{
	struct fault f = {0};

	if (j->count && begin(j, &f) < 0)
		j->count = 0;
}
