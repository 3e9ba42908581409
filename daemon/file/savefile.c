/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/savefile.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "file/linktype.h"

/* What precedes a packet in the usual form: seconds, fraction, captured length, length. */
#define RECORD_HEAD_LEN 16
/* As in libpcap; a longer packet is left to it. */
#define RECORD_BODY_MAX (256 * 1024)

struct savefile {
	pcap_t *pcap;
	struct bytestream *stream;
	int link;
	uint32_t snaplen;
	bool usual; /* its packets can be read without libpcap */
	bool swapped;
	int64_t fraction; /* ns of one unit of the fractions of a second */
	const char *reason;
	char buffer[65536]; /* of stdio; without it a call for every other packet */
};

/* Microseconds, nanoseconds, and the records with more fields of an old Linux. */
static const struct form {
	uint8_t magic[4];
	bool usual;
	int64_t fraction;
} forms[] = {
	{ { 0xa1, 0xb2, 0xc3, 0xd4 }, true, 1000 }, { { 0xd4, 0xc3, 0xb2, 0xa1 }, true, 1000 },
	{ { 0xa1, 0xb2, 0x3c, 0x4d }, true, 1 },    { { 0x4d, 0x3c, 0xb2, 0xa1 }, true, 1 },
	{ { 0xa1, 0xb2, 0xcd, 0x34 }, false, 0 },   { { 0x34, 0xcd, 0xb2, 0xa1 }, false, 0 },
};

/* NULL: none that we know. */
static const struct form *form_of(struct bytes start)
{
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (start.n >= sizeof(forms[i].magic) &&
		    memcmp(start.p, forms[i].magic, sizeof(forms[i].magic)) == 0)
			return &forms[i];
	return NULL;
}

bool savefile_recognise(struct bytes start)
{
	return form_of(start);
}

/*
 * What is there and no more: stdio fills its buffer by one call, and makes another only once
 * libpcap needs a byte that is not in it. Without the buffer it asks byte by byte, which is what a
 * file in the usual form wants: libpcap takes its header and odd packets, and no byte beyond them.
 */
static ssize_t give(void *cookie, char *out, size_t n)
{
	return (ssize_t)bytestream_some(cookie, out, n);
}

/* Before 2.4 a packet's two lengths may stand the other way round. */
static void note_form(struct savefile *file, const struct form *form)
{
	int snaplen = pcap_snapshot(file->pcap);

	file->usual = pcap_major_version(file->pcap) == PCAP_VERSION_MAJOR &&
		      pcap_minor_version(file->pcap) == PCAP_VERSION_MINOR;
	file->swapped = pcap_is_swapped(file->pcap);
	file->snaplen = snaplen > 0 ? (uint32_t)snaplen : 0;
	file->fraction = form->fraction;
}

struct savefile *savefile_open(struct bytestream *stream, char *reason, size_t size)
{
	struct savefile *file = calloc(1, sizeof(*file));
	char error[PCAP_ERRBUF_SIZE] = "";
	const struct form *form = form_of(bytestream_peek(stream, sizeof(form->magic)));
	FILE *stdio;

	snprintf(reason, size, "out of memory");
	if (!file)
		return NULL;
	file->stream = stream;
	stdio = fopencookie(stream, "r", (cookie_io_functions_t){ .read = give });
	if (!stdio)
		goto free_file;
	if (form && form->usual)
		setvbuf(stdio, NULL, _IONBF, 0);
	else
		setvbuf(stdio, file->buffer, _IOFBF, sizeof(file->buffer));
	__fsetlocking(stdio, FSETLOCKING_BYCALLER); /* nobody else has it */
	file->pcap =
		pcap_fopen_offline_with_tstamp_precision(stdio, PCAP_TSTAMP_PRECISION_NANO, error);
	if (!file->pcap) {
		snprintf(reason, size, "%s", error);
		goto close_stdio;
	}
	file->link = linktype_to_dlt(pcap_datalink(file->pcap));
	if (form && form->usual)
		note_form(file, form);
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
static uint64_t time_of(uint32_t seconds, int64_t ns)
{
	return seconds * NS_PER_S + (ns < 0 ? 0 : min_u64((uint64_t)ns, UINT32_MAX));
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

static uint32_t number(const struct savefile *file, const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return file->swapped ? __builtin_bswap32(value) : value;
}

/*
 * The next packet where it lies, if it is whole and there is nothing to say about it: libpcap
 * copies each twice. False: nothing was taken.
 */
static bool take_usual(struct savefile *file, struct file_packet *out)
{
	struct bytes head = bytestream_peek(file->stream, RECORD_HEAD_LEN), whole;
	uint32_t seconds, fraction, captured, length;

	if (head.n < RECORD_HEAD_LEN)
		return false;
	seconds = number(file, head.p);
	fraction = number(file, head.p + 4);
	captured = number(file, head.p + 8);
	length = number(file, head.p + 12);
	if (captured > RECORD_BODY_MAX || captured > file->snaplen)
		return false;
	whole = bytestream_peek(file->stream, RECORD_HEAD_LEN + captured);
	if (whole.n < RECORD_HEAD_LEN + captured)
		return false;
	*out = (struct file_packet){
		.time = time_of(seconds, (int32_t)fraction * file->fraction),
		.link = file->link,
		.bytes = { whole.p + RECORD_HEAD_LEN, captured },
		.length = length > captured ? length : captured,
	};
	bytestream_skip(file->stream, whole.n);
	return true;
}

static enum reading take_any(struct savefile *file, struct file_packet *out)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int result = pcap_next_ex(file->pcap, &header, &data);

	if (result != 1)
		return why(file, result != PCAP_ERROR_BREAK);
	*out = (struct file_packet){
		.time = time_of((uint32_t)header->ts.tv_sec, header->ts.tv_usec),
		.link = file->link,
		.bytes = { data, header->caplen },
		.length = header->len > header->caplen ? header->len : header->caplen,
	};
	return READING_PACKET;
}

enum reading savefile_next(struct savefile *file, struct file_packet *out)
{
	if (file->usual && take_usual(file, out))
		return READING_PACKET;
	return take_any(file, out);
}

const char *savefile_reason(const struct savefile *file)
{
	return file->reason;
}
