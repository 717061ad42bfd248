/**
 * @file hotline.h  hotline.yaml: how a hotline answers, as data; and `voice:` of lexline.yaml. Format: docs/line.md.
 *
 * Immutable once loaded; a reload builds a new one, running calls keep theirs. Everything in one arena.
 */
#ifndef LEXLINE_VOICE_HOTLINE_H
#define LEXLINE_VOICE_HOTLINE_H

#include "voice/libre.h"

#include "base/yaml.h"
#include "store/ctx.h"

struct label2 {
	const char *zh, *en;
};

/* ---- the installation: `voice:` of lexline.yaml ---------------------------------------------- */

enum sip_transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_TLS };
struct voice_listen {
	struct sa address;
	enum sip_transport transport;
};
struct voice_trunk {
	const char *name;
	const char *server;	/**< HOST[:PORT] of the peer */
	enum sip_transport transport;
	bool registers;		/**< REGISTER with digest; false: IP trunk */
	const char *user, *auth_user, *password; /**< password read from a file of mode 0600; NULL without */
	const char *domain;	/**< of From and To; default server's host */
	const char *from;	/**< our number on outgoing calls */
	const char **allow;	/**< addresses/networks (CIDR) calls may come from; default: what server resolves to */
	const char **dial;	/**< prefixes of numbers that go out here; empty: all */
	bool srtp;		/**< SDES offered and demanded */
	int max_calls;
	int ping_s;		/**< OPTIONS every so often; 0: never */
	bool national;		/**< numbers of the country go out in national form: "055165123456", not "+8655165123456" */
	const char *country;	/**< of numbers without a prefix: "+86" */
	const char *area;	/**< "0551": of short local numbers */
};
struct voice_config {
	const struct voice_listen *listen;
	size_t n_listen;
	const struct voice_trunk *trunks;
	size_t n_trunks;
	const char *external;	/**< address told to peers behind NAT; NULL */
	uint16_t rtp_min, rtp_max; /**< default 20000–29999 */
	const char *tls_cert, *tls_key; /**< of SIP over TLS; default those of HTTP */
	const char *tls_ca;	/**< PEM file of the authorities that trunks' certificates are checked by; NULL: the system's */
	bool phones;		/**< desk phones may register */
	const char *realm;	/**< of their digest; default "lexline" */
	bool demo;		/**< calls from loopback without a trunk (the demo profile) */
	int max_calls;		/**< all together; default 1000 */
	int calls_per_source_s; /**< new INVITEs a second from one address before it is silently dropped; default 20 */
	int drain_s;		/**< at a restart; default 300 */
};
struct config;
/** @p node: `voice:` of lexline.yaml, may be NULL. */
MUST_CHECK int voice_config_load(struct arena *a, const struct config *c, const char *const *sip, struct voice_config **ret, struct fault *f);

/* ---- the hotline: DIR/profile/hotline.yaml --------------------------------------------------- */

struct hotline_prompt {
	const char *name;
	struct label2 label;	 /**< for the console */
	const char *text_zh, *text_en, *text_ja, *text_ko; /**< NULL: not in this language. {number} {minutes} {position} are spoken */
};

enum queue_strategy { STRATEGY_LONGEST_IDLE, STRATEGY_FEWEST_CALLS, STRATEGY_BEST_SKILL, STRATEGY_ROUND_ROBIN };
/* What counts where a call met no queue, and the defaults of a queue: GB/T 33358 names 15 s. */
#define SERVICE_LEVEL_S 15
#define SHORT_ABANDON_S 5

struct hotline_queue {
	const char *name;
	struct label2 label;
	const char *role;	 /**< who staffs it */
	const char *skill;	 /**< NULL: none demanded */
	enum queue_strategy strategy;
	int priority;		 /**< 0 normal; higher first */
	bool last_operator;	 /**< prefer who spoke with this caller last */
	int sticky_wait_s;	 /**< … and wait for that person this long */
	int ring_s;		 /**< an operator who doesn't answer this long is paused ("unanswered") */
	int position_every_s;	 /**< 0: not announced */
	int callback_after_s;	 /**< offer a call-back after this wait; 0: never */
	int max_wait_s;
	int relax_skill_after_s; /**< then anybody with the role may take it; 0: never */
	int wrap_s;		 /**< after-call work */
	const char *music;	 /**< prompt while waiting */
	int service_level_s;	 /**< answered within this (GB/T 33358: 15) */
	int short_abandon_s;	 /**< hung up before this doesn't count, on request */
};

