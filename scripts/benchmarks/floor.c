/* The floor of a verified transfer: what remains when a program does nothing else.

   floor send FILE PORT CONGESTION  serves one connection with sendfile, then ends
   floor receive FILE PORT [sync]   receives, writes, and hashes in a second thread; prints the SHA-256

   The receiver reads into a ring of buffers. One thread receives and writes, the other hashes what was
   written, so that the slower of the two is the limit. With "sync" the file is synced before the end. */

#include <arpa/inet.h>
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

enum { BUFFERS = 16, BUFFER_SIZE = 256 * 1024 };

/* Buffers are full from `hashed` to `received`; a full one of length 0 is the end. */
struct ring {
  unsigned char bytes[BUFFERS][BUFFER_SIZE];
  size_t length[BUFFERS];
  unsigned received, hashed;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
};

static struct ring ring = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static struct sockaddr_in loopback(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void send_file(const char *path, const char *port, const char *congestion) {
  struct sockaddr_in address = loopback(port);
  int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, congestion, (socklen_t)strlen(congestion))) fail(congestion);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1)) fail("listen");
  int file = open(path, O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status)) fail(path);
  int connection = accept(listener, NULL, NULL);
  if (connection < 0) fail("accept");
  for (off_t sent = 0; sent < status.st_size;) {
    if (sendfile(connection, file, &sent, (size_t)(status.st_size - sent)) < 0 && errno != EINTR) fail("sendfile");
  }
  close(connection);
}

static void *hash(void *digest) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), NULL);
  for (unsigned turn = 0;; turn++) {
    pthread_mutex_lock(&ring.mutex);
    while (ring.received == turn) pthread_cond_wait(&ring.changed, &ring.mutex);
    pthread_mutex_unlock(&ring.mutex);
    size_t length = ring.length[turn % BUFFERS];
    if (length == 0) break;
    EVP_DigestUpdate(context, ring.bytes[turn % BUFFERS], length);
    pthread_mutex_lock(&ring.mutex);
    ring.hashed = turn + 1;
    pthread_cond_signal(&ring.changed);
    pthread_mutex_unlock(&ring.mutex);
  }
  EVP_DigestFinal_ex(context, digest, NULL);
  EVP_MD_CTX_free(context);
  return NULL;
}

static void write_all(int file, const unsigned char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(file, bytes, length);
    if (count < 0) fail("write");
    bytes += count;
    length -= (size_t)count;
  }
}

/* Fills one buffer as far as the connection goes. */
static size_t fill(int connection, unsigned char *bytes) {
  size_t length = 0;
  while (length < BUFFER_SIZE) {
    ssize_t count = recv(connection, bytes + length, BUFFER_SIZE - length, 0);
    if (count < 0) fail("recv");
    if (count == 0) break;
    length += (size_t)count;
  }
  return length;
}

static void receive_file(const char *path, const char *port, int synced) {
  struct sockaddr_in address = loopback(port);
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(connection, (struct sockaddr *)&address, sizeof address)) fail("connect");
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) fail(path);
  unsigned char digest[EVP_MAX_MD_SIZE];
  pthread_t hasher;
  pthread_create(&hasher, NULL, hash, digest);
  size_t length;
  unsigned turn = 0;
  do {
    pthread_mutex_lock(&ring.mutex);
    while (turn - ring.hashed == BUFFERS) pthread_cond_wait(&ring.changed, &ring.mutex);
    pthread_mutex_unlock(&ring.mutex);
    unsigned char *bytes = ring.bytes[turn % BUFFERS];
    length = ring.length[turn % BUFFERS] = fill(connection, bytes);
    write_all(file, bytes, length);
    pthread_mutex_lock(&ring.mutex);
    ring.received = ++turn;
    pthread_cond_signal(&ring.changed);
    pthread_mutex_unlock(&ring.mutex);
  } while (length > 0);
  if (synced && fsync(file)) fail("fsync");
  pthread_join(hasher, NULL);
  for (int i = 0; i < 32; i++) printf("%02x", digest[i]);
  printf("\n");
}

int main(int count, char **arguments) {
  if (count == 5 && !strcmp(arguments[1], "send")) {
    send_file(arguments[2], arguments[3], arguments[4]);
  } else if (count >= 4 && !strcmp(arguments[1], "receive")) {
    receive_file(arguments[2], arguments[3], count > 4 && !strcmp(arguments[4], "sync"));
  } else {
    fprintf(stderr, "usage: floor send FILE PORT CONGESTION | floor receive FILE PORT [sync]\n");
    return 64;
  }
  return 0;
}
