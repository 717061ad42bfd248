/**
 * @file kase.h  One case in memory, inside one transaction. Between the files of this room only.
 *
 * Loaded whole or made new, changed by transition.c and effect.c, written back once by kase_save().
 * In the request's arena but for the JSON trees, which kase_free() releases.
 */
#ifndef LEXLINE_KASE_H
#define LEXLINE_KASE_H

#include "process/process.h"
#include "store/db.h"

/** Member of the fields that no field can be called: a title that was given by hand. */
#define FIELD_TITLE "_title"

struct clock_row {
	int64_t id;
	int def;		  /**< index in the definition */
	enum clock_status status; /**< running, paused, stopped */
	const char *calendar;
	int64_t started_at, base_at;
	const char *length; /**< period, NULL: due_at was given by a field */
	int64_t remaining;  /**< of a clock that was paused; see calendar_remaining() */
	bool has_remaining;
	int64_t due_at;						     /**< 0 while paused */
	int64_t warned, next_at, paused_at, stopped_at, breached_at; /**< 0: none */
	bool fresh, dirty;
};

struct task_row {
	int64_t id, person_id;
	const char *kind, *role, *what, *until;
	bool fresh, dirty, done;
};

struct vote_row {
	int step;
	int64_t person_id, at;
	enum verdict verdict;
	const char *opinion;
};

struct kase {
	struct tx *tx;
	struct ctx *ctx;
	struct arena *arena;
	struct process_lib *lib;
	const struct calendar_set *lib_calendars; /**< NULL: those in force */
	const struct definition *d;

	int64_t id, org_id, client_id, created_by, first_asker, assignee, parent_id;
	int64_t created_at, updated_at, state_at, version;
	const char *number, *title, *assignee_role, *parent_link;
	int state;
	bool ended, fresh;
	json_t *fields, *sealed; /**< objects, owned */
	int64_t due_at;
	const char *due_clock, *clock_state;

	struct clock_row *clocks;
	size_t n_clocks, cap_clocks;
	struct task_row *tasks;
	size_t n_tasks, cap_tasks;
	struct vote_row *votes; /**< of the review that runs in this state */
	size_t n_votes;
	bool votes_loaded;
	int64_t db_clocks, db_tasks, n_children, n_citations, n_attachments;

	int64_t event_id; /**< of the action being carried out */
	struct str note;
	int depth; /**< of cases opened or woken by one another */
	/* consents of the client, looked up before the transaction; purposes, NULL-terminated */
	const char **consents;
	struct buf changed; /**< names of changed fields, for the event: "a","b" */
};

/* ---- kase.c ---------------------------------------------------------------------------------- */

struct kase *kase_new(struct tx *tx, const struct definition *d);
void kase_free(struct kase *k);	  /**< the JSON trees; NULL is fine */
void kase_freep(struct kase **k); /**< for CLEANUP */
/** Without looking at who asks. @p lock: to change it. @return 0, -E_NOT_FOUND */
MUST_CHECK int kase_load(struct tx *tx, int64_t id, bool lock, struct kase **ret);
MUST_CHECK int kase_load_votes(struct kase *k);
/** Insert or update everything that is fresh or dirty; version + 1. */
MUST_CHECK int kase_save(struct kase *k);
bool kase_visible(const struct kase *k);
int64_t kase_open_tasks(const struct kase *k);
/** A fresh one behind the others; addresses of rows move when one is added. */
struct clock_row *kase_add_clock(struct kase *k);
struct task_row *kase_add_task(struct kase *k);
/** Append to the timeline. @p data: JSON or STR_NULL. */
MUST_CHECK int kase_event(struct kase *k, const char *kind, const char *action, int from, int to,
			  struct str text, struct str data);
/** Tell the live streams. */
MUST_CHECK int kase_feed(struct kase *k, const char *kind, int64_t person_id, const char *role);
/** {field:N} {number} {title} {note} {state}; never a sealed field. In the arena. */
char *kase_text(struct kase *k, const char *template_text);
/** A label with its templates filled, as {"zh":…,"en":…}. In the arena. */
struct str kase_label(struct kase *k, struct label l);
/** Text of a field that isn't sealed; STR_NULL when empty or no text. */
struct str kase_field_text(const struct kase *k, int field);
/** Whose case it is: the row's client and, where the definition has one, its client field. */
MUST_CHECK int kase_tie_client(struct kase *k, int64_t client_id);
/** Id in a person, client or case field; 0 when empty. */
int64_t kase_field_id(const struct kase *k, int field);
/** Person of an assignee/creator/first_asker/actor/field; 0 when there is none. */
int64_t kase_person(const struct kase *k, const struct who *who);

/* ---- names.c: display names, kept for half a minute ---------------------------------------------
 */

struct names;
struct names *names_new(void);
void names_free(struct names *n);
/** In the arena; NULL when there is no such person, organisation, role. */
const char *name_person(struct tx *tx, struct process_lib *lib, int64_t id);
const char *name_org(struct tx *tx, struct process_lib *lib, int64_t id);
struct label name_role(struct tx *tx, struct process_lib *lib, const char *role);
struct names *process_lib_names(struct process_lib *lib);
struct env *process_lib_env(struct process_lib *lib);
struct scheduler;
struct scheduler **process_lib_scheduler(struct process_lib *lib);
void scheduler_note(struct process_lib *lib,
		    int64_t next_ms); /**< a clock that will ring then is being written */

