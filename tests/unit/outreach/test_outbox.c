/* Messages that leave, against a mail server and a gateway of the test's own. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sodium.h>

#include "base/file.h"
#include "outreach/room.h"
#include "people/world.h"

static struct world w;
static struct person op, head;
static int smtp_port, http_port, to_child[2];
static pid_t child;
static char log_path[128];

/* ---- the counterpart ---------------------------------------------------------------------- */

static void start_counterpart(int fail_first)
{
	const char *source = getenv("LEXLINE_SOURCE");
	int from_child[2];
	char script[512], fails[16], line[64];
	FILE *said;

	snprintf(script, sizeof(script), "%s/tests/unit/outreach/counterpart.py",
		 source ? source : ".");
	snprintf(log_path, sizeof(log_path), "%s/counterpart.log", w.dir);
	snprintf(fails, sizeof(fails), "%d", fail_first);
	assert_int_equal(pipe(to_child), 0);
	assert_int_equal(pipe(from_child), 0);
	if (!(child = fork())) {
		dup2(to_child[0], 0);
		dup2(from_child[1], 1);
		close(to_child[1]);
		execlp("python3", "python3", script, log_path, fails, NULL);
		_exit(127);
	}
	close(to_child[0]);
	close(from_child[1]);
	assert_non_null(said = fdopen(from_child[0], "r"));
	assert_non_null(fgets(line, sizeof(line), said));
	fclose(said);
	assert_int_equal(sscanf(line, "%d %d", &smtp_port, &http_port), 2);
}

static void stop_counterpart(void)
{
	close(to_child[1]);
	waitpid(child, NULL, 0);
}

/* What it has written down so far; "" nothing. */
static const char *taken(void)
{
	static struct arena *a;
	struct str content;
	struct fault f = {0};

	arena_free(a);
	a = arena_new();
	return file_read(a, log_path, 1 << 20, &content, &f) == 0 ? content.p : "";
}

/* ---- the installation --------------------------------------------------------------------- */

static void configure(const char *yaml)
{
	static struct arena *a;
	struct ynode *n;
	struct fault f = {0};

	arena_free(a);
	a = arena_new();
	if (yaml_parse(a, str_of(yaml), "lexline.yaml", &n, &f) < 0)
		fail_msg("%s", f.detail);
	w.config.outreach = n;
}

static void write_secret(char path[128])
{
	struct fault f = {0};

	snprintf(path, 128, "%s/secret", w.dir);
	assert_int_equal(file_write(path, STR("s3cret\n"), 0600, &f), 0);
}

static void write_phrases(void)
{
	char path[128];
	struct fault f = {0};

	snprintf(path, sizeof(path), "%s/profile", w.dir);
	assert_int_equal(file_mkdirs(path, 0700, &f), 0);
	snprintf(path, sizeof(path), "%s/profile/phrases.yaml", w.dir);
	assert_int_equal(
		file_write(path,
			   STR("messages:\n  told: {zh: \"您好，{number}于{due}前答复。\", en: "
			       "\"{number} by {due}\"}\n"),
			   0600, &f),
		0);
}

static int open_world(void **state)
{
	char yaml[1024], secret[128];

	world_open(&w, DB_SQLITE);
	write_phrases();
	write_secret(secret);
	start_counterpart(0);
	snprintf(yaml, sizeof(yaml),
		 "mail: {url: \"smtp://127.0.0.1:%d\", from: hotline@example.cn, starttls: none}\n"
		 "sms: {url: \"http://127.0.0.1:%d/sms\", secret_file: %s}\n"
		 "webhook: {url: \"http://127.0.0.1:%d/hook\", secret_file: %s}\n",
		 smtp_port, http_port, secret, http_port, secret);
	configure(yaml);
	world_person(&w, &op, w.province, "op", "operator");
	world_person(&w, &head, w.province, "head", "supervisor");
	return 0;
}

static int close_world(void **state)
{
	struct outbox *o = w.env.outbox;

	outbox_stop(o);
	stop_counterpart();
	w.env.outbox = NULL;
	outbox_free(o);
	world_close(&w);
	return 0;
}

static void start_sending(void)
{
	struct fault f = {0};

	if (outbox_start(&w.env, &w.env.outbox, &f) < 0)
		fail_msg("%s", f.detail);
}

static int apply_add(struct tx *tx, void *arg)
{
	return outbox_add(tx, arg);
}

static void queue(struct message m)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w.env);

	m.org_id = w.province;
	m.template_name = "told";
	m.params = STR("{\"number\":\"HN-7\",\"due\":\"2026-05-09T14:30:00+08:00\"}");
	if (db_write_wait(w.env.db, ctx, apply_add, &m) < 0)
		fail_msg("%s", ctx->fault.detail);
	outbox_nudge(w.env.outbox);
}

static int64_t count(const char *status)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w.env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int64_t n;

	assert_int_equal(db_read(w.env.db, ctx, &tx), 0);
	assert_int_equal(tx_int(tx, "outbox.count", ARGS(A_TEXT("status", status)), &n), 0);
	return n;
}

