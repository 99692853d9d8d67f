# Not yet tried: written on a machine without Docker (see compose.yaml).
FROM debian:12-slim

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates python3 python3-venv nodejs npm gettext fonts-noto-cjk \
        libpango-1.0-0 libpangoft2-1.0-0 libpangocairo-1.0-0 postgresql-client \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home lianhu && install -d -o lianhu -g lianhu /app
USER lianhu
WORKDIR /app

# The packages change less often than the program: a layer of their own.
COPY --chown=lianhu:lianhu requirements.txt package.json package-lock.json .npmrc lianhu ./
COPY --chown=lianhu:lianhu tools ./tools
COPY --chown=lianhu:lianhu config ./config
# Secrets belong to an installation, not to an image.
RUN DATABASE_URL=postgres://build@db/build ./lianhu prepare && rm -rf var

COPY --chown=lianhu:lianhu . .
RUN install -d var

ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
VOLUME /app/var
CMD ["./lianhu", "run"]
