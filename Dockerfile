FROM python:3.13-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/denyut
COPY requirements/build.txt requirements/run.txt requirements/
RUN /opt/denyut/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        -r requirements/build.txt -r requirements/run.txt
COPY . .
RUN /opt/denyut/bin/pip install --no-deps --no-build-isolation --no-index . \
    && /opt/denyut/bin/pip uninstall --yes setuptools pip

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="Denyut" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 denyut \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/denyut denyut \
    && install --directory --owner denyut --group denyut --mode 0750 /var/lib/denyut
COPY --from=build /opt/denyut /opt/denyut
ENV PATH=/opt/denyut/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/denyut
VOLUME /var/lib/denyut
STOPSIGNAL SIGTERM
# A run that hangs leaves an old status behind, one that ended says so in it.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD find /var/lib/denyut/status.json -mmin -1 | grep -q . \
        && denyut status --data-dir /var/lib/denyut --json | grep -q '"state": "running"'
ENTRYPOINT ["denyut"]
CMD ["run", "--data-dir", "/var/lib/denyut"]
