// What a process may ask of its system for itself.
#ifndef CSUPPORT_PROCESS_H
#define CSUPPORT_PROCESS_H

/// Lets the calling thread yield to those that answer people and peers; to be called again at no cost. On
/// systems where threads have no priority of their own it does nothing.
void support_yield_to_others(void);

/// Keeps the memory allocator from dividing its memory among many threads, none of which gives it back.
void support_share_memory(void);

#endif
