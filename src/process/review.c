/* Reviews (P19): who may vote now, and what the votes add up to. */
#include "process/kase.h"

#include "base/id.h"

static int count(const struct kase *k, int step, enum verdict verdict)
{
	int n = 0;

	for (size_t i = 0; i < k->n_votes; i++)
		n += k->votes[i].step == step && k->votes[i].verdict == verdict;
	return n;
}

static bool passed(const struct kase *k, const struct review_def *v, size_t step)
{
	return count(k, (int)step, VERDICT_APPROVE) >= v->steps[step].need;
}

/** So many have said no that `need` of `of` can't be reached any more. */
static bool failed(const struct kase *k, const struct review_def *v, size_t step)
{
	return count(k, (int)step, VERDICT_REJECT) > v->steps[step].of - v->steps[step].need;
}

uint64_t review_open_steps(const struct kase *k, const struct review_def *v)
{
	uint64_t open = 0;

	for (size_t i = 0; i < v->n_steps; i++) {
		if (failed(k, v, i))
			return 0;
		if (passed(k, v, i))
			continue;
		open |= UINT64_C(1) << i;
		if (!v->together)
			break;
	}
	return open;
}

static bool has_voted(const struct kase *k, int step, int64_t person)
{
	for (size_t i = 0; i < k->n_votes; i++)
		if (k->votes[i].step == step && k->votes[i].person_id == person)
			return true;
	return false;
}

int review_my_step(struct kase *k, const struct review_def *v, struct label *ret_why)
{
	uint64_t open = review_open_steps(k, v);

	*ret_why = (struct label){"没有待您复核的步骤", "No step waits for you"};
	for (size_t i = 0; i < v->n_steps; i++) {
		const struct review_step *s = &v->steps[i];
		struct who_list who = {(struct who *)&s->who, 1};

		if (!(open >> i & 1))
			continue;
		if (!who_is_actor(k, &s->who))
			*ret_why = who_why(k, &who);
		else if (who_list_has_actor(k, &s->except))
			*ret_why = (struct label){"经办过此事的人应当回避",
						  "Who has worked on it can't review it"};
		else if (has_voted(k, (int)i, k->ctx->actor.id))
			*ret_why = (struct label){"您已经表决过", "You have voted already"};
		else
			return (int)i;
	}
	return -1;
}

static int add_tasks(struct kase *k, const struct review_def *v, uint64_t steps)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < v->n_steps; i++)
		if (steps >> i & 1)
			err = task_add(k, "review", &v->steps[i].who,
				       v->steps[i].label.zh ? v->steps[i].label : v->label, NULL);
	return err;
}

static void close_tasks(struct kase *k)
{
	for (size_t i = 0; i < k->n_tasks; i++)
		if (!k->tasks[i].done && strcmp(k->tasks[i].kind, "review") == 0)
			k->tasks[i].done = k->tasks[i].dirty = true;
}

int review_begin(struct kase *k)
{
	const struct review_def *v = definition_review_in(k->d, k->state);

	close_tasks(k);
	k->votes_loaded = true;
	k->n_votes = 0;
	k->votes = ARENA_ARRAY(k->arena, struct vote_row, 1);
	return v ? add_tasks(k, v, review_open_steps(k, v)) : 0;
}

static int store_vote(struct kase *k, const struct review_def *v, int step, enum verdict verdict,
		      struct str opinion)
{
	struct vote_row *vote = &k->votes[k->n_votes++];

	*vote = (struct vote_row){
		.step = step,
		.person_id = k->ctx->actor.id,
		.at = k->ctx->now_ms,
		.verdict = verdict,
		.opinion = opinion.p ? arena_strndup(k->arena, opinion.p, opinion.len) : NULL};
	return tx_exec(k->tx, "case.vote_add",
		       ARGS(A_INT("id", id_new()), A_INT("case_id", k->id),
			    A_TEXT("review", v->name), A_INT("round", k->state_at),
			    A_INT("step", step), A_INT("person_id", vote->person_id),
			    A_TEXT("verdict", verdict == VERDICT_APPROVE ? "approve" : "reject"),
			    A_STR("opinion", opinion)),
		       NULL);
}

static int conclude(struct kase *k, const struct review_def *v, bool pass)
{
	const struct review_outcome *o = pass ? &v->pass : &v->fail;
	char *data = arena_printf(k->arena, "{\"review\":\"%s\",\"passed\":%s}", v->name,
				  pass ? "true" : "false");
	int err;

	close_tasks(k);
	if ((err = kase_event(k, "review", NULL, k->state, o->to, kase_label(k, v->label),
			      str_of(data))) < 0 ||
	    (err = kase_enter(k, o->to)) < 0 || (err = clocks_follow(k, NULL, true)) < 0)
		return err;
	return effects_run(k, &o->effects);
}

int review_vote(struct kase *k, const struct action_def *a, struct str opinion)
{
	const struct review_def *v = &k->d->reviews[a->review];
	uint64_t before = review_open_steps(k, v), after;
	struct label why;
	int step = review_my_step(k, v, &why), err;

	if (step < 0)
		return ctx_fail(k->ctx, E_FORBIDDEN, NULL, "%s", label_text(why, k->ctx->lang));
	if ((err = store_vote(k, v, step, a->verdict, opinion)) < 0)
		return err;
	if (failed(k, v, (size_t)step))
		return conclude(k, v, false);
	after = review_open_steps(k, v);
	if (!after)
		return conclude(k, v, true);
	if (after == before)
		return 0;
	close_tasks(k);
	return add_tasks(k, v, after);
}
