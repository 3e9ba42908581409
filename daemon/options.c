// SPDX-License-Identifier: BSD-2-Clause
#include "options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "options_values.h"
#include "out/listen.h"
#include "version.h"

/* Keys of options without a short form: above every character. */
enum { KEY_ONLY = 256, KEY_TIMEOUT, KEY_PORTS, KEY_FLOWS, KEY_RING, KEY_NAMES, KEY_NAME, KEY_VERSION };

struct row {
	int key;
	const char *name;
	const char *metavar; /* NULL: takes no value */
	const char *help;
	const char *allowed;  /* ends the sentence "allowed is ..." */
	const char *standard; /* the default as one would type it, NULL: none */
	value_fn *parse;
	size_t field;
	struct value_range range;
};

static value_fn listen_value;

static const char *const formats[] = { "text", "json", "none", NULL };
static const char *const filters[] = { "all", "failures", NULL };

#define FIELD(name) offsetof(struct options, name)

static const struct row run_rows[] = {
	{ 'i', "interface", "PATTERN",
	  "Observe interfaces whose name matches this shell pattern; repeatable, !PATTERN excludes. "
	  "auto is every interface that is up, lo included, and each that comes later",
	  "a shell pattern that is not empty, or !PATTERN", NULL, value_pattern, FIELD(interfaces) },
	{ 'l', "listen", "ADDR:PORT", "Serve metrics over HTTP here; none turns it off",
	  "ADDRESS:PORT, [ADDRESS]:PORT or none", "127.0.0.1:9743", listen_value, 0 },
	{ 'f', "format", "text|json|none", "What is printed per handshake on standard output",
	  "text, json or none", "text", value_choice, FIELD(format), { .words = formats } },
	{ KEY_ONLY, "only", "all|failures", "Print only failures; metrics are not affected",
	  "all or failures", "all", value_choice, FIELD(only), { .words = filters } },
	{ KEY_TIMEOUT, "handshake-timeout", "SECONDS",
	  "Time without progress after which an open handshake has timed out",
	  "a number of seconds from 0.1 to 3600", "10", value_seconds, FIELD(handshake_timeout),
	  { .min = NS_PER_S / 10, .max = 3600 * NS_PER_S } },
	{ KEY_PORTS, "tls-ports", "LIST",
	  "Ports whose failed TCP connects are reported; TLS itself is found on any port",
	  "a comma-separated list of ports and ranges from 1 to 65535",
	  "443,465,563,636,853,989,990,992,993,994,995,5061,8443", value_ports, FIELD(tls_ports) },
	{ KEY_FLOWS, "max-flows", "N", "Handshakes tracked at once", "a number from 1024 to 4194304",
	  "65536", value_number, FIELD(max_flows), { .min = 1024, .max = 4194304 } },
	{ KEY_RING, "ring-buffer", "SIZE",
	  "Bytes between kernel and daemon; a power of two, K, M, G suffix",
	  "a power of two from 64K to 1G", "8M", value_size, FIELD(ring_buffer),
	  { .min = 64 << 10, .max = 1 << 30 } },
	{ KEY_NAMES, "max-server-names", "N",
	  "Distinct server_name label values; the rest count under other",
	  "a number from 0 to 100000", "200", value_number, FIELD(max_server_names),
	  { .min = 0, .max = 100000 } },
	{ KEY_NAME, "server-name", "PATTERN",
	  "Only names that match become labels, the rest count under other; repeatable",
	  "a shell pattern that is not empty", NULL, value_pattern, FIELD(server_names) },
	{ 'v', "verbose", NULL, "Say more on standard error" },
	{ 'q', "quiet", NULL, "Say only errors on standard error" },
	{ 'h', "help", NULL, "Print this help" },
	{ KEY_VERSION, "version", NULL, "Print the version" },
};

static const struct row check_rows[] = {
	{ 'h', "help", NULL, "Print this help" },
	{ KEY_VERSION, "version", NULL, "Print the version" },
};

#define ROWS_MAX ARRAY_SIZE(run_rows)

