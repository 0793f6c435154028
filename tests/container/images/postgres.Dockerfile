# Debian's PostgreSQL with as much of the interface of Docker's image as deploy/docker-compose.yml uses.
FROM debian:bookworm-slim
RUN mkdir -p /usr/share/man/man1 /usr/share/man/man7 && apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15 >/dev/null \
    && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/15 \
    && mkdir -p /var/lib/postgresql/data /docker-entrypoint-initdb.d && chmod 1777 /var/lib/postgresql/data \
    && useradd --uid 10001 --no-create-home sti
ENV PATH=/usr/lib/postgresql/15/bin:$PATH
COPY postgres-entrypoint /usr/local/bin/
ENTRYPOINT ["postgres-entrypoint"]
CMD ["postgres"]
