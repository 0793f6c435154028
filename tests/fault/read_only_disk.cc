// For LD_PRELOAD: while the file $STI_READ_ONLY_FLAG is there, whatever would change a file below
// $STI_READ_ONLY_BELOW fails with EROFS, as on a file system that the kernel has remounted read-only after an
// error of the disk. That cannot be had otherwise without ending the mount: remounting is refused while a
// file is open for writing.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

bool IsOn() {
  static const char* const flag = std::getenv("STI_READ_ONLY_FLAG");
  return flag != nullptr && access(flag, F_OK) == 0;
}

bool IsBelow(const char* path) {
  static const char* const folder = std::getenv("STI_READ_ONLY_BELOW");
  return folder != nullptr && path != nullptr && std::strncmp(path, folder, std::strlen(folder)) == 0;
}

bool Refuses(const char* path) {
  if (!IsBelow(path) || !IsOn()) return false;
  errno = EROFS;
  return true;
}

bool Refuses(int fd) {
  if (!IsOn()) return false;
  char link[64], path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = 0;
  return Refuses(path);
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t size) {
  static auto* const real = Real<ssize_t(int, const void*, size_t)>("write");
  return Refuses(fd) ? -1 : real(fd, data, size);
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  static auto* const real = Real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return Refuses(fd) ? -1 : real(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  static auto* const real = Real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return Refuses(fd) ? -1 : real(fd, data, size, offset);
}

int ftruncate(int fd, off_t size) {
  static auto* const real = Real<int(int, off_t)>("ftruncate");
  return Refuses(fd) ? -1 : real(fd, size);
}

int ftruncate64(int fd, off64_t size) {
  static auto* const real = Real<int(int, off64_t)>("ftruncate64");
  return Refuses(fd) ? -1 : real(fd, size);
}

int unlink(const char* path) {
  static auto* const real = Real<int(const char*)>("unlink");
  return Refuses(path) ? -1 : real(path);
}

int rename(const char* from, const char* to) {
  static auto* const real = Real<int(const char*, const char*)>("rename");
  return Refuses(to) ? -1 : real(from, to);
}

int open(const char* path, int flags, ...) {
  static auto* const real = Real<int(const char*, int, ...)>("open");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0 && Refuses(path)) return -1;
  return real(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  static auto* const real = Real<int(const char*, int, ...)>("open64");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0 && Refuses(path)) return -1;
  return real(path, flags, mode);
}

}  // extern "C"
