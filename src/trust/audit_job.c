/* On PostgreSQL commits come from many connections and nodes: one of them links what is new. */
#include "trust/audit.h"

#include <stdatomic.h>

#include "base/log.h"
#include "base/thread.h"

#define IDLE_US 2000000 /* entries of writes that nudge nobody, and the lease of a node that died \
			 */

struct audit_job {
	struct env *env;
	pthread_mutex_t lock;
	struct ticker *ticker; /* NULL once stopped; under the lock */
};

static void link_store(struct env *env, struct db *db)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(env);

	if (db && db_kind(db) == DB_POSTGRES && db_write_wait(db, ctx, audit_link, NULL) < 0)
		log_fault(LOG_WARN, "audit.link", &ctx->fault); /* the next turn does it */
}

static int64_t turn(void *arg)
{
	struct audit_job *job = arg;

	link_store(job->env, job->env->db);
	link_store(job->env, job->env->clients);
	return time_monotonic_us() + IDLE_US;
}

int audit_start(struct env *env, struct audit_job **ret, struct fault *f)
{
	struct audit_job *job;

	*ret = NULL;
	if (db_kind(env->db) != DB_POSTGRES)
		return 0;
	if (!(job = calloc(1, sizeof(*job))))
		return fail(f, E_NO_MEMORY, NULL, "no memory for the audit job");
	job->env = env;
	pthread_mutex_init(&job->lock, NULL);
	if (!(job->ticker = ticker_new("audit", turn, job))) {
		audit_free(job);
		return fail(f, E_NO_MEMORY, NULL, "the audit job could not be started");
	}
	*ret = job;
	return 0;
}

void audit_nudge(struct audit_job *job)
{
	if (!job)
		return;
	pthread_mutex_lock(&job->lock);
	if (job->ticker)
		ticker_nudge(job->ticker);
	pthread_mutex_unlock(&job->lock);
}

void audit_stop(struct audit_job *job)
{
	struct ticker *ticker;

	if (!job)
		return;
	pthread_mutex_lock(&job->lock);
	ticker = job->ticker;
	job->ticker = NULL;
	pthread_mutex_unlock(&job->lock);
	if (ticker)
		ticker_stop(ticker);
}

void audit_free(struct audit_job *job)
{
	if (!job)
		return;
	audit_stop(job);
	pthread_mutex_destroy(&job->lock);
	free(job);
}
