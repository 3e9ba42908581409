/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes the first inputs of each fuzzer: seeds FOLDER. Made of what the unit tests have. */
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../bpf/packets.h"
#include "../unit/capture_file.h"
#include "../unit/frames.h"
#include "flights.h"

#define ROOM (1 << 16)

struct buffer {
	uint8_t p[ROOM];
	size_t n;
};

static const char *folder;

static void add(struct buffer *b, const void *p, size_t n)
{
	if (b->n + n > ROOM)
		errx(1, "a seed is longer than %d bytes", ROOM);
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void add_number(struct buffer *b, unsigned value, size_t size)
{
	while (size--)
		add(b, &(uint8_t){ (uint8_t)(value >> 8 * size) }, 1);
}

static void save(const char *target, const char *kind, size_t number, const void *p, size_t n)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, target);
	mkdir(path, 0777);
	snprintf(path, sizeof(path), "%s/%s/%s-%zu", folder, target, kind, number);
	file = fopen(path, "w");
	if (!file || fwrite(p, 1, n, file) != n || fclose(file))
		err(1, "%s", path);
}

static void save_buffer(const char *target, const char *kind, size_t number, const struct buffer *b)
{
	save(target, kind, number, b->p, b->n);
}

/* ---- what goes through the pipeline ---------------------------------------------------------- */

static void save_flights(void)
{
	enum { SPLIT = 8 }; /* of the flags of a step, see fuzz_flight.c */
	static struct buffer flight, split, pipeline;

	for (size_t i = 0; i < FLIGHTS; i++) {
		flight.n = split.n = pipeline.n = 0;
		add_number(&pipeline, (unsigned)i, 1);
		for (const uint8_t *id = flights[i]; *id != FLIGHT_END; id++) {
			bool server = piece_of(*id)->from == HS_SERVER;

			add_number(&flight, *id, 1);
			add_number(&flight, 0, 1);
			add_number(&split, *id, 1);
			add_number(&split, SPLIT, 1);
			add_number(&split, (unsigned)(40 + i), 1);
			add_number(&pipeline, server ? 7 * 4 : 0, 1);
			add_number(&pipeline, *id, 1);
			add_number(&pipeline, 1, 1); /* flow */
			add_number(&pipeline, id == flights[i], 1);
			if (id == flights[i])
				add_number(&pipeline, 0x0201, 2);
		}
		save_buffer("flight", "whole", i, &flight);
		add_number(&flight, FIN_CLIENT << 8, 2); /* another clock */
		save_buffer("flight", "later", i, &flight);
		save_buffer("flight", "split", i, &split);
		save_buffer("pipeline", "flight", i, &pipeline);
	}
}

/* What broke it once, by the steps of fuzz_flight.c. */
static void save_found(void)
{
	enum { TURN = 4, LATE = 32 };
	/* What was read at a FIN was not in the sums of memory. */
	static const uint8_t fin[] = { CLIENT_HELLO_SETTINGS, 0, FIN_CLIENT,	  TURN | LATE,
				       CLIENT_HELLO_13,	      0, CLIENT_HELLO_13, 0,
				       DATA_SERVER,	      0 };

	save("flight", "found", 0, fin, sizeof(fin));
}

/* ---- parsers --------------------------------------------------------------------------------- */

/* Of a piece that is one message in one record, what a parser of its body takes. */
static void save_bodies(void)
{
	static const struct {
		enum piece_id id;
		uint8_t what; /* see fuzz_hello.c */
	} hellos[] = {
		{ CLIENT_HELLO_13, 0 },
		{ CLIENT_HELLO_12, 0 },
		{ CLIENT_HELLO_GNUTLS, 0 },
		{ CLIENT_HELLO_RFC8448, 0 },
		{ CLIENT_HELLO_PSK, 0 },
		{ CLIENT_HELLO_EARLY, 0 },
		{ CLIENT_HELLO_SETTINGS, 0 },
		{ SERVER_HELLO_13, 1 },
		{ SERVER_HELLO_12, 1 },
		{ SERVER_HELLO_PSK, 1 },
		{ HELLO_RETRY, 1 },
		{ KEY_EXCHANGE_ECDHE, 4 + 5 * 2 },
		{ KEY_EXCHANGE_PSK, 4 + 5 * 5 },
		{ KEY_EXCHANGE_DHE, 4 + 5 * 3 },
	};
	static const enum piece_id certificates[] = { CERTIFICATE_LEAF, CERTIFICATE_OLD,
						      CERTIFICATE_MANY, CERTIFICATE_EMPTY };
	static struct buffer b;

	for (size_t i = 0; i < sizeof(hellos) / sizeof(hellos[0]); i++) {
		struct bytes bytes = piece_of(hellos[i].id)->bytes;

		b.n = 0;
		add_number(&b, hellos[i].what, 1);
		add(&b, bytes.p + 9, bytes.n - 9);
		save_buffer("hello", "body", i, &b);
	}
	b.n = 0;
	add_number(&b, 2, 1); /* SSL 2.0: behind the header of two bytes and the type */
	add(&b, piece_of(CLIENT_HELLO_SSLV2)->bytes.p + 3,
	    piece_of(CLIENT_HELLO_SSLV2)->bytes.n - 3);
	save_buffer("hello", "sslv2", 0, &b);
	b.n = 0; /* HelloRetryRequest of draft 21: version, suite, a key_share extension */
	add(&b, "\3\x7f\x15\x13\1\0\6\0\x28\0\2\0\x1d", 13);
	save_buffer("hello", "retry", 0, &b);
	for (size_t i = 0; i < sizeof(certificates) / sizeof(certificates[0]); i++) {
		struct bytes bytes = piece_of(certificates[i])->bytes;

		save("certificate", "body", i, bytes.p + 9, bytes.n - 9);
	}
}

