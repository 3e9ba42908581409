/* SPDX-License-Identifier: BSD-2-Clause */
/* What came of an attempt to read one more packet of a capture file. */
#ifndef SHAKETAP_FILE_READING_H
#define SHAKETAP_FILE_READING_H

enum reading {
	READING_PACKET,
	READING_END,	    /* the file ends where it may end */
	READING_CUT,	    /* it ends too early, but not in the middle of a packet */
	READING_CUT_PACKET, /* it ends in the middle of a packet */
	READING_BAD,	    /* it contradicts itself; the reader has the reason */
};

#endif
