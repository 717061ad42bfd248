/*
 * The master key: where it comes from, and its replacement.
 *
 * Files: KEY_FILE (in force), KEY_FILE.next (a rotation under way), KEY_FILE.<fingerprint> (former
 * ones, needed to restore backups made before a rotation). All base64 text, mode 0600.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/vault_private.h"

#define TEXT_BYTES sodium_base64_ENCODED_LEN(VAULT_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL)
#define TEXT_MAX 256 /* what a file or command may say at most */

/* ---- one key ------------------------------------------------------------------------------ */

static void fingerprint(const uint8_t key[VAULT_KEY_BYTES], char ret[17])
{
	static const char what[] = "lexline master key";
	uint8_t hash[crypto_generichash_BYTES_MIN];

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)what, sizeof(what) - 1, key,
			   VAULT_KEY_BYTES);
	sodium_bin2hex(ret, 17, hash, 8);
}

static struct master master_new(void)
{
	struct master m = {.key = sodium_malloc(VAULT_KEY_BYTES)};

	if (!m.key)
		abort();
	return m;
}

static void master_free(struct master *m)
{
	sodium_free(m->key); /* wipes */
	*m = (struct master){0};
}

/* Base64 in any of its alphabets, white space around it. */
static int master_parse(struct str text, const char *where, struct master *ret, struct fault *f)
{
	static const int variants[] = {
		sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
		sodium_base64_VARIANT_URLSAFE, sodium_base64_VARIANT_URLSAFE_NO_PADDING};
	struct master m = master_new();

	text = str_trim(text);
	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		size_t len = 0;

		if (sodium_base642bin(m.key, VAULT_KEY_BYTES, text.p, text.len, NULL, &len, NULL,
				      variants[i]) == 0 &&
		    len == VAULT_KEY_BYTES) {
			fingerprint(m.key, m.print);
			*ret = m;
			return 0;
		}
	}
	master_free(&m);
	return fail(f, E_CONFIG, "", "%s holds no master key: %d bytes in base64 are expected",
		    where, (int)VAULT_KEY_BYTES);
}

/* ---- sources ------------------------------------------------------------------------------ */

static int check_mode(int fd, const char *path, struct fault *f)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return fail(f, E_CONFIG, "", "%s is no regular file", path);
	if (st.st_mode & 077)
		return fail(f, E_CONFIG, "", "%s can be read by others (mode %04o): chmod 600 %s",
			    path, st.st_mode & 07777, path);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return fail(f, E_CONFIG, "",
			    "%s belongs to another user: chown it to the one the server runs as",
			    path);
	return 0;
}

static int read_open_file(int fd, const char *path, struct master *ret, struct fault *f)
{
	char text[TEXT_MAX + 1];
	ssize_t n;
	int r;

	if ((r = check_mode(fd, path, f)) < 0)
		return r;
	n = read(fd, text, sizeof(text));
	if (n < 0)
		r = fail(f, E_CONFIG, "", "%s can't be read: %s", path, strerror(errno));
	else if (n > TEXT_MAX)
		r = fail(f, E_CONFIG, "", "%s is too long for a master key", path);
	else
		r = master_parse((struct str){text, (size_t)n}, path, ret, f);
	sodium_memzero(text, sizeof(text));
	return r;
}

static int from_file(const char *path, struct master *ret, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r;

	if (fd < 0 && errno == ENOENT)
		return fail(
			f, E_CONFIG, "",
			"The master key %s is missing: `lexline init` makes one, or put back the "
			"one from your safe",
			path);
	if (fd < 0)
		return fail(f, E_CONFIG, "", "%s can't be opened: %s", path, strerror(errno));
	r = read_open_file(fd, path, ret, f);
	close(fd);
	return r;
}

static int from_command(const char *command, struct master *ret, struct fault *f)
{
	char text[TEXT_MAX];
	FILE *p = popen(command, "re");
	size_t n = p ? fread(text, 1, sizeof(text), p) : 0;
	int status = p ? pclose(p) : -1, r;

	if (status != 0)
		r = fail(f, E_CONFIG, "keys.command",
			 "The command for the master key failed (status %d)", status);
	else
		r = master_parse((struct str){text, n}, "The output of keys.command", ret, f);
	sodium_memzero(text, sizeof(text));
	return r;
}

static void add_master(struct vault *v, struct master m)
{
	if (v->n_masters < VAULT_MASTERS_MAX)
		v->masters[v->n_masters++] = m;
	else
		master_free(&m);
}

/* KEY_FILE.next and KEY_FILE.<fingerprint>; one that can't be read is as if it weren't there. */
static int load_beside(struct vault *v, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *slash = strrchr(v->key_file, '/'), **names;
	const char *dir =
		slash ? arena_strndup(a, v->key_file, (size_t)(slash - v->key_file) + 1) : ".";
	struct str prefix = str_of(arena_printf(a, "%s.", slash ? slash + 1 : v->key_file));
	size_t n = 0;
	int r;

	if ((r = file_list(a, dir, false, &names, &n, f)) < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		struct str name = str_of(names[i]);
		struct master m;

		if (!str_starts(name, prefix) ||
		    from_file(path_join(a, dir, names[i]), &m, NULL) < 0)
			continue;
		if (!strcmp(names[i] + prefix.len, "next"))
			v->next = m;
		else
			add_master(v, m);
	}
	return 0;
}

