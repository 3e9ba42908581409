/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rights of a daemon that is attached. Which of them this kernel goes on asking
 * for is not known by its version but tried: the fewest are kept under which a
 * rehearsal of what comes later is not refused. The one file that knows libcap-ng.
 */
#ifndef SHAKETAP_RIGHTS_H
#define SHAKETAP_RIGHTS_H

#include <stddef.h>

#include "base/log.h"
#include "capture/kernel.h"
#include "interfaces.h"

/*
 * Takes what the process is permitted into use. Capabilities of the program file may be
 * permitted only ("setcap ...+p"): with "+ep" it could not even start, to read a file,
 * where one of them is not granted.
 */
void rights_raise(void);

/*
 * To be called when everything is open and something is attached. Give up for good
 * every capability that is not needed from now on, and the way to others; root becomes
 * nobody, where it has the right to. What cannot be given up is a warning: the rights
 * were given on purpose, and the host is observed all the same.
 */
void rights_give_up(const struct kernel *kernel, const struct interfaces *interfaces,
		    struct log *log);

/* What would be kept, in words: "none, once attached"... Nothing is given up. */
void rights_describe(const struct kernel *kernel, const struct interfaces *interfaces, char *text,
		     size_t room);

#endif
