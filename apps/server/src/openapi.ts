import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** The OpenAPI document of the public API, made from the routes themselves. */
export function buildOpenApi(app: NestFastifyApplication, serverUrl: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Fairlead API')
    .setDescription(
      'Connections, proxy, functions and records of your integrations. Every call takes an API key as bearer token.',
    )
    .setVersion('0.71.4')
    .addServer(serverUrl)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'API key of an environment (UUID v4)' })
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Operators (FAIRLEAD_OPERATOR_PASSWORD)' }, 'operator')
    .addSecurityRequirements('bearer')
    .build();
  return SwaggerModule.createDocument(app, config, { autoTagControllers: false });
}

/** `GET /openapi.json`, and a page for people at `GET /docs`. */
export function serveOpenApi(app: NestFastifyApplication, serverUrl: string): void {
  SwaggerModule.setup('docs', app, () => buildOpenApi(app, serverUrl), {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Fairlead API',
    customCss: '.swagger-ui .topbar { display: none }',
    swaggerOptions: { persistAuthorization: true, docExpansion: 'none', tagsSorter: 'alpha' },
  });
}
