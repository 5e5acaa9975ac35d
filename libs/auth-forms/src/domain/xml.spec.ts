import { describe, expect, it } from 'vitest';
import { answerFields, parsedXml, xmlOf } from './xml.js';

describe('XML', () => {
  it('is written of nested fields, attributes from names with a dollar sign', () => {
    const fields = { request: { $id: 'a"b', login: { userid: 'ada', password: '<&>' }, item: ['1', '2'] } };
    expect(xmlOf(fields)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<request id="a&quot;b"><login><userid>ada</userid><password>&lt;&amp;&gt;</password></login><item>1</item><item>2</item></request>',
    );
  });

  it('is read back as it was, numbers as text', () => {
    const fields = { request: { $id: '007', big: '12345678901234567890', list: ['1', '2'], text: { '#text': '<&>', $a: 'b' } } };
    expect(parsedXml(xmlOf(fields))).toEqual(fields);
  });

  it.each([
    ['text', 'token'],
    ['nothing', ''],
    ['a document that is not closed', '<a><b></a>'],
    ['a document that defines entities', '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'],
  ])('is not read from %s', (_what, text) => {
    expect(parsedXml(text)).toBeUndefined();
    expect(answerFields(text)).toBe(text);
  });

  it('is read in answers; what was parsed already stays', () => {
    expect(answerFields('<a><b>1</b></a>')).toEqual({ a: { b: '1' } });
    expect(answerFields({ a: 1 })).toEqual({ a: 1 });
  });
});