/* Until so many messages have that status: the sender's thread decides when. */
static void wait_for(const char *status, int64_t n)
{
	for (int i = 0; i < 1000 && count(status) < n; i++)
		usleep(10000);
	assert_int_equal(count(status), n);
}

/* ---- tests -------------------------------------------------------------------------------- */

static void a_mail_arrives_in_utf8(void **state)
{
	start_sending();
	queue((struct message){.channel = "mail", .address = STR("wang@example.cn")});
	wait_for("sent", 1);
	assert_contains(taken(), "RCPT TO:<wang@example.cn>");
	assert_contains(taken(), "Auto-Submitted: auto-generated");
	/* "您好，HN-7于2026-05-09 14:30前答复。" */
	assert_contains(taken(), "5oKo5aW977yMSE4tN+S6jjIwMjYtMDUtMDkgMTQ6MzDliY3nrZTlpI3jgII=");
}

/* Recompute over what arrived: the receiver's side of the signature. */
static void check_signature(const char *prefix)
{
	CLEANUP(json_decrefp) json_t *entry = NULL;
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *body, *text, *stamp, *given;
	struct fault f = {0};
	json_t *headers;
	char mac[65];

	assert_int_equal(json_parse(str_of(taken()), &entry, &f), 0);
	headers = json_object_get(entry, "headers");
	body = json_string_value(json_object_get(entry, "body"));
	stamp = json_string_value(json_object_get(headers, arena_printf(a, "%sTimestamp", prefix)));
	given = json_string_value(json_object_get(headers, arena_printf(a, "%sSignature", prefix)));
	text = arena_printf(a, "%s.%s", stamp, body);
	hmac_hex("s3cret", str_of(text), mac);
	assert_string_equal(given, arena_printf(a, "v1=%s", mac));
}

static void a_short_message_is_signed_and_escaped(void **state)
{
	start_sending();
	queue((struct message){.channel = "sms", .address = STR("+8613812345678")});
	wait_for("sent", 1);
	assert_contains(taken(), "+8613812345678");
	check_signature("X-");
}

static void a_webhook_is_signed(void **state)
{
	start_sending();
	queue((struct message){.channel = "webhook"});
	wait_for("sent", 1);
	assert_contains(taken(), "HN-7");
	check_signature("X-Lexline-");
}

static void a_clients_number_is_looked_up_when_sending(void **state)
{
	int64_t client;

	assert_int_equal(world_call(&w, op.token, "client.create",
				    "{\"name\":\"王五\",\"phone\":\"13911112222\"}"),
			 0);
	client = reply_id("id");
	start_sending();
	queue((struct message){.channel = "sms", .client_id = client});
	wait_for("sent", 1);
	assert_contains(taken(), "+8613911112222");
}

static void whoever_has_no_address_fails_at_once_and_the_head_is_told(void **state)
{
	start_sending();
	queue((struct message){.channel = "sms", .person_id = op.id});
	wait_for("failed", 1);
	assert_int_equal(world_call(&w, head.token, "inbox.messages", "{}"), 0);
	assert_contains(reply_dump(), "message_failed");
	assert_contains(reply_dump(), "sms");
	assert_int_equal(world_call(&w, head.token, "me.show", "{}"), 0);
	assert_int_equal(json_integer_value(json_object_get(reply, "unread")), 1);
}

static void a_mail_server_that_refuses_is_believed(void **state)
{
	start_sending();
	queue((struct message){.channel = "mail", .address = STR("nobody@example.cn")});
	wait_for("failed", 1);
	assert_string_equal(taken(), "");
}

static void addresses_that_would_smuggle_lines_are_refused(void **state)
{
	start_sending();
	queue((struct message){.channel = "mail", .address = STR("a@b.cn>\r\nRCPT TO:<c@d.cn")});
	wait_for("failed", 1);
	assert_string_equal(taken(), "");
}

static void a_channel_that_is_not_configured_bothers_nobody(void **state)
{
	configure("{}");
	start_sending();
	queue((struct message){.channel = "sms", .address = STR("+8613812345678")});
	wait_for("failed", 1);
	assert_int_equal(world_call(&w, head.token, "inbox.messages", "{}"), 0);
	assert_int_equal(json_array_size(json_object_get(reply, "items")), 0);
}

/* A busy counterpart is asked again later; the first try is not lost, and not counted as sent. */
static void a_busy_counterpart_is_tried_again(void **state)
{
	char yaml[256];

	stop_counterpart();
	start_counterpart(1);
	snprintf(yaml, sizeof(yaml),
		 "mail: {url: \"smtp://127.0.0.1:%d\", from: a@b.cn, starttls: none}", smtp_port);
	configure(yaml);
	start_sending();
	queue((struct message){.channel = "mail", .address = STR("wang@example.cn")});
	for (int i = 0; i < 1000 && count("tried") < 1; i++)
		usleep(10000);
	assert_int_equal(count("queued"), 1);
	assert_string_equal(taken(), "");
	/* as if the time had come */
	outbox_stop(w.env.outbox);
	outbox_free(w.env.outbox);
	{
		CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(&w.env);
		struct tx *tx;
		int64_t at;

		assert_int_equal(db_read(w.env.db, ctx, &tx), 0);
		assert_int_equal(tx_int(tx, "outbox.next_due", NO_ARGS, &at), 0);
		db_read_end(tx);
		assert_true(at > ctx->now_ms + 20000 && at <= ctx->now_ms + 31000);
	}
	w.env.outbox = NULL;
}

