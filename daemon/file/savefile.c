/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/savefile.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "file/linktype.h"

struct savefile {
	pcap_t *pcap;
	struct bytestream *stream;
	int link;
	const char *reason;
	char buffer[65536]; /* of stdio; without it a call for every other packet */
};

bool savefile_recognise(struct bytes start)
{
	/* Microseconds, nanoseconds, and the records with more fields of an old Linux. */
	static const uint8_t magics[][4] = {
		{ 0xa1, 0xb2, 0xc3, 0xd4 }, { 0xd4, 0xc3, 0xb2, 0xa1 }, { 0xa1, 0xb2, 0x3c, 0x4d },
		{ 0x4d, 0x3c, 0xb2, 0xa1 }, { 0xa1, 0xb2, 0xcd, 0x34 }, { 0x34, 0xcd, 0xb2, 0xa1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
		if (start.n >= sizeof(magics[i]) &&
		    memcmp(start.p, magics[i], sizeof(magics[i])) == 0)
			return true;
	return false;
}

/*
 * What is there and no more: stdio fills its buffer by one call, and makes another only once
 * libpcap needs a byte that is not in it. Without the buffer, it would ask byte by byte.
 */
static ssize_t give(void *cookie, char *out, size_t n)
{
	return (ssize_t)bytestream_some(cookie, out, n);
}

struct savefile *savefile_open(struct bytestream *stream, char *reason, size_t size)
{
	struct savefile *file = calloc(1, sizeof(*file));
	char error[PCAP_ERRBUF_SIZE] = "";
	FILE *stdio;

	snprintf(reason, size, "out of memory");
	if (!file)
		return NULL;
	file->stream = stream;
	stdio = fopencookie(stream, "r", (cookie_io_functions_t){ .read = give });
	if (!stdio)
		goto free_file;
	setvbuf(stdio, file->buffer, _IOFBF, sizeof(file->buffer));
	__fsetlocking(stdio, FSETLOCKING_BYCALLER); /* nobody else has it */
	file->pcap =
		pcap_fopen_offline_with_tstamp_precision(stdio, PCAP_TSTAMP_PRECISION_NANO, error);
	if (!file->pcap) {
		snprintf(reason, size, "%s", error);
		goto close_stdio;
	}
	file->link = linktype_to_dlt(pcap_datalink(file->pcap));
	return file;

close_stdio:
	fclose(stdio);
free_file:
	free(file);
	return NULL;
}

void savefile_close(struct savefile *file)
{
	if (!file)
		return;
	pcap_close(file->pcap); /* and with it the stdio stream */
	free(file);
}

/* The file has 32 bits of seconds, without a sign; libpcap may hand them out with one. */
static uint64_t time_of(const struct pcap_pkthdr *header)
{
	uint64_t fraction = header->ts.tv_usec < 0 ? 0 : (uint64_t)header->ts.tv_usec;

	return (uint32_t)header->ts.tv_sec * NS_PER_S + min_u64(fraction, UINT32_MAX);
}

/*
 * Why there is no packet. Where the stream itself has ended, libpcap only saw too few bytes:
 * none of a packet, or not all.
 */
static enum reading why(struct savefile *file, bool inside)
{
	switch (bytestream_state(file->stream)) {
	case BYTESTREAM_OPEN:
		file->reason = pcap_geterr(file->pcap);
		return READING_BAD;
	case BYTESTREAM_BAD:
		file->reason = bytestream_problem(file->stream);
		return READING_BAD;
	case BYTESTREAM_INTERRUPTED:
		return READING_END;
	case BYTESTREAM_CUT:
		return inside ? READING_CUT_PACKET : READING_CUT;
	case BYTESTREAM_END:
		break;
	}
	return inside ? READING_CUT_PACKET : READING_END;
}

enum reading savefile_next(struct savefile *file, struct file_packet *out)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int result = pcap_next_ex(file->pcap, &header, &data);

	if (result != 1)
		return why(file, result != PCAP_ERROR_BREAK);
	*out = (struct file_packet){
		.time = time_of(header),
		.link = file->link,
		.bytes = { data, header->caplen },
		.length = header->len > header->caplen ? header->len : header->caplen,
	};
	return READING_PACKET;
}

const char *savefile_reason(const struct savefile *file)
{
	return file->reason;
}
