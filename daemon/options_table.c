// SPDX-License-Identifier: BSD-2-Clause
#include "options_table.h"

#include <string.h>

#include "base/util.h"
#include "out/listen.h"

static bool listen_value(const struct value_range *range, const char *text, void *field)
{
	struct options *options = field;
	struct sockaddr_storage listen;
	bool none = strcmp(text, "none") == 0;

	(void)range;
	memset(&listen, 0, sizeof(listen));
	if (!none && !http_listen_parse(text, &listen))
		return false;
	options->listening = !none;
	options->listen_text = text;
	options->listen = listen;
	return true;
}

static const char *const formats[] = { "text", "json", "none", NULL };
static const char *const filters[] = { "all", "failures", NULL };

#define FIELD(name) offsetof(struct options, name)

/* Rows that more than one command has. */
#define FORMAT_ROW                                                                          \
	{                                                                                   \
		.key = 'f', .name = "format", .metavar = "text|json|none",                  \
		.help = "What is printed per handshake on standard output",                 \
		.allowed = "text, json or none", .standard = "text", .parse = value_choice, \
		.field = FIELD(format), .range = {                                          \
			.words = formats                                                    \
		}                                                                           \
	}
#define ONLY_ROW                                                                        \
	{                                                                               \
		.key = KEY_ONLY, .name = "only", .metavar = "all|failures",             \
		.help = "Print only failures; metrics are not affected",                \
		.allowed = "all or failures", .standard = "all", .parse = value_choice, \
		.field = FIELD(only), .range = {                                        \
			.words = filters                                                \
		}                                                                       \
	}
#define TIMEOUT_ROW                                                                          \
	{                                                                                    \
		.key = KEY_TIMEOUT, .name = "handshake-timeout", .metavar = "SECONDS",       \
		.help = "Time without progress after which an open handshake has timed out", \
		.allowed = "a number of seconds from 0.1 to 3600", .standard = "10",         \
		.parse = value_seconds, .field = FIELD(handshake_timeout), .range = {        \
			.min = NS_PER_S / 10,                                                \
			.max = 3600 * NS_PER_S                                               \
		}                                                                            \
	}
#define FLOWS_ROW                                                                                 \
	{                                                                                         \
		.key = KEY_FLOWS, .name = "max-flows", .metavar = "N",                            \
		.help = "Handshakes tracked at once", .allowed = "a number from 1024 to 4194304", \
		.standard = "65536", .parse = value_number, .field = FIELD(max_flows), .range = { \
			.min = 1024,                                                              \
			.max = 4194304                                                            \
		}                                                                                 \
	}
#define RING_ROW                                                                                   \
	{                                                                                          \
		.key = KEY_RING, .name = "ring-buffer", .metavar = "SIZE",                         \
		.help = "Bytes between kernel and daemon: a power of two; K, M or G may follow",   \
		.allowed = "a power of two from 64K to 1G", .standard = "8M", .parse = value_size, \
		.field = FIELD(ring_buffer), .range = {                                            \
			.min = 64 << 10,                                                           \
			.max = 1 << 30                                                             \
		}                                                                                  \
	}
#define COMMON_ROWS                                                                           \
	{ .key = 'v', .name = "verbose", .help = "Say more on standard error" },              \
		{ .key = 'q', .name = "quiet", .help = "Say only errors on standard error" }, \
		{ .key = 'h', .name = "help", .help = "Print this help" },                    \
	{                                                                                     \
		.key = KEY_VERSION, .name = "version", .help = "Print the version"            \
	}

