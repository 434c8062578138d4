import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Operator } from '@haos/operator/internal';

/**
 * Serves `/healthz`, `/readyz` and `/metrics` over HTTP on all addresses, for the kubelet and
 * Prometheus. None of them says anything about the content of objects.
 */
export async function serveHealth(operator: Operator, port: number): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { status, type, body } = await answer(operator, request.url ?? '');
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  server.listen(port);
  await once(server, 'listening');
  return server;
}

async function answer({ health, metrics }: Operator, path: string) {
  const type = 'text/plain; charset=utf-8';
  if (path === '/metrics') return { status: 200, ...(await metrics.read()) };
  if (path === '/healthz') return { type, ...verdict(health.isAlive()) };
  if (path === '/readyz') return { type, ...verdict(health.isReady()) };
  return { type, status: 404, body: 'not found\n' };
}

function verdict(isGood: boolean) {
  return isGood ? { status: 200, body: 'ok\n' } : { status: 503, body: 'not yet\n' };
}
