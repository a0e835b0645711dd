/* A disk on which each write and each sync of a history takes 10 ms; preloaded. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void slow(int file) {
  char link[64], path[4096];
  const char *part = getenv("SLOW_PATH");
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0 || part == NULL) return;
  path[length] = 0;
  if (strstr(path, part) != NULL) usleep(10000);
}

#define SLOW(type, name, arguments, given, file)                     \
  type name arguments {                                              \
    static type(*real) arguments;                                    \
    if (real == NULL) real = (type(*) arguments)dlsym(RTLD_NEXT, #name); \
    slow(file);                                                      \
    return real given;                                               \
  }

SLOW(ssize_t, write, (int file, const void *bytes, size_t size), (file, bytes, size), file)
SLOW(ssize_t, pwrite, (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at), file)
SLOW(ssize_t, pwrite64, (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at), file)
SLOW(int, fsync, (int file), (file), file)
SLOW(int, fdatasync, (int file), (file), file)
