/**
 * @file log.h  Structured log: one JSON object a line on stderr. Never personal data, never secrets.
 */
#ifndef LEXLINE_LOG_H
#define LEXLINE_LOG_H

#include "base/error.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
/** @param event  stable name, "http.request"; then key, value pairs of C strings, ended by NULL. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));
/** A formatted message as {"event":…,"msg":…}. */
void log_msg(enum log_level level, const char *event, const char *fmt, ...) PRINTF(3, 4);
/** The edge reports a failure it could not hand to a user. */
void log_fault(enum log_level level, const char *event, const struct fault *f);

#endif
