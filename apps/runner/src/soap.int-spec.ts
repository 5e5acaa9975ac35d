import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen } from 'soap';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startUpstream, type Upstream } from '#libs/testing';
import { API_KEY, outputOf, startTestRunner, type TestRunner } from './test-runner.js';

/** A service of node-soap's own, in the manner of Workday's: WS-Security in the header, a version as attribute. */
const NS = 'urn:test/staffing';
const wsdl = (url: string) => `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="Staffing" targetNamespace="${NS}" xmlns:tns="${NS}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
  xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <wsdl:types><xsd:schema elementFormDefault="qualified" targetNamespace="${NS}">
    <xsd:element name="Get_Workers_Request"><xsd:complexType><xsd:sequence>
      <xsd:element name="Count" type="xsd:int"/><xsd:element name="Since" type="xsd:dateTime" minOccurs="0"/>
    </xsd:sequence></xsd:complexType></xsd:element>
    <xsd:element name="Get_Workers_Response"><xsd:complexType><xsd:sequence>
      <xsd:element name="Name" type="xsd:string"/><xsd:element name="Hired" type="xsd:dateTime"/><xsd:element name="Grade" type="xsd:int"/>
      <xsd:element name="Active" type="xsd:boolean"/><xsd:element name="Seen" type="xsd:string"/>
    </xsd:sequence></xsd:complexType></xsd:element>
  </xsd:schema></wsdl:types>
  <wsdl:message name="Get_WorkersIn"><wsdl:part name="body" element="tns:Get_Workers_Request"/></wsdl:message>
  <wsdl:message name="Get_WorkersOut"><wsdl:part name="body" element="tns:Get_Workers_Response"/></wsdl:message>
  <wsdl:portType name="StaffingPort"><wsdl:operation name="Get_Workers">
    <wsdl:input message="tns:Get_WorkersIn"/><wsdl:output message="tns:Get_WorkersOut"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="StaffingBinding" type="tns:StaffingPort">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <wsdl:operation name="Get_Workers"><soap:operation soapAction="${NS}/Get_Workers" style="document"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>
  </wsdl:binding>
  <wsdl:service name="StaffingService"><wsdl:port name="Staffing" binding="tns:StaffingBinding">
    <soap:address location="${url}/staffing"/></wsdl:port></wsdl:service>
</wsdl:definitions>`;

let runner: TestRunner<Upstream>;
let server: Server;
let url: string;
/** The headers of the last call, over HTTP and in the envelope. */
let seen: { http?: Record<string, unknown>; envelope?: Record<string, unknown> } = {};