/* ---- number.c -------------------------------------------------------------------------------- */

struct numbers;
struct numbers *numbers_new(void);
void numbers_free(struct numbers *n);
struct numbers *process_lib_numbers(struct process_lib *lib);
/** Before the transaction: reserves a block of numbers when the series is busy (PostgreSQL). */
void number_prepare(struct ctx *ctx, const struct definition *d);
/** The next number of the definition's series. */
MUST_CHECK int number_take(struct kase *k, const char **ret);

/* ---- form.c ---------------------------------------------------------------------------------- */

/** Check @p fields against the form and put them into the case; sealed ones are sealed. */
MUST_CHECK int form_take(struct kase *k, const struct form_def *form, const json_t *fields,
			 bool partial);
MUST_CHECK int form_set(struct kase *k, int field, const json_t *value);
bool field_given(const struct kase *k, int field);
MUST_CHECK int field_seal(struct kase *k, int field, struct str plain);
MUST_CHECK int field_unseal(struct kase *k, int field, struct str *ret);

/* ---- guard.c --------------------------------------------------------------------------------- */

/** @return 1 holds, 0 doesn't (*ret_why: the reason), negative error */
MUST_CHECK int conds_hold(struct kase *k, const struct conds *conds, struct label *ret_why);
bool who_is_actor(const struct kase *k, const struct who *who);
bool who_list_has_actor(const struct kase *k, const struct who_list *who);
bool who_list_has_person(const struct kase *k, const struct who_list *who, int64_t person);
/** The reason why nobody of this list is the actor. */
struct label who_why(struct kase *k, const struct who_list *who);

/** :case_id, :org_id and the fields an operation is given; in the arena. */
size_t kase_op_args(struct kase *k, const struct bind_param *params, size_t n,
		    const struct arg **ret);

/* ---- effect.c, assign.c, review.c, clock.c, child.c --------------------------------------------
 */

MUST_CHECK int effects_run(struct kase *k, const struct effects *fx);
MUST_CHECK int assign_run(struct kase *k, const struct effect *e);
MUST_CHECK int notify_people(struct kase *k, const struct who_list *to, const char *phrase,
			     const char *channel);
MUST_CHECK int task_add(struct kase *k, const char *kind, const struct who *who, struct label what,
			const char **until);
MUST_CHECK int ledger_add(struct kase *k, const char *ledger, const char *kind, struct str text,
			  int64_t person_id, const char *source);

int clock_latest(const struct kase *k, int def); /**< index of the row that started last, or -1 */
enum clock_status clock_status_of(const struct kase *k, int def);
MUST_CHECK int clock_verb_run(struct kase *k, int def, enum clock_verb verb,
			      const struct period *by);
/** After an action (also the definition's `create`; NULL: none) and, when @p entered, for the state
 * the case is in now. */
MUST_CHECK int clocks_follow(struct kase *k, const struct action_def *a, bool entered);
MUST_CHECK int clocks_stop_all(struct kase *k);
/** due_at, due_clock, clock_state of the case. */
void clocks_summarise(struct kase *k);
/** Due time of what a clock row holds. */
MUST_CHECK int clock_due(const struct calendar *cal, const char *length, bool has_remaining,
			 int64_t remaining, int64_t base_at, int64_t *ret, struct fault *f);
/** Compute a running clock's due time and its next instant anew. */
MUST_CHECK int clock_reschedule(struct kase *k, struct clock_row *c);
/** One clock has come to a warning or its end. */
MUST_CHECK int clock_ring(struct kase *k, struct clock_row *c);

/** Steps whose verdict is asked for now, as bits. */
uint64_t review_open_steps(const struct kase *k, const struct review_def *v);
/** The step this actor may vote in, or -1 with the reason. */
int review_my_step(struct kase *k, const struct review_def *v, struct label *ret_why);
MUST_CHECK int review_begin(struct kase *k);
MUST_CHECK int review_vote(struct kase *k, const struct action_def *a, struct str opinion);

MUST_CHECK int child_open(struct kase *parent, const struct effect *e);
MUST_CHECK int child_ended(struct kase *k);

/* ---- transition.c ------------------------------------------------------------------------------
 */

/** Change the state: event-less part of an action; ends what an end ends. */
MUST_CHECK int kase_enter(struct kase *k, int state);
/** May this actor do it now? @return 1, 0 with the reason, negative error */
MUST_CHECK int action_possible(struct kase *k, const struct action_def *a, struct label *ret_why);
/** An action by the system: guards hold, no form. @return 0 also when it isn't possible now */
MUST_CHECK int system_act(struct kase *k, const char *action);
/** A new case in its first state; nothing is stored yet. */
struct kase *kase_begin(struct tx *tx, const struct definition *d, int64_t org_id);
MUST_CHECK int create_in(struct kase *k, const struct form *form, bool by_person);

#endif
