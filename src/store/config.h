/**
 * @file config.h  DIR/lexline.yaml: the one configuration file of an installation.
 */
#ifndef LEXLINE_CONFIG_H
#define LEXLINE_CONFIG_H

#include "base/yaml.h"

struct config {
	const char *path;
	const char *profile;	/**< name; its files are in DIR/profile/ */
	const char *db_url;	/**< NULL: SQLite in DIR/lexline.db; else postgresql://… */
	const char *clients_url; /**< NULL: DIR/clients.db, or schema `clients` of db_url */
	int db_connections;	/**< PostgreSQL writers, default 16 */
	const char *listen;	/**< "127.0.0.1:8080" */
	const char *public_url; /**< what people type; "" derives it from listen */
	const char *tls_cert;	/**< PEM files; both or none */
	const char *tls_key;
	int http_threads, workers; /**< 0: by cores */
	int node;		/**< id.h; also lease owner */
	const char *key_file;	/**< master key, default DIR/master.key; or */
	const char *key_command; /**< prints the key in base64 on stdout */
	int64_t upload_max_bytes;
	struct ynode *outreach;	/**< channels: mail, sms, webhook; read by outreach/ */
	struct ynode *voice;	/**< lines, trunks, ports; read by voice/ */
	struct ynode *people;	/**< password rules, lock-out, session length; read by people/ */
};

/** Everything in the arena. Unknown keys are errors with file:line. */
MUST_CHECK int config_load(struct arena *a, const char *data_dir, struct config **ret, struct fault *f);

#endif
