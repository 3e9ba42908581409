// SPDX-License-Identifier: BSD-2-Clause
#include "options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "options_table.h"
#include "version.h"

struct parsing {
	const struct command_row *command;
	struct options *options;
	FILE *out, *err;
	enum options_result result;
};

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

static error_t take_value(struct parsing *parsing, const struct option_row *row, const char *value)
{
	char before[64], after[128];

	if (row->parse(&row->range, value, (char *)parsing->options + row->field))
		return 0;
	snprintf(before, sizeof(before), "--%s '", row->name);
	snprintf(after, sizeof(after), "': allowed is %s", row->allowed);
	complain(parsing, before, value, after);
	return EINVAL;
}

static error_t take_argument(struct parsing *parsing, const char *word)
{
	if (!parsing->command->arguments) {
		complain(parsing, "surplus argument '", word, "': allowed are only options");
		return EINVAL;
	}
	if (value_pattern(NULL, word, &parsing->options->files))
		return 0;
	complain(parsing, "FILE '", word, "': allowed is the name of a capture file, or -");
	return EINVAL;
}

static void bad_word(struct parsing *parsing, const char *word);
static const char *word_in_question(const struct command_row *command,
				    const struct argp_state *state);
static void print_help(const struct command_row *command, FILE *out);

static error_t on_key(int key, char *value, struct argp_state *state)
{
	struct parsing *parsing = state->input;
	const struct option_row *row = option_row(parsing->command, key);

	if (row && row->metavar)
		return take_value(parsing, row, value);
	switch (key) {
	case 'v':
		parsing->options->log_level = LEVEL_DEBUG;
		return 0;
	case 'q':
		parsing->options->log_level = LEVEL_ERROR;
		return 0;
	case KEY_NO_CERTIFICATES:
		parsing->options->no_certificates = true;
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
		return take_argument(parsing, value);
	case ARGP_KEY_END:
		if (!parsing->command->arguments || parsing->options->files.n)
			return 0;
		complain(parsing, "no file: allowed are capture files and - for standard input", "",
			 "");
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
	const struct option_row *row = option_row(&command_rows[OPTIONS_RUN], key);
	char *whole;

	(void)input;
	if (!row || !row->standard || asprintf(&whole, "%s (default: %s)", text, row->standard) < 0)
		return (char *)text;
	return whole;
}

static struct argp make_argp(const struct command_row *command, struct argp_option *options)
{
	for (size_t i = 0; i < command->n; i++) {
		const struct option_row *row = &command->rows[i];

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
		.args_doc = command->arguments,
		.doc = command->help,
		.help_filter = add_default,
	};
}

static void print_help(const struct command_row *command, FILE *out)
{
	struct argp_option options[OPTION_ROWS_MAX + 1] = { 0 };
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
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s%s\n", command_rows[i].name, command_rows[i].help);
	fputs("\nshaketap COMMAND --help names the options of a command, shaketap --version the "
	      "version.\n",
	      out);
}

/* A word that getopt refused, and why. */
static void bad_word(struct parsing *parsing, const char *word)
{
	const struct command_row *command = parsing->command;
	const struct option_row *row = NULL;
	char before[64], after[64];

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
		row = option_row(command, (unsigned char)word[strlen(word) - 1]);
	}
	if (row && row->metavar) {
		snprintf(before, sizeof(before), "--%s needs a value: allowed is ", row->name);
		complain(parsing, before, row->allowed, "");
	} else if (row && strchr(word, '=')) {
		snprintf(before, sizeof(before), "--%s takes no value: '", row->name);
		complain(parsing, before, word, "' is not allowed");
	} else {
		snprintf(before, sizeof(before), "unknown option '");
		snprintf(after, sizeof(after), "': allowed are those of shaketap %s --help",
			 command->name);
		complain(parsing, before, word, after);
	}
}

/* Does this word hold an option getopt would refuse? Only short ones are asked for. */
static bool has_unknown_letter(const struct command_row *command, const char *word)
{
	if (word[0] != '-' || word[1] == '-')
		return false;
	for (const char *p = word + 1; *p; p++) {
		const struct option_row *row = option_row(command, (unsigned char)*p);

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
static const char *word_in_question(const struct command_row *command,
				    const struct argp_state *state)
{
	if (state->next < state->argc && has_unknown_letter(command, state->argv[state->next]) &&
	    !has_unknown_letter(command, state->argv[state->next - 1]) &&
	    strncmp(state->argv[state->next - 1], "--", 2) != 0)
		return state->argv[state->next];
	return state->argv[state->next - 1];
}

static void set_defaults(struct options *options)
{
	const struct command_row *run = &command_rows[OPTIONS_RUN];

	*options = (struct options){ .log_level = LEVEL_INFO };
	for (size_t i = 0; i < run->n; i++) {
		const struct option_row *row = &run->rows[i];

		if (row->standard)
			row->parse(&row->range, row->standard, (char *)options + row->field);
	}
}

static enum options_result parse_command(struct parsing *parsing, int argc, char **argv)
{
	struct argp_option options[OPTION_ROWS_MAX + 1] = { 0 };
	struct argp argp = make_argp(parsing->command, options);
	/* argp's own help, messages and exits would take two lines and the exit code with them. */
	unsigned int flags = ARGP_NO_HELP | ARGP_NO_EXIT | ARGP_NO_ERRS;

	if (argp_parse(&argp, argc, argv, flags, NULL, parsing) && parsing->result == OPTIONS_OK)
		complain(parsing, "out of memory", "", "");
	return parsing->result;
}

/* What stands where a command should; NULL: nothing. */
static void refuse_word(struct parsing *parsing, const char *word)
{
	static const char allowed[] = "': allowed are run, read, check, --help, --version";

	if (!word)
		complain(parsing, "no command", "", allowed + 1);
	else
		complain(parsing, *word == '-' ? "unknown option '" : "unknown command '", word,
			 allowed);
}

enum options_result options_parse(int argc, char **argv, struct options *options, FILE *out,
				  FILE *err)
{
	struct parsing parsing = { .options = options, .out = out, .err = err };
	const char *word = argc > 1 ? argv[1] : "";

	set_defaults(options);
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(command_rows[i].name, word) != 0)
			continue;
		parsing.command = &command_rows[i];
		options->command = command_rows[i].command;
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
	refuse_word(&parsing, argc > 1 ? word : NULL);
	return parsing.result;
}

void options_free(struct options *options)
{
	free(options->interfaces.p);
	free(options->server_names.p);
	free(options->files.p);
	options->interfaces = options->server_names = options->files = (struct options_list){ 0 };
}
