/* The command line: names a command, leaves the work to the rooms. */
#include <stdio.h>

#include "base/common.h"

static int usage(FILE *to)
{
	fputs("usage: lexline COMMAND [options]\n"
	      "       lexline --help | --version\n",
	      to);
	return to == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("lexline " LEXLINE_VERSION);
		return 0;
	}
	return usage(argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
}
