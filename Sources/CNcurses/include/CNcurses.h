#ifndef P2PTUI_CNCURSES_H
#define P2PTUI_CNCURSES_H
#define NCURSES_WIDECHAR 1
#include <ncursesw/curses.h>
#endif
