/**
 * @file programs.h  Run a program on bytes and look at what it prints.
 */
#ifndef LEXLINE_TEST_PROGRAMS_H
#define LEXLINE_TEST_PROGRAMS_H

#include "base/text.h"

/**
 * Write @p file_text to a file of its own and run @p argv, in which "@" stands for that file.
 * @return exit status; -1 when the program is not there. *out: what it printed (also on stderr); freed by the caller
 */
int program_run(const char *const *argv, struct str file_text, struct buf *out);
#define PROGRAM(out, text, ...) program_run((const char *const[]){__VA_ARGS__, NULL}, (text), (out))

/** When LEXLINE_KEEP names a folder: keep the bytes there, to look at. */
void program_keep(const char *name, struct str bytes);

#endif
