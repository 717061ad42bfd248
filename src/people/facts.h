/**
 * @file facts.h  What is known of a client, for rooms below that write it into something.
 */
#ifndef LEXLINE_PEOPLE_FACTS_H
#define LEXLINE_PEOPLE_FACTS_H

#include "base/json.h"
#include "store/db.h"

/**
 * {name, kind, phone, email, …}: the name in clear, as for all who may open the client; every other value as
 * {"hint": …}, or with @p reveal in clear as {"value": …}. Whoever reveals adds the audit entry.
 * @param tx  of the clients' store
 * @return 0 with an owned object, -E_NOT_FOUND (not of the caller's organisations)
 */
MUST_CHECK int client_facts(struct tx *tx, int64_t client_id, bool reveal, json_t **ret);

#endif
