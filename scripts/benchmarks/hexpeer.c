/* Peers that know nothing but the network's own FILE_DATA, and are no bottleneck.

   hexpeer serve MESSAGES PORT [CONGESTION]  answers a GET_FILE with the bytes of the file MESSAGES/<file_id>, by
                                             sendfile
   hexpeer ask MESSAGES PORT ID...           asks for all these files at once, and compares every `data` with that
                                             of the file MESSAGES/<file_id> */

#define _GNU_SOURCE /* memmem */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_SIZE = 256 * 1024, STACK_SIZE = 64 * 1024, ID_LENGTH = 64 };

static const char *messages, *port;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static struct sockaddr_in loopback(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static pthread_t start(void *(*work)(void *), void *argument) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK_SIZE);
  if (pthread_create(&thread, &attributes, work, argument)) fail("pthread_create");
  pthread_attr_destroy(&attributes);
  return thread;
}

/* The message of a file; -1 if there is none. */
static int open_message(const char *id) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%.*s", messages, ID_LENGTH, id);
  return open(path, O_RDONLY);
}

/* The file that a request names; -1 if it is no GET_FILE. */
static int open_requested(const char *request) {
  static const char key[] = "\"file_id\"";
  const char *found = strstr(request, "GET_FILE") ? strstr(request, key) : NULL;
  const char *quote = found ? strchr(found + sizeof key - 1, '"') : NULL;
  return quote && strlen(quote) > ID_LENGTH ? open_message(quote + 1) : -1;
}

/* Reads one message, and answers it if it is a GET_FILE. A request comes whole, in one write. */
static void *answer(void *argument) {
  int connection = (int)(long)argument;
  char request[16 * 1024];
  ssize_t length = recv(connection, request, sizeof request - 1, 0);
  request[length < 0 ? 0 : length] = 0;
  int file = open_requested(request);
  if (file >= 0) {
    ssize_t sent = 1;
    for (off_t offset = 0; sent > 0 || (sent < 0 && errno == EINTR);) {
      sent = sendfile(connection, file, &offset, 1 << 30);
    }
    close(file);
    shutdown(connection, SHUT_WR);
  }
  while (recv(connection, request, sizeof request, 0) > 0) {
  }
  close(connection);
  return NULL;
}

static void serve(const char *congestion) {
  struct sockaddr_in address = loopback();
  int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (congestion && setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, congestion, (socklen_t)strlen(congestion)))
    fail(congestion);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) fail("listen");
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    if (connection < 0) fail("accept");
    pthread_detach(start(answer, (void *)(long)connection));
  }
}

/* Where the hex begins, in the beginning of a message; 0 if it is not there. */
static size_t start_of_data(const char *bytes, size_t length) {
  static const char key[] = "\"data\"";
  const char *found = memmem(bytes, length, key, sizeof key - 1);
  if (!found) return 0;
  const char *quote = memchr(found + sizeof key - 1, '"', length - (size_t)(found + sizeof key - 1 - bytes));
  return quote ? (size_t)(quote + 1 - bytes) : 0;
}

static size_t receive(int connection, char *bytes, size_t size) {
  ssize_t count = recv(connection, bytes, size, 0);
  if (count < 0) fail("recv");
  return (size_t)count;
}

/* What follows the beginning of `data` must be what the message has there, through its last quote. */
static void compare(int connection, char *buffer, size_t length, int file) {
  char *own = malloc(BUFFER_SIZE);
  ssize_t beginning = pread(file, own, BUFFER_SIZE, 0);
  off_t offset = (off_t)start_of_data(own, beginning < 0 ? 0 : (size_t)beginning);
  off_t end = lseek(file, 0, SEEK_END) - 2; /* "}" and a newline follow the quote */
  while (offset < end) {
    if (length == 0) length = receive(connection, buffer, BUFFER_SIZE);
    if (length == 0) break;
    size_t count = length < (size_t)(end - offset) ? length : (size_t)(end - offset);
    if (pread(file, own, count, offset) != (ssize_t)count || memcmp(buffer, own, count)) break;
    offset += (off_t)count, length = 0;
  }
  free(own);
  if (offset < end) {
    fprintf(stderr, "hexpeer: the data is wrong or ends %lld bytes too soon\n", (long long)(end - offset));
    exit(1);
  }
}

static void *ask(void *id) {
  struct sockaddr_in address = loopback();
  int file = open_message(id), connection = socket(AF_INET, SOCK_STREAM, 0);
  if (file < 0) fail(id);
  if (connect(connection, (struct sockaddr *)&address, sizeof address)) fail("connect");
  char request[256], *buffer = malloc(BUFFER_SIZE);
  int size = snprintf(request, sizeof request, "{\"type\": \"GET_FILE\", \"file_id\": \"%s\"}\n", (char *)id);
  if (send(connection, request, (size_t)size, 0) != size) fail("send");
  size_t length = 0, begin = 0, count = 1;
  while (begin == 0 && count > 0 && length < BUFFER_SIZE) {
    length += count = receive(connection, buffer + length, BUFFER_SIZE - length);
    begin = start_of_data(buffer, length);
  }
  memmove(buffer, buffer + begin, length - begin);
  compare(connection, buffer, length - begin, file);
  close(connection);
  close(file);
  free(buffer);
  return NULL;
}

static void ask_all(int count, char **ids) {
  pthread_t *threads = calloc((size_t)count, sizeof *threads);
  for (int i = 0; i < count; i++) threads[i] = start(ask, ids[i]);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  free(threads);
}

int main(int count, char **arguments) {
  if (count >= 4) messages = arguments[2], port = arguments[3];
  if ((count == 4 || count == 5) && !strcmp(arguments[1], "serve")) {
    serve(arguments[4]);
  } else if (count > 4 && !strcmp(arguments[1], "ask")) {
    ask_all(count - 4, arguments + 4);
  } else {
    fprintf(stderr, "usage: hexpeer serve MESSAGES PORT [CONGESTION] | hexpeer ask MESSAGES PORT ID...\n");
    return 64;
  }
  return 0;
}
