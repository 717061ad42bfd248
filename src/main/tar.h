/**
 * @file tar.h  The file of a backup: POSIX ustar, so that any tar can look into it.
 *
 * Sizes beyond 8 GiB are written in GNU's base-256 form. Names are relative, at most 99 bytes.
 */
#ifndef LEXLINE_TAR_H
#define LEXLINE_TAR_H

#include <stdio.h>

#include "base/error.h"
#include "base/text.h"

struct tar_entry {
	char name[100];
	int64_t size;
	char sha256[65]; /**< of the content; set once it was written or read whole */
};

/** Write @p text as one entry. @return 0, -E_DISK_FULL, -E_IO */
MUST_CHECK int tar_put(FILE *tar, const char *name, struct str text, struct tar_entry *ret,
		       struct fault *f);
/** Write a file. @return 0, -E_NOT_FOUND (gone meanwhile: nothing was written), -E_DISK_FULL, -E_IO
 */
MUST_CHECK int tar_put_file(FILE *tar, const char *name, const char *path, struct tar_entry *ret,
			    struct fault *f);
MUST_CHECK int tar_end(FILE *tar, struct fault *f);

/** Read the next header. @return 1, 0 at the end, -E_CORRUPT */
MUST_CHECK int tar_next(FILE *tar, struct tar_entry *ret, struct fault *f);
/** Copy the current entry into a new file (0600). @return 0, -E_CORRUPT (cut off), -E_DISK_FULL,
 * -E_IO */
MUST_CHECK int tar_take_file(FILE *tar, struct tar_entry *e, const char *path, struct fault *f);

#endif
