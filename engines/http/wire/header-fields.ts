/** Header fields by name in lower case: what they mean, where that is written, and what becomes of them here (for the reference page). */

export interface HeaderFieldDefinition {
  readonly name: string;
  readonly meaning: string;
  readonly standard: string;
  /** null: passed on and shown, nothing more. */
  readonly here: string | null;
}

const define = (name: string, meaning: string, standard: string, here: string | null = null): readonly [string, HeaderFieldDefinition] => [
  name.toLowerCase(),
  { name, meaning, standard, here },
];

export const HEADER_FIELDS: Readonly<Record<string, HeaderFieldDefinition>> = Object.fromEntries([
  define('Accept', 'media types that the client would like', 'RFC 9110 §12.5.1'),
  define('Accept-Encoding', 'content codings that the client understands', 'RFC 9110 §12.5.3'),
  define('Accept-Language', 'languages that the client would like', 'RFC 9110 §12.5.4'),
  define('Accept-Ranges', 'whether ranges can be asked for', 'RFC 9110 §14.3', 'server'),
  define('Age', 'seconds since a cache’s response came from its origin', 'RFC 9111 §5.1', 'caches: set and counted in'),
  define('Allow', 'the methods that the resource has', 'RFC 9110 §10.2.1', 'server: OPTIONS, 405'),
  define('Authorization', 'who the client is', 'RFC 9110 §11.6.2', 'shared caches: not stored unless allowed'),
  define('Cache-Control', 'what caches may and must do', 'RFC 9111 §5.2', 'caches: all directives of RFC 9111; browser: reload'),
  define('Cache-Status', 'what caches did with the request', 'RFC 9211 §2', 'web cache'),
  define('Connection', 'fields for this connection alone; whether it is closed', 'RFC 9110 §7.6.1', 'server, client, web cache'),
  define('Content-Encoding', 'codings of the content', 'RFC 9110 §8.4'),
  define('Content-Language', 'languages of the content', 'RFC 9110 §8.5'),
  define('Content-Length', 'bytes of the content', 'RFC 9110 §8.6', 'framing; malformed or repeated: 400'),
  define('Content-Location', 'the URI of this representation', 'RFC 9110 §8.7', 'caches: invalidation'),
  define('Content-Range', 'which part of the whole this is', 'RFC 9110 §14.4', 'server: 206, 416; refused in PUT'),
  define('Content-Type', 'the media type of the content', 'RFC 9110 §8.3', 'server; browser: what is a page'),
  define('Cookie', 'state that the server gave', 'RFC 6265 §4.2'),
  define('Date', 'when the message was made', 'RFC 9110 §6.6.1', 'server, caches'),
  define('ETag', 'an opaque name of this representation', 'RFC 9110 §8.8.3', 'server, caches'),
  define('Expect', 'what the client expects before it sends the content', 'RFC 9110 §10.1.1', '100-continue: server, client; else 417'),
  define('Expires', 'when the response becomes stale', 'RFC 9111 §5.3', 'caches'),
  define('From', 'a person’s mail address', 'RFC 9110 §10.1.2'),
  define('Host', 'the website that is asked', 'RFC 9110 §7.2', 'virtual hosts; missing, malformed or repeated: 400'),
  define('If-Match', 'only if it is still one of these', 'RFC 9110 §13.1.1', 'server; not heeded by caches'),
  define('If-Modified-Since', 'only if it was modified since', 'RFC 9110 §13.1.3', 'server, client, caches'),
  define('If-None-Match', 'only if it is none of these', 'RFC 9110 §13.1.2', 'server, client, caches'),
  define('If-Range', 'the range only if it is still this one, else the whole', 'RFC 9110 §13.1.5', 'server, caches'),
  define('If-Unmodified-Since', 'only if it was not modified since', 'RFC 9110 §13.1.4', 'server; not heeded by caches'),
  define('Keep-Alive', 'how long a connection is kept', 'RFC 9112 §C.2.2'),
  define('Last-Modified', 'when it was last modified', 'RFC 9110 §8.8.2', 'server, caches'),
  define('Location', 'where to go instead, or what was created', 'RFC 9110 §10.2.2', 'server, client: redirects; caches: invalidation'),
  define('Max-Forwards', 'how many proxies may pass it on', 'RFC 9110 §7.6.2', 'web cache'),
  define('Pragma', 'no-cache, for caches of HTTP/1.0', 'RFC 9111 §5.4', 'caches'),
  define('Proxy-Authorization', 'who the client is, to a proxy', 'RFC 9110 §11.7.2', 'web cache: not passed on'),
  define('Range', 'which parts are wanted', 'RFC 9110 §14.2', 'server, caches'),
  define('Referer', 'where the URI was found', 'RFC 9110 §10.1.3'),
  define('Retry-After', 'when to ask again', 'RFC 9110 §10.2.3'),
  define('Server', 'the server’s software', 'RFC 9110 §10.2.4'),
  define('Set-Cookie', 'state for the client to give back', 'RFC 6265 §4.1'),
  define('TE', 'transfer codings that the client understands', 'RFC 9110 §10.1.4', 'web cache: not passed on'),
  define('Trailer', 'which fields come behind the content', 'RFC 9110 §6.6.2'),
  define('Transfer-Encoding', 'how the content is framed', 'RFC 9112 §6.1', 'chunked; beside Content-Length or unclear: 400; others: 501'),
  define('Upgrade', 'protocols to change to', 'RFC 9110 §7.8', 'web cache: not passed on; else ignored'),
  define('User-Agent', 'the client’s software', 'RFC 9110 §10.1.5'),
  define('Vary', 'request fields that the response depends on', 'RFC 9110 §12.5.5', 'caches'),
  define('Via', 'the proxies on the way', 'RFC 9110 §7.6.3', 'web cache: added, and loops found'),
  define('WWW-Authenticate', 'how to say who one is', 'RFC 9110 §11.6.1'),
]);
