#include "document/programs.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

#define ARGS_MAX 16

static _Noreturn void child(const char *const *argv, const char *path, int out)
{
	const char *args[ARGS_MAX + 1] = {NULL};

	for (int i = 0; i < ARGS_MAX && argv[i]; i++)
		args[i] = strcmp(argv[i], "@") == 0 ? path : argv[i];
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execvp(args[0], (char *const *)args);
	_exit(127);
}

int program_run(const char *const *argv, struct str file_text, struct buf *out)
{
	char path[] = "/tmp/lexline-document-XXXXXX", piece[4096];
	int fd = mkstemp(path), pipes[2], status;
	ssize_t n;
	pid_t pid;

	if (fd < 0 || write(fd, file_text.p, file_text.len) != (ssize_t)file_text.len || pipe(pipes) < 0)
		return -1;
	close(fd);
	if ((pid = fork()) == 0)
		child(argv, path, pipes[1]);
	close(pipes[1]);
	while ((n = read(pipes[0], piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)n);
	close(pipes[0]);
	waitpid(pid, &status, 0);
	unlink(path);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 127)
		return -1;
	return WEXITSTATUS(status);
}

void program_keep(const char *name, struct str bytes)
{
	const char *dir = getenv("LEXLINE_KEEP");
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct fault f = {0};

	if (dir && file_write(path_join(a, dir, name), bytes, 0644, &f) < 0)
		fprintf(stderr, "%s\n", f.detail);
}
