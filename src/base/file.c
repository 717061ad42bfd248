#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* errno → a described error; the remedy is in the words of strerror. */
static int io_fail(struct fault *f, const char *what, const char *path)
{
	enum error err = E_IO;

	if (errno == ENOENT || errno == ENOTDIR)
		err = E_NOT_FOUND;
	else if (errno == ENOSPC || errno == EDQUOT)
		err = E_DISK_FULL;
	return fail(f, err, NULL, "%s: %s: %s", path, what, strerror(errno));
}

static int read_all(int fd, struct buf *out, size_t max_bytes)
{
	for (;;) {
		ssize_t n;

		buf_reserve(out, 64 * 1024);
		n = read(fd, out->p + out->len, 64 * 1024);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -E_IO;
		out->len += (size_t)n;
		if (out->len > max_bytes)
			return -E_TOO_LARGE;
		if (n == 0)
			return 0;
	}
}

int file_read(struct arena *a, const char *path, size_t max_bytes, struct str *ret, struct fault *f)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(buf_free) struct buf content = {0};
	int r;

	if (fd < 0)
		return io_fail(f, "cannot open", path);
	r = read_all(fd, &content, max_bytes);
	if (r == -E_TOO_LARGE)
		return fail(f, E_TOO_LARGE, NULL, "%s: larger than %zu bytes", path, max_bytes);
	if (r < 0)
		return io_fail(f, "cannot read", path);
	*ret = (struct str){arena_strndup(a, content.p, content.len), content.len};
	return 0;
}

static int write_all(int fd, struct str content)
{
	while (content.len > 0) {
		ssize_t n = write(fd, content.p, content.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		content.p += n;
		content.len -= (size_t)n;
	}
	return 0;
}

static int sync_folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dir = !slash ? "." : slash == path ? "/" : arena_strndup(a, path, (size_t)(slash - path));
	CLEANUP(close_fd) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : fsync(fd);
}

int file_write(const char *path, struct str content, mode_t mode, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	char *temp = arena_printf(a, "%s.XXXXXX", path);
	CLEANUP(close_fd) int fd = mkostemp(temp, O_CLOEXEC);

	if (fd < 0)
		return io_fail(f, "cannot create", path);
	if (fchmod(fd, mode) < 0 || write_all(fd, content) < 0 || fsync(fd) < 0 || rename(temp, path) < 0) {
		int r = io_fail(f, "cannot write", path);

		unlink(temp);
		return r;
	}
	if (sync_folder_of(a, path) < 0)
		return io_fail(f, "cannot sync the folder of", path);
	return 0;
}

int file_mkdirs(const char *path, mode_t mode, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	char *part = arena_strdup(a, path);

	for (char *at = part + 1; part[0]; at++) {
		char c = *at;

		if (c != '/' && c != '\0')
			continue;
		*at = '\0';
		if (mkdir(part, mode) < 0 && !(errno == EEXIST && file_is_dir(part)))
			return io_fail(f, "cannot make the folder", part);
		*at = c;
		if (c == '\0')
			break;
	}
	return 0;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Never follows a link: what is removed lies below the path. */
static int remove_tree(struct arena *a, const char *path)
{
	CLEANUP(close_dir) DIR *d = NULL;
	struct dirent *e;
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -1;
	if (!S_ISDIR(st.st_mode))
		return unlink(path);
	d = opendir(path);
	if (!d)
		return -1;
	while ((e = readdir(d)))
		if (!is_dots(e->d_name) && remove_tree(a, path_join(a, path, e->d_name)) < 0)
			return -1;
	return rmdir(path);
}

int file_remove_tree(const char *path, struct fault *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	return remove_tree(a, path) < 0 ? io_fail(f, "cannot remove", path) : 0;
}

typedef VEC(const char *) name_list;

static int list_into(struct arena *a, const char *dir, const char *below, bool recursive, name_list *names,
		     struct fault *f)
{
	CLEANUP(close_dir) DIR *d = opendir(dir);
	struct dirent *e;
	int r;

	if (!d)
		return io_fail(f, "cannot read the folder", dir);
	while ((e = readdir(d))) {
		const char *path, *name;

		if (e->d_name[0] == '.')
			continue;
		path = path_join(a, dir, e->d_name);
		name = below[0] ? path_join(a, below, e->d_name) : arena_strdup(a, e->d_name);
		if (!recursive || !file_is_dir(path))
			VEC_ADD(names, name);
		else if ((r = list_into(a, path, name, true, names, f)) < 0)
			return r;
	}
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int file_list(struct arena *a, const char *dir, bool recursive, const char ***ret, size_t *ret_n, struct fault *f)
{
	name_list names = {0};
	int r = list_into(a, dir, "", recursive, &names, f);

	if (r == 0) {
		if (names.n)
			qsort(names.at, names.n, sizeof(names.at[0]), by_bytes);
		*ret = arena_memdup(a, names.at, names.n * sizeof(names.at[0]));
		*ret_n = names.n;
	}
	VEC_FREE(&names);
	return r;
}

char *path_join(struct arena *a, const char *dir, const char *name)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	while (name[0] == '/')
		name++;
	return arena_printf(a, "%.*s%s%s", (int)len, dir, len && dir[len - 1] == '/' ? "" : "/", name);
}
