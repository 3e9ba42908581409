/* SPDX-License-Identifier: BSD-2-Clause */
/* What a test expects of the packets of one file. Include cmocka.h before. */
#ifndef SHAKETAP_TEST_CAPTURE_EXPECT_H
#define SHAKETAP_TEST_CAPTURE_EXPECT_H

#include "capture_file.h"
#include "file/packets.h"

static inline struct packets *opened(const char *name)
{
	char error[200] = "";
	struct packets *packets = packets_open(&name, 1, error, sizeof(error));

	if (!packets)
		fail_msg("%s", error);
	return packets;
}

static inline void expect(struct packets *packets, uint64_t time, const char *data, uint32_t length,
			  int link, const char *name)
{
	struct file_packet packet;

	assert_int_equal(packets_next(packets, &packet), PACKETS_OK);
	assert_int_equal(packet.time, time);
	assert_int_equal(packet.bytes.n, strlen(data));
	assert_memory_equal(packet.bytes.p, data, packet.bytes.n);
	assert_int_equal(packet.length, length);
	assert_int_equal(packet.link, link);
	if (name)
		assert_string_equal(packet.interface, name);
	else
		assert_null(packet.interface);
}

static inline void expect_end(struct packets *packets)
{
	struct file_packet packet;

	assert_int_equal(packets_next(packets, &packet), PACKETS_END);
	assert_int_equal(packets_next(packets, &packet), PACKETS_END);
	assert_null(packets_damage(packets, 0));
	packets_close(packets);
}

#endif
