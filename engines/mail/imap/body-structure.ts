/** ENVELOPE, BODY and BODYSTRUCTURE of a message (RFC 3501 §7.4.2), made of its MIME tree. Header fields stand in them as they came. */

import { type Address, parseAddressList } from '../message/address-list.ts';
import type { ParameterisedValue } from '../message/content-fields.ts';
import { fieldOf } from '../message/message-format.ts';
import { type Entity, isMultipart } from '../message/mime.ts';
import { atom, type Value } from './wire/value.ts';

export function envelopeOf(message: Entity): Value {
  const text = (name: string): Value => fieldOf(message, name)?.value ?? null;
  const addresses = (name: string): Value => {
    const field = fieldOf(message, name);
    const found = field ? parseAddressList(field.value) : [];
    return found.length === 0 ? null : [{ adjacent: found.map(writeAddress) }];
  };
  const from = addresses('From');
  // RFC 3501 §7.4.2: where Sender and Reply-To are not there, they are the author's.
  return [
    text('Date'),
    text('Subject'),
    from,
    addresses('Sender') ?? from,
    addresses('Reply-To') ?? from,
    addresses('To'),
    addresses('Cc'),
    addresses('Bcc'),
    text('In-Reply-To'),
    text('Message-ID'),
  ];
}

function writeAddress({ name, route, mailbox, host }: Address): Value {
  return [name, route, mailbox, host];
}

/** `extended`: as BODYSTRUCTURE has it, with what BODY leaves out. */
export function structureOf(octets: string, entity: Entity, extended: boolean): Value {
  const [type, subtype] = entity.type.split('/', 2) as [string, string];
  const language = fieldOf(entity, 'Content-Language')?.value ?? null;
  const location = fieldOf(entity, 'Content-Location')?.value ?? null;
  const extension = (first: readonly Value[]): Value[] =>
    extended ? [...first, dispositionOf(entity.disposition), language, location] : [];
  if (isMultipart(entity.type) && entity.parts.length > 0) {
    const parts = entity.parts.map((part) => structureOf(octets, part, extended));
    return [{ adjacent: parts }, subtype, ...extension([parametersOf(entity.parameters)])];
  }
  const size = entity.end - entity.bodyStart;
  const basic: Value[] = [
    // A multipart whose parts could not be found is octets of some kind.
    isMultipart(entity.type) ? 'application' : type,
    isMultipart(entity.type) ? 'octet-stream' : subtype,
    parametersOf(entity.parameters),
    fieldOf(entity, 'Content-ID')?.value ?? null,
    fieldOf(entity, 'Content-Description')?.value ?? null,
    entity.encoding,
    atom(size),
  ];
  const lines = atom(linesIn(octets, entity.bodyStart, entity.end));
  const [inner] = entity.parts;
  if (entity.type === 'message/rfc822' && inner) basic.push(envelopeOf(inner), structureOf(octets, inner, extended), lines);
  else if (entity.type === 'message/rfc822') basic[0] = 'application';
  else if (type === 'text') basic.push(lines);
  return [...basic, ...extension([fieldOf(entity, 'Content-MD5')?.value ?? null])];
}

function parametersOf(parameters: ParameterisedValue['parameters']): Value {
  return parameters.length === 0 ? null : parameters.flatMap(({ attribute, value }) => [attribute, value]);
}

function dispositionOf(disposition: ParameterisedValue | null): Value {
  return disposition && [disposition.value, parametersOf(disposition.parameters)];
}

/** Lines of text, the last one also where nothing ends it. */
export function linesIn(octets: string, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; lines++) {
    const next = octets.indexOf('\r\n', at);
    at = next < 0 || next >= end ? end : next + 2;
  }
  return lines;
}
