/**
 * @file process.h  Run process definitions, one action at a time.
 *
 * An action on a case checks state, role and guard, takes the form, changes the case, appends the
 * event, starts and stops clocks, opens tasks, queues messages and tells the live feed, all in the
 * caller's transaction; the gate adds the audit entry to it. Everything durable is in the database.
 */
#ifndef LEXLINE_PROCESS_H
#define LEXLINE_PROCESS_H

#include "process/definition.h"
#include "store/op.h"

struct process_lib;
struct kase;

/* ---- the library of definitions ------------------------------------------------------------- */

/**
 * Read the definitions in force (the profile's processes/ folder, and those of the modules that
 * profile.yaml names under `processes:`), keep each under its hash in table `definitions`, and load
 * every definition a case may be pinned to. Needs env->db migrated.
 * @return 0, -E_CONFIG (findings with file:line in f->detail's log), -E_UNAVAILABLE
 */
MUST_CHECK int process_lib_open(struct env *env, struct process_lib **ret, struct fault *f);
void process_lib_close(struct process_lib *lib); /**< stops the scheduler too; NULL is fine */
/** Put these texts in force as well (tests; a profile that is installed). Names already there are
 * replaced. */
MUST_CHECK int process_lib_add(struct process_lib *lib, struct str text, const char *file,
			       struct fault *f);

const struct definition *process_find(const struct process_lib *lib,
				      struct str name); /**< in force; NULL */
/** In force or old; loaded from the store when this node hasn't seen it. @return 0, -E_NOT_FOUND */
MUST_CHECK int process_by_id(struct process_lib *lib, struct tx *tx, int64_t id,
			     const struct definition **ret);
size_t process_count(const struct process_lib *lib);
const struct definition *process_at(const struct process_lib *lib, size_t i); /**< sorted by name */

/* ---- cases ---------------------------------------------------------------------------------- */

/** What a creation or an action comes with. All may be absent. */
struct form {
	const json_t *fields; /**< object */
	struct str note;
	int64_t client_id;
	struct str title;
	int64_t version;       /**< what the person saw; 0: not said */
	const char **consents; /**< purposes the client has consented to, looked up before the
				  transaction */
};

/**
 * Open a case, in a write transaction.
 * @return 0, -E_NOT_FOUND (process), -E_FORBIDDEN, -E_CONFLICT (guard), -E_INVALID (form;
 * fault.field)
 */
MUST_CHECK int process_create(struct tx *tx, const struct definition *d, const struct form *form,
			      struct kase **ret);
/**
 * Carry out one action.
 * @return 0, -E_NOT_FOUND (no such case for this actor), -E_STALE (*ret is the case as it is),
 *         -E_CONFLICT (not possible in this state, or a guard's reason), -E_FORBIDDEN, -E_INVALID
 */
MUST_CHECK int process_act(struct tx *tx, int64_t case_id, struct str action,
			   const struct form *form, struct kase **ret);
/** Correct fields without an action, where the state allows it. Same errors. */
MUST_CHECK int process_edit(struct tx *tx, int64_t case_id, const struct form *form,
			    struct kase **ret);
/** Load a case the actor may see, to read (no lock) or, in a write transaction, to change. */
MUST_CHECK int process_load(struct tx *tx, int64_t case_id, struct kase **ret);
/** The full case view of the contract. */
MUST_CHECK int process_view(struct kase *k, struct jw *w);

/** A file of the blob store that is hung on a case. */
struct process_file {
	const char *name, *media_type, *sha256;
	int64_t size, blob_id;
	int64_t blob_org_id; /**< whose key it is under */
};
/**
 * Attach files to a case the actor may see and that hasn't ended, with one event of @p kind in its timeline.
 * @param[out] ret_ids  as many as files
 * @return 0, -E_NOT_FOUND, -E_CONFLICT (it has ended)
 */
MUST_CHECK int process_attach(struct tx *tx, int64_t case_id, const struct process_file *files, size_t n,
			      const char *kind, int64_t *ret_ids);
