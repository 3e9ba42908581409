/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/util.h"
#include "check.h"
#include "options.h"
#include "read.h"
#include "run.h"

/* libbpf's print callback has no context: the one reason for a global. */
static struct log log_to;

/* One level lower than libbpf thinks: what matters to the user we say in our own words. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level == LIBBPF_DEBUG)
		return 0; /* hundreds of lines about relocations */
	log_args(&log_to, LEVEL_DEBUG, format, args);
	return 0;
}

static int (*const commands[])(const struct options *options, struct log *log) = {
	[OPTIONS_RUN] = run,
	[OPTIONS_READ] = read_files,
	[OPTIONS_CHECK] = check,
};

/*
 * A standard descriptor that is closed would be the number of the next file that we open, and
 * what is printed would go there. Opened the wrong way round, its use is an error as before.
 */
static void occupy_standard_descriptors(void)
{
	static const int ways[] = { O_WRONLY, O_RDONLY, O_RDWR };

	for (int fd = 0; fd < (int)ARRAY_SIZE(ways); fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", ways[fd]) != fd)
			_exit(1);
}

int main(int argc, char **argv)
{
	struct options options;
	int code = 0;

	occupy_standard_descriptors();
	log_init(&log_to, LEVEL_INFO, stderr);
	libbpf_set_print(print_libbpf);
	switch (options_parse(argc, argv, &options, stdout, stderr)) {
	case OPTIONS_BAD:
		code = 2;
		break;
	case OPTIONS_DONE:
		break;
	case OPTIONS_OK:
		log_to.level = options.log_level;
		code = commands[options.command](&options, &log_to);
		break;
	}
	options_free(&options);
	if (fflush(stdout) && errno != EPIPE) {
		log_error(&log_to, "cannot write to standard output: %s", strerror(errno));
		code = code ? code : 1;
	}
	return code;
}
