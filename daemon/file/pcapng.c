/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/pcapng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "file/blocks.h"
#include "file/linktype.h"
#include "file/ticks.h"

/* Block types, section 11.1 of the draft. All others are skipped. */
#define BLOCK_INTERFACE 1
#define BLOCK_PACKET 2 /* the obsolete one, appendix A */
#define BLOCK_SIMPLE 3
#define BLOCK_ENHANCED 6

#define OPTION_END 0
#define OPTION_NAME 2
#define OPTION_RESOLUTION 9
#define OPTION_OFFSET 14

#define MAJOR_VERSION 1

struct interface {
	const char *name;
	int link;
	uint32_t snaplen; /* 0: no limit */
	uint8_t resolution;
	int64_t offset;
};

struct pcapng {
	struct blocks blocks;
	struct names *names;
	struct interface *interfaces; /* of this section */
	size_t n, room;
	uint64_t time; /* of the last packet that has one */
	const char *reason;
};

/* Fixed fields of a packet block, in host order. */
struct packet_head {
	uint64_t interface, high, low, captured, length;
};

/* What a block gave. */
enum given { GIVEN_NOTHING, GIVEN_PACKET, GIVEN_BAD };

static enum given bad(struct pcapng *file, const char *reason)
{
	file->reason = reason;
	return GIVEN_BAD;
}

static enum given take_section(struct pcapng *file, struct block *block, struct file_packet *out)
{
	uint64_t magic, major;

	(void)out;
	if (!block_number(block, 4, &magic) || !block_number(block, 2, &major))
		return bad(file, "a section header that is too short");
	if (major != MAJOR_VERSION)
		return bad(file, "a section in an unknown version of pcapng");
	file->n = 0;
	return GIVEN_NOTHING;
}

static bool take_option(struct pcapng *file, uint64_t code, struct block *value,
			struct interface *interface)
{
	uint64_t number;

	switch (code) {
	case OPTION_NAME:
		interface->name = names_keep(file->names, reader_rest(&value->body));
		return true;
	case OPTION_RESOLUTION:
		if (!block_number(value, 1, &number))
			return false;
		interface->resolution = (uint8_t)number;
		return reader_empty(&value->body);
	case OPTION_OFFSET:
		if (!block_number(value, 8, &number))
			return false;
		interface->offset = (int64_t)number;
		return reader_empty(&value->body);
	default:
		return true;
	}
}

/* Section 3.5: a code, a length, the value, zeros up to a multiple of 4. */
static bool take_options(struct pcapng *file, struct block *block, struct interface *interface)
{
	while (!reader_empty(&block->body)) {
		uint64_t code, length;
		struct block value = *block;
		struct bytes b, padding;

		if (!block_number(block, 2, &code) || !block_number(block, 2, &length))
			return false;
		if (code == OPTION_END)
			return true;
		if (!reader_bytes(&block->body, length, &b) ||
		    !reader_bytes(&block->body, -length % 4, &padding))
			return false;
		value.body = reader_of(b);
		if (!take_option(file, code, &value, interface))
			return false;
	}
	return true;
}

static bool add_interface(struct pcapng *file, const struct interface *interface)
{
	if (file->n == file->room) {
		size_t room = file->room ? 2 * file->room : 8;
		void *grown = reallocarray(file->interfaces, room, sizeof(*interface));

		if (!grown)
			return false;
		file->interfaces = grown;
		file->room = room;
	}
	file->interfaces[file->n++] = *interface;
	return true;
}

static enum given take_interface(struct pcapng *file, struct block *block, struct file_packet *out)
{
	struct interface interface = { .resolution = TICKS_DEFAULT };
	uint64_t link, reserved, snaplen;

	(void)out;
	if (!block_number(block, 2, &link) || !block_number(block, 2, &reserved) ||
	    !block_number(block, 4, &snaplen) || !take_options(file, block, &interface))
		return bad(file, "an interface description with impossible lengths");
	if (file->n == PCAPNG_INTERFACES_MAX)
		return bad(file, "more interfaces than can be told apart");
	interface.link = linktype_to_dlt((int)link);
	interface.snaplen = (uint32_t)snaplen;
	return add_interface(file, &interface) ? GIVEN_NOTHING : bad(file, "out of memory");
}

/* The interface of the head was looked up, the data lie at the reader. */
static enum given give_packet(struct pcapng *file, const struct packet_head *head,
			      struct block *block, struct file_packet *out)
{
	const struct interface *interface = &file->interfaces[head->interface];

