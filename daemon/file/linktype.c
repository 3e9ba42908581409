/* SPDX-License-Identifier: BSD-2-Clause */
#include "file/linktype.h"

#include <pcap/dlt.h>
#include <stddef.h>

#include "base/util.h"

int linktype_to_dlt(int linktype)
{
	/* Those whose DLT_* is another number, here or on some other system. */
	static const struct {
		int linktype;
		int dlt;
	} others[] = {
		{ 14, DLT_RAW }, /* what OpenBSD calls DLT_RAW, in files that name no LINKTYPE_* */
		{ 100, DLT_ATM_RFC1483 }, { 101, DLT_RAW },    { 102, DLT_SLIP_BSDOS },
		{ 103, DLT_PPP_BSDOS },	  { 104, DLT_C_HDLC }, { 106, DLT_ATM_CLIP },
		{ 108, DLT_LOOP },	  { 109, DLT_ENC },    { 246, DLT_PFSYNC },
		{ 258, DLT_PKTAP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i].linktype == linktype)
			return others[i].dlt;
	return linktype;
}
