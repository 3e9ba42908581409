/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames for the kernel programs. Unset members take defaults: IPv4 over Ethernet,
 * TCP without options from port 51234 of the client to port 443 of the server, ACK.
 *
 * Checksums stay 0: the programs do not look at them.
 */
#ifndef TEST_PACKETS_H
#define TEST_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_PORT 51234
#define SERVER_PORT 443

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10 };

/*
 * 8.0.0.1 and 8.0.0.2, 2001:db8:86dd::1 and ::2. Why these: a test run takes the protocol from
 * bytes 12 and 13, the type in an Ethernet header. Without one (bare) they lie in the source
 * address, and there these say 0x0800 or 0x86dd. So layer 3 programs can be fed after all.
 */
struct frame {
	bool ip6;
	bool bare;	    /* no Ethernet header */
	uint16_t ethertype; /* 0: as it should be */
	uint8_t vlans;
	uint16_t vlan[4];   /* outer tag first; two or more: the outer is 802.1ad */
	uint8_t protocol;   /* 0: TCP */
	uint8_t ip_options; /* bytes, multiple of 4 */
	uint8_t ext_count;
	uint8_t ext[10];   /* IPv6 extension headers by protocol number */
	uint16_t fragment; /* IPv4: flags and offset; IPv6: of the fragment header; host order */

	bool from_server;
	uint16_t client_port, server_port;
	uint32_t seq, ack;
	uint8_t flags;
	uint8_t tcp_options; /* bytes, multiple of 4 */
	const uint8_t *payload;
	size_t n;

	/* Lies. */
	uint8_t ihl, doff; /* 0: right */
	int total_more;	   /* added to the length the IP header gives */
	bool total_zero;   /* BIG TCP, jumbogram */
	size_t cut;	   /* frame ends here; 0: not cut */
	size_t padding;	   /* zeros behind the IP packet */
};

#define FRAME_MAX 16384

/* Write the frame, at most FRAME_MAX bytes; its length. */
size_t frame_build(const struct frame *frame, uint8_t *out);

/* TLS bytes, written to out; the number written is returned. */

/* One record with a hello of `body` bytes behind the message header: legacy version, then filler.
 */
size_t tls_hello(uint8_t *out, uint8_t type, size_t body);
/* A clear handshake record with one message. */
size_t tls_message(uint8_t *out, uint8_t type, size_t body);
/* A record whose body is n times SEALED_BYTE: what must never be seen outside the kernel. */
size_t tls_sealed(uint8_t *out, uint8_t type, size_t n);
size_t tls_change_cipher_spec(uint8_t *out);
size_t tls_alert(uint8_t *out, uint8_t level, uint8_t code);

#define CLEAR_BYTE 0x41
#define SEALED_BYTE 0xee

#endif
