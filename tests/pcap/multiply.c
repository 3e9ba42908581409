/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture of any size out of a small one:
 *   multiply -n COUNT | -s SIZE[K|M|G] [-r PER_SECOND] SCRIPT|TEMPLATE.pcap OUT.pcap|-
 * A script is one of load/scripts.c. copies.h says what a copy is; the clients are of RFC 2544's
 * 198.18.0.0/15 (of a script: 10.0.0.0/15), their ports from 1024 on. What was made is said on
 * standard error.
 */
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copies.h"
#include "load/scripts.h"
#include "template.h"

#define NS_PER_S 1000000000ULL
#define FIRST_ADDRESS 0xc6120000U  /* 198.18.0.0 */
#define SCRIPT_ADDRESS 0x0a000000U /* 10.0.0.0: the server of a script has one of the others */
#define ADDRESS_BITS 17
#define PCAP_NANOSECOND_MAGIC 0xa1b23c4d
#define OUT_BUFFER (1 << 20)

struct multiply {
	struct template template;
	FILE *out;
	uint64_t bytes;
	uint8_t frame[COPIES_FRAME_MAX];
};

static void put(struct multiply *multiply, const void *p, size_t n)
{
	if (fwrite_unlocked(p, 1, n, multiply->out) != n)
		err(1, "cannot write");
	multiply->bytes += n;
}

static void write_all(struct multiply *multiply, struct copies *copies)
{
	const struct pcap_file_header header = {
		.magic = PCAP_NANOSECOND_MAGIC,
		.version_major = PCAP_VERSION_MAJOR,
		.version_minor = PCAP_VERSION_MINOR,
		.snaplen = COPIES_FRAME_MAX,
		.linktype = DLT_EN10MB,
	};
	uint32_t length;

	put(multiply, &header, sizeof(header));
	while ((length = copies_next(copies, multiply->frame))) {
		uint64_t time = copies_made(copies)->last;
		const uint32_t packet[4] = { (uint32_t)(time / NS_PER_S),
					     (uint32_t)(time % NS_PER_S), length, length };

		put(multiply, packet, sizeof(packet));
		put(multiply, multiply->frame, length);
	}
	if (fclose(multiply->out))
		err(1, "cannot write");
}

/* How many connections make a file of at least this size. */
static uint64_t count_for(const struct template *template, uint64_t size)
{
	uint64_t round = 0, count, bytes = sizeof(struct pcap_file_header);

	for (size_t i = 0; i < template->count; i++)
		round += template->connections[i].bytes;
	if (!round)
		errx(2, "the template is empty");
	count = size / round * template->count;
	bytes += size / round * round;
	for (; bytes < size; count++)
		bytes += template->connections[count % template->count].bytes;
	return count;
}

static _Noreturn void usage(void)
{
	errx(2,
	     "use: multiply -n COUNT | -s SIZE[K|M|G] [-r PER_SECOND] SCRIPT|TEMPLATE.pcap OUT.pcap|-");
}

static uint64_t number(const char *text)
{
	static const char units[] = "KMG";
	char *end;
	uint64_t value = strtoull(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;

	if (unit) {
		value <<= 10 * (unit - units + 1);
		end++;
	}
	if (!value || *end || *text == '-')
		usage();
	return value;
}

static FILE *open_out(const char *path)
{
	FILE *out = strcmp(path, "-") ? fopen(path, "we") : stdout;

	if (!out)
		err(1, "%s", path);
	setvbuf(out, NULL, _IOFBF, OUT_BUFFER);
	return out;
}

static void tell(const struct multiply *multiply, const struct copies_made *made)
{
	fprintf(stderr,
		"connections %" PRIu64 " packets %" PRIu64 " bytes %" PRIu64
		" seconds %.3f at_once %" PRIu64 "\n",
		made->begun, made->packets, multiply->bytes,
		(double)(made->last - multiply->template.begin) / (double)NS_PER_S, made->most);
}

int main(int argc, char **argv)
{
	static struct multiply multiply;
	struct copies_config config = { .template = &multiply.template,
					.rate = 1000,
					.first_address = FIRST_ADDRESS,
					.address_bits = ADDRESS_BITS };
	const struct script_options script = { .bulk = 1 << 20, .port = 443, .segment = 1448 };
	struct copies *copies;
	uint64_t size = 0;
	int option;

	while ((option = getopt(argc, argv, "n:s:r:")) != -1) {
		if (option == 'n')
			config.count = number(optarg);
		else if (option == 's')
			size = number(optarg);
		else if (option == 'r')
			config.rate = number(optarg);
		else
			usage();
	}
	if (argc - optind != 2 || !config.count == !size)
		usage();
	if (script_write(&multiply.template, argv[optind], &script))
		config.first_address = SCRIPT_ADDRESS;
	else
		template_read(&multiply.template, argv[optind]);
	if (size)
		config.count = count_for(&multiply.template, size);
	copies = copies_new(&config);
	multiply.out = open_out(argv[optind + 1]);
	write_all(&multiply, copies);
	tell(&multiply, copies_made(copies));
	copies_free(copies);
	template_free(&multiply.template);
	return 0;
}