struct hotline_pause {
	const char *name;
	struct label2 label;
	int limit_s; /**< longer raises an alarm; 0: no limit */
};

enum flow_kind {
	FLOW_SAY, FLOW_HOURS, FLOW_RECORD, FLOW_MENU, FLOW_LANGUAGE, FLOW_ROUTE, FLOW_QUEUE, FLOW_TRANSFER, FLOW_VOICEMAIL,
	FLOW_SURVEY, FLOW_HANGUP,
	FLOW_KINDS
};
struct flow_step;
/** `keys:` of a menu (step), a language choice (lang) or a survey (value). */
struct flow_key {
	char key;
	const struct flow_step *step;
	const char *lang;
	int value;
};
/** One line of `route:`; what isn't said (NULL, -1) fits everybody. */
struct flow_route {
	const char **tiers; /**< NULL-terminated; NULL: any */
	int member, known;  /**< 0, 1; -1: either */
	const char *caller; /**< prefix of the number */
	const char *lang;
	const struct flow_step *to;
};
struct flow_step {
	const char *name;
	enum flow_kind kind;
	const struct ynode *at; /**< where it stands in the file */
	const char **prompts;   /**< NULL-terminated; never NULL */
	const struct flow_key *keys;
	size_t n_keys;
	const struct flow_route *routes;
	size_t n_routes;
	const char *calendar, *number, *process;
	const struct hotline_queue *queue;
	int timeout_s, tries, max_s;
	bool barge_in; /**< a key cuts the prompt off */
	/** Where it goes on; NULL: the call ends. Which of them a kind knows: hotline_steps.c. */
	const struct flow_step *then, *otherwise, *open, *closed, *overflow, *left, *failed;
};

/** How far ahead of the others callers of a tier come in a queue. */
struct hotline_tier {
	const char *name;
	int priority;
};

struct hotline_number {
	const char *number;   /**< as dialled in: "12348", "+864001112348" */
	const struct flow_step *step; /**< where the call begins */
	const char *lang;     /**< "zh" */
};

struct hotline {
	struct arena *arena;
	const char *name;
	struct label2 label;
	const char *calendar;	    /**< duty hours */
	const char *process;	    /**< of the case that an answered call opens: "enquiry" */
	const char *voicemail_process;
	const char **languages;	    /**< NULL-terminated; first is the default */
	const char *keep;	    /**< retention of recordings, a period: "3 years" */
	bool opus;		    /**< false: A-law WAV */
	const struct hotline_number *numbers;
	size_t n_numbers;
	const struct hotline_prompt *prompts;
	size_t n_prompts;
	const struct hotline_queue *queues;
	size_t n_queues;
	const struct hotline_tier *tiers;
	size_t n_tiers;
	const struct hotline_pause *pauses;
	size_t n_pauses;
	const struct flow_step *steps;
	size_t n_steps;
	bool loopback;		    /**< calls from this machine are taken without a trunk (the demo) */
	int vacant_after_s;	    /**< no operator signed in during duty hours this long: alarm (V05) */
};

/**
 * Strict: unknown keys and names that don't exist are findings with file:line.
 * @param profile  a folder, or the name of a built-in one
 * @return 0, -E_NOT_FOUND (the profile has none: no finding), -E_CONFIG
 */
MUST_CHECK int hotline_load(const char *profile, struct hotline **ret, struct yreport *r);
MUST_CHECK int hotline_parse(struct str text, const char *file, struct hotline **ret, struct yreport *r);
void hotline_free(struct hotline *h); /**< NULL is fine */
int hotline_tier_priority(const struct hotline *h, const char *tier); /**< 0: not named */
const struct hotline_queue *hotline_queue(const struct hotline *h, const char *name); /**< NULL: unknown */
/** By what was dialled; "+86…" and national forms of one number are the same. NULL: not ours. */
const struct hotline_number *hotline_number(const struct hotline *h, const char *called);

#endif
