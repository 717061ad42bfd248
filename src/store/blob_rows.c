/* The register of the blob store. */
#include "base/id.h"
#include "store/blobs.h"

int blob_record(struct tx *tx, int64_t org_id, const struct blob_info *info, const char *media_type,
		int64_t *ret_id)
{
	struct str key = {(const char *)info->wrapped_key, sizeof(info->wrapped_key)};

	return tx_int(
		tx, "blob.blob_record",
		ARGS(A_INT("id", id_new()), A_INT("org_id", org_id),
		     A_TEXT("address", info->address), A_INT("size", info->size),
		     A_TEXT("sha256", info->sha256),
		     A_TEXT("media_type", media_type ? media_type : "application/octet-stream"),
		     A_BLOB("wrapped_key", key)),
		ret_id);
}

static void copy_hex(char ret[65], struct str s)
{
	snprintf(ret, 65, "%.*s", STR_FMT(s));
}

static int read_info(struct tx *tx, const struct rows *rows, struct blob_info *ret)
{
	struct str key = rows_blob(rows, rows_col(rows, "wrapped_key"));

	if (key.len != sizeof(ret->wrapped_key))
		return ctx_fail(tx_ctx(tx), E_CORRUPT, "", "The key of a stored file is damaged");
	*ret = (struct blob_info){
		.id = rows_int(rows, rows_col(rows, "id")),
		.size = rows_int(rows, rows_col(rows, "size")),
	};
	copy_hex(ret->address, rows_text(rows, rows_col(rows, "address")));
	copy_hex(ret->sha256, rows_text(rows, rows_col(rows, "sha256")));
	memcpy(ret->wrapped_key, key.p, key.len);
	return 0;
}

int blob_lookup(struct tx *tx, int64_t org_id, int64_t blob_id, struct blob_info *ret)
{
	CLEANUP(rows_freep) struct rows *rows = NULL;
	int r;

	if ((r = tx_op(tx, "blob.blob_lookup", ARGS(A_INT("id", blob_id), A_INT("org_id", org_id)),
		       &rows)) < 0 ||
	    (r = rows_next(rows)) < 0)
		return r;
	if (r == 0)
		return ctx_fail(tx_ctx(tx), E_NOT_FOUND, "", "There is no such file");
	return read_info(tx, rows, ret);
}
