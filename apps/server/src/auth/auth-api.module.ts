import { Module } from '@nestjs/common';
import { DirectAuth } from './direct-auth.service.js';
import { OpenAuthController } from './open-auth.controller.js';
import { TypedAuthController } from './typed-auth.controller.js';

/** `/api-auth`, `/auth`, `/oauth2`. Needs `ConnectModule`. */
@Module({ controllers: [TypedAuthController, OpenAuthController], providers: [DirectAuth] })
export class AuthApiModule {}
