import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { noQuery } from '#libs/contracts';
import { Access, OperatorGuard } from '#libs/http';
import { KeyRotations } from '#libs/key-rotation';
import { type KeysQuery, keysQuery, type RotateKeys, rotateKeys } from './keys.dto.js';
import { type KeysDto, type RotationDto, toKeys, toRotation } from './keys.presenter.js';

/** Operators' view of encryption keys, and their rotation (docs/runbooks/key-rotation.md). */
@ApiExcludeController()
@UseGuards(OperatorGuard)
@Controller('admin/keys')
export class KeysController {
  constructor(private readonly rotations: KeyRotations) {}

  @Get()
  @Access('operator')
  async status(@Query({ schema: keysQuery }) { scan }: KeysQuery): Promise<KeysDto> {
    return toKeys(await this.rotations.status(scan));
  }

  @Post('rotate')
  @HttpCode(202)
  @Access('operator')
  async rotate(@Body({ schema: rotateKeys }) { scope }: RotateKeys): Promise<RotationDto> {
    return toRotation(await this.rotations.rotate(scope));
  }

  @Post('pause')
  @HttpCode(200)
  @Access('operator')
  async pause(@Query({ schema: noQuery }) _query: unknown): Promise<RotationDto> {
    return toRotation(await this.rotations.pause());
  }

  @Post('resume')
  @HttpCode(202)
  @Access('operator')
  async resume(@Query({ schema: noQuery }) _query: unknown): Promise<RotationDto> {
    return toRotation(await this.rotations.resume());
  }
}
