/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>
#include <stdio.h>

#include <bpf/libbpf.h>

#include "base/log.h"
#include "check.h"
#include "options.h"
#include "read.h"
#include "run.h"

/* libbpf's print callback has no context: the one reason for a global. */
static struct log log_to;

/* One level lower than libbpf thinks: what matters to the user we say in our own words. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	log_args(&log_to, LEVEL_DEBUG, format, args);
	return 0;
}

static int (*const commands[])(const struct options *options, struct log *log) = {
	[OPTIONS_RUN] = run,
	[OPTIONS_READ] = read_files,
	[OPTIONS_CHECK] = check,
};

int main(int argc, char **argv)
{
	struct options options;
	int code = 0;

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
	return code;
}
