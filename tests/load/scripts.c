/* SPDX-License-Identifier: BSD-2-Clause */
#include "scripts.h"

#include <netinet/tcp.h>
#include <string.h>

#include "load/talk.h"

#define NAME "n0000000000.load.example.com"
#define RECORD_MAX 16384
#define FINISHED_13_LEN 53 /* of a suite with SHA-256, sealed */
#define FINISHED_12_LEN 40
#define ALERT_13_LEN 19
#define TICKET_13_LEN 266
#define BEGIN (1700000000ULL * 1000000000)

/* ---- what is said ---------------------------------------------------------------------------- */

/* The message in the body becomes clear handshake records. */
static void put_message(struct script *script, size_t most)
{
	load_records(&script->bytes, TLS_RECORD_HANDSHAKE, &script->body, most);
	script->body.n = 0;
}

static void put_client_hello(struct script *script, const struct load_hello *hello)
{
	load_client_hello(&script->body, hello);
	put_message(script, RECORD_MAX);
}

static void put_server_hello(struct script *script, const struct load_hello *hello)
{
	load_server_hello(&script->body, hello);
	put_message(script, RECORD_MAX);
}

/*
 * A handshake of TLS 1.3 whose certificates take 2 KB, two tickets, a request, an answer; the
 * packets are those that two OpenSSLs exchange over Linux's TCP.
 */
static void shake_13(struct script *script, const struct load_hello *hello)
{
	put_client_hello(script, hello);
	say_all(script, CLIENT);
	say_ack(script, SERVER);
	put_server_hello(script, hello);
	load_change_cipher_spec(&script->bytes);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 32);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 2048);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 281);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, FINISHED_13_LEN);
	say_all(script, SERVER);
	say_ack(script, CLIENT);
	load_change_cipher_spec(&script->bytes);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, FINISHED_13_LEN);
	say_all(script, CLIENT);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 300);
	say_all(script, CLIENT);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, TICKET_13_LEN);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, TICKET_13_LEN);
	say_all(script, SERVER);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 1000);
	say_all(script, SERVER);
	say_ack(script, CLIENT);
}

static void leave_13(struct script *script)
{
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, ALERT_13_LEN);
	say_all(script, CLIENT);
	say_goodbye_tcp(script);
}

static void write_tls13(struct script *script, const struct load_hello *hello)
{
	say_hello_tcp(script);
	shake_13(script, hello);
	leave_13(script);
}

/* As few packets as a handshake takes that is seen from its first to its last record. */
static void write_brief(struct script *script, const struct load_hello *hello)
{
	say_packet(script, CLIENT, TH_SYN, NULL, 0);
	put_client_hello(script, hello);
	say_all(script, CLIENT);
	put_server_hello(script, hello);
	load_change_cipher_spec(&script->bytes);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 32);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 600);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 281);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, FINISHED_13_LEN);
	say_all(script, SERVER);
	load_change_cipher_spec(&script->bytes);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, FINISHED_13_LEN);
	say_all(script, CLIENT);
	say_packet(script, CLIENT, TH_RST | TH_ACK, NULL, 0);
}

static void write_tls12(struct script *script, const struct load_hello *hello)
{
	say_hello_tcp(script);
	put_client_hello(script, hello);
	say_all(script, CLIENT);
	say_ack(script, SERVER);
	put_server_hello(script, hello);
	load_server_flight(&script->body);
	put_message(script, RECORD_MAX);
	say_all(script, SERVER);
	say_ack(script, CLIENT);
	load_client_key_exchange(&script->body);
	put_message(script, RECORD_MAX);
	load_change_cipher_spec(&script->bytes);
	load_sealed_record(&script->bytes, TLS_RECORD_HANDSHAKE, FINISHED_12_LEN);
	say_all(script, CLIENT);
	load_change_cipher_spec(&script->bytes);
	load_sealed_record(&script->bytes, TLS_RECORD_HANDSHAKE, FINISHED_12_LEN);
	say_all(script, SERVER);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 300);
	say_all(script, CLIENT);
	load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, 1000);
	say_all(script, SERVER);
	say_ack(script, CLIENT);
	load_sealed_record(&script->bytes, TLS_RECORD_ALERT, 26);
	say_all(script, CLIENT);
	say_goodbye_tcp(script);
}

/* Records of the greatest length, one after another. */
static void download(struct script *script)
{
	uint32_t left = script->options->bulk;

	while (left) {
		uint32_t n = left < RECORD_MAX ? left : RECORD_MAX;

		load_sealed_record(&script->bytes, TLS_RECORD_APPLICATION_DATA, n);
		say_all(script, SERVER);
		say_ack(script, CLIENT);
		left -= n;
	}
}

static void write_bulk(struct script *script, const struct load_hello *hello)
{
	say_hello_tcp(script);
	shake_13(script, hello);
	download(script);
	leave_13(script);
}

/* Nothing of it is a handshake: what is seen of a connection whose handshake is long over. */
static void write_stream(struct script *script, const struct load_hello *hello)
{
	(void)hello;
	say_hello_tcp(script);
	download(script);
}

