/** The request methods of RFC 9110 §9, and what they promise. */

export interface MethodDefinition {
  readonly meaning: string;
  /** Asks for nothing to be changed (§9.2.1). */
  readonly safe: boolean;
  /** Several of it are as good as one, so that it may be sent again when a connection breaks (§9.2.2). */
  readonly idempotent: boolean;
  readonly standard: string;
  /** What becomes of it here, for the reference page. */
  readonly here: string;
}

export const METHODS = {
  GET: {
    meaning: 'the resource is asked for',
    safe: true,
    idempotent: true,
    standard: 'RFC 9110 §9.3.1',
    here: 'server, client, caches',
  },
  HEAD: {
    meaning: 'as GET, without the content',
    safe: true,
    idempotent: true,
    standard: 'RFC 9110 §9.3.2',
    here: 'server, client, caches',
  },
  POST: {
    meaning: 'the resource is to process the content',
    safe: false,
    idempotent: false,
    standard: 'RFC 9110 §9.3.3',
    here: 'where a website accepts it; client',
  },
  PUT: {
    meaning: 'the content is to become the resource’s',
    safe: false,
    idempotent: true,
    standard: 'RFC 9110 §9.3.4',
    here: 'where a website accepts it; client',
  },
  DELETE: {
    meaning: 'the resource is to be removed',
    safe: false,
    idempotent: true,
    standard: 'RFC 9110 §9.3.5',
    here: 'where a website accepts it; client',
  },
  OPTIONS: {
    meaning: 'what is possible is asked for',
    safe: true,
    idempotent: true,
    standard: 'RFC 9110 §9.3.7',
    here: 'server (also `*`), client',
  },
  CONNECT: {
    meaning: 'a tunnel is asked for',
    safe: false,
    idempotent: false,
    standard: 'RFC 9110 §9.3.6',
    here: 'answered with 405: no tunnels',
  },
  TRACE: {
    meaning: 'the request itself is asked for',
    safe: true,
    idempotent: true,
    standard: 'RFC 9110 §9.3.8',
    here: 'answered with 405, as it should be in the open',
  },
} as const satisfies Readonly<Record<string, MethodDefinition>>;

export type KnownMethod = keyof typeof METHODS;

/** Methods are told apart by case (§9.1). */
export function isKnownMethod(method: string): method is KnownMethod {
  return Object.hasOwn(METHODS, method);
}

export function isSafe(method: string): boolean {
  return isKnownMethod(method) && METHODS[method].safe;
}

export function isIdempotent(method: string): boolean {
  return isKnownMethod(method) && METHODS[method].idempotent;
}
