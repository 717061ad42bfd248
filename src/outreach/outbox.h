/**
 * @file outbox.h  Messages that leave: queued in the transaction, sent at least once afterwards.
 *
 * Channels: mail (SMTP by libcurl), sms (HTTP gateway), webhook (HMAC-SHA-256 signed), inbox
 * (the person's own list in the console or portal; delivered by being there). Leases let any node send.
 * Retries back off 30 s … 6 h, 12 times; then the message is "failed" and the supervisor is told.
 */
#ifndef LEXLINE_OUTBOX_H
#define LEXLINE_OUTBOX_H

#include "store/db.h"
#include "store/op.h"

struct message {
	const char *channel;	/**< "inbox", "mail", "sms", "webhook" */
	int64_t org_id;
	int64_t person_id;	/**< recipient on the staff; or */
	int64_t client_id;	/**< recipient client: address is looked up and unsealed when sent; or */
	struct str address;	/**< explicit address; is sealed in the queue */
	const char *template_name; /**< phrases.yaml key */
	struct str params;	/**< JSON object for the template */
	int64_t case_id;	/**< 0: none */
};

MUST_CHECK int outbox_add(struct tx *tx, const struct message *m);

/** The room's operations carried out in C. */
extern const struct native outreach_natives[];
extern const size_t outreach_n_natives;

MUST_CHECK int outbox_start(struct env *env, struct outbox **ret, struct fault *f);
void outbox_nudge(struct outbox *o); /**< after a commit that queued something; NULL is fine */
void outbox_stop(struct outbox *o); /**< before the stores close; nudges of their last writes are harmless */
void outbox_free(struct outbox *o); /**< after them */

#endif
