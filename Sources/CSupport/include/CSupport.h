// What Swift cannot say: vector instructions, and calls of Linux that its C library module leaves out.
#ifndef CSUPPORT_H
#define CSUPPORT_H

#include "hex.h"
#include "process.h"
#include "files.h"

#endif
