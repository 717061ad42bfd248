/**
 * @file gather.h  What a template's fields get: answers, earlier documents, case, client, organisation, person, day.
 */
#ifndef LEXLINE_DOCUMENT_GATHER_H
#define LEXLINE_DOCUMENT_GATHER_H

#include "document/library.h"

enum found_in { FOUND_NOWHERE, FOUND_ANSWER, FOUND_EARLIER, FOUND_SOURCE, FOUND_DEFAULT };

struct found {
	enum found_in in;
	const char *source; /**< "client.name" of FOUND_SOURCE */
	bool sealed;	    /**< not to be shown */
	const char *hint;   /**< of a sealed value that wasn't revealed */
};

struct gathered {
	json_t *values; /**< what the document is made of; owned */
	json_t *facts;	/**< of the case; owned */
	json_t *client; /**< of the client; NULL without; owned */
	struct found *found; /**< by field */
	bool revealed_case, revealed_client; /**< sealed values of them are in `values` */
	int64_t org_id, client_id;
	const char *person;
};

/**
 * @param tx      of the store of cases; the clients' store is read beside it
 * @param answers object, checked against the template; NULL: none
 * @param reveal  sealed values in clear; else a field that has one stays empty, with its hint in `found`
 */
MUST_CHECK int gather(struct tx *tx, const struct template *t, int64_t case_id, const json_t *answers, bool reveal,
		      struct gathered *ret);
void gathered_free(struct gathered *g); /**< for CLEANUP too */

#endif
