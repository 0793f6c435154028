# The programs that Bazel has just built, where deploy/Dockerfile would build them.
FROM scratch
COPY . /