	*out = (struct file_packet){
		.time = file->time,
		.link = interface->link,
		.length = (uint32_t)max_u64(head->length, head->captured),
		.interface = interface->name,
	};
	if (!reader_bytes(&block->body, head->captured, &out->bytes))
		return bad(file, "a packet that is longer than its block");
	return GIVEN_PACKET;
}

/* A packet with the fields that enhanced and obsolete packet blocks share. */
static enum given take_timed(struct pcapng *file, struct packet_head *head, struct block *block,
			     struct file_packet *out)
{
	const struct interface *interface;

	if (!block_number(block, 4, &head->high) || !block_number(block, 4, &head->low) ||
	    !block_number(block, 4, &head->captured) || !block_number(block, 4, &head->length))
		return bad(file, "a packet block that is too short");
	if (head->interface >= file->n)
		return bad(file, "a packet of an interface that was not described");
	interface = &file->interfaces[head->interface];
	file->time =
		ticks_to_ns(head->high << 32 | head->low, interface->resolution, interface->offset);
	return give_packet(file, head, block, out);
}

static enum given take_enhanced(struct pcapng *file, struct block *block, struct file_packet *out)
{
	struct packet_head head;

	if (!block_number(block, 4, &head.interface))
		return bad(file, "a packet block that is too short");
	return take_timed(file, &head, block, out);
}

static enum given take_obsolete(struct pcapng *file, struct block *block, struct file_packet *out)
{
	struct packet_head head;
	uint64_t drops;

	if (!block_number(block, 2, &head.interface) || !block_number(block, 2, &drops))
		return bad(file, "a packet block that is too short");
	return take_timed(file, &head, block, out);
}

/* No time, always of the first interface, and as long as its limit lets it be (section 4.4). */
static enum given take_simple(struct pcapng *file, struct block *block, struct file_packet *out)
{
	struct packet_head head = { 0 };
	uint32_t snaplen;

	if (!block_number(block, 4, &head.length))
		return bad(file, "a packet block that is too short");
	if (!file->n)
		return bad(file, "a packet of an interface that was not described");
	snaplen = file->interfaces[0].snaplen;
	head.captured = snaplen ? min_u64(head.length, snaplen) : head.length;
	return give_packet(file, &head, block, out);
}

static const struct {
	uint32_t type;
	bool packet;
	enum given (*take)(struct pcapng *file, struct block *block, struct file_packet *out);
} kinds[] = {
	{ BLOCK_ENHANCED, true, take_enhanced }, { BLOCK_SIMPLE, true, take_simple },
	{ BLOCK_PACKET, true, take_obsolete },	 { BLOCK_INTERFACE, false, take_interface },
	{ BLOCKS_SECTION, false, take_section },
};

static bool is_packet(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].type == type)
			return kinds[i].packet;
	return false;
}

static enum given take(struct pcapng *file, struct block *block, struct file_packet *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].type == block->type)
			return kinds[i].take(file, block, out);
	return GIVEN_NOTHING;
}

static enum reading next_block(struct pcapng *file, struct block *block)
{
	enum reading reading = blocks_next(&file->blocks, block);

	if (reading == READING_BAD)
		file->reason = file->blocks.reason;
	if (reading == READING_CUT && is_packet(block->type))
		return READING_CUT_PACKET;
	return reading;
}

enum reading pcapng_next(struct pcapng *file, struct file_packet *out)
{
	for (;;) {
		struct block block;
		enum reading reading = next_block(file, &block);
		enum given given;

		if (reading != READING_PACKET)
			return reading;
		given = take(file, &block, out);
		if (given != GIVEN_NOTHING)
			return given == GIVEN_PACKET ? READING_PACKET : READING_BAD;
	}
}

bool pcapng_recognise(struct bytes start)
{
	return blocks_recognise(start);
}

struct pcapng *pcapng_open(struct bytestream *stream, struct names *names, char *reason,
			   size_t size)
{
	struct pcapng *file = calloc(1, sizeof(*file));
	struct block block;
	enum reading reading;

	snprintf(reason, size, "out of memory");
	if (!file)
		return NULL;
	file->blocks.stream = stream;
	file->names = names;
	file->reason = "cut off in the middle of the file header";
	reading = next_block(file, &block);
	if (reading == READING_PACKET && take(file, &block, NULL) == GIVEN_NOTHING)
		return file;
	snprintf(reason, size, "%s", file->reason);
	pcapng_close(file);
	return NULL;
}

void pcapng_close(struct pcapng *file)
{
	if (!file)
		return;
	blocks_free(&file->blocks);
	free(file->interfaces);
	free(file);
}

const char *pcapng_reason(const struct pcapng *file)
{
	return file->reason;
}
