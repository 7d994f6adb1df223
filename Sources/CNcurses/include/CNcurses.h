// What Swift can't import from ncursesw (macros, globals, varargs), as functions; and the guard that puts
// the terminal back when the process dies.
#ifndef P2PTUI_CNCURSES_H
#define P2PTUI_CNCURSES_H

#define NCURSES_WIDECHAR 1
#if defined(__APPLE__)
#define _XOPEN_SOURCE_EXTENDED 1
#include <curses.h>
#else
#include <ncursesw/curses.h>
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/// Attributes of a cell, to be or-ed.
enum cn_attribute {
  CN_BOLD = 1,
  CN_DIM = 2,
  CN_REVERSE = 4,
  CN_UNDERLINE = 8,
};

/// Takes the character set of the environment; without any, UTF-8 is assumed. False if the environment
/// names another one than UTF-8.
bool cn_set_locale(void);

/// Reads the terminal's description. False if $TERM is unset, unknown, or can't address the cursor.
bool cn_load_terminfo(int fd);

/// A string capability such as "kcuu1", or NULL. Valid until the screen is started.
const char *cn_capability(const char *name);

/// Whether the terminal's description has a flag such as "XT".
bool cn_flag(const char *name);

/// Starts curses in raw mode on two open streams. False if it can't. Unless curses asks the terminal for its size, it
/// begins with the usual size of such terminals.
bool cn_start(FILE *out, FILE *in, bool asks_size);
/// Frees what cn_start took. Writes nothing.
void cn_stop(void);
/// Puts the terminal into raw mode again, after a suspension.
void cn_resume(void);
void cn_resize(int height, int width);
/// 0 without colours.
int cn_colors(void);
/// -1 for a colour is the terminal's own.
void cn_define_pair(int pair, int foreground, int background);

/// Puts one spacing character with its combining ones at a cell.
void cn_put(int y, int x, const uint32_t *scalars, int count, int attributes, int pair);
/// Columns that the C library and so curses gives a character; -1 for one it does not know.
int cn_width(uint32_t scalar);
/// Writes the cells that changed. A cursor outside of the screen is hidden.
void cn_flush(int cursor_y, int cursor_x);
/// The next flush writes every cell.
void cn_redraw(void);

/// Bytes that the guard can keep of the strings which restore the terminal.
enum { CN_RESTORE_BYTES = 512 };

/// What the guard puts back. Descriptors are -1 where there is none.
struct cn_guard {
  /// The terminal.
  int tty;
  /// A file that standard output and standard error go to meanwhile.
  int capture;
  /// Where they went before.
  int saved_out, saved_err;
  /// Written to the terminal first.
  char restore[CN_RESTORE_BYTES];
  size_t restore_length;
  /// How much of the end of the captured file is replayed.
  int64_t replay_bytes;
};

/// From now on a crash, exit(), or a deadly signal that nobody handles puts the terminal back. Remembers
/// the terminal's settings of this moment, the first time.
void cn_guard_arm(const struct cn_guard *guard);
/// Puts the terminal back now; does nothing if that was done already. Async-signal-safe.
void cn_guard_restore(void);
/// Signals that concern the screen (SIGWINCH, SIGTSTP, SIGCONT) are written to a descriptor, one byte each.
void cn_signals_to(int fd);
/// Stops the process as Ctrl-Z does; returns when it goes on.
void cn_stop_process(void);

#endif
