// Puts the terminal back when the process ends in whatever way but SIGKILL. Everything here that runs in a
// signal handler uses only what POSIX lists as async-signal-safe.
#include "CNcurses.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static struct cn_guard guard;
static struct termios settings;
static bool have_settings;
static bool have_exit_hook;
static int armed;
static int signal_fd = -1;

// Signals that end the process. Those of the first row are crashes and are taken from whoever has them;
// those of the second are requests, left to a program that handles them itself.
static const int crashes[] = {SIGSEGV, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSYS};
static const int requests[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
enum { CRASHES = sizeof crashes / sizeof crashes[0], REQUESTS = sizeof requests / sizeof requests[0] };
static struct sigaction before[CRASHES];
static bool handling;

static void write_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(fd, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    count -= (size_t)written;
  }
}

static void replay(void) {
  struct stat status;
  if (guard.capture < 0 || fstat(guard.capture, &status) != 0) return;
  off_t offset = status.st_size > guard.replay_bytes ? status.st_size - guard.replay_bytes : 0;
  char buffer[4096];
  for (;;) {
    ssize_t count = pread(guard.capture, buffer, sizeof buffer, offset);
    if (count <= 0) break;
    write_all(STDERR_FILENO, buffer, (size_t)count);
    offset += count;
  }
  if (ftruncate(guard.capture, 0) != 0) return;
}

void cn_guard_restore(void) {
  if (!__atomic_exchange_n(&armed, 0, __ATOMIC_SEQ_CST)) return;
  int saved_errno = errno;
  write_all(guard.tty, guard.restore, guard.restore_length);
  tcsetattr(guard.tty, TCSANOW, &settings);
  if (guard.saved_out >= 0) dup2(guard.saved_out, STDOUT_FILENO);
  if (guard.saved_err >= 0) dup2(guard.saved_err, STDERR_FILENO);
  replay();
  errno = saved_errno;
}

static void die(int number) {
  cn_guard_restore();
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  for (int i = 0; i < CRASHES; i++) {
    if (crashes[i] == number) action = before[i];
  }
  sigaction(number, &action, NULL);
  raise(number);
  // A handler that was there before, such as Swift's own, may have reported the crash and returned. An instruction at
  // fault would then fail again, but a signal that somebody sent would not, and the process would live on without a
  // screen.
  action.sa_handler = SIG_DFL;
  action.sa_flags = 0;
  sigaction(number, &action, NULL);
  raise(number);
}

static void handle_deadly_signals(void) {
  static char stack[64 * 1024];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&alternate, NULL);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = die;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < CRASHES; i++) sigaction(crashes[i], &action, &before[i]);
  for (int i = 0; i < REQUESTS; i++) {
    struct sigaction present;
    if (sigaction(requests[i], NULL, &present) == 0 && present.sa_handler == SIG_DFL) {
      sigaction(requests[i], &action, NULL);
    }
  }
}

void cn_guard_arm(const struct cn_guard *wanted) {
  guard = *wanted;
  if (!have_settings) have_settings = tcgetattr(guard.tty, &settings) == 0;
  if (!have_exit_hook) have_exit_hook = atexit(cn_guard_restore) == 0;
  if (!handling) handle_deadly_signals();
  handling = true;
  __atomic_store_n(&armed, 1, __ATOMIC_SEQ_CST);
}

static void pass_on(int number) {
  int saved_errno = errno;
  char byte = (char)number;
  if (signal_fd >= 0 && write(signal_fd, &byte, 1) < 0) {
    // The pipe is full: the loop is about to wake up anyway.
  }
  errno = saved_errno;
}

static void handle_signal(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

void cn_signals_to(int fd) {
  signal_fd = fd;
  void (*handler)(int) = fd >= 0 ? pass_on : SIG_DFL;
  handle_signal(SIGWINCH, handler);
  handle_signal(SIGTSTP, handler);
  handle_signal(SIGCONT, handler);
}

void cn_stop_process(void) {
  // A thread that comes from a pool may have signals blocked; the stop has to happen here and now.
  sigset_t stop, mask;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  handle_signal(SIGTSTP, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
  raise(SIGTSTP);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  handle_signal(SIGTSTP, pass_on);
}
