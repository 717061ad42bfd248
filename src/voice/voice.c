/* The voice thread, and how it is started and stopped. */
#include "voice/voice_private.h"

#include <pthread.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "store/config.h"
#include "store/db.h"

#define MAX_DESCRIPTORS 16384

enum { ASK_RUN, ASK_STOP };

struct ask {
	void (*fn)(void *arg);
	void *arg;
	pthread_mutex_t *lock; /* of who waits; NULL: nobody */
	pthread_cond_t *done;
	bool *is_done;
};

/* ---- requests of other threads ----------------------------------------------------- */

static void run_ask(struct ask *a)
{
	a->fn(a->arg);
	if (a->lock) { /* who waits owns the ask */
		pthread_mutex_lock(a->lock);
		*a->is_done = true;
		pthread_cond_signal(a->done);
		pthread_mutex_unlock(a->lock);
	} else {
		free(a);
	}
}

static void asked(int id, void *data, void *voice)
{
	if (id == ASK_STOP)
		re_cancel();
	else
		run_ask(data);
}

static bool push(struct voice *v, int id, struct ask *a)
{
	bool ok;

	pthread_mutex_lock(&v->lock);
	ok = v->running && mqueue_push(v->mqueue, id, a) == 0;
	pthread_mutex_unlock(&v->lock);
	return ok;
}

bool voice_ask(struct voice *v, void (*fn)(void *arg), void *arg)
{
	struct ask *a = calloc(1, sizeof(*a));

	if (!a)
		return false;
	a->fn = fn;
	a->arg = arg;
	if (push(v, ASK_RUN, a))
		return true;
	free(a);
	return false;
}

bool voice_ask_wait(struct voice *v, void (*fn)(void *arg), void *arg)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t done = PTHREAD_COND_INITIALIZER;
	bool is_done = false;
	struct ask a = {fn, arg, &lock, &done, &is_done};

	if (!push(v, ASK_RUN, &a))
		return false;
	pthread_mutex_lock(&lock);
	while (!is_done)
		pthread_cond_wait(&done, &lock);
	pthread_mutex_unlock(&lock);
	return true;
}

/* ---- prompts ----------------------------------------------------------------------- */

struct prompts *voice_prompts(struct voice *v)
{
	struct prompts *p;

	pthread_mutex_lock(&v->lock);
	while (v->loading)
		pthread_cond_wait(&v->changed, &v->lock);
	p = prompts_ref(v->prompts);
	pthread_mutex_unlock(&v->lock);
	return p;
}

struct new_prompts {
	struct voice *v;
	struct prompts *p;
};

static void take_prompts(void *new_prompts)
{
	struct new_prompts *n = new_prompts;

	exchange_set_prompts(n->v->exchange, n->p);
	free(n);
}

static void hear(struct voice *v, struct prompts *p)
{
	struct new_prompts *n = MEM_NEW(struct new_prompts);

	*n = (struct new_prompts){v, prompts_ref(p)};
	if (voice_ask(v, take_prompts, n))
		return;
	prompts_unref(p); /* it stops anyway */
	free(n);
}

static void load_prompts(struct voice *v)
{
	struct prompts *p, *old;
	struct fault f = {0};

	if (prompts_load(v->env->data_dir, v->hotline, &p, &f) < 0) {
		log_event(LOG_ERROR, "voice.prompts", "detail", f.detail, NULL);
		return;
	}
	hear(v, p);
	pthread_mutex_lock(&v->lock);
	old = v->prompts;
	v->prompts = p;
	pthread_mutex_unlock(&v->lock);
	prompts_unref(old);
}

/* One at a time; what was changed meanwhile is seen by another round. */
static void *load_thread(void *voice)
{
	struct voice *v = voice;
	unsigned seen;

	pthread_mutex_lock(&v->lock);
	do {
		seen = v->prompt_changes;
		pthread_mutex_unlock(&v->lock);
		load_prompts(v);
		pthread_mutex_lock(&v->lock);
	} while (seen != v->prompt_changes);
	v->loading = false;
	pthread_cond_broadcast(&v->changed);
	pthread_mutex_unlock(&v->lock);
	return NULL;
}

void voice_prompts_changed(struct voice *v)
{
	pthread_t thread;

	pthread_mutex_lock(&v->lock);
	v->prompt_changes++;
	if (!v->loading) {
		v->loading = thread_start(&thread, "prompts", load_thread, v) == 0;
		if (v->loading)
			pthread_detach(thread);
		else
			log_event(LOG_ERROR, "voice.prompts_not_loaded", NULL);
	}
	pthread_mutex_unlock(&v->lock);
}