static const struct command {
	const char *name;
	enum options_command command;
	const char *help;
	const struct row *rows;
	size_t n;
} commands[] = {
	{ "run", OPTIONS_RUN, "Observe this host: one line per handshake, metrics over HTTP.", run_rows,
	  ARRAY_SIZE(run_rows) },
	{ "check", OPTIONS_CHECK, "Can this host run shaketap? Says what is missing and the mend.",
	  check_rows, ARRAY_SIZE(check_rows) },
};

struct parsing {
	const struct command *command;
	struct options *options;
	FILE *out, *err;
	enum options_result result;
};

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

/* One line whatever the words contain: what does not print is escaped. */
static void complain(struct parsing *parsing, const char *before, const char *word,
		     const char *after)
{
	struct text line;

	text_init(&line, 4096);
	text_wire(&line, (struct bytes){ (const uint8_t *)word, strlen(word) });
	fprintf(parsing->err, "shaketap: %s%s%s\n", before, line.p ? line.p : "", after);
	text_free(&line);
	parsing->result = OPTIONS_BAD;
}

static const struct row *row_of(const struct command *command, int key)
{
	for (size_t i = 0; i < command->n; i++)
		if (command->rows[i].key == key)
			return &command->rows[i];
	return NULL;
}

static error_t take_value(struct parsing *parsing, const struct row *row, const char *value)
{
	char before[64], after[128];

	if (row->parse(&row->range, value, (char *)parsing->options + row->field))
		return 0;
	snprintf(before, sizeof(before), "--%s '", row->name);
	snprintf(after, sizeof(after), "': allowed is %s", row->allowed);
	complain(parsing, before, value, after);
	return EINVAL;
}

static void bad_word(struct parsing *parsing, const char *word);
static const char *word_in_question(const struct command *command, const struct argp_state *state);
static void print_help(const struct command *command, FILE *out);

