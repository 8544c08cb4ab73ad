# Two stages: nothing that builds is in what runs. Both from the same image, so that what was installed fits. No compiler: this Node has a prebuilt SQLite driver.
FROM node:22.23.3-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
COPY migrations migrations
# The last one proves that the driver is still there, and remembers it.
RUN npm run build && npm prune --omit=dev && node scripts/native-sqlite.mjs

FROM node:22.23.3-bookworm-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/scripts scripts
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN install -d -o node -g node -m 700 /data
# The user node, by number: Kubernetes' runAsNonRoot believes no names.
USER 1000:1000
VOLUME /data
ENV DATABASE_URL=sqlite:/data/drs-bot.db HOST=0.0.0.0 OPS_HOST=0.0.0.0 OPS_PORT=9464
EXPOSE 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "scripts/look-alive.mjs"]
CMD ["node", "--max-semi-space-size=2", "dist/src/main.js"]
