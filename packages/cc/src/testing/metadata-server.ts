import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DataSourceName } from '../datasources/types.js';
import { type Documents, documentsOf } from './documents.js';
import type { MetadataFixture } from './fixture.js';

/** A fault in the answers to some requests. The first matching one applies. */
export interface Fault {
  /** A text or pattern that the path with its query must contain or match. Default: any path. */
  path?: string | RegExp;
  /** How many times; default: always. */
  times?: number;
  /** The status to send instead of the document, with `body` and `headers`. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** Milliseconds before the answer. */
  delay?: number;
  /**
   * `truncate`: the connection breaks in the middle of the document · `disconnect`: it breaks
   * before the document · `hang`: no answer.
   */
  connection?: 'truncate' | 'disconnect' | 'hang';
}

export interface MetadataServerOptions {
  /** Address to listen on; default 127.0.0.1. */
  address?: string;
  /** Default: a free port. */
  port?: number;
  faults?: readonly Fault[];
  /** For aws: whether it answers without a token, as version 1. Default false. */
  withoutTokens?: boolean;
  /** For scaleway: whether it gives user data only to privileged ports. Default false. */
  privilegedPorts?: boolean;
}

/** A request that arrived. */
export interface MetadataRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingMessage['headers'];
  /** The port of the client. */
  port: number;
}

export interface MetadataServer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** All requests, in order. */
  readonly requests: readonly MetadataRequest[];
  close(): Promise<void>;
}

const TOKEN = 'a-token-of-the-test-kit';

/**
 * Starts a server that simulates the metadata service of a cloud; `cdrom` is a disc image at
 * `/cidata.iso`.
 */
export async function startMetadataServer(
  name: DataSourceName,
  fixture: MetadataFixture,
  options: MetadataServerOptions = {},
): Promise<MetadataServer> {
  const documents = documentsOf[name](fixture);
  const faults = (options.faults ?? []).map((fault) => ({
    ...fault,
    times: fault.times ?? Number.POSITIVE_INFINITY,
  }));
  const requests: MetadataRequest[] = [];
  const server = createServer((message, response) => {
    const request = describe(message);
    requests.push(request);
    const fault = faults.find((candidate) => candidate.times > 0 && fits(candidate, request.path));
    if (fault) fault.times -= 1;
    const answer = answerOf(name, request, { documents, options });
    const timer = setTimeout(() => send(response, answer, fault), fault?.delay ?? 0);
    response.once('close', () => clearTimeout(timer));
  });
  const { address = '127.0.0.1', port = 0 } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  const bound = server.address() as AddressInfo;
  const host = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return {
    url: `http://${host}:${bound.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function describe({ method = 'GET', url = '/', headers, socket }: IncomingMessage): MetadataRequest {
  return { method, path: url, headers, port: socket.remotePort ?? 0 };
}

function fits({ path }: Fault, asked: string): boolean {
  if (path === undefined) return true;
  return typeof path === 'string' ? asked.includes(path) : path.test(asked);
}

interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | undefined;
}

interface Serving {
  documents: Documents;
  options: MetadataServerOptions;
}

function answerOf(name: DataSourceName, request: MetadataRequest, { documents, options }: Serving): Answer {
  const { method, path, headers, port } = request;
  if (name === 'aws' && !options.withoutTokens) {
    if (method === 'PUT' && path === '/latest/api/token') return { status: 200, body: TOKEN };
    if (headers['x-aws-ec2-metadata-token'] !== TOKEN) return { status: 401 };
  }
  if (method !== 'GET') return { status: 404 };
  if (name === 'gcp' && headers['metadata-flavor'] !== 'Google') return { status: 403 };
  const isGuarded = name === 'scaleway' && path.startsWith('/user_data');
  if (isGuarded && options.privilegedPorts && port >= 1024) return { status: 403 };
  const body = Object.hasOwn(documents, path) ? documents[path] : undefined;
  const marks = name === 'gcp' ? { headers: { 'metadata-flavor': 'Google' } } : {};
  return { status: body === undefined ? 404 : 200, body, ...marks };
}

function send(response: ServerResponse, answer: Answer, fault: Fault | undefined): void {
  if (fault?.connection === 'hang') return;
  if (fault?.connection === 'disconnect') return void response.destroy();
  const isReplaced = fault?.status !== undefined || fault?.body !== undefined;
  const { status, headers, body = '' } = isReplaced ? { status: 200, headers: {}, ...fault } : answer;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { 'content-length': bytes.length, ...headers, ...fault?.headers });
  if (fault?.connection === 'truncate') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
  } else {
    response.end(bytes);
  }
}
