/* Speech by espeak-ng, a program of its own: started without a shell, WAV out. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/time.h"
#include "voice/sound.h"

#define PATIENCE_MS 60000
#define WAV_MAX (64u << 20)

static const char *program(void)
{
	static const char *const places[] = {"/usr/bin/espeak-ng", "/usr/local/bin/espeak-ng"};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (access(places[i], X_OK) == 0)
			return places[i];
	}
	return NULL;
}

/* Words a minute so that about four syllables come a second, as announcers speak. */
static const struct voice {
	const char *lang, *name, *speed;
} voices[] = {{"zh", "cmn", "220"}, {"en", "en-gb", "165"}, {"ja", "ja", "180"}, {"ko", "ko", "180"}};

static const struct voice *voice_of(const char *lang)
{
	for (size_t i = 0; i < ARRAY_SIZE(voices); i++) {
		if (strcmp(voices[i].lang, lang) == 0)
			return &voices[i];
	}
	return NULL;
}

/* @return descriptor of what it writes, or -errno */
static int start(const char *path, char *const argv[], pid_t *ret_pid)
{
	/* a home that cannot be written to: its sound library would leave files there */
	static char *const environment[] = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/dev/null", NULL};
	posix_spawn_file_actions_t actions;
	int out[2], r;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	r = -posix_spawn(ret_pid, path, &actions, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	if (r < 0)
		close(out[0]);
	return r < 0 ? r : out[0];
}

/* @return true: all was read until its end */
static bool read_all(int fd, struct buf *ret)
{
	int64_t until = time_monotonic_us() / 1000 + PATIENCE_MS;

	while (ret->len < WAV_MAX) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int64_t left = until - time_monotonic_us() / 1000;
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return false;
		buf_reserve(ret, 65536);
		n = read(fd, ret->p + ret->len, 65536);
		if (n < 0 && errno != EINTR)
			return false;
		if (n == 0)
			return true;
		if (n > 0)
			ret->len += (size_t)n;
	}
	return false;
}

static int run(const char *path, const struct voice *v, const char *text, struct buf *wav)
{
	/* UTF-8; whatever the text is, it is no option */
	char *argv[] = {(char *)path, "-v", (char *)v->name, "-s", (char *)v->speed, "-b", "1", "--stdout", "--", (char *)text, NULL};
	int out, status;
	bool whole;
	pid_t pid;

	out = start(path, argv, &pid);
	if (out < 0)
		return out;
	whole = read_all(out, wav);
	close(out);
	if (!whole)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return whole && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

int sound_speak(const char *lang, const char *text, struct buf *ret_alaw, struct fault *f)
{
	const char *path = program();
	const struct voice *voice = voice_of(lang);
	CLEANUP(buf_free) struct buf wav = {0};
	int r;

	if (!path)
		return fail(f, E_CONFIG, "prompts", "espeak-ng is needed to speak prompts: install it, or record all of them as WAV");
	if (!voice)
		return fail(f, E_CONFIG, "prompts", "no voice speaks '%s': record these prompts as WAV", lang);
	r = run(path, voice, text, &wav);
	if (r < 0)
		return fail(f, E_IO, "prompts", "espeak-ng could not speak a prompt: %s", strerror(-r));
	return sound_from_wav(buf_str(&wav), true, ret_alaw, f);
}
