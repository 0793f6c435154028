# Debian's Redis under the name of Docker's image.
FROM debian:bookworm-slim
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >/dev/null \
    && rm -rf /var/lib/apt/lists/* && mkdir -p /data
WORKDIR /data
# Docker's image listens to everybody who reaches it; so does this one.
ENTRYPOINT ["/bin/sh", "-c", "exec \"$@\" --bind 0.0.0.0 --dir /tmp", "redis"]
CMD ["redis-server"]
