# The program on the CPU, as an ordinary user. The installing step is the one that `make setup` runs.
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY scripts scripts
COPY bot bot
COPY knowledge knowledge
COPY lessons lessons
COPY indexer indexer
RUN python3 scripts/bootstrap.py setup postgres

FROM python:3.12-slim-bookworm
# espeak-ng reads cards aloud; without it that button is not shown.
RUN apt-get update && apt-get install -y --no-install-recommends espeak-ng && rm -rf /var/lib/apt/lists/*
# 10001: a number no account of the host has, in case the user namespace is shared.
RUN useradd --system --uid 10001 --home-dir /data bdhvs && install -d -o bdhvs -g bdhvs /data
COPY --from=build /app /app
WORKDIR /app
USER bdhvs
ENV BDHVS_DATA_DIR=/data BDHVS_HOST=0.0.0.0 PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8080
HEALTHCHECK --start-period=60s CMD ["/app/.venv/bin/python", "-c", \
  "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["/app/.venv/bin/python", "-m", "bot"]
CMD ["serve"]
