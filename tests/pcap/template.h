/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP connections with TLS handshakes out of a small capture, each with a list of the
 * places that differ from copy to copy.
 */
#ifndef SHAKETAP_PCAP_TEMPLATE_H
#define SHAKETAP_PCAP_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define RANDOM_LEN 32
#define NAME_MAX_LEN 255

enum end { CLIENT, SERVER };

/* What a place of a frame gets in a copy. */
enum place_kind {
	PLACE_ADDRESS, /* the client's IPv4 address */
	PLACE_PORT,    /* the client's port */
	PLACE_SHIFTED, /* the 4 bytes plus the shift of the end in `from` */
	PLACE_RANDOM,  /* `length` bytes of the random, from `from` on */
	PLACE_NAME     /* the same of the server name */
};

struct place {
	uint32_t offset; /* in the frame */
	uint16_t from;
	uint16_t length;
	enum place_kind kind;
};

struct template_packet {
	uint64_t time; /* ns since the first packet of its connection */
	uint8_t *frame;
	uint32_t length;
	uint32_t ip, tcp, payload, end; /* offsets in the frame */
	enum end sender;
	struct place *places;
	size_t place_count;
};

struct template_connection {
	uint32_t address[2]; /* by enum end; network order */
	uint16_t port[2];
	uint32_t start; /* sequence number of the client's first byte */
	uint64_t begin; /* ns since the epoch */
	struct template_packet *packets;
	size_t count;
	uint64_t bytes; /* of a copy in a pcap file */
	uint8_t random[RANDOM_LEN];
	char name[NAME_MAX_LEN + 1];
	size_t digits_at, digits; /* the longest run of digits in the name */
};

struct template
{
	struct template_connection *connections;
	size_t count;
	uint64_t begin; /* ns since the epoch: the first packet */
};

/* Ends the program with a sentence when the file is not fit to be a template. */
void template_read(struct template *template, const char *path);
/*
 * The same by hand: template_add() frame by frame, with the time in ns since the epoch, then
 * template_identify() for each connection that sends a hello. It may be in any records.
 */
void template_add(struct template *template, uint64_t time, struct bytes frame);
void template_identify(struct template_connection *connection, const uint8_t random[RANDOM_LEN],
		       const char *name);
void template_free(struct template *template);

#endif
