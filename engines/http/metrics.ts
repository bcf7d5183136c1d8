/** What HTTP measures. */
import type { MetricDefinition } from '../protocol.ts';

const ofHost: MetricDefinition['subjects'] = [{ preposition: 'of', type: 'host' }];
const forSite: MetricDefinition['subjects'] = [
  { preposition: 'of', type: 'host' },
  { preposition: 'for', type: 'domain-name' },
];

export const httpMetrics: readonly MetricDefinition[] = [
  {
    name: 'page load time',
    unit: 'ns',
    subjects: forSite,
    doc: 'From the moment when a browser turns to a page until it has the page and all objects embedded in it, lookups and handshakes included.',
    example:
      'host pc\nwebsite www.example.org { page "/" 20 KiB  object "/logo.png" 30 kB }\npc browses www.example.org\nexpect page load time of pc for www.example.org < 500 ms',
  },
  {
    name: 'response time',
    unit: 'ns',
    subjects: forSite,
    doc: 'From the moment when a host turns to a resource of a website until it has all of the final response, lookup, handshake, redirects and its own cache included.',
    example:
      'host pc\nwebsite www.example.org { page "/" 20 KiB  object "/logo.png" 30 kB }\npc browses www.example.org\nexpect response time of pc for www.example.org < 500 ms',
  },
  {
    name: 'mean response time',
    unit: 'ns',
    subjects: forSite,
    doc: 'The mean of a host’s response times for a website so far.',
    example:
      'host pc\nwebsite www.example.org { page "/" 20 KiB  object "/logo.png" 30 kB }\npc browses www.example.org\nexpect mean response time of pc for www.example.org < 500 ms',
  },
  {
    name: 'response status',
    unit: '',
    subjects: forSite,
    doc: 'The status code of the last final response that a host got for a resource of a website; 304 where its own request was conditional.',
    standard: 'RFC 9110 §15',
    example:
      'host pc\nwebsite www.example.org { page "/" 20 KiB  object "/logo.png" 30 kB }\npc requests "/" from www.example.org\nexpect response status of pc for www.example.org = 200',
  },
  {
    name: 'web bytes',
    unit: 'B',
    subjects: ofHost,
    course: 'total',
    doc: 'Content that a host has received in responses so far, over the network.',
    standard: 'RFC 9110 §6.4',
    example:
      'host pc\nwebsite www.example.org { page "/" 20 KiB  object "/logo.png" 30 kB }\npc browses www.example.org\nexpect web bytes of pc < 60 kB',
  },
  {
    name: 'web connections',
    unit: '',
    subjects: ofHost,
    course: 'total',
    doc: 'TCP connections that a host has opened for HTTP so far.',
    standard: 'RFC 9112 §9',
    example:
      'host pc\nwebsite www.example.org { page "/" 20 KiB  object "/logo.png" 30 kB }\npc browses www.example.org\nexpect web connections of pc = 2',
  },
  {
    name: 'web requests',
    unit: '',
    subjects: [{ preposition: 'at', type: 'host' }],
    course: 'total',
    doc: 'Requests that a host has answered as a web server or web cache so far.',
    example:
      'host pc\nwebsite www.example.org { page "/" 20 KiB  object "/logo.png" 30 kB }\npc browses www.example.org\nexpect web requests at www.example.org = 2',
  },
  {
    name: 'web cache hit ratio',
    unit: 'ratio',
    subjects: ofHost,
    doc: 'Share of the requests to a host’s web cache so far that were answered with a stored response, validated or not. Of a browser, its own cache.',
    standard: 'RFC 9111 §4',
    example:
      'host pc\nwebsite www.example.org { page "/" 20 KiB }\nwebcache proxy { serves pc }\npc requests "/" from www.example.org\nexpect web cache hit ratio of proxy = 0',
  },
  {
    name: 'web cache byte hit ratio',
    unit: 'ratio',
    subjects: ofHost,
    doc: 'Share of the content delivered by a host’s web cache so far that came out of its store.',
    standard: 'RFC 9111 §4',
    example:
      'host pc\nwebsite www.example.org { page "/" 20 KiB }\nwebcache proxy { serves pc }\npc requests "/" from www.example.org\nexpect web cache byte hit ratio of proxy = 0',
  },
];