/* ---- the thread -------------------------------------------------------------------- */

static int media_start(struct voice *v, struct fault *f)
{
	struct media_options o = {.port_min = v->config->rtp_min, .port_max = v->config->rtp_max};

	if (v->config->n_listen)
		o.local = v->config->listen[0].address;
	else
		sa_set_str(&o.local, "127.0.0.1", 0);
	sa_set_port(&o.local, 0);
	if (v->config->external && sa_set_str(&o.external, v->config->external, 0))
		return fail(f, E_CONFIG, "voice", "'external: %s' is no address",
			    v->config->external);
	return media_open(&o, &v->media, f);
}

static int start_inside(struct voice *v)
{
	struct exchange_options o = {.env = v->env,
				     .voice = v,
				     .hotline = v->hotline,
				     .config = v->config,
				     .tapes = v->tapes,
				     .book = v->book,
				     .wall = v->wall,
				     .org_id = v->org_id};
	int r;

	if (mqueue_alloc(&v->mqueue, asked, v))
		return fail(&v->fault, E_NO_MEMORY, "", "no memory for the voice thread");
	if ((r = media_start(v, &v->fault)) < 0)
		return r;
	o.media = v->media;
	o.prompts = prompts_ref(v->prompts);
	r = exchange_new(&o, &v->exchange, &v->fault);
	if (r < 0)
		prompts_unref(v->prompts);
	return r;
}

static void *voice_thread(void *voice)
{
	struct voice *v = voice;
	int r;

	re_thread_init();
	fd_setsize(MAX_DESCRIPTORS);
	r = start_inside(v);
	pthread_mutex_lock(&v->lock);
	v->running = r == 0;
	v->failed = r;
	v->started = true;
	pthread_cond_broadcast(&v->changed);
	pthread_mutex_unlock(&v->lock);
	if (r == 0)
		re_main(NULL);
	exchange_free(v->exchange);
	media_close(v->media);
	mem_deref(v->mqueue);
	re_thread_close();
	return NULL;
}

static int start_thread(struct voice *v, struct fault *f)
{
	int r = thread_start(&v->thread, "voice", voice_thread, v);

	if (r < 0)
		return fail(f, E_NO_MEMORY, "", "the voice thread could not be started");
	v->has_thread = true;
	pthread_mutex_lock(&v->lock);
	while (!v->started)
		pthread_cond_wait(&v->changed, &v->lock);
	pthread_mutex_unlock(&v->lock);
	if (v->failed < 0)
		*f = v->fault;
	return v->failed;
}

/* ---- starting ---------------------------------------------------------------------- */

static int load_hotline(struct voice *v, struct fault *f)
{
	CLEANUP(yreport_free) struct yreport r = {0};
	int err = hotline_load(path_join(v->arena, v->env->data_dir, "profile"), &v->hotline, &r);

	if (err == 0)
		flow_check(v->hotline, &r);
	if (r.n)
		return fail(f, E_CONFIG, "hotline", "%.*s", STR_FMT(str_trim(buf_str(&r.text))));
	return err;
}

/* The organisation on top: calls belong to it. */
static int find_home(struct voice *v, struct fault *f)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(v->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r = db_read(v->env->db, ctx, &tx);

	if (r == 0)
		r = tx_int(tx, "line.home", NO_ARGS, &v->org_id);
	if (r < 0)
		*f = ctx->fault;
	return r;
}

/* The wallboard goes on with the day's figures where a restart interrupted them. */
static int open_wall(struct voice *v, struct fault *f)
{
	CLEANUP(ctx_freep) struct ctx *ctx = ctx_new_system(v->env);
	CLEANUP(db_read_endp) struct tx *tx = NULL;
	int r = db_read(v->env->db, ctx, &tx);

	v->wall = wall_new(v->hotline, v->env->zone);
	if (r == 0)
		r = wall_recall(v->wall, tx, v->org_id, ctx->now_ms);
	if (r < 0)
		*f = ctx->fault;
	return r;
}

static int open_stores(struct voice *v, struct fault *f)
{
	struct tapes_options t = {.pressed = book_pressed, .alarm = book_tape_alarm};
	int r;

	if ((r = book_open(v->env, v, v->hotline, &v->book, f)) < 0)
		return r;
	t.arg = v->book;
	return tapes_open(v->env, &t, &v->tapes, f);
}