static const struct option_row run_rows[] = {
	{ .key = 'i',
	  .name = "interface",
	  .metavar = "PATTERN",
	  .help = "Observe interfaces whose name matches this shell pattern; repeatable, !PATTERN "
		  "excludes. auto, the default: every interface that is up, lo included, and each "
		  "that comes later",
	  .allowed = "a shell pattern that is not empty, or !PATTERN",
	  .parse = value_pattern,
	  .field = FIELD(interfaces) },
	{ .key = 'l',
	  .name = "listen",
	  .metavar = "ADDR:PORT",
	  .help = "Serve metrics over HTTP here; none turns it off",
	  .allowed = "ADDRESS:PORT, [ADDRESS]:PORT (numeric) or none",
	  .standard = "127.0.0.1:9743",
	  .parse = listen_value },
	FORMAT_ROW,
	ONLY_ROW,
	TIMEOUT_ROW,
	{ .key = KEY_PORTS,
	  .name = "tls-ports",
	  .metavar = "LIST",
	  .help = "Ports whose failed TCP connects are reported; TLS itself is found on any port",
	  .allowed = "a comma-separated list of ports and ranges from 1 to 65535",
	  .standard = "443,465,563,636,853,989,990,992,993,994,995,5061,8443",
	  .parse = value_ports,
	  .field = FIELD(tls_ports) },
	FLOWS_ROW,
	RING_ROW,
	{ .key = KEY_NAMES,
	  .name = "max-server-names",
	  .metavar = "N",
	  .help = "Distinct server_name label values; the rest count under other",
	  .allowed = "a number from 0 to 100000",
	  .standard = "200",
	  .parse = value_number,
	  .field = FIELD(max_server_names),
	  .range = { .min = 0, .max = 100000 } },
	{ .key = KEY_NAME,
	  .name = "server-name",
	  .metavar = "PATTERN",
	  .help = "Only names that match become labels, the rest count under other; repeatable",
	  .allowed = "a shell pattern that is not empty",
	  .parse = value_pattern,
	  .field = FIELD(server_names) },
	{ .key = KEY_NO_CERTIFICATES,
	  .name = "no-certificates",
	  .help = "Do not capture certificates" },
	COMMON_ROWS,
};

static bool file_value(const struct value_range *range, const char *text, void *field)
{
	(void)range;
	if (!*text || strcmp(text, "-") == 0)
		return false;
	*(const char **)field = text;
	return true;
}

static const struct option_row read_rows[] = {
	FORMAT_ROW,
	ONLY_ROW,
	TIMEOUT_ROW,
	{ .key = KEY_METRICS,
	  .name = "metrics",
	  .metavar = "FILE",
	  .help = "Write the metrics page to this file at the end",
	  .allowed = "the name of a file; standard output is for records",
	  .parse = file_value,
	  .field = FIELD(metrics_file) },
	COMMON_ROWS,
};

static const struct option_row check_rows[] = {
	FLOWS_ROW,
	RING_ROW,
	{ .key = 'v', .name = "verbose", .help = "Say more on standard error" },
	{ .key = 'h', .name = "help", .help = "Print this help" },
	{ .key = KEY_VERSION, .name = "version", .help = "Print the version" },
};

_Static_assert(ARRAY_SIZE(run_rows) <= OPTION_ROWS_MAX, "more options than OPTION_ROWS_MAX");

const struct command_row command_rows[COMMANDS] = {
	[OPTIONS_RUN] = { "run", OPTIONS_RUN,
			  "Observe this host: one line per handshake, metrics over HTTP.", NULL,
			  run_rows, ARRAY_SIZE(run_rows) },
	[OPTIONS_READ] = { "read", OPTIONS_READ,
			   "The same analysis on capture files (pcap, pcapng, gzip; - is standard "
			   "input). Needs no privileges.",
			   "FILE...", read_rows, ARRAY_SIZE(read_rows) },
	[OPTIONS_CHECK] = { "check", OPTIONS_CHECK,
			    "Can this host run shaketap? Says what is missing and the mend.", NULL,
			    check_rows, ARRAY_SIZE(check_rows) },
};

const struct option_row *option_row(const struct command_row *command, int key)
{
	for (size_t i = 0; i < command->n; i++)
		if (command->rows[i].key == key)
			return &command->rows[i];
	return NULL;
}
