/**
 * @file definition.h  A process as read from its YAML file: an immutable model.
 *
 * The vocabulary is docs/processes.md. Names are resolved while parsing: fields, states, clocks and
 * actions are held as indexes into the definition's arrays (-1: none). Everything lives in the
 * definition's arena; a definition is never changed and safe to read from many threads.
 */
#ifndef LEXLINE_DEFINITION_H
#define LEXLINE_DEFINITION_H

#include "base/json.h"
#include "base/yaml.h"
#include "process/calendar.h"

#define MAX_FIELDS 128
#define MAX_STATES 64 /**< sets of states are bits of a uint64_t */
#define MAX_CLOCKS 32

struct label {
	const char *zh, *en; /**< both NULL: none */
};

enum field_type {
	F_TEXT,
	F_LONG_TEXT,
	F_INT,
	F_MONEY,
	F_BOOL,
	F_DATE,
	F_TIME,
	F_PHONE,
	F_EMAIL,
	F_CHOICE,
	F_CHOICES,
	F_PERSON,
	F_CLIENT,
	F_CASE,
	F_ARTICLES,
	F_FILES,
};
extern const char *const field_type_names[];

struct choice {
	const char *value;
	struct label label;
};

struct field_def {
	const char *name;
	enum field_type type;
	struct label label, help;
	bool required, sealed;
	int64_t min, max; /**< characters, value or entries; INT64_MIN / INT64_MAX: no limit */
	const struct choice *choices;
	size_t n_choices;
	const char *dflt;
	const struct ynode *at;
};

enum who_kind {
	WHO_ROLE,
	WHO_ASSIGNEE,
	WHO_CREATOR,
	WHO_FIRST_ASKER,
	WHO_CLIENT,
	WHO_ANYONE, /**< everybody who sees the case */
	WHO_SYSTEM, /**< the engine only */
	WHO_ACTOR,
	WHO_NOBODY,
	WHO_FIELD, /**< the person in a field */
};

struct who {
	enum who_kind kind;
	const char *role;
	int field;
};

struct who_list {
	struct who *at;
	size_t n;
};

/** A parameter of an operation, bound to a field. */
struct bind_param {
	const char *name;
	int field;
};

enum cond_kind {
	C_FIELD_IS, /**< one of `values` */
	C_FIELD_NOT,
	C_FIELD_GT,
	C_FIELD_LT,
	C_FIELD_GIVEN,
	C_STATE,
	C_ALL,
	C_ANY,
	C_NONE,
	C_ACTOR,
	C_ACTOR_NOT,
	C_CHILDREN_ENDED,
	C_CHILDREN_ANY,
	C_CLOCK,
	C_TASKS_DONE,
	C_CONSENT,
	C_OP,
};

enum clock_status { CLOCK_NEVER, CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_STOPPED, CLOCK_BREACHED };
extern const char *const clock_status_names[];

struct cond {
	enum cond_kind kind;
	int field;
	const char **values; /**< NULL-terminated */
	int64_t number;
	bool yes;
	uint64_t states;
	struct who who;
	int clock;
	enum clock_status status;
	const char *name; /**< of a process, a purpose of consent or an operation */
	struct bind_param *params;
	size_t n_params;
	struct cond *kids;
	size_t n_kids;
	struct label otherwise;
	const struct ynode *at;
};

struct conds {
	struct cond *at;
	size_t n;
};

enum effect_kind {
	FX_NOTIFY,
	FX_ASSIGN,
	FX_OPEN,
	FX_LEDGER,
	FX_EVENT,
	FX_FIELD,
	FX_OP,
	FX_DELIVER,
	FX_CLOCK,
	FX_REQUIRE,
	FX_TASK,
};

enum clock_verb { CLOCK_START, CLOCK_STOP, CLOCK_PAUSE, CLOCK_RESUME, CLOCK_RESTART, CLOCK_EXTEND };
enum prefer_kind { PREFER_LAST_FOR_CLIENT, PREFER_FIRST_ASKER, PREFER_LEAST_LOAD, PREFER_OP };
struct prefer {
	enum prefer_kind kind;
	const char *op; /**< PREFER_OP: whom this operation names, in its order */
};
#define MAX_PREFER 4
enum set_value { SET_VALUE, SET_ADD, SET_NOW, SET_ACTOR };

/** `child = ours` or `ours = child` when a child case is opened or has ended. */
struct copy {
	const char *child;
	int ours;
};

struct effect {
	enum effect_kind kind;
	struct conds when;
	const struct ynode *at;
	struct who_list to; /**< notify, deliver, task; assign: exactly one */
	const char *phrase, *channel;
	const char *process; /**< open */
	const char *then;    /**< open: action of ours when the child ends */
	struct copy *copies, *backs;
	size_t n_copies, n_backs;
	const char *ledger, *word; /**< record: ledger and kind of entry */
	struct label text;	   /**< ledger, event, task */
	struct who_list person;	   /**< ledger: whom the entry is about, at most one */
	const char *op;
	struct bind_param *params;
	size_t n_params;
	int field; /**< field set, delivered, or the skill's (-1: none) */
	enum set_value set;
	const char *value;
	int64_t add;
	enum clock_verb verb;
	int clock;
	struct period by;	/**< extension */
	int by_field;		/**< extension taken from a field, -1 */
	struct conds conds;	/**< require */
	struct who_list except; /**< assign: not these */
	struct prefer prefer[MAX_PREFER];
	size_t n_prefer;
	const char **until; /**< task: actions that close it; NULL: any */
};

