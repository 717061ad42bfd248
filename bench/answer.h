/**
 * @file answer.h  Just enough of an HTTP/1.1 response for a load generator.
 */
#ifndef LEXLINE_BENCH_ANSWER_H
#define LEXLINE_BENCH_ANSWER_H

#include "base/text.h"

struct answer {
	int status;
	bool close;	 /**< the server ends the connection */
	struct str body; /**< a chunked one still has its chunk marks */
};

/** @return true when @p text holds a complete answer */
bool answer_parse(struct str text, struct answer *ret);

#endif