static error_t on_key(int key, char *value, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	const struct row *row = row_of(parsing->command, key);

	if (row && row->metavar)
		return take_value(parsing, row, value);
	switch (key) {
	case 'v':
		parsing->options->log_level = LEVEL_DEBUG;
		return 0;
	case 'q':
		parsing->options->log_level = LEVEL_ERROR;
		return 0;
	case 'h':
		print_help(parsing->command, parsing->out);
		parsing->result = OPTIONS_DONE;
		return ECANCELED;
	case KEY_VERSION:
		fprintf(parsing->out, "shaketap %s\n", SHAKETAP_VERSION);
		parsing->result = OPTIONS_DONE;
		return ECANCELED;
	case ARGP_KEY_ARG:
		complain(parsing, "surplus argument '", value, "': allowed are only options");
		return EINVAL;
	case ARGP_KEY_ERROR:
		if (parsing->result == OPTIONS_OK)
			bad_word(parsing, word_in_question(parsing->command, state));
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The default belongs to the row, so that help and program cannot disagree. */
static char *add_default(int key, const char *text, void *input)
{
	const struct row *row = row_of(&commands[0], key);
	char *whole;

	(void)input;
	if (!row || !row->standard || asprintf(&whole, "%s (default: %s)", text, row->standard) < 0)
		return (char *)text;
	return whole;
}

static struct argp make_argp(const struct command *command, struct argp_option *options)
{
	for (size_t i = 0; i < command->n; i++) {
		const struct row *row = &command->rows[i];

		options[i] = (struct argp_option){
			.name = row->name,
			.key = row->key,
			.arg = row->metavar,
			.doc = row->help,
			.group = 1, /* in the order of the table, not of the alphabet */
		};
	}
	return (struct argp){
		.options = options,
		.parser = on_key,
		.doc = command->help,
		.help_filter = add_default,
	};
}

static void print_help(const struct command *command, FILE *out)
{
	struct argp_option options[ROWS_MAX + 1] = { 0 };
	struct argp argp = make_argp(command, options);
	char name[32];

	snprintf(name, sizeof(name), "shaketap %s", command->name);
	argp_help(&argp, out, ARGP_HELP_STD_HELP & ~(unsigned int)ARGP_HELP_EXIT_OK, name);
}

static void print_commands(FILE *out)
{
	fputs("shaketap watches TLS handshakes pass by and says how each one went.\n\n"
	      "Usage: shaketap COMMAND [OPTION...]\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-8s%s\n", commands[i].name, commands[i].help);
	fputs("\nshaketap COMMAND --help names the options of a command, shaketap --version the "
	      "version.\n",
	      out);
}

/* A word that getopt refused, and why. */
static void bad_word(struct parsing *parsing, const char *word)
{
	const struct command *command = parsing->command;
	const struct row *row = NULL;
	char before[64];

	if (strncmp(word, "--", 2) == 0) {
		size_t n = strcspn(word + 2, "="), matches = 0;

		for (size_t i = 0; i < command->n; i++) {
			if (strncmp(command->rows[i].name, word + 2, n) != 0)
				continue;
			row = &command->rows[i];
			matches++;
		}
		row = matches == 1 ? row : NULL;
	} else if (word[0] == '-' && word[1]) {
		row = row_of(command, (unsigned char)word[strlen(word) - 1]);
	}
	if (row && row->metavar) {
		snprintf(before, sizeof(before), "--%s needs a value: allowed is ", row->name);
		complain(parsing, before, row->allowed, "");
	} else if (row && strchr(word, '=')) {
		snprintf(before, sizeof(before), "--%s takes no value: '", row->name);
		complain(parsing, before, word, "' is not allowed");
	} else {
		snprintf(before, sizeof(before), "unknown option '");
		complain(parsing, before, word,
			 command->command == OPTIONS_RUN ?
				 "': allowed are those of shaketap run --help" :
				 "': allowed are those of shaketap check --help");
	}
}

/* Does this word hold an option getopt would refuse? Only short ones are asked for. */
static bool has_unknown_letter(const struct command *command, const char *word)
{
	if (word[0] != '-' || word[1] == '-')
		return false;
	for (const char *p = word + 1; *p; p++) {
		const struct row *row = row_of(command, (unsigned char)*p);

		if (!row)
			return true;
		if (row->metavar)
			return false; /* the rest is its value */
	}
	return false;
}

/*
 * getopt is done with a word when it refuses it, unless the word is a cluster
 * of letters with more to come: then that word is still next.
 */
static const char *word_in_question(const struct command *command, const struct argp_state *state)
{
	if (state->next < state->argc && has_unknown_letter(command, state->argv[state->next]) &&
	    !has_unknown_letter(command, state->argv[state->next - 1]) &&
	    strncmp(state->argv[state->next - 1], "--", 2) != 0)
		return state->argv[state->next];
	return state->argv[state->next - 1];
}

static void set_defaults(struct options *options)
{
	*options = (struct options){ .log_level = LEVEL_INFO };
	for (size_t i = 0; i < ARRAY_SIZE(run_rows); i++) {
		const struct row *row = &run_rows[i];

		if (row->standard)
			row->parse(&row->range, row->standard, (char *)options + row->field);
	}
}

static enum options_result parse_command(struct parsing *parsing, int argc, char **argv)
{
	struct argp_option options[ROWS_MAX + 1] = { 0 };
	struct argp argp = make_argp(parsing->command, options);
	/* argp's own help, messages and exits would take two lines and the exit code with them. */
	unsigned int flags = ARGP_NO_HELP | ARGP_NO_EXIT | ARGP_NO_ERRS;

	if (argp_parse(&argp, argc, argv, flags, NULL, parsing) && parsing->result == OPTIONS_OK)
		complain(parsing, "out of memory", "", "");
	return parsing->result;
}

enum options_result options_parse(int argc, char **argv, struct options *options, FILE *out,
				  FILE *err)
{
	struct parsing parsing = { .options = options, .out = out, .err = err };
	const char *word = argc > 1 ? argv[1] : "";

	set_defaults(options);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, word) != 0)
			continue;
		parsing.command = &commands[i];
		options->command = commands[i].command;
		return parse_command(&parsing, argc - 1, argv + 1);
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		print_commands(out);
		return OPTIONS_DONE;
	}
	if (strcmp(word, "--version") == 0) {
		fprintf(out, "shaketap %s\n", SHAKETAP_VERSION);
		return OPTIONS_DONE;
	}
	complain(&parsing, argc > 1 ? "unknown command '" : "no command", word,
		 argc > 1 ? "': allowed are run, check, --help, --version" :
			    ": allowed are run, check, --help, --version");
	return parsing.result;
}

void options_free(struct options *options)
{
	free(options->interfaces.p);
	free(options->server_names.p);
	options->interfaces = options->server_names = (struct options_list){ 0 };
}
