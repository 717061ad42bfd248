/* lexline serve */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "http/http.h"
#include "main/command.h"
#include "main/system.h"
#include "store/config.h"
#include "voice/voice.h"

#define PATIENCE_MS 25000 /* under systemd's 90 s, over the slowest request */

/* Before any thread exists: all of them inherit the mask, only sigwait() below gets the signals. */
static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* A line each for people and scripts: the addresses, once they answer. */
static void announce(const struct http_server *http, const struct config *c, const char *listen)
{
	const char *colon = strrchr(listen, ':');

	printf("%s://%.*s:%d\n", c->tls_cert ? "https" : "http", (int)(colon - listen), listen,
	       http_port(http));
	fflush(stdout);
}

/* Calls that run may finish; a second signal ends them. */
static void drain_calls(struct voice *voice, sigset_t *set)
{
	const struct timespec turn = {.tv_nsec = 1000000};
	int64_t until_us = time_monotonic_us() + voice_patience_ms(voice) * 1000;
	unsigned left = 0;

	while (voice && (left = voice_drain(voice, 200)) > 0 && time_monotonic_us() < until_us)
		if (sigtimedwait(set, NULL, &turn) > 0)
			break;
	if (left)
		log_msg(LOG_WARN, "serve.calls_cut", "%u calls were cut off", left);
}

static int serve(struct system *s, const char *listen, struct voice *voice, sigset_t *set)
{
	struct http_server *http;
	struct fault f = {0};
	int64_t began_us;
	int signal_number;

	listen = listen ? listen : s->env.config->listen;
	if (http_start(&s->env, listen, &http, &f) < 0)
		return command_failed(&f);
	announce(http, s->env.config, listen);
	if (voice)
		voice_announce(voice, stdout);
	fflush(stdout);
	if (time_is_shifted())
		log_msg(LOG_WARN, "serve.clock", "LEXLINE_NOW is set: this server lives in another time");
	log_event(LOG_INFO, "serve.ready", "data", s->env.data_dir, "version", LEXLINE_VERSION,
		  NULL);
	sigwait(set, &signal_number);
	log_event(LOG_INFO, "serve.draining", "signal",
		  signal_number == SIGTERM ? "SIGTERM" : "SIGINT", NULL);
	began_us = time_monotonic_us();
	drain_calls(voice, set);
	http_stop(http, PATIENCE_MS);
	log_msg(LOG_INFO, "serve.stopped", "drained in %lld ms",
		(long long)(time_monotonic_us() - began_us) / 1000);
	return EXIT_OK;
}

int cmd_serve(const struct command *self, int argc, char **argv)
{
	const char *data = NULL, *listen = NULL, *sip[OPTION_LIST_MAX + 1] = {NULL};
	struct voice *voice = NULL;
	int code;
	const struct option_spec specs[] = {
		{"data", "DIR", "the data folder", &data, NULL, true},
		{"listen", "HOST:PORT", "default: `listen` of lexline.yaml; port 0 picks one",
		 &listen, NULL, false},
		{"sip", "ADDRESS:PORT[;transport=udp|tcp|tls]",
		 "take calls there, besides `voice: listen:` of lexline.yaml; may come several times", sip, NULL, OPTION_MANY},
	};
	CLEANUP(system_closep) struct system *s = NULL;
	struct fault f = {0};
	sigset_t set;

	if (OPTIONS(self, specs, argc, argv, 0) < 0)
		return EXIT_USAGE;
	block_signals(&set);
	if (system_open(data, SYSTEM_SERVE, &s, &f) < 0)
		return command_failed(&f);
	if (voice_start(&s->env, &(struct voice_options){sip}, &voice, &f) < 0)
		return command_failed(&f);
	code = serve(s, listen, voice, &set);
	voice_stop(voice);
	return code;
}