beforeAll(async () => {
  runner = await startTestRunner(await startUpstream());
  server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const Get_Workers = (args: { Count: number; Since?: Date }, _done: unknown, envelope: object, request: { headers: object }) => {
    seen = { http: { ...request.headers }, envelope: { ...envelope } };
    if (args.Count < 0)
      throw Object.assign(new Error('refused'), {
        Fault: { faultcode: 'soap:Client', faultstring: 'Invalid count', statusCode: 500 },
      });
    const since = args.Since ? new Date(args.Since).toISOString() : '';
    return { Name: 'Ada & Co', Hired: '2020-01-02T03:04:05.000Z', Grade: args.Count + 1, Active: true, Seen: since };
  };
  await new Promise<void>((resolve) =>
    listen(server, {
      path: '/staffing',
      services: { StaffingService: { Staffing: { Get_Workers } } },
      xml: wsdl(url),
      callback: () => resolve(),
    }),
  );
});
afterAll(async () => {
  await runner.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const client = (then: string, options = '') => `
  const soap = require('soap');
  const client = await soap.createClientAsync('${url}/staffing?wsdl'${options});
  ${then}`;

describe('a SOAP client', () => {
  it('answers as node-soap’s does, with values of their own types', async () => {
    const exec = client(`
      const [result, raw, header, request] = await client.Get_WorkersAsync({ Count: 4, Since: new Date(0) });
      return [result.Name, result.Hired instanceof Date, result.Hired.toISOString(), result.Grade, result.Active, result.Seen,
        raw.includes('Ada &amp; Co'), request === client.lastRequest, request.includes('Count>4<'), client.lastEndpoint]`);
    expect(outputOf(await runner.run(exec))).toEqual([
      'Ada & Co',
      true,
      '2020-01-02T03:04:05.000Z',
      5,
      true,
      '1970-01-01T00:00:00.000Z',
      true,
      true,
      true,
      `${url}/staffing`,
    ]);
  });

  it('shows who asks, by WS-Security and headers', async () => {
    const exec = client(`
      client.setSecurity(new soap.WSSecurity('user@tenant', 'p&ss', { passwordType: 'PasswordText', hasTimeStamp: false }));
      client.addHttpHeader('x-tenant', 't1');
      client.addSoapHeader({ Version: 'v40' }, '', 'tns', '${NS}');
      const [result] = await client.StaffingService.Staffing.Get_Workers ? await client.Get_WorkersAsync({ Count: 1 }) : [];
      return [result.Grade, client.lastRequest.includes('wsu:Timestamp'), Object.keys(client.describe().StaffingService.Staffing)]`);
    expect(outputOf(await runner.run(exec))).toEqual([2, false, ['Get_Workers']]);
    expect(seen.http).toMatchObject({ 'x-tenant': 't1', soapaction: `"${NS}/Get_Workers"` });
    expect(seen.envelope).toMatchObject({ Security: { UsernameToken: { Username: 'user@tenant' } }, Version: 'v40' });
  });

  it.each([
    [`new soap.BasicAuthSecurity('u', 'p')`, `Basic ${Buffer.from('u:p').toString('base64')}`],
    [`new soap.BearerSecurity('tok')`, 'Bearer tok'],
  ])('shows who asks, by %s', async (security, authorization) => {
    await runner.run(client(`client.setSecurity(${security}); await client.Get_WorkersAsync({ Count: 1 })`));
    expect(seen.http).toMatchObject({ authorization });
  });

  it('calls back, too', async () => {
    const exec = `const soap = require('soap'); return new Promise((done) => soap.createClient('${url}/staffing?wsdl', (e, client) =>
      client.StaffingService.Staffing.Get_Workers({ Count: 2 }, (error, result, raw) => done([e, error, result.Grade, typeof raw]))))`;
    expect(outputOf(await runner.run(exec))).toEqual([null, null, 3, 'string']);
  });

  it('fails as node-soap does: with the fault, the answer and its body', async () => {
    const exec = client(`try { await client.Get_WorkersAsync({ Count: -1 }) } catch (e) {
      return [e instanceof Error, e.message, e.root.Envelope.Body.Fault.faultstring, e.response.status, e.body.includes('Invalid count')] }`);
    expect(outputOf(await runner.run(exec))).toEqual([true, 'soap:Client: Invalid count', 'Invalid count', 500, true]);
  });

  it('is in the run’s log like any call, without what proves who asks', async () => {
    const before = runner.requestsTo('/logs').length;
    const exec = client(`
      const { credentials } = await nango.getConnection();
      client.setSecurity(new soap.BearerSecurity('other'));
      client.addHttpHeader('x-tenant', credentials.apiKey);
      await client.Get_WorkersAsync({ Count: 1 });
      await client.Get_WorkersAsync({ Count: -1 }).catch(() => undefined);`);
    outputOf(await runner.run(exec));
    const messages = runner
      .requestsTo('/logs')
      .slice(before)
      .flatMap(({ json }) => (json as { messages: Record<string, unknown>[] }).messages);
    expect(messages.map(({ type, level, message }) => [type, level, message])).toEqual([
      ['http', 'info', `GET ${url}/staffing?wsdl → 200`],
      ['http', 'info', `POST ${url}/staffing → 200`],
      ['http', 'error', `POST ${url}/staffing → 500`],
    ]);
    expect(messages[1]).toMatchObject({ request: { headers: { authorization: '[redacted]', 'x-tenant': '[redacted]' } } });
    expect(messages[2]).toMatchObject({ response: { code: 500, body: expect.stringContaining('Invalid count') } });
    expect(JSON.stringify(messages)).not.toContain(API_KEY);
  });

  it('ends with its run, and the next has its own', async () => {
    const exec = client(
      `return (await Promise.all([1, 2, 3].map((Count) => client.Get_WorkersAsync({ Count })))).map(([{ Grade }]) => Grade)`,
    );
    expect(outputOf(await runner.run(exec))).toEqual([2, 3, 4]);
    expect(outputOf(await runner.run(exec))).toEqual([2, 3, 4]);
  });
});

describe('a SOAP client does not', () => {
  const caught = (create: string) => `try { await require('soap').${create}; return 'made' } catch (e) { return e.message }`;

  it.each([
    [`createClientAsync('/etc/passwd')`, 'http and https addresses only'],
    [`createClientAsync('file:///etc/passwd')`, 'http and https addresses only'],
    [`createClientAsync('http://169.254.169.254/?wsdl')`, '169.254.169.254'],
  ])('read %s', async (create, message) => {
    expect(outputOf(await runner.run(caught(create)))).toContain(message);
  });

  it('follow an import to a file', async () => {
    const xml = wsdl(url).replace('<wsdl:types>', '<wsdl:import namespace="urn:x" location="file:///etc/passwd"/><wsdl:types>');
    runner.world.on('GET', '/import', () => ({ body: xml, headers: { 'content-type': 'text/xml' } }));
    expect(outputOf(await runner.run(caught(`createClientAsync('${runner.world.url}/import')`)))).toContain(
      'http and https addresses only',
    );
  });

  it.each([
    ['bomb', `<!DOCTYPE x [<!ENTITY a "${'ha'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(100)}">]><x>&b;</x>`],
    ['secret', `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>`],
    ['nonsense', 'no xml'],
  ])('expand or read entities of strangers: %s', async (name, xml) => {
    runner.world.on('GET', `/${name}`, () => ({ body: `<?xml version="1.0"?>${xml}`, headers: { 'content-type': 'text/xml' } }));
    const message = outputOf(await runner.run(caught(`createClientAsync('${runner.world.url}/${name}')`)));
    expect(message).not.toBe('made');
    expect(message).not.toContain('root:');
  });

  it.each(['ClientSSLSecurity', 'NTLMSecurity'])('hold a connection: %s', async (name) => {
    expect(outputOf(await runner.run(caught(`createClientAsync(new (require('soap').${name})('a', 'b'))`)))).toContain(
      `soap.${name} is not available to functions`,
    );
  });
});