int masters_load(struct vault *v, const struct config *config, struct fault *f)
{
	const char *env = getenv("LEXLINE_MASTER_KEY"), *next = getenv("LEXLINE_MASTER_KEY_NEXT");
	struct master m;
	int r;

	if (env)
		r = master_parse(str_of(env), "LEXLINE_MASTER_KEY", &m, f);
	else if (config->key_command)
		r = from_command(config->key_command, &m, f);
	else
		r = from_file(config->key_file, &m, f);
	if (r < 0)
		return r;
	add_master(v, m);
	if (env || config->key_command)
		return next ? master_parse(str_of(next), "LEXLINE_MASTER_KEY_NEXT", &v->next, f)
			    : 0;
	v->key_file = arena_strdup(v->arena, config->key_file);
	return load_beside(v, f);
}

void masters_wipe(struct vault *v)
{
	for (size_t i = 0; i < v->n_masters; i++)
		master_free(&v->masters[i]);
	if (v->next.key)
		master_free(&v->next);
	v->n_masters = 0;
}

const struct master *master_find(const struct vault *v, const char *print)
{
	for (size_t i = 0; i < v->n_masters; i++)
		if (!strcmp(v->masters[i].print, print))
			return &v->masters[i];
	return v->next.key && !strcmp(v->next.print, print) ? &v->next : NULL;
}

/* ---- wrapping ----------------------------------------------------------------------------- */

void master_wrap(const struct master *m, struct str bound_to, const uint8_t key[VAULT_KEY_BYTES],
		 uint8_t ret[VAULT_WRAPPED_BYTES])
{
	ret[0] = VAULT_VERSION;
	randombytes_buf(ret + 1, VAULT_NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(ret + 1 + VAULT_NONCE_BYTES, NULL, key,
						   VAULT_KEY_BYTES, (const uint8_t *)bound_to.p,
						   bound_to.len, NULL, ret + 1, m->key);
}

int master_unwrap(const struct master *m, struct str bound_to, struct str wrapped,
		  uint8_t ret[VAULT_KEY_BYTES])
{
	const uint8_t *w = (const uint8_t *)wrapped.p;

	if (wrapped.len != VAULT_WRAPPED_BYTES || w[0] != VAULT_VERSION)
		return -E_CORRUPT;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    ret, NULL, NULL, w + 1 + VAULT_NONCE_BYTES, VAULT_KEY_BYTES + VAULT_TAG_BYTES,
		    (const uint8_t *)bound_to.p, bound_to.len, w + 1, m->key) != 0)
		return -E_CORRUPT;
	return 0;
}

/* ---- making and replacing ----------------------------------------------------------------- */

/* A new file that must not be there yet, synced. */
static int write_new(const char *path, struct str text, struct fault *f)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0 && errno == EEXIST)
		return fail(f, E_EXISTS, "", "%s is there already and stays as it is", path);
	if (fd < 0)
		return fail(f, E_CONFIG, "", "%s can't be written: %s", path, strerror(errno));
	ok = fchmod(fd, 0600) == 0 && write(fd, text.p, text.len) == (ssize_t)text.len &&
	     fsync(fd) == 0;
	if (!ok) {
		unlink(path);
		fail(f, errno == ENOSPC ? E_DISK_FULL : E_IO, "", "%s can't be written: %s", path,
		     strerror(errno));
	}
	close(fd);
	return ok ? 0 : errno == ENOSPC ? -E_DISK_FULL : -E_IO;
}

static int write_key(const char *path, const uint8_t key[VAULT_KEY_BYTES], struct fault *f)
{
	char text[TEXT_BYTES + 1];
	int r;

	sodium_bin2base64(text, TEXT_BYTES, key, VAULT_KEY_BYTES, sodium_base64_VARIANT_ORIGINAL);
	text[TEXT_BYTES - 1] = '\n';
	r = write_new(path, (struct str){text, TEXT_BYTES}, f);
	sodium_memzero(text, sizeof(text));
	return r;
}

int vault_create_master(const char *key_file, struct fault *f)
{
	uint8_t key[VAULT_KEY_BYTES];
	int r;

	if (sodium_init() < 0)
		return fail(f, E_INTERNAL, "", "libsodium can't be initialised");
	randombytes_buf(key, sizeof(key));
	r = write_key(key_file, key, f);
	sodium_memzero(key, sizeof(key));
	return r;
}

int master_next(struct vault *v, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *path;
	struct master m;
	int r;

	if (v->next.key)
		return 0;
	if (!v->key_file)
		return fail(
			f, E_CONFIG, "",
			"The master key doesn't come from a file: put the new one into "
			"LEXLINE_MASTER_KEY_NEXT, rotate, then give it in place of the old one");
	path = arena_printf(a, "%s.next", v->key_file);
	m = master_new();
	randombytes_buf(m.key, VAULT_KEY_BYTES);
	fingerprint(m.key, m.print);
	if ((r = write_key(path, m.key, f)) < 0) {
		master_free(&m);
		return r;
	}
	v->next = m;
	return 0;
}

/* link + rename: at every moment each key lies under at least one name. */
static int promote_files(struct vault *v, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *next = arena_printf(a, "%s.next", v->key_file);
	const char *kept = arena_printf(a, "%s.%s", v->key_file, v->masters[0].print);

	if (link(v->key_file, kept) < 0 && errno != EEXIST)
		return fail(f, E_IO, "", "%s can't be made: %s", kept, strerror(errno));
	if (rename(next, v->key_file) < 0)
		return fail(f, E_IO, "", "%s can't be put in force: %s", next, strerror(errno));
	return 0;
}

int master_promote(struct vault *v, struct fault *f)
{
	struct master old = v->masters[0];
	int r;

	if (v->key_file && (r = promote_files(v, f)) < 0)
		return r;
	v->masters[0] = v->next;
	v->next = (struct master){0};
	add_master(v, old);
	return 0;
}
