import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The answer for a path; a text means status 200. */
export type Answer = string | { status: number; body?: string; headers?: Record<string, string> };

export interface TestServer {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  /** May be changed while the server runs; other paths answer with 404. */
  answers: Map<string, Answer>;
  /** The requested paths, in order. */
  requests: string[];
}

/** Starts a web server on loopback, which is closed at the end of the test. */
export async function startServer(answers: Readonly<Record<string, Answer>> = {}): Promise<TestServer> {
  const { close, ...server } = await openServer(answers);
  onTestFinished(close);
  return server;
}

/**
 * Does the same for longer than one test. Failures request an immediate retry, so that tests do not
 * wait.
 */
export async function openServer(
  answers: Readonly<Record<string, Answer>> = {},
): Promise<TestServer & { close(): void }> {
  const current = new Map(Object.entries(answers));
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const answer = current.get(path) ?? { status: 404 };
    const {
      status,
      body = '',
      headers = {},
    } = typeof answer === 'string' ? { status: 200, body: answer } : answer;
    response.writeHead(status, { 'retry-after': '0', connection: 'close', ...headers });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, answers: current, requests, close };
}
