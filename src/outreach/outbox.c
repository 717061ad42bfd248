/* Messages are queued with what causes them; a thread of its own sends them. */
#include "outreach/outbox.h"

#include "base/id.h"
#include "outreach/feed.h"
#include "store/vault.h"

/* What a sealed address is bound to (vault.h). */
#define SEALED_ADDRESS "outbox.address"

/* ---- queueing ----------------------------------------------------------------------------- */

static int put_inbox(struct tx *tx, const struct message *m)
{
	struct ctx *ctx = tx_ctx(tx);
	struct feed_event e = {.kind = "inbox",
			       .org_id = m->org_id,
			       .person_id = m->person_id,
			       .case_id = 0,
			       .data = STR("{}")};
	int r;

	if (!m->person_id)
		return ctx_fail(ctx, E_INVALID, NULL, "an inbox message needs a person");
	r = tx_op(tx, "inbox.put",
		  ARGS(A_INT("id", id_new()), A_INT("at", ctx->now_ms), A_INT("org_id", m->org_id),
		       A_INT("person_id", m->person_id), A_TEXT("template", m->template_name),
		       A_STR("params", m->params), A_INT("case_id", m->case_id)),
		  NULL);
	return r < 0 ? r : feed_add(tx, &e);
}

static int queue(struct tx *tx, const struct message *m)
{
	struct ctx *ctx = tx_ctx(tx);
	struct str address = STR_NULL;
	int r;

	if (m->address.p &&
	    (r = vault_seal(ctx->env->vault, "cases", m->org_id, SEAL_FIELD, SEALED_ADDRESS,
			    m->address, ctx->arena, &address, &ctx->fault)) < 0)
		return r;
	ctx->touched |= TOUCHED_OUTBOX;
	return tx_op(tx, "outbox.queue",
		     ARGS(A_INT("id", id_new()), A_INT("at", ctx->now_ms),
			  A_INT("org_id", m->org_id), A_TEXT("channel", m->channel),
			  A_INT("person_id", m->person_id), A_INT("client_id", m->client_id),
			  A_BLOB("address", address), A_TEXT("template", m->template_name),
			  A_STR("params", m->params), A_INT("case_id", m->case_id)),
		     NULL);
}

int outbox_add(struct tx *tx, const struct message *m)
{
	if (strcmp(m->channel, "inbox") == 0)
		return put_inbox(tx, m);
	return queue(tx, m);
}
