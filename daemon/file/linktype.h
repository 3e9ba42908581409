/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SHAKETAP_FILE_LINKTYPE_H
#define SHAKETAP_FILE_LINKTYPE_H

/*
 * The DLT_* of this system for a LINKTYPE_* of a file, see
 * https://www.tcpdump.org/linktypes.html. A number that is not known stays what it is, and
 * so does a DLT_* of this system. libpcap has the same table but does not export it.
 */
int linktype_to_dlt(int linktype);

#endif