static void save_messages(void)
{
	static struct buffer b;

	for (size_t i = 0; i < PIECES; i++) {
		struct bytes bytes = piece_of(i)->bytes;

		if (bytes.n <= 9)
			continue;
		b.n = 0;
		add_number(&b, (unsigned)i, 1);
		add(&b, bytes.p, bytes.n);
		save_buffer("messages", "record", i, &b);
		b.n = 1;
		add(&b, bytes.p + 5, bytes.n - 5);
		add(&b, bytes.p + 5, bytes.n - 5);
		save_buffer("messages", "twice", i, &b);
	}
}

static void save_reasm(void)
{
	/* In order; behind a hole, then the hole; the same again; over a border of numbers. */
	static const struct {
		const char *p;
		size_t n;
	} steps[] = {
#define STEPS(text) { text, sizeof(text) - 1 }
		STEPS("\0\0\0\0\0\5hello\2\x10\5world\5\3"),
		STEPS("\0\0\0\0\1\5\5world\1\0\5hello\x0a"),
		STEPS("\0\0\0\0\1\1\3abc\1\5\3abc\1\x0a\3abc\1\0\x0a\0011234567890\5"),
		STEPS("\xff\xff\xff\xfa\0\5hello\3\x10\5world\5\5"),
#undef STEPS
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		save("reasm", "steps", i, steps[i].p, steps[i].n);
}

static void save_http(void)
{
	static const char *const requests[] = {
		"GET /metrics HTTP/1.1\r\nHost: a\r\nAccept: application/openmetrics-text;"
		"version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\n"
		"Accept-Encoding: gzip;q=1.0, identity;q=0.5, *;q=0\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
		("POST /readyz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "3\r\nabc\r\n0\r\n\r\n"),
		"GET /readyz HTTP/1.0\r\n\r\n",
		"application/openmetrics-text; version=\"1.0.0\"; q=1, text/*;q=0.999",
		"x-gzip, *;q=0",
		"127.0.0.1:9743",
		"[::]:9743",
	};

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		save("http", "request", i, requests[i], strlen(requests[i]));
}

/* ---- packets --------------------------------------------------------------------------------- */

static size_t from_hex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	unsigned value;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		if (sscanf(hex, "%2x", &value) != 1)
			errx(1, "not hex: %s", hex);
		out[n++] = (uint8_t)value;
		hex++;
	}
	return n;
}

static void save_frames(void)
{
	static struct buffer b;
	uint8_t frame[FRAME_MAX];

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		size_t n = from_hex(frames[i].hex, frame);

		b.n = 0;
		add_number(&b, (unsigned)frames[i].link, 2);
		add_number(&b, 0, 1);
		add_number(&b, (unsigned)n, 2);
		add(&b, frame, n);
		save_buffer("decode", "frame", i, &b);
	}
}

static void take_pcap(void *ctx, const uint8_t *frame, size_t n)
{
	struct capture *c = ctx;

	put(c, 1700000000 + c->n / 100, 4);
	put(c, 1000, 4);
	put(c, n, 4);
	put(c, n, 4);
	put_bytes(c, frame, n);
}

static void take_pcapng(void *ctx, const uint8_t *frame, size_t n)
{
	struct capture *c = ctx;

	block_begin(c, 6);
	put(c, 0, 4);
	put(c, 0x5f000, 4);
	put(c, (uint32_t)c->n * 1000, 4);
	put(c, n, 4);
	put(c, n, 4);
	put_bytes(c, frame, n);
	block_end(c, 0);
}

static void take_decode(void *ctx, const uint8_t *frame, size_t n)
{
	struct buffer *b = ctx;

	add_number(b, DLT_EN10MB, 2);
	add_number(b, 1, 1);
	add_number(b, (unsigned)n, 2);
	add(b, frame, n);
}

static void save_captures(void)
{
	static const uint32_t magics[] = { PCAP_US, PCAP_NS, 0xa1b2c3d4 };
	static struct capture c, packed;
	static struct buffer b;

	for (size_t i = 0; i < FLIGHTS; i++) {
		c.n = 0;
		c.big = i % 2;
		pcap_head(&c, magics[i % 3], 65535, DLT_EN10MB);
		flight_frames(flights[i], 50000, take_pcap, &c);
		save("capture", "pcap", i, c.p, c.n);
		packed.n = 0;
		gzip_onto(&packed, &c);
		if (i % 4 == 0)
			save("capture", "gzip", i, packed.p, packed.n);
		c.n = 0;
		section(&c, 1);
		interface(&c, DLT_EN10MB, 65535, i % 3 ? "eth0" : NULL, i % 2 ? 9 : -1);
		flight_frames(flights[i], 50000, take_pcapng, &c);
		save("capture", "pcapng", i, c.p, c.n);
	}
	b.n = 0;
	flight_frames(flights[0], 50000, take_decode, &b);
	save_buffer("decode", "flight", 0, &b);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: seeds FOLDER");
	folder = argv[1];
	mkdir(folder, 0777);
	save_flights();
	save_found();
	save_bodies();
	save_messages();
	save_reasm();
	save_http();
	save_frames();
	save_captures();
	return 0;
}