/* A ClientHello that nobody answers. */
static void write_hello(struct script *script, const struct load_hello *hello)
{
	say_hello_tcp(script);
	put_client_hello(script, hello);
	say_all(script, CLIENT);
}

static void write_syn(struct script *script, const struct load_hello *hello)
{
	(void)hello;
	say_packet(script, CLIENT, TH_SYN, NULL, 0);
}

/* ---- hostile --------------------------------------------------------------------------------- */

/*
 * The message says that it is longer than its record, and what follows is no TLS; the client stays.
 */
static void write_lie(struct script *script, const struct load_hello *hello)
{
	write_hello(script, hello);
	load_fill(&script->bytes, 0xee, 600);
	say_all(script, CLIENT);
}

#define CRUMBS 1000
/* So many of 6 bytes fit into a segment that the walk takes all of them. */
#define CRUMBS_PER_SEGMENT 16

/* A hello of 64 KB that comes in records of one byte, and never to its end. */
static void write_crumbs(struct script *script, const struct load_hello *hello)
{
	say_hello_tcp(script);
	/* The first record shows what it is going to be. */
	load_client_hello(&script->body, hello);
	load_records(&script->bytes, TLS_RECORD_HANDSHAKE, &script->body, RECORD_MAX);
	say_all(script, CLIENT);
	script->body.n = 0;
	load_fill(&script->body, 0, CRUMBS_PER_SEGMENT);
	for (int n = 0; n < CRUMBS; n += CRUMBS_PER_SEGMENT) {
		load_records(&script->bytes, TLS_RECORD_HANDSHAKE, &script->body, 1);
		say_all(script, CLIENT);
	}
}

/* A hello of 64 KB of which the last quarter does not come: it is held as long as it may. */
static void write_part(struct script *script, const struct load_hello *hello)
{
	say_hello_tcp(script);
	put_client_hello(script, hello);
	script->bytes.n -= script->bytes.n / 4;
	say_all(script, CLIENT);
}

/* Records without anything in them, as many as fit into the segments. */
static void write_empty(struct script *script, const struct load_hello *hello)
{
	write_hello(script, hello);
	for (int n = 0; n < CRUMBS; n++)
		load_sealed_record(&script->bytes, TLS_RECORD_HANDSHAKE, 0);
	say_all(script, CLIENT);
}

struct row {
	const char *name;
	void (*write)(struct script *script, const struct load_hello *hello);
	struct load_hello hello; /* without version: no hello */
	const char *help;
};

static const struct row rows[] = {
	{ "tls13",
	  write_tls13,
	  { NAME, TLS_VERSION_1_3, false, 0, 0 },
	  "TLS 1.3, to its end, 18 packets" },
	{ "brief",
	  write_brief,
	  { NAME, TLS_VERSION_1_3, false, 0, 0 },
	  "TLS 1.3 in five packets, reset behind its last record" },
	{ "tls12",
	  write_tls12,
	  { NAME, TLS_VERSION_1_2, false, 0, 0 },
	  "TLS 1.2, to its end, 17 packets" },
	{ "pq",
	  write_tls13,
	  { NAME, TLS_VERSION_1_3, true, 300, 0 },
	  "TLS 1.3 with X25519MLKEM768: a ClientHello of two segments" },
	{ "bulk",
	  write_bulk,
	  { NAME, TLS_VERSION_1_3, false, 0, 0 },
	  "TLS 1.3, then -b bytes from the server" },
	{ "stream", write_stream, { 0 }, "-b bytes in records, and no handshake before them" },
	{ "hello",
	  write_hello,
	  { NAME, TLS_VERSION_1_3, false, 0, 0 },
	  "a ClientHello without an answer, left open" },
	{ "huge",
	  write_hello,
	  { NAME, TLS_VERSION_1_3, false, 64000, 0 },
	  "the same, of 64 KB in four records" },
	{ "part",
	  write_part,
	  { NAME, TLS_VERSION_1_3, false, 64000, 0 },
	  "three quarters of that, left open" },
	{ "syn", write_syn, { 0 }, "a SYN without an answer" },
	{ "lie",
	  write_lie,
	  { NAME, TLS_VERSION_1_3, false, 0, 9000 },
	  "a ClientHello longer than its record, then bytes that are no record" },
	{ "crumbs",
	  write_crumbs,
	  { NAME, TLS_VERSION_1_3, false, 0, 64000 },
	  "a ClientHello of 64 KB that goes on in a thousand records of one byte, left open" },
	{ "empty",
	  write_empty,
	  { NAME, TLS_VERSION_1_3, false, 0, 0 },
	  "a ClientHello and a thousand records of no bytes, left open" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

bool script_write(struct template *template, const char *name, const struct script_options *options)
{
	static struct script script;

	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name))
			continue;
		*template = (struct template){ .begin = BEGIN };
		script = (struct script){ .template = template, .options = options, .time = BEGIN };
		rows[i].write(&script, &rows[i].hello);
		if (rows[i].hello.name)
			template_identify(&template->connections[0], load_random,
					  rows[i].hello.name);
		return true;
	}
	return false;
}

void scripts_list(FILE *out)
{
	for (size_t i = 0; i < ROWS; i++)
		fprintf(out, "  %-8s %s\n", rows[i].name, rows[i].help);
}
