/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What shaketap says about itself, one line per call: "shaketap: ..." with its
 * level in front of anything but information; in the journal of systemd, which
 * knows who speaks, the level as its priority. The pure stages do not log; who
 * logs gets a struct log from main. A format needs no line feed at its end.
 */
#ifndef SHAKETAP_LOG_H
#define SHAKETAP_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

enum log_level {
	LEVEL_ERROR, /* why shaketap ends, or what it does without from now on */
	LEVEL_WARN,
	LEVEL_INFO, /* the default: what was attached, where the metrics are */
	LEVEL_DEBUG
};

struct log {
	enum log_level level; /* lines above this level are left out */
	FILE *out;
	bool journal; /* out is the journal */
};

/* out: where lines go from now on, the journal or not. */
void log_init(struct log *log, enum log_level level, FILE *out);

void log_error(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warn(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_info(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_debug(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* For those who got a va_list themselves, like the callback libbpf prints through. */
void log_args(struct log *log, enum log_level level, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

#endif