struct effects {
	struct effect *at;
	size_t n;
};

struct form_item {
	int field;
	bool required;
};

struct form_def {
	struct form_item *at;
	size_t n;
};

enum state_kind { STATE_START, STATE_OPEN, STATE_WAIT, STATE_END };

struct state_def {
	const char *name;
	struct label label;
	enum state_kind kind;
	struct form_def edit; /**< fields that may be corrected here */
	struct who_list editors;
	const struct ynode *at;
};

enum verdict { VERDICT_NONE, VERDICT_APPROVE, VERDICT_REJECT };

struct action_def {
	const char *name;
	struct label label, confirm;
	uint64_t from;
	int to; /**< -1: stays */
	struct who_list by;
	struct form_def form;
	struct conds guard;
	struct effects effects;
	bool reason, primary;
	int review; /**< a generated verdict: index of the review, else -1 */
	enum verdict verdict;
	struct str json; /**< its object in a case view, without `enabled`, `why` and the end */
	const struct ynode *at;
};

struct within_case {
	const char *value;
	struct period period;
};

struct clock_def {
	const char *name;
	struct label label;
	const char *source, *calendar;
	bool starts_create;
	const char **start_actions, **stop_actions; /**< NULL-terminated, never NULL */
	uint64_t start_states, stop_states, pause_states;
	struct conds start_when;
	struct period within; /**< when within_field is -1 */
	const char *within_text;
	int within_field;
	struct within_case *cases; /**< by value of a choice; none: the field is a date */
	size_t n_cases;
	struct period *warn;
	size_t n_warn;
	struct effects warned, breached;
	bool warned_default, breached_default;
	bool window; /**< a right that ends, nobody's duty: no breach when it does */
	const struct ynode *at;
};

struct review_step {
	struct label label;
	struct who who;
	struct who_list except;
	int need, of;
	const struct ynode *at;
};

struct review_outcome {
	int to;
	struct effects effects;
};

struct review_def {
	const char *name;
	struct label label;
	int state;
	bool together;
	struct review_step *steps;
	size_t n_steps;
	struct review_outcome pass, fail;
	int approve, reject; /**< the generated actions */
	const struct ynode *at;
};

struct definition {
	struct arena *arena;
	int64_t id; /**< row of `definitions`; 0 until stored */
	const char *name;
	struct label label;
	const char *source, *number, *title, *calendar;
	const char *file;
	struct str canonical; /**< JSON that parses to the same model */
	char hash[65];	      /**< SHA-256 of it, hex */

	struct field_def *fields;
	size_t n_fields;
	struct state_def *states;
	size_t n_states;
	struct action_def create;
	struct action_def *actions;
	size_t n_actions;
	struct clock_def *clocks;
	size_t n_clocks;
	struct review_def *reviews;
	size_t n_reviews;
	struct effect *assign; /**< NULL: the creator */
	const char **visible;  /**< NULL-terminated roles; the default already worked out */
	int category, client,
		opinion; /**< fields, or -1; `opinion` is added when there is a review */
	bool uses_consent;
	const struct ynode *root;

	/* Written once for the API; `json`: GET /api/processes/{name} up to `may_create` and the
	 * end. */
	struct str json;
	struct str fields_json;
	struct str label_json;
	struct str *state_label_json; /**< by state */
};

/**
 * Parse one process. Findings go to @p r as file:line; the definition is made only when there are
 * none. The caller owns it.
 * @return 0 or -E_CONFIG
 */
MUST_CHECK int definition_parse(struct str text, const char *file, struct definition **ret,
				struct yreport *r);
void definition_free(struct definition *d);

int definition_field(const struct definition *d, struct str name);
int definition_state(const struct definition *d, struct str name);
int definition_clock(const struct definition *d, struct str name);
const struct action_def *definition_action(const struct definition *d, struct str name);
const struct review_def *definition_review_in(const struct definition *d, int state);

/** {"zh":…,"en":…}; null when there is none. */
void jw_label(struct jw *w, struct label l);
/** Text in the language, whatever there is, "" at worst. */
const char *label_text(struct label l, enum lang lang);
bool list_has(const char *const *list, const char *word);

/* ---- between the files of the parser -------------------------------------------------------- */

struct parser {
	struct arena *a;
	struct definition *d;
	struct yreport *r;
};

struct label parse_label(struct parser *p, const struct ynode *n);
struct who_list parse_who(struct parser *p, const struct ynode *n);
struct form_def parse_form(struct parser *p, const struct ynode *n);
struct conds parse_conds(struct parser *p, const struct ynode *n);
struct effects parse_effects(struct parser *p, const struct ynode *n);
struct effect *parse_assign(struct parser *p, const struct ynode *n);
void parse_clocks(struct parser *p, const struct ynode *n);
void parse_reviews(struct parser *p, const struct ynode *n);
/** Index of what the scalar names, reported with the nearest name when there is none. */
int parse_field_ref(struct parser *p, const struct ynode *n);
int parse_state_ref(struct parser *p, const struct ynode *n);
int parse_clock_ref(struct parser *p, const struct ynode *n);
uint64_t parse_states(struct parser *p, const struct ynode *n);
const char **parse_actions(struct parser *p, const struct ynode *n);
bool parse_period(struct parser *p, const struct ynode *n, struct period *ret);
struct bind_param *parse_params(struct parser *p, const struct ynode *n, size_t *ret_n);
/** Write json, fields_json … once everything is parsed. */
void definition_describe(struct definition *d);

#endif
