// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Longer lines are cut: the verifier's log, which libbpf prints in one piece, is the longest. */
#define LINE_MAX_SIZE 8192

static const char *const prefixes[] = {
	[LEVEL_ERROR] = "error: ",
	[LEVEL_WARN] = "warning: ",
	[LEVEL_INFO] = "",
	[LEVEL_DEBUG] = "debug: ",
};

/* The same in the form of sd-daemon(3), which the journal keeps as the priority of the line. */
static const char *const priorities[] = {
	[LEVEL_ERROR] = "<3>",
	[LEVEL_WARN] = "<4>",
	[LEVEL_INFO] = "<6>",
	[LEVEL_DEBUG] = "<7>",
};

/* JOURNAL_STREAM may have come along from a parent whose output is not ours: compare. */
void log_init(struct log *log, enum log_level level, FILE *out)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	*log = (struct log){ .level = level, .out = out };
	if (stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	    !fstat(fileno(out), &status))
		log->journal = status.st_dev == device && status.st_ino == inode;
}

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
	if (log->journal)
		fprintf(log->out, "%s%s\n", priorities[level], line);
	else
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