/**
 * What a document can be filled with, of a case the actor may see: {id, org_id, client_id, org, number, title,
 * fields: {name: {value} | {hint}}}. Choices and people by what they are called; sealed fields as a hint, with
 * @p reveal in clear and `sealed: true`. Whoever reveals adds the audit entry.
 * @return 0 with an owned object
 */
MUST_CHECK int process_facts(struct tx *tx, int64_t case_id, bool reveal, json_t **ret);
/** What a category is called (Chinese) by a process in force; the value itself when none knows it. */
struct str process_category_label(const struct process_lib *lib, struct str value);

/** The timeline since a version, as an array: what a person with a stale page has missed. */
MUST_CHECK int process_changes(struct kase *k, int64_t since_version, struct jw *w);

/**
 * Who may see a case, as far as live events go: the roles its definition lets see it, and creator,
 * assignee and first asker. Whose vote it waited for is told by events of their own.
 */
struct process_audience {
	const char **roles; /**< the definition's: lives as long as the library */
	int64_t people[3];
};
/**
 * May the actor see this case? What process_load() asks, for one small statement: roles of the
 * definition, creator, assignee, first asker, whoever voted or holds a task; of his organisations.
 * @return 0, -E_NOT_FOUND
 */
MUST_CHECK int process_sees(struct tx *tx, int64_t case_id);
/** @return 0, -E_NOT_FOUND */
MUST_CHECK int process_audience(struct process_lib *lib, struct tx *tx, int64_t case_id,
				struct process_audience *ret);
bool process_audience_has(const struct process_audience *a, const struct actor *who);

/* ---- clocks --------------------------------------------------------------------------------- */

/** Start the thread that wakes for warnings and breaches. */
MUST_CHECK int scheduler_start(struct process_lib *lib);
void scheduler_stop(struct process_lib *lib);
/** After a commit: clocks may have been started that are due before the thread's next turn. Cheap.
 */
void scheduler_wake(struct process_lib *lib);
/**
 * One turn: carry out what is due at @p now_ms, each in its own transaction, exactly once.
 * @param[out] ret_next_ms  instant of the next one, INT64_MAX when there is none
 */
MUST_CHECK int scheduler_turn(struct process_lib *lib, int64_t now_ms, int64_t *ret_next_ms);
/** For calendars_on_change(): due times of running clocks, computed anew inside @p tx. */
MUST_CHECK int clocks_recompute(struct tx *tx, const struct calendar_set *set, int64_t org_id);

/* ---- proof and drawing ---------------------------------------------------------------------- */

/** What a definition may refer to. Members that are NULL aren't checked. */
struct check_world {
	const struct definition *const *processes;
	size_t n_processes;
	bool (*has_op)(void *arg, const char *name);
	bool (*has_calendar)(void *arg, const char *name);
	bool (*has_phrase)(void *arg, const char *key);
	bool (*has_role)(void *arg, const char *role);
	void *arg;
};
/** Findings as file:line; see "What lexline check proves" in docs/processes.md. @return their
 * number */
size_t definition_check(const struct definition *d, const struct check_world *world,
			struct yreport *r);
/**
 * Parse and prove every process of a profile (a folder or a built-in name) against its own calendars,
 * phrases and roles and the operations of @p ops.
 * @param draw_dir  write NAME.svg of each there; NULL: don't
 * @param[out] ret_n  processes looked at
 * @return 0 (see @p r for findings), -E_CONFIG (the profile can't be read), -E_IO
 */
MUST_CHECK int profile_check(const char *profile, const struct catalogue *ops, const char *draw_dir,
			     struct yreport *r, size_t *ret_n, struct fault *f);
/**
 * The process as SVG: states, actions, roles, clocks. Follows light and dark.
 * @param role_label  what a role is called; NULL: by its name
 */
void definition_draw(const struct definition *d, enum lang lang,
		     struct label (*role_label)(void *arg, const char *role), void *arg,
		     struct buf *out);

/** Natives of modules/cases. */
extern const struct native *const process_natives[];
extern const size_t process_natives_count;

#endif
