/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line as a plain struct. Every option is a row of one table in
 * options.c: name, range, default and help come from there.
 */
#ifndef SHAKETAP_OPTIONS_H
#define SHAKETAP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/log.h"
#include "shaketap_config.h"

enum options_command { OPTIONS_RUN, OPTIONS_READ, OPTIONS_CHECK };
enum options_format { OPTIONS_TEXT, OPTIONS_JSON, OPTIONS_NONE };

/* The values of a repeatable option, in order; they point into argv. */
struct options_list {
	const char **p; /* NULL after the last; NULL itself: none were given */
	size_t n;
};

struct options {
	enum options_command command;
	/* Shell patterns as given, "!" in front of those that exclude; none given: n is 0. */
	struct options_list interfaces;
	bool listening;		 /* false: -l none */
	const char *listen_text; /* as given, for messages */
	struct sockaddr_storage listen;
	unsigned int format;		    /* enum options_format */
	unsigned int only;		    /* 1: print failures only */
	uint64_t handshake_timeout;	    /* ns */
	uint64_t tls_ports[ST_PORTS_WORDS]; /* bit set of port numbers, as in st_bpf_config */
	uint64_t max_flows;
	uint64_t ring_buffer; /* bytes, a power of two */
	uint64_t max_server_names;
	struct options_list server_names; /* patterns; none given: every name */
	bool no_certificates;
	struct options_list files; /* of read: at least one, "-" is standard input */
	const char *metrics_file;  /* of read: where the metrics page goes; NULL: nowhere */
	enum log_level log_level;
};

enum options_result {
	OPTIONS_OK,   /* carry out the command */
	OPTIONS_DONE, /* help or version went to out: exit 0 */
	OPTIONS_BAD   /* one line went to err: exit 2 */
};

/* Never exits. options is to be freed whatever the result. */
enum options_result options_parse(int argc, char **argv, struct options *options, FILE *out,
				  FILE *err);
void options_free(struct options *options);

static inline bool options_tls_port(const struct options *options, uint16_t port)
{
	return options->tls_ports[port / 64] >> (port % 64) & 1;
}

#endif
