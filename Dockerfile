# ARG first, so that another base (a local one, another Debian) can be given at build time.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends build-essential python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/earshot
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY scripts scripts
COPY src src
COPY test test
COPY bench bench
RUN npm ci --no-audit --no-fund && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
# alsa-utils brings arecord, through which the node hears.
RUN apt-get update \
 && apt-get install -y --no-install-recommends alsa-utils \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/earshot
COPY --from=build /opt/earshot/package.json ./
COPY earshot ./
COPY --from=build /opt/earshot/node_modules node_modules
COPY --from=build /opt/earshot/dist/src dist/src
COPY --from=build /opt/earshot/dist/node_modules dist/node_modules
COPY config config
COPY data/starter.csv data/README.md data/
RUN mkdir -p /var/lib/earshot && chown node:node /var/lib/earshot
ENV NODE_ENV=production EARSHOT_DATA_DIR=/var/lib/earshot
USER node
VOLUME /var/lib/earshot
HEALTHCHECK --interval=60s --timeout=15s --start-period=30s CMD ["./earshot", "healthcheck"]
ENTRYPOINT ["./earshot"]
CMD ["start"]
