/* SPDX-License-Identifier: BSD-2-Clause */
#include "talk.h"

#include <arpa/inet.h>
#include <err.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#define STEP_NS 20000
#define CLIENT_ADDRESS 0x0a000001U
#define SERVER_ADDRESS 0xc6120001U /* RFC 2544 */
#define CLIENT_PORT 1024

struct headers {
	struct ether_header ethernet;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

static struct headers headers_of(const struct script *script, enum end from, uint8_t flags,
				 size_t n)
{
	uint16_t server = script->options->port;
	struct headers headers = {
		/* Locally administered addresses that nobody has: the receiver's stack looks away.
		 */
		.ethernet = { { 2, 0, 0, 0, 0, 2 }, { 2, 0, 0, 0, 0, 1 }, htons(ETHERTYPE_IP) },
		.ip = { .ihl = 5,
			.version = 4,
			.ttl = 64,
			.protocol = IPPROTO_TCP,
			.tot_len =
				htons((uint16_t)(sizeof(struct iphdr) + sizeof(struct tcphdr) + n)),
			.saddr = htonl(from == CLIENT ? CLIENT_ADDRESS : SERVER_ADDRESS),
			.daddr = htonl(from == CLIENT ? SERVER_ADDRESS : CLIENT_ADDRESS) },
		.tcp = { .source = htons(from == CLIENT ? CLIENT_PORT : server),
			 .dest = htons(from == CLIENT ? server : CLIENT_PORT),
			 .seq = htonl(script->next[from]),
			 .ack_seq = flags & TH_ACK ? htonl(script->next[!from]) : 0,
			 .window = htons(65535) },
	};

	headers.tcp.doff = sizeof(struct tcphdr) / 4;
	headers.tcp.th_flags = flags;
	return headers;
}

void say_packet(struct script *script, enum end from, uint8_t flags, const uint8_t *p, size_t n)
{
	struct headers headers = headers_of(script, from, flags, n);
	uint8_t *frame = malloc(sizeof(headers) + n);

	if (!frame)
		errx(1, "out of memory");
	memcpy(frame, &headers, sizeof(headers));
	if (n)
		memcpy(frame + sizeof(headers), p, n);
	template_add(script->template, script->time, (struct bytes){ frame, sizeof(headers) + n });
	free(frame);
	script->time += STEP_NS;
	script->next[from] += (uint32_t)n + !!(flags & (TH_SYN | TH_FIN));
}

void say_hello_tcp(struct script *script)
{
	say_packet(script, CLIENT, TH_SYN, NULL, 0);
	say_packet(script, SERVER, TH_SYN | TH_ACK, NULL, 0);
	say_packet(script, CLIENT, TH_ACK, NULL, 0);
}

void say_ack(struct script *script, enum end from)
{
	say_packet(script, from, TH_ACK, NULL, 0);
}

void say_goodbye_tcp(struct script *script)
{
	say_packet(script, CLIENT, TH_FIN | TH_ACK, NULL, 0);
	say_ack(script, SERVER);
	say_packet(script, SERVER, TH_FIN | TH_ACK, NULL, 0);
	say_ack(script, CLIENT);
}

void say_all(struct script *script, enum end from)
{
	const struct load_bytes *bytes = &script->bytes;
	size_t most = script->options->segment;

	for (size_t at = 0; at < bytes->n; at += most) {
		size_t n = bytes->n - at < most ? bytes->n - at : most;

		say_packet(script, from, at + n == bytes->n ? TH_ACK | TH_PUSH : TH_ACK,
			   bytes->p + at, n);
	}
	script->bytes.n = 0;
}
