/* The floor of verified transfers: what remains when a program does nothing else.

   floor send FOLDER PORT CONGESTION      serves one connection with all files of a folder by sendfile, then ends
   floor receive FOLDER PORT [sync]       takes them from there
   floor ask FOLDER PORT ID NAME [sync]   takes a file from a holder that only knows hex (hexpeer.c)

   One thread receives, decodes hex and writes, another hashes, so that the slower of the two is the limit; between
   them is a ring of buffers. Files get their names when all of them are there: with "sync", once they are synced to
   the disk, after which the folder is, too. Prints the SHA-256 of each file. */

#define _GNU_SOURCE /* syncfs, memmem */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hex.h"

/* A large file is synced by itself, many small ones with their file system: an fsync is a flush of the disk's
   cache, whatever the size. */
enum { BUFFERS = 16, BUFFER_SIZE = 256 * 1024, NAME_SIZE = 64, SYNCED_TOGETHER = 8 };

/* What comes before the bytes of a file; an empty name is the end. */
struct header {
  uint64_t size;
  char name[NAME_SIZE];
};

/* Buffers are full from `hashed` to `received`. */
struct ring {
  unsigned char bytes[BUFFERS][BUFFER_SIZE];
  size_t length[BUFFERS];
  enum { MIDDLE, END_OF_FILE, END_OF_ALL } what[BUFFERS];
  unsigned received, hashed;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
};

static struct ring ring = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Sending */

static struct sockaddr_in loopback(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int accept_one(const char *port, const char *congestion) {
  struct sockaddr_in address = loopback(port);
  int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, congestion, (socklen_t)strlen(congestion))) fail(congestion);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1)) fail("listen");
  int connection = accept(listener, NULL, NULL);
  if (connection < 0) fail("accept");
  return connection;
}

static void send_header(int connection, const char *name, uint64_t size) {
  struct header header = {.size = size};
  snprintf(header.name, sizeof header.name, "%s", name);
  if (send(connection, &header, sizeof header, MSG_MORE) != sizeof header) fail("send");
}

static void send_file(int connection, int folder, const char *name) {
  int file = openat(folder, name, O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status)) fail(name);
  send_header(connection, name, (uint64_t)status.st_size);
  for (off_t sent = 0; sent < status.st_size;) {
    if (sendfile(connection, file, &sent, (size_t)(status.st_size - sent)) < 0 && errno != EINTR) fail("sendfile");
  }
  close(file);
}

static void send_all(const char *path, const char *port, const char *congestion) {
  DIR *folder = opendir(path);
  if (!folder) fail(path);
  int connection = accept_one(port, congestion);
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (entry->d_name[0] != '.') send_file(connection, dirfd(folder), entry->d_name);
  }
  send_header(connection, "", 0);
  close(connection);
}

/* Hashing */

static void print_digest(EVP_MD_CTX *context) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_DigestFinal_ex(context, digest, NULL);
  for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
  printf("\n");
  EVP_DigestInit_ex(context, EVP_sha256(), NULL);
}

static void *hash(void *unused) {
  (void)unused;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), NULL);
  for (unsigned turn = 0;; turn++) {
    pthread_mutex_lock(&ring.mutex);
    while (ring.received == turn) pthread_cond_wait(&ring.changed, &ring.mutex);
    pthread_mutex_unlock(&ring.mutex);
    if (ring.what[turn % BUFFERS] == END_OF_ALL) break;
    EVP_DigestUpdate(context, ring.bytes[turn % BUFFERS], ring.length[turn % BUFFERS]);
    if (ring.what[turn % BUFFERS] == END_OF_FILE) print_digest(context);
    pthread_mutex_lock(&ring.mutex);
    ring.hashed = turn + 1;
    pthread_cond_signal(&ring.changed);
    pthread_mutex_unlock(&ring.mutex);
  }
  EVP_MD_CTX_free(context);
  return NULL;
}

/* The next buffer that is free. */
static unsigned char *claim(void) {
  pthread_mutex_lock(&ring.mutex);
  while (ring.received - ring.hashed == BUFFERS) pthread_cond_wait(&ring.changed, &ring.mutex);
  pthread_mutex_unlock(&ring.mutex);
  return ring.bytes[ring.received % BUFFERS];
}

static void pass_on(size_t length, int what) {
  ring.length[ring.received % BUFFERS] = length;
  ring.what[ring.received % BUFFERS] = what;
  pthread_mutex_lock(&ring.mutex);
  ring.received++;
  pthread_cond_signal(&ring.changed);
  pthread_mutex_unlock(&ring.mutex);
}

/* Files that are received */

struct inbox {
  int folder;
  size_t count;
  struct received {
    char name[NAME_SIZE];
    int file;
  } *files;
};

static void draft_name(char *draft, const char *name) { snprintf(draft, NAME_SIZE + 8, ".%s.part", name); }

static int begin_file(struct inbox *inbox, const char *name) {
  char draft[NAME_SIZE + 8];
  draft_name(draft, name);
  int file = openat(inbox->folder, draft, O_WRONLY | O_CREAT | O_EXCL, 0644);
  if (file < 0) fail(draft);
  inbox->files = realloc(inbox->files, (inbox->count + 1) * sizeof *inbox->files);
  struct received *received = &inbox->files[inbox->count++];
  snprintf(received->name, sizeof received->name, "%s", name);
  received->file = file;
  return file;
}

