/* SQLite's backup interface: one step, so that it reads one snapshot of the WAL. */
#include "store/snapshot.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#define BUSY_MS 10000

static int describe(int rc, const char *path, struct fault *f)
{
	switch (rc & 0xff) {
	case SQLITE_CANTOPEN:
		return fail(f, E_NOT_FOUND, "", "%s can't be opened", path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fail(f, E_BUSY, "", "%s is locked by another program", path);
	case SQLITE_FULL:
		return fail(f, E_DISK_FULL, "", "no space for a copy of %s", path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fail(f, E_CORRUPT, "", "%s is damaged", path);
	default:
		return fail(f, E_IO, "", "%s can't be copied: %s", path, sqlite3_errstr(rc));
	}
}

static int copy(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc;

	if (!b)
		return sqlite3_errcode(to);
	rc = sqlite3_backup_step(b, -1);
	sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int sqlite_snapshot(const char *from, const char *to, struct fault *f)
{
	sqlite3 *src = NULL, *dst = NULL;
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc;

	if (fd < 0)
		return fail(f, E_IO, "", "%s can't be made", to);
	close(fd);
	rc = sqlite3_open_v2(from, &src, SQLITE_OPEN_READONLY, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_busy_timeout(src, BUSY_MS);
		rc = sqlite3_open_v2(to, &dst, SQLITE_OPEN_READWRITE, NULL);
	}
	if (rc == SQLITE_OK)
		rc = copy(src, dst);
	sqlite3_close(dst);
	sqlite3_close(src);
	return rc == SQLITE_OK ? 0 : describe(rc, from, f);
}
