/**
 * @file file.h  Files and folders.
 */
#ifndef LEXLINE_FILE_H
#define LEXLINE_FILE_H

#include <sys/types.h>

#include "base/error.h"
#include "base/map.h"

/** Whole file, NUL-terminated behind len. @return 0, -E_NOT_FOUND, -E_TOO_LARGE, -E_IO (described in f) */
MUST_CHECK int file_read(struct arena *a, const char *path, size_t max_bytes, struct str *ret, struct fault *f);
/** Write beside, fsync, rename, fsync the folder: the file is the old or the new one, never half. ENOSPC → -E_DISK_FULL. */
MUST_CHECK int file_write(const char *path, struct str content, mode_t mode, struct fault *f);
/** mkdir -p. */
MUST_CHECK int file_mkdirs(const char *path, mode_t mode, struct fault *f);
bool file_exists(const char *path);
bool file_is_dir(const char *path);
/** Remove a file or a whole tree; absent is fine. */
MUST_CHECK int file_remove_tree(const char *path, struct fault *f);
/**
 * Names in a folder, sorted bytewise, without dot files; recursive gives paths relative to it,
 * files only. In the arena. @return 0, -E_NOT_FOUND, -E_IO
 */
MUST_CHECK int file_list(struct arena *a, const char *dir, bool recursive, const char ***ret, size_t *ret_n, struct fault *f);
/** a/b joined with one slash, in the arena. */
char *path_join(struct arena *a, const char *dir, const char *name);

#endif