static void sync_files(struct inbox *inbox) {
  if (inbox->count >= SYNCED_TOGETHER) {
    if (syncfs(inbox->folder)) fail("syncfs");
    return;
  }
  for (size_t i = 0; i < inbox->count; i++) {
    if (fsync(inbox->files[i].file)) fail("fsync");
  }
}

static void name_files(struct inbox *inbox) {
  for (size_t i = 0; i < inbox->count; i++) {
    char draft[NAME_SIZE + 8];
    draft_name(draft, inbox->files[i].name);
    if (renameat(inbox->folder, draft, inbox->folder, inbox->files[i].name)) fail(draft);
  }
}

static void write_all(int file, const unsigned char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(file, bytes, length);
    if (count < 0) fail("write");
    bytes += count;
    length -= (size_t)count;
  }
}

/* Receiving */

static int connect_to(const char *port) {
  struct sockaddr_in address = loopback(port);
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(connection, (struct sockaddr *)&address, sizeof address)) fail("connect");
  return connection;
}

static void receive_exactly(int connection, void *bytes, size_t length) {
  ssize_t count = recv(connection, bytes, length, MSG_WAITALL);
  if (count != (ssize_t)length) fail("recv");
}

static void receive_raw(struct inbox *inbox, int connection) {
  struct header header;
  while (receive_exactly(connection, &header, sizeof header), header.name[0]) {
    int file = begin_file(inbox, header.name);
    do {
      size_t length = header.size < BUFFER_SIZE ? header.size : BUFFER_SIZE;
      unsigned char *bytes = claim();
      receive_exactly(connection, bytes, length);
      write_all(file, bytes, length);
      header.size -= length;
      pass_on(length, header.size == 0 ? END_OF_FILE : MIDDLE);
    } while (header.size > 0);
  }
}

/* Up to the first digit of `data`. All of it comes in the first bytes of the message. */
static size_t receive_until_data(int connection, unsigned char *bytes) {
  static const char key[] = "\"data\": \"";
  for (size_t length = 0;;) {
    ssize_t count = recv(connection, bytes + length, 4096 - length, 0);
    if (count <= 0) fail("recv");
    length += (size_t)count;
    unsigned char *found = memmem(bytes, length, key, sizeof key - 1);
    if (!found) continue;
    size_t begin = (size_t)(found - bytes) + sizeof key - 1;
    memmove(bytes, bytes + begin, length - begin);
    return length - begin;
  }
}

static void receive_hex(struct inbox *inbox, int connection, const char *id, const char *name) {
  static unsigned char digits[2 * BUFFER_SIZE];
  char request[256];
  int size = snprintf(request, sizeof request, "{\"type\": \"GET_FILE\", \"file_id\": \"%s\"}\n", id);
  if (send(connection, request, (size_t)size, 0) != size) fail("send");
  int file = begin_file(inbox, name);
  size_t have = receive_until_data(connection, digits);
  for (int what = MIDDLE; what == MIDDLE;) {
    ssize_t count = recv(connection, digits + have, sizeof digits - have, MSG_WAITALL);
    if (count < 0) fail("recv");
    have += (size_t)count;
    unsigned char *quote = have < sizeof digits ? memchr(digits, '"', have) : NULL;
    if (have < sizeof digits && !quote) fail("the end is missing");
    if (quote) have = (size_t)(quote - digits), what = END_OF_FILE;
    unsigned char *bytes = claim();
    if (!support_hex_decode(digits, have / 2, bytes)) fail("not hex");
    write_all(file, bytes, have / 2);
    pass_on(have / 2, what);
    have = 0;
  }
}

int main(int count, char **arguments) {
  const char *verb = count > 1 ? arguments[1] : "";
  if (count == 5 && !strcmp(verb, "send")) {
    send_all(arguments[2], arguments[3], arguments[4]);
    return 0;
  }
  int is_raw = count >= 4 && !strcmp(verb, "receive"), is_hex = count >= 6 && !strcmp(verb, "ask");
  if (!is_raw && !is_hex) {
    fprintf(stderr, "usage: floor send FOLDER PORT CONGESTION | floor receive FOLDER PORT [sync]"
                    " | floor ask FOLDER PORT ID NAME [sync]\n");
    return 64;
  }
  struct inbox inbox = {.folder = open(arguments[2], O_RDONLY | O_DIRECTORY)};
  if (inbox.folder < 0) fail(arguments[2]);
  pthread_t hasher;
  pthread_create(&hasher, NULL, hash, NULL);
  if (is_raw) {
    receive_raw(&inbox, connect_to(arguments[3]));
  } else {
    receive_hex(&inbox, connect_to(arguments[3]), arguments[4], arguments[5]);
  }
  claim();
  pass_on(0, END_OF_ALL);
  int synced = !strcmp(arguments[count - 1], "sync");
  if (synced) sync_files(&inbox);
  pthread_join(hasher, NULL);
  name_files(&inbox);
  if (synced && fsync(inbox.folder)) fail("fsync");
  return 0;
}
