/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections by name, written out as templates for pcap/copies.h. */
#ifndef SHAKETAP_LOAD_SCRIPTS_H
#define SHAKETAP_LOAD_SCRIPTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "pcap/template.h"

struct script_options {
	uint32_t bulk;	  /* bytes that the server sends after the handshake of `bulk` */
	uint16_t port;	  /* of the server */
	uint32_t segment; /* most payload bytes of a packet */
};

/* False: no script has this name. */
bool script_write(struct template *template, const char *name,
		  const struct script_options *options);

/* What there is, a line each. */
void scripts_list(FILE *out);

#endif
