# One image for builds, the HTTP API and every other command: docker run IMAGE status
FROM python:3.12-slim-bookworm

RUN useradd --create-home --uid 1000 recsys && install --directory --owner=recsys --group=recsys /data

WORKDIR /opt/recsys
COPY pyproject.toml README.md LICENSE ./
COPY recsys recsys/
COPY dbt_project dbt_project/
# the versions are those of pyproject.toml
# hadolint ignore=DL3013
RUN pip install --no-cache-dir '.[api]'

USER 1000
# the database, the shop's files and its shop file lie in a volume
WORKDIR /data
ENV RECSYS_DATABASE=/data/recsys.duckdb
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["recsys"]
CMD ["status"]
