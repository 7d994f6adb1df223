// For wcwidth.
#define _GNU_SOURCE 1
#include "CNcurses.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <wchar.h>

static SCREEN *screen;

bool cn_set_locale(void) {
  setlocale(LC_CTYPE, "");
  if (strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
  const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  bool chosen = false;
  for (int i = 0; i < 3; i++) {
    const char *value = getenv(names[i]);
    if (value != NULL && value[0] != 0) chosen = true;
  }
  if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) setlocale(LC_CTYPE, "en_US.UTF-8");
  return !chosen && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool cn_load_terminfo(int fd) {
  int error = 0;
  if (setupterm(NULL, fd, &error) != OK) return false;
  return cn_capability("cup") != NULL;
}

const char *cn_capability(const char *name) {
  char *value = tigetstr((char *)name);
  return value == (char *)-1 ? NULL : value;
}

bool cn_flag(const char *name) { return tigetflag((char *)name) > 0; }

bool cn_start(FILE *out, FILE *in, bool asks_size) {
  if (!asks_size) use_env(FALSE);
  screen = newterm(NULL, out, in);
  if (screen == NULL) return false;
  set_term(screen);
  raw();
  noecho();
  nonl();
  typeahead(-1);
  leaveok(stdscr, FALSE);
  def_prog_mode();
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  return true;
}

void cn_stop(void) {
  if (screen != NULL) delscreen(screen);
  screen = NULL;
}

void cn_resume(void) { reset_prog_mode(); }
void cn_resize(int height, int width) { resizeterm(height, width); }
int cn_colors(void) { return has_colors() ? COLORS : 0; }

void cn_define_pair(int pair, int foreground, int background) {
  init_pair((short)pair, (short)foreground, (short)background);
}

static attr_t attributes_of(int bits) {
  attr_t result = A_NORMAL;
  if (bits & CN_BOLD) result |= A_BOLD;
  if (bits & CN_DIM) result |= A_DIM;
  if (bits & CN_REVERSE) result |= A_REVERSE;
  if (bits & CN_UNDERLINE) result |= A_UNDERLINE;
  return result;
}

void cn_put(int y, int x, const uint32_t *scalars, int count, int attributes, int pair) {
  wchar_t text[CCHARW_MAX + 1] = {0};
  for (int i = 0; i < count && i < CCHARW_MAX; i++) text[i] = (wchar_t)scalars[i];
  cchar_t cell;
  if (setcchar(&cell, text, attributes_of(attributes), (short)pair, NULL) == OK) {
    mvwadd_wch(stdscr, y, x, &cell);
  }
}

int cn_width(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

void cn_flush(int cursor_y, int cursor_x) {
  bool visible = cursor_y >= 0 && cursor_x >= 0 && cursor_y < LINES && cursor_x < COLS;
  curs_set(visible ? 1 : 0);
  if (visible) wmove(stdscr, cursor_y, cursor_x);
  wnoutrefresh(stdscr);
  doupdate();
}

void cn_redraw(void) {
  clearok(curscr, TRUE);
  touchwin(stdscr);
}