static void settings_that_are_wrong_are_named(void **state)
{
	struct outbox *o = NULL;
	struct fault f = {0};

	configure("mail: {url: \"smtp://x\", sender: a@b}\nsms: {kind: carrier-pigeon}\n");
	assert_int_equal(outbox_start(&w.env, &o, &f), -E_CONFIG);
	assert_contains(f.detail, "sender");
	assert_contains(f.detail, "lexline.yaml:1");
}

static void an_own_message_is_read_in_both_languages(void **state)
{
	char json[64];

	start_sending();
	queue((struct message){.channel = "inbox", .person_id = op.id});
	assert_int_equal(world_call(&w, op.token, "inbox.messages", "{\"unread\":true}"), 0);
	assert_contains(reply_dump(), "HN-7 by 2026-05-09 14:30");
	snprintf(json, sizeof(json), "{\"id\":\"%s\"}",
		 json_string_value(json_object_get(
			 json_array_get(json_object_get(reply, "items"), 0), "id")));
	assert_int_equal(world_call(&w, head.token, "inbox.read", json), -E_NOT_FOUND);
	assert_int_equal(world_call(&w, op.token, "inbox.read", json), 0);
	assert_int_equal(world_call(&w, op.token, "inbox.messages", "{\"unread\":true}"), 0);
	assert_int_equal(json_array_size(json_object_get(reply, "items")), 0);
}

/* The published worked example of Alibaba Cloud's V3 signature can't be replayed (it fixes the
 * nonce); what is checked here is that the gateway, computing the signature itself from the
 * request, agrees. */
static void aliyun_requests_carry_the_v3_signature(void **state)
{
	CLEANUP(json_decrefp) json_t *entry = NULL;
	CLEANUP(arena_freep) struct arena *a = arena_new();
	char yaml[512], secret[128], mac[65], hex[65];
	const char *auth, *query, *canonical;
	uint8_t hash[32];
	json_t *h;
	struct fault f = {0};

	write_secret(secret);
	snprintf(yaml, sizeof(yaml),
		 "sms: {kind: aliyun, url: \"http://127.0.0.1:%d\", access_key: AK1, sign_name: "
		 "律线, secret_file: %s, "
		 "templates: {told: SMS_1}}",
		 http_port, secret);
	configure(yaml);
	start_sending();
	queue((struct message){.channel = "sms", .address = STR("+8613812345678")});
	wait_for("sent", 1);
	assert_int_equal(json_parse(str_of(taken()), &entry, &f), 0);
	h = json_object_get(entry, "headers");
	auth = json_string_value(json_object_get(h, "Authorization"));
	query = json_string_value(json_object_get(entry, "path")) + 2;
	assert_contains(query, "PhoneNumbers=13812345678&SignName=%E5%BE%8B%E7%BA%BF&TemplateCode="
			       "SMS_1&TemplateParam=%7B");
#define H(name) json_string_value(json_object_get(h, name))
	canonical = arena_printf(
		a,
		"POST\n/"
		"\n%s\nhost:%s\nx-acs-action:SendSms\nx-acs-content-sha256:%s\nx-acs-date:%s\n"
		"x-acs-signature-nonce:%s\nx-acs-version:2017-05-25\n\nhost;x-acs-action;"
		"x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version\n%s",
		query, H("Host"), H("x-acs-content-sha256"), H("x-acs-date"),
		H("x-acs-signature-nonce"), H("x-acs-content-sha256"));
	crypto_hash_sha256(hash, (const uint8_t *)canonical, strlen(canonical));
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	hmac_hex("s3cret", str_of(arena_printf(a, "ACS3-HMAC-SHA256\n%s", hex)), mac);
	assert_contains(auth, arena_printf(a, "Signature=%s", mac));
	assert_contains(auth, "Credential=AK1,");
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
RUN(T(a_mail_arrives_in_utf8), T(a_short_message_is_signed_and_escaped), T(a_webhook_is_signed),
    T(a_clients_number_is_looked_up_when_sending),
    T(whoever_has_no_address_fails_at_once_and_the_head_is_told),
    T(a_mail_server_that_refuses_is_believed), T(addresses_that_would_smuggle_lines_are_refused),
    T(a_channel_that_is_not_configured_bothers_nobody), T(a_busy_counterpart_is_tried_again),
    T(settings_that_are_wrong_are_named), T(an_own_message_is_read_in_both_languages),
    T(aliyun_requests_carry_the_v3_signature))
