/* SPDX-License-Identifier: BSD-2-Clause */
/* Capabilities (capabilities(7)) of this process. */
#ifndef SHAKETAP_RIGHTS_H
#define SHAKETAP_RIGHTS_H

/*
 * Takes what the process is permitted into use. Capabilities of the program file may be
 * permitted only ("setcap ...+p"): with "+ep" it could not even start, to read a file,
 * where one of them is not granted.
 */
void rights_raise(void);

#endif