static struct voice *voice_new(struct env *env)
{
	struct voice *v = calloc(1, sizeof(*v));

	if (!v)
		abort();
	v->arena = arena_new();
	v->env = env;
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->changed, NULL);
	return v;
}

int voice_start(struct env *env, const struct voice_options *o, struct voice **ret, struct fault *f)
{
	struct voice *v = voice_new(env);
	struct voice_config *config = NULL;
	bool wanted = (o->sip && o->sip[0]) || env->config->voice;
	int r = wanted ? load_hotline(v, f) : -E_NOT_FOUND;

	if (r == -E_NOT_FOUND) {
		voice_stop(v);
		*ret = NULL;
		return 0;
	}
	if (r == 0 && libre_init())
		r = fail(f, E_NO_MEMORY, "", "libre could not be started");
	v->libre = r == 0;
	if (r < 0 || (r = voice_config_load(v->arena, env->config, o->sip, &config, f)) < 0 ||
	    (r = find_home(v, f)) < 0 ||
	    (r = prompts_load(env->data_dir, v->hotline, &v->prompts, f)) < 0 ||
	    (r = open_stores(v, f)) < 0 || (r = open_wall(v, f)) < 0) {
		voice_stop(v);
		return r;
	}
	config->demo = v->hotline->loopback;
	v->config = config;
	if ((r = retention_start(env, &v->retention, f)) < 0) {
		voice_stop(v);
		return r;
	}
	env->voice = v; /* before the thread: it may ring at once */
	if ((r = start_thread(v, f)) < 0 || (r = line_load_phones(v, f)) < 0) {
		env->voice = NULL;
		voice_stop(v);
		return r;
	}
	*ret = v;
	return 0;
}

/* ---- stopping
 * -----------------------------------------------------------------------------------------------
 */

static void drain(void *voice)
{
	exchange_drain(((struct voice *)voice)->exchange);
}

struct count {
	struct voice *v;
	unsigned n;
};

static void count_calls(void *count)
{
	struct count *c = count;

	c->n = 0;
	for (const struct phone_call *p = c->v->exchange->calls; p; p = p->next)
		c->n += p->phase != PHASE_PARKED;
}

unsigned voice_drain(struct voice *v, int64_t patience_ms)
{
	struct count c = {v, 0};
	int64_t until = mono_ms() + patience_ms;

	if (!v || !voice_ask_wait(v, drain, v))
		return 0;
	while (voice_ask_wait(v, count_calls, &c) && c.n && mono_ms() < until)
		usleep(100000);
	return c.n;
}

void voice_stop(struct voice *v)
{
	if (!v)
		return;
	if (v->has_thread) {
		push(v, ASK_STOP, NULL);
		pthread_mutex_lock(&v->lock);
		v->running = false;
		pthread_mutex_unlock(&v->lock);
		pthread_join(v->thread, NULL);
	}
	pthread_mutex_lock(&v->lock);
	while (v->loading)
		pthread_cond_wait(&v->changed, &v->lock);
	pthread_mutex_unlock(&v->lock);
	retention_stop(v->retention);
	if (v->tapes)
		tapes_close(v->tapes);
	if (v->book)
		book_close(v->book);
	prompts_unref(v->prompts);
	wall_free(v->wall);
	hotline_free(v->hotline);
	if (v->libre)
		libre_close();
	if (v->env->voice == v)
		v->env->voice = NULL;
	pthread_cond_destroy(&v->changed);
	pthread_mutex_destroy(&v->lock);
	arena_free(v->arena);
	free(v);
}

void voice_announce(const struct voice *v, FILE *out)
{
	static const char *const transports[] = {"udp", "tcp", "tls"};

	for (size_t i = 0; i < v->config->n_listen; i++) {
		char address[80];

		re_snprintf(address, sizeof(address), "%J", &v->config->listen[i].address);
		fprintf(out, "sip:%s;transport=%s\n", address,
			transports[v->config->listen[i].transport]);
	}
}

void voice_call_has_case(struct voice *v, int64_t call_id, int64_t case_id)
{
	struct phone_call *c = v->exchange ? phone_call_find(v->exchange, call_id) : NULL;

	if (!c)
		return;
	c->rec.case_id = case_id;
	view_changed(v->exchange, c->desk);
}

int64_t voice_patience_ms(const struct voice *v)
{
	return v ? v->config->drain_s * 1000LL : 0;
}
