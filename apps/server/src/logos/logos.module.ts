import { Module } from '@nestjs/common';
import { BrandIcons } from './brand-icons.js';
import { LogosController } from './logos.controller.js';
import { Logos } from './logos.service.js';

/** `/images/template-logos/<provider key>.svg`. Needs `Catalogue`. */
@Module({ controllers: [LogosController], providers: [Logos, BrandIcons] })
export class LogosModule {}
