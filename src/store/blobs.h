/**
 * @file blobs.h  Recordings, documents, uploads: encrypted in chunks as they are written,
 * content-addressed, readable from any offset.
 *
 * File: header | chunks of 64 KiB plain, each XChaCha20-Poly1305 with nonce = (file nonce, chunk number),
 * the last one marked, so that truncation and reordering are found. Address = BLAKE2b-256 keyed per
 * organisation over the plain bytes, hex. A row in table `blobs` holds address, size, media type,
 * wrapped key, SHA-256 of the plain bytes (evidence). Memory per open blob: one chunk.
 */
#ifndef LEXLINE_BLOBS_H
#define LEXLINE_BLOBS_H

#include "store/db.h"
#include "store/vault.h"

struct blobs;
struct blob_writer;
struct blob_reader;

struct blob_info {
	int64_t id;
	char address[65];
	char sha256[65];
	int64_t size;		/**< plain bytes */
	uint8_t wrapped_key[81];
};

MUST_CHECK int blobs_open(const char *dir, struct vault *v, struct blobs **ret, struct fault *f);
void blobs_close(struct blobs *b);

/** Start writing. Nothing is visible until finished; what a crash leaves is swept at the next start. */
MUST_CHECK int blob_create(struct blobs *b, int64_t org_id, struct blob_writer **ret, struct fault *f);
MUST_CHECK int blob_write(struct blob_writer *w, const void *p, size_t len, struct fault *f); /**< -E_DISK_FULL, -E_TOO_LARGE, -E_IO */
/** Ends, fsyncs, moves to its address. The caller stores the row (blob_record) in its transaction. Frees w. */
MUST_CHECK int blob_finish(struct blob_writer *w, struct blob_info *ret, struct fault *f);
void blob_abandon(struct blob_writer *w); /**< NULL is fine */
/** The row in table `blobs`, or the one that is there already for the same content and organisation. Inside apply. */
MUST_CHECK int blob_record(struct tx *tx, int64_t org_id, const struct blob_info *info, const char *media_type, int64_t *ret_id);
/** Fill @p ret from the row. @return 0, -E_NOT_FOUND (also when it is another organisation's) */
MUST_CHECK int blob_lookup(struct tx *tx, int64_t org_id, int64_t blob_id, struct blob_info *ret);

MUST_CHECK int blob_open(struct blobs *b, int64_t org_id, const struct blob_info *info, struct blob_reader **ret, struct fault *f);
int64_t blob_size(const struct blob_reader *r);
/** Read up to @p len at @p offset. @return count, 0 at the end, -E_CORRUPT, -E_IO */
int64_t blob_read(struct blob_reader *r, int64_t offset, void *p, size_t len, struct fault *f);
void blob_close(struct blob_reader *r);
/** All of it, in the arena and NUL-terminated; how large it may be is the caller's to check. @return 0, as blob_open() and blob_read() */
MUST_CHECK int blob_read_whole(struct blobs *b, struct arena *a, int64_t org_id, const struct blob_info *info, struct str *ret, struct fault *f);
/** Destroy (retention, T08): overwrite the wrapped key is the caller's; this removes the file. */
MUST_CHECK int blob_destroy(struct blobs *b, const char *address, struct fault *f);

#endif
