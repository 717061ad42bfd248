/**
 * @file room.h  What the files of this room share. Not for other rooms.
 */
#ifndef LEXLINE_OUTREACH_ROOM_H
#define LEXLINE_OUTREACH_ROOM_H

#include <curl/curl.h>
#include <stdatomic.h>

#include "base/json.h"
#include "base/thread.h"
#include "base/yaml.h"
#include "outreach/outbox.h"

/* ---- texts: phrases.c --------------------------------------------------------------------- */

struct phrases; /**< message key → text in two languages, immutable */
/** `messages` (and `phrases`) of DIR/profile/phrases.yaml; a missing file is an empty set. */
MUST_CHECK int phrases_load(const char *data_dir, struct phrases **ret, struct fault *f);
void phrases_free(struct phrases *p);
/** With {places} filled from the JSON object @p params. An unknown key is its own text. In the
 * arena. */
struct str phrase_render(const struct phrases *p, struct arena *a, struct str key, enum lang lang,
			 const json_t *params);

/* ---- channels ----------------------------------------------------------------------------- */

/** One message on its way; strings live until the send returns. */
struct outgoing {
	int64_t id;
	int64_t at_ms;
	int64_t case_id;
	const char *template_name;
	const char *address; /**< in clear: E.164, mail address; NULL for the webhook */
	struct str text;
	struct str params; /**< JSON object */
};

/** From `outreach:` of the configuration; strings in the arena of the outbox. */
struct mail_settings {
	const char *url, *from, *user, *password, *ca_file;
	long ssl; /**< CURLUSESSL_… */
};
struct sms_settings {
	bool aliyun;
	const char *url, *secret;
	const char *body; /**< json: template with {phone} {text} {id} {template} */
	const char *access_key, *sign_name; /**< aliyun */
	const struct ynode *templates;	    /**< aliyun: message key → template code */
};
struct webhook_settings {
	const char *url, *secret;
};

struct outbox {
	struct env *env;
	struct arena *arena;
	pthread_mutex_t lock;
	struct ticker *ticker; /**< NULL once stopped; under the lock */
	struct phrases *phrases;
	CURL *curl;
	atomic_bool stopping;
	const struct mail_settings *mail; /**< NULL: not configured */
	const struct sms_settings *sms;
	const struct webhook_settings *webhook;
	int64_t pruned_at;
};

/** Unknown keys, a missing secret file … are findings with file:line. */
MUST_CHECK int channels_configure(struct outbox *o, const struct ynode *config, struct fault *f);
/**
 * @return 0 handed over; -E_IO, -E_UNAVAILABLE: try again later; -E_INVALID, -E_FORBIDDEN,
 * -E_NOT_SUPPORTED: never will. @p f names no address.
 */
MUST_CHECK int mail_send(struct outbox *o, const struct outgoing *m, struct fault *f);
MUST_CHECK int sms_send(struct outbox *o, const struct outgoing *m, struct fault *f);
MUST_CHECK int webhook_send(struct outbox *o, const struct outgoing *m, struct fault *f);

/** A fresh handle with time limits and a stop when the outbox stops. */
CURL *http_begin(struct outbox *o, const char *url);
/** Carry out a POST; releases @p headers. Statuses become errors as above. */
MUST_CHECK int http_post(struct outbox *o, const char *url, struct curl_slist *headers,
			 struct str body, struct buf *ret_body, struct fault *f);
/** HMAC-SHA-256, hex. */
void hmac_hex(const char *secret, struct str what, char ret[65]);

#endif
