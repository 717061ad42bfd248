/**
 * @file client.h  Clients: what is sealed, how it is found, what may be shown. Private to people/.
 */
#ifndef LEXLINE_CLIENT_H
#define LEXLINE_CLIENT_H

#include "people/names.h"
#include "people/room.h"
#include "store/vault.h"

enum client_field {
	CF_NAME,
	CF_PHONE,
	CF_EMAIL,
	CF_ID_NUMBER,
	CF_BANK_ACCOUNT,
	CF_ADDRESS,
	CF_COUNT
};
extern const char *const client_field_names[CF_COUNT];

/** A sealed value with what may be shown of it and how it is found again. STR_NULL: absent. */
struct client_value {
	struct str sealed;
	const char *hint;
	struct str blind; /**< 16 bytes */
};

#define BLIND_LEN 16

/** Root of the tree an organisation is in: one key of indexes for all of it, so that equality is
 * found across. */
int64_t client_index_org(struct ctx *ctx, int64_t org_id);

/** Sealed values are bound to client and field: one can't be passed off as another. */
MUST_CHECK int client_seal(struct ctx *ctx, int64_t org_id, int64_t client_id, const char *field,
			   struct str plain, struct str *ret);
MUST_CHECK int client_unseal(struct ctx *ctx, int64_t org_id, int64_t client_id, const char *field,
			     struct str sealed, struct str *ret);
/** Blind index in the arena. @p db_name "clients" or "cases" */
MUST_CHECK int client_blind(struct ctx *ctx, const char *db_name, int64_t org_id, const char *what,
			    struct str normalised, struct str *ret);
/** Value, hint and index of a field. */
MUST_CHECK int client_value_new(struct ctx *ctx, int64_t org_id, int64_t client_id,
				const char *kind, enum client_field field, struct str plain,
				struct client_value *ret);

/** A client's row, its name unsealed; in the arena. */
struct client_row {
	int64_t id, org_id, created_at, updated_at, version, erased_at;
	const char *kind, *field, *tier, *lang, *phone_hint, *why;
	bool member;
	struct str note; /**< sealed */
	const char *name;
};
/** Reads the current row of client.row and its like. */
MUST_CHECK int client_read(struct ctx *ctx, const struct rows *rows, struct client_row *ret);
/** Of the caller's organisations. @return 0, -E_NOT_FOUND */
MUST_CHECK int client_load(struct tx *tx, int64_t id, struct client_row *ret);
void client_write_item(struct jw *w, const struct client_row *c);
/** The whole view as JSON. */
MUST_CHECK int client_write_view(struct call *call, struct tx *tx, int64_t id);

#endif
