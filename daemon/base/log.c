// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include <errno.h>
#include <string.h>

/* Longer lines are cut: the verifier's log, which libbpf prints in one piece, is the longest. */
#define LINE_MAX_SIZE 8192

static const char *const prefixes[] = {
	[LEVEL_ERROR] = "error: ",
	[LEVEL_WARN] = "warning: ",
	[LEVEL_INFO] = "",
	[LEVEL_DEBUG] = "debug: ",
};

/* One call is one line, whatever a kernel or a file name put into the message. */
static void flatten(char *line)
{
	size_t n = strlen(line);

	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == ' '))
		line[--n] = '\0';
	for (char *p = line; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
}

void log_args(struct log *log, enum log_level level, const char *format, va_list args)
{
	char line[LINE_MAX_SIZE];
	int saved = errno;

	if (level > log->level)
		return;
	vsnprintf(line, sizeof(line), format, args);
	flatten(line);
	fprintf(log->out, "shaketap: %s%s\n", prefixes[level], line);
	fflush(log->out);
	errno = saved;
}

void log_error(struct log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(log, LEVEL_ERROR, format, args);
	va_end(args);
}

void log_warn(struct log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(log, LEVEL_WARN, format, args);
	va_end(args);
}

void log_info(struct log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(log, LEVEL_INFO, format, args);
	va_end(args);
}

void log_debug(struct log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_args(log, LEVEL_DEBUG, format, args);
	va_end(args);
}
